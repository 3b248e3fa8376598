"""The parts under Project Euler 454: exact quotients and roots, sieves, squarefree counts."""

import math

import numpy as np
import plain_reciprocal_pairs as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.numbers import exact_quotients
from lemmata.numbers.exact_quotients import floor_quotients, floor_roots
from lemmata.numbers.hyperbola import Hyperbola
from lemmata.numbers.sieves import SquarefreeSieve, moebius, primes_up_to
from lemmata.numbers.squarefree import SquarefreeCounts
from lemmata.testing import assert_rejects

many = settings(deadline=None, max_examples=200, derandomize=True)


def hard_quotients():
    """Numerators just below a multiple of the divisor, where a rounded quotient is in danger."""
    draw = np.random.default_rng(0)
    for bits in range(20, 63):
        for _ in range(40):
            b = int(draw.integers(2, 2 ** min(bits - 1, 40)))
            q = (2**bits - 1) // b
            yield from ((max(q * b + off, 1), b) for off in (-1, 0, 1))


def check_quotients(divide):
    room = np.empty(1)
    for a, b in hard_quotients():
        assert int(divide(a, np.array([float(b)]), room)[0]) == a // b, (a, b)


def test_quotients_are_exact_up_to_the_limits_and_beyond():
    check_quotients(floor_quotients)
    huge = floor_quotients(10**30 + 7, np.array([3.0, 7.0]), np.empty(2))
    assert list(huge) == [(10**30 + 7) // 3, (10**30 + 7) // 7]


def test_float_division_without_the_limit_would_be_noticed():
    wrong = {
        "floats for every size": lambda a, b, room: np.floor(a / b),
        "rounded": lambda a, b, room: np.rint(a / b),
        "by the reciprocal": lambda a, b, room: np.floor(a * (1 / b)),
        "float32": lambda a, b, room: np.floor(np.float32(a) / b.astype(np.float32)),
    }
    assert_rejects(check_quotients, wrong)


@many
@given(st.integers(1, 2**53 - 1), st.integers(1, 2**53 - 1))
def test_float_division_has_the_right_floor_below_two_to_the_53(a, b):
    assert math.floor(a / b) == a // b


@many
@given(st.integers(0, 2**29), st.integers(-2, 2))
def test_roots_are_exact(root, off):
    square = max(root * root + off, 0)
    assert floor_roots(np.array([square]))[0] == math.isqrt(square)
    assert floor_roots(np.array([square, 0], dtype=object))[0] == math.isqrt(square)


def test_wide_roots_are_corrected():
    squares = np.array([(2**30 - k) ** 2 - 1 for k in range(1, 200)])
    assert floor_roots(squares).tolist() == [math.isqrt(int(square)) for square in squares]
    assert squares[-1] > exact_quotients.ROOT_EXACT


def test_moebius_equals_its_definition():
    assert moebius(600).tolist()[1:] == [plain.mu(n) for n in range(1, 601)]
    assert moebius(0).tolist() == [0]
    assert moebius(1).tolist() == [0, 1]


def test_moebius_does_not_depend_on_the_segment(monkeypatch):
    expected = moebius(5000)
    monkeypatch.setattr("lemmata.numbers.sieves.SEGMENT", 37)
    assert np.array_equal(moebius(5000), expected)


def test_sums_of_moebius_are_the_published_ones():
    # Mertens' function at powers of ten
    sums = np.cumsum(moebius(10**6), dtype=np.int64)
    assert [int(sums[10**k]) for k in range(7)] == [1, -1, 1, 2, -23, -48, 212]


def test_primes():
    assert primes_up_to(30) == [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]
    assert primes_up_to(1) == primes_up_to(0) == []


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.integers(0, 200_000), st.integers(1, 60_000))
def test_squarefree_segments_equal_the_moebius_function(start, size):
    flags = SquarefreeSieve(start + size).flags(start, start + size)
    assert np.array_equal(flags, np.abs(MU[start : start + size]))


MU = moebius(260_000)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.lists(st.integers(1, 259_999), min_size=1, max_size=20))
def test_squarefree_counts_equal_the_sum_of_squares_of_mu(numbers):
    falling = np.array(sorted(numbers, reverse=True))
    weights = np.arange(1, falling.size + 1)
    counts = np.cumsum(MU != 0)
    found = SquarefreeCounts(math.isqrt(int(falling[0]))).weighted(falling, weights)
    assert found == int(np.dot(counts[falling], weights))


def test_squarefree_counts_at_powers_of_ten():
    # OEIS A071172
    known = [1, 7, 61, 608, 6083, 60794, 607926, 6079291, 60792694, 607927124, 6079270942]
    for k, count in enumerate(known):
        one = np.array([10**k]), np.array([1])
        assert SquarefreeCounts(math.isqrt(10**k)).weighted(*one) == count


@pytest.mark.parametrize("N", [0, 1, 5, 6, 7, 100, 12_345, 10**6])
def test_points_under_the_hyperbola(N):
    expected = sum(max(0, min(2 * b - 1, N // b) - b) for b in range(1, math.isqrt(N) + 1))
    assert Hyperbola().count(N) == expected


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.integers(1, 3000), st.integers(0, 3000))
def test_products_in_a_range_are_all_listed(first, size):
    last = first + size
    L = 10**9
    listed = [int(q) for array in Hyperbola().quotients(L, first, last) for q in array.tolist()]
    products = [b * c for b in range(2, 56) for c in range(b + 1, 2 * b) if first <= b * c <= last]
    products += [
        b * c for b in range(56, 80) for c in range(b + 1, 2 * b) if first <= b * c <= last
    ]
    assert sorted(listed) == sorted(L // product for product in products)
