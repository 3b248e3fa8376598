"""Project Euler 454: equal to trying all pairs, its identities, its known values, its cost."""

import math

import numpy as np
import plain_reciprocal_pairs as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.errors import ArgumentError
from lemmata.numbers import (
    count_reciprocal_pairs,
    exact_quotients,
    hyperbola,
    reciprocal_pairs,
    reciprocals,
    sieves,
    squarefree,
)
from lemmata.testing import assert_cost_exponent, assert_rejects

# the problem's own 4, 1069 and answer; the rest by two other programs
KNOWN = {
    6: 1,
    12: 3,
    15: 4,
    100: 60,
    10**3: 1069,
    10**4: 15547,
    10**5: 203931,
    10**6: 2524207,
    10**7: 30093331,
    10**8: 349446716,
    10**9: 3979600400,
    10**10: 44647347052,
}
SIZES = (*range(60), 64, 100, 127, 150)


def check(implementation):
    for L in SIZES:
        assert implementation(L) == plain.count(L), L


def test_it_equals_trying_all_pairs():
    check(count_reciprocal_pairs)


def test_the_comparison_rejects_every_known_mistake():
    check(plain.count)
    assert_rejects(check, plain.WRONG)


@pytest.mark.parametrize("L", KNOWN)
def test_known_values(L):
    assert count_reciprocal_pairs(L) == KNOWN[L]


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.integers(0, 20_000))
def test_it_equals_the_sum_over_coprime_pairs(L):
    assert count_reciprocal_pairs(L) == plain.triples(L, counted=plain.coprime)


@settings(deadline=None, max_examples=15, derandomize=True)
@given(st.integers(0, 3000))
def test_it_equals_the_moebius_sum_of_the_problem_without_the_gcd(L):
    assert count_reciprocal_pairs(L) == plain.by_moebius(L)


@settings(deadline=None, max_examples=25, derandomize=True)
@given(st.integers(1, 10**7))
def test_one_more_admits_the_solutions_with_that_y(L):
    divisors = [d for d in range(1, math.isqrt(L) + 1) if L % d == 0]
    divisors += [L // d for d in divisors if d * d < L]
    new = sum(
        b < p // b < 2 * b and math.gcd(b, p // b) == 1
        for p in divisors
        for b in divisors
        if p % b == 0
    )
    assert count_reciprocal_pairs(L) - count_reciprocal_pairs(L - 1) == new


@pytest.mark.parametrize("L", [0, 5, 6, 15, 100, 300])
def test_the_iterator_gives_every_solution_once(L):
    assert sorted(reciprocal_pairs(L)) == sorted(plain.solutions(L))


@pytest.mark.parametrize("limits", [(1, 2**60), (2**20, 2**60), (1, 1), (2**20, 2**30)])
@pytest.mark.parametrize("L", [6, 1000, 123_457, 3 * 10**6])
def test_every_arithmetic_gives_the_same(monkeypatch, limits, L):
    expected = count_reciprocal_pairs(L)
    monkeypatch.setattr(exact_quotients, "FLOAT_EXACT", limits[0])
    monkeypatch.setattr(exact_quotients, "INT_EXACT", limits[1])
    assert count_reciprocal_pairs(L) == expected


@pytest.mark.parametrize("size", [97, 1000, 1 << 14])
def test_the_sizes_of_blocks_do_not_matter(monkeypatch, size):
    expected = count_reciprocal_pairs(10**7)
    monkeypatch.setattr(reciprocals, "TABLE", size)
    monkeypatch.setattr(hyperbola, "CHUNK", size)
    monkeypatch.setattr(hyperbola, "KEPT", size)
    assert count_reciprocal_pairs(10**7) == expected


def test_arguments_are_checked():
    with pytest.raises(ArgumentError, match="L must be a non-negative integer, got -1"):
        count_reciprocal_pairs(-1)
    with pytest.raises(ArgumentError):
        next(reciprocal_pairs(-1))
    with pytest.raises(TypeError):
        count_reciprocal_pairs(1e3)
    assert count_reciprocal_pairs(np.int64(15)) == count_reciprocal_pairs(True + 14) == 4


def elements(monkeypatch, L):
    """How many elements the divisions, the roots, the table and the sieve handle for L."""
    counted = [0]
    with monkeypatch.context() as patch:

        def noted(module, name, size):
            function = getattr(module, name)

            def wrapped(*args):
                counted[0] += size(*args)
                return function(*args)

            patch.setattr(module, name, wrapped)

        noted(hyperbola, "floor_quotients", lambda numerator, divisors, out: divisors.size)
        noted(squarefree, "floor_roots", lambda squares: squares.size)
        noted(squarefree, "_how_many_reach", lambda falling: int(np.sum(falling)))
        noted(squarefree.SquarefreeCounts, "__init__", lambda self, root: root)
        noted(sieves.SquarefreeSieve, "flags", lambda self, start, stop: stop - start)
        count_reciprocal_pairs(L)
    return counted[0]


def test_the_cost_grows_like_the_power_two_thirds(monkeypatch):
    assert_cost_exponent(
        lambda L: elements(monkeypatch, L), [10**6, 10**7, 10**8, 10**9, 10**10], 2 / 3, within=0.06
    )


def test_there_are_less_elements_than_the_power_two_thirds_itself(monkeypatch):
    assert elements(monkeypatch, 10**9) < 3 * 10**6
    assert elements(monkeypatch, 10**10) < 1.5 * 10 ** (20 / 3) * 2
