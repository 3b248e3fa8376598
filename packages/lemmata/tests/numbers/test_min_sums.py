"""N = a b + c with the least sum: equal to trying everything, its bounds, its cost law."""

import math
import random

import numpy as np
import plain_min_sums as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.errors import ArgumentError
from lemmata.numbers import decompositions, min_sum_decomposition, min_sums
from lemmata.testing import assert_cost_exponent, assert_rejects

SMALL = (*range(120), 400, 997, 1000, 4175)
# beyond 2^104 a floating root of 4N misses the first sum; these stop early in single steps too
WIDE = [m * m + off for m in (2**28 + 5, 2**60 + 255, 3**40) for off in (-1, 0, 1, m)]
FIRST_20 = [1, 2, 3, 4, 5, 5, 6, 6, 6, 7, 8, 7, 8, 9, 8, 8, 9, 9, 10, 9]


def check(implementation):
    for N in SMALL:
        assert tuple(implementation(N)) == plain.decomposition(N), N
    for N in WIDE:
        assert tuple(implementation(N)) == plain.by_sums(N), N


def test_it_equals_trying_everything():
    check(min_sum_decomposition)


def test_the_comparison_rejects_every_known_mistake():
    check(plain.by_sums)
    assert_rejects(check, plain.WRONG)


def test_known_values():
    assert [sum(min_sum_decomposition(N)) for N in range(1, 21)] == FIRST_20
    assert min_sum_decomposition(101) == (10, 10, 1)
    assert min_sum_decomposition(130) == (10, 13, 0)
    assert sum(min_sum_decomposition(1000)) == 65
    assert [sum(min_sum_decomposition(10**6 + more)) for more in (0, 3)] == [2000, 2003]


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.integers(0, 2**80))
def test_it_is_a_decomposition_and_no_neighbour_is_better(N):
    a, b, c = min_sum_decomposition(N)
    assert a * b + c == N
    assert 0 <= a <= b
    assert c >= 0
    for x in range(max(a - 3, 1), a + 4):
        for y in range(max(b - 3, 1), b + 4):
            assert x * y > N or x + y + N - x * y >= a + b + c


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.integers(1, 2**70))
def test_the_sum_lies_between_its_bounds(N):
    total = sum(min_sum_decomposition(N))
    assert total * total >= 4 * N or N < 4
    # S < floor(2 sqrt N) + 2 + sqrt(1 + 4 sqrt N)
    slack = total - math.isqrt(4 * N) - 2
    assert slack <= 0 or slack * slack <= 1 + 4 * (math.isqrt(N) + 1)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.integers(0, 2**70))
def test_one_more_costs_one_at_most(N):
    assert sum(min_sum_decomposition(N + 1)) <= sum(min_sum_decomposition(N)) + 1


@settings(deadline=None, max_examples=25, derandomize=True)
@given(st.integers(4, 2**90))
def test_blocks_and_single_steps_agree(N):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decompositions, "FIRST", 3)
        patch.setattr(decompositions, "BLOCK", 64)
        in_blocks = min_sum_decomposition(N)
        patch.setattr(decompositions, "LARGEST_DIFFERENCE", 0)
        assert N > 2**70 or min_sum_decomposition(N) == in_blocks
    assert min_sum_decomposition(N) == in_blocks


def test_numbers_of_forty_digits_agree_in_blocks_and_steps(monkeypatch):
    draw = random.Random(1)
    numbers = [draw.randrange(10**24) for _ in range(20)]
    found = [min_sum_decomposition(N) for N in numbers]
    monkeypatch.setattr(decompositions, "LARGEST_DIFFERENCE", 0)
    assert [min_sum_decomposition(N) for N in numbers] == found


def test_all_sums_at_once_equal_each():
    for limit in (*range(40), 500, 4175):
        assert min_sums(limit).tolist() == [sum(min_sum_decomposition(N)) for N in range(limit + 1)]


def test_checksums():
    sums = np.cumsum(min_sums(10**6))
    assert [int(sums[10**k]) for k in (2, 3, 6)] == [1450, 44391, 1342460891]


def test_arguments_are_checked():
    for function in (min_sum_decomposition, min_sums):
        with pytest.raises(ArgumentError, match="must be a non-negative integer, got -1"):
            function(-1)
        with pytest.raises(TypeError):
            function(2.0)
    assert min_sum_decomposition(0) == (0, 0, 0)
    assert min_sums(0).tolist() == [0]


@pytest.fixture
def steps(monkeypatch):
    """A function that tells how many sums a + b are tried for N, all of them one by one."""
    tried = [0]
    original = decompositions._Best.offer

    def offer(self, s, d):
        tried[0] += 1
        original(self, s, d)

    monkeypatch.setattr(decompositions._Best, "offer", offer)
    monkeypatch.setattr(decompositions, "LARGEST_DIFFERENCE", 0)

    def count(N):
        tried[0] = 0
        min_sum_decomposition(N)
        return tried[0]

    return count


def test_no_number_takes_more_steps_than_the_bound(steps):
    numbers = [4175, 89743, *range(4, 2000), *(10**12 + 37 * k for k in range(50))]
    assert all(steps(N) < 3 + math.sqrt(1 + 4 * math.sqrt(N)) for N in numbers)


def test_the_mean_number_of_steps_grows_like_the_sixth_root(steps):
    def mean(size):
        draw = random.Random(size)
        return sum(steps(draw.randrange(size, 2 * size)) for _ in range(200)) / 200

    assert_cost_exponent(mean, [10**8, 10**12, 10**17], 1 / 6, within=0.02)
    law = math.gamma(5 / 3) * 1.5 ** (2 / 3)
    assert law == pytest.approx(1.183, abs=5e-4)
    assert mean(10**15) == pytest.approx(law * (1.5 * 10**15) ** (1 / 6), rel=0.1)
