"""Constructible polygons: which they are, their periods, their cosines in radicals."""

import math
from decimal import Decimal, localcontext

import plain_polygons as plain
import pytest

from lemmata.errors import ArgumentError
from lemmata.numbers import (
    Surd,
    carlyle_circle_count,
    carlyle_circles,
    constructible,
    cosine_in_radicals,
    gauss_periods,
    in_steps,
    sine_in_radicals,
    to_tex,
)
from lemmata.numbers.periods import PeriodTower
from lemmata.testing import assert_cost_exponent, assert_rejects

CLOSE = Decimal("1e-40")
SIDES = [n for n in range(1, 130) if plain.constructible(n)]


@pytest.fixture(autouse=True)
def sixty_digits():
    with localcontext() as context:
        context.prec = 60
        yield


def test_the_constructible_ones_are_those_of_gauss_and_wantzel():
    assert [n for n in range(1, 400) if constructible(n)] == [
        n for n in range(1, 400) if plain.constructible(n)
    ]


def check_constructible(implementation):
    for n in range(1, 90):
        assert implementation(n) == plain.constructible(n), n


def test_half_of_the_theorem_is_rejected():
    primes = (3, 5, 17)
    powers = {2**k for k in range(8)}
    wrong = {
        "prime n only": lambda n: n in primes or n in powers,
        "products forgotten": lambda n: any(n in (p * q, q) for p in primes for q in powers),
        "squares let in": lambda n: all(
            p in (2, *primes)
            for p in range(2, n + 1)
            if n % p == 0 and all(p % d for d in range(2, p))
        ),
        "17 forgotten": lambda n: constructible(n) and n % 17 != 0,
    }
    check_constructible(constructible)
    assert_rejects(check_constructible, wrong)


def test_large_numbers_are_decided():
    product = 3 * 5 * 17 * 257 * 65537
    assert constructible(product << 100)
    assert not constructible(3 * product)
    assert not constructible(2**32 + 1)  # F_5 = 641 * 6700417
    assert not constructible(63357)  # 3 * 7^2 * 431, for 65537
    assert not constructible(641)
    with pytest.raises(ArgumentError, match="n must be a positive integer"):
        constructible(0)


@pytest.mark.parametrize("n", SIDES)
def test_cosine_and_sine_equal_their_series(n):
    for k in {0, 1, 2, n // 3, n // 2 + 1, n - 1, -1, 3 * n + 2}:
        assert abs(cosine_in_radicals(n, k).decimal(45) - plain.cosine(k, n, 45)) < CLOSE
        assert abs(sine_in_radicals(n, k).decimal(45) - plain.cosine(4 * k - n, 4 * n, 45)) < CLOSE


def test_wide_polygons():
    for n in (255, 257, 272, 1285, 4096, 65535):
        assert abs(cosine_in_radicals(n).decimal(45) - plain.cosine(1, n, 45)) < CLOSE


def test_the_exact_identities_hold():
    for n in (5, 8, 12, 15, 17, 34):
        cosine, sine = cosine_in_radicals(n), sine_in_radicals(n)
        assert cosine * cosine + sine * sine == 1
        assert cosine_in_radicals(n, 2) == 2 * cosine * cosine - 1
        assert sine_in_radicals(n, 2) == 2 * sine * cosine


@pytest.mark.parametrize("n", [3, 5, 15, 17])
def test_the_nth_chebyshev_polynomial_is_one_there(n):
    cosine = cosine_in_radicals(n)
    before, now = Surd(1), cosine
    for _ in range(n - 1):
        before, now = now, 2 * cosine * now - before
    assert now == 1
    assert cosine < 1


def test_the_formulas_are_those_of_the_books():
    assert str(cosine_in_radicals(5)) == "(-1 + √5)/4"
    assert str(cosine_in_radicals(16)) == "√(2 + √2)/2"
    assert str(cosine_in_radicals(17)) == (
        "(-1 + √17 + √(34 - 2√17) + 2√(17 + 3√17 - 2√(34 + 2√17) - √(34 - 2√17)))/16"
    )
    assert to_tex(cosine_in_radicals(17)).startswith(r"\frac{-1+\sqrt{17}+\sqrt{34-2\sqrt{17}}")
    assert len(in_steps(cosine_in_radicals(257))) == 26
    assert in_steps(cosine_in_radicals(257))[0] == "r1 = √257"


def test_others_are_refused():
    for n in (7, 9, 25, 63357):
        with pytest.raises(ArgumentError, match=f"the regular {n}-gon cannot be constructed"):
            cosine_in_radicals(n)
    with pytest.raises(TypeError):
        cosine_in_radicals(17.0)


def check_tower(tower):
    for p in (5, 17, 257):
        for k in {1, 2, 3, p - 2}:
            try:
                found = tower(p).cosine(k).decimal(20)
            except (ArgumentError, RecursionError, IndexError, KeyError) as refused:
                raise AssertionError(p) from refused
            assert abs(found - plain.cosine(k, p, 20)) < Decimal("1e-18"), (p, k)


def test_the_comparison_rejects_every_known_mistake():
    check_tower(PeriodTower)
    assert_rejects(check_tower, plain.WRONG_TOWERS)


@pytest.mark.parametrize(
    ("p", "e"), [(5, 2), (7, 3), (13, 4), (17, 4), (17, 8), (31, 6), (257, 16)]
)
def test_periods_and_their_products_equal_their_definition(p, e):
    periods = gauss_periods(p, e)
    values = [plain.period(p, e, periods.root, j) for j in range(e)]
    assert sum(values) == pytest.approx(-1)
    for i in range(e):
        for j in range(e):
            constant, counts = periods.product(i, j)
            combined = constant + sum(c * value for c, value in zip(counts, values, strict=True))
            assert combined == pytest.approx(values[i] * values[j], abs=1e-9)
            assert constant + periods.f * sum(counts) == periods.f**2
    if periods.f % 2 == 0:
        for j in range(e):
            low, high = periods.bounds(j, 60)
            assert low / 2**60 == pytest.approx(values[j].real, abs=1e-9)
            assert 0 < high - low < 1000


def test_periods_of_other_numbers_are_refused():
    for p in (1, 2, 9, 15, -3):
        with pytest.raises(ArgumentError, match="p must be an odd prime"):
            gauss_periods(p, 1)
    with pytest.raises(ArgumentError, match="e must divide p - 1 = 16, got 3"):
        gauss_periods(17, 3)


def test_a_product_costs_one_addition_a_root():
    def additions(p):
        periods = gauss_periods(p, 2)
        constant, counts = periods.product(0, 0)
        return sum(counts) + constant / periods.f

    assert_cost_exponent(additions, [257, 1009, 4001], 1, within=0.01)


@pytest.mark.parametrize(("p", "count"), [(3, 0), (5, 1), (17, 4), (257, 24), (65537, 1141)])
def test_how_many_carlyle_circles_there_are(p, count):
    assert carlyle_circle_count(p) == count


@pytest.mark.parametrize("p", [5, 17])
def test_carlyle_circles_cut_the_axis_in_the_roots(p):
    circles = carlyle_circles(p)
    for circle in circles:
        one, other = circle.roots
        assert one + other == circle.s
        assert one * other == circle.p
        # on the circle with the diameter (0, 1), (s, p): the angle at (root, 0) is right
        assert all(root * (root - circle.s) + circle.p == 0 for root in circle.roots)
    assert 2 * cosine_in_radicals(p) in [root for circle in circles for root in circle.roots]


def test_carlyle_circles_of_257_lead_to_its_cosine():
    circles = carlyle_circles(257)
    for circle in circles:
        one, other = (root.decimal(40) for root in circle.roots)
        assert abs(one + other - circle.s.decimal(40)) < CLOSE * 10
        assert abs(one * other - circle.p.decimal(40)) < CLOSE * 1000
    cosines = [root.decimal(40) / 2 for root in circles[-1].roots]
    assert min(abs(cosine - plain.cosine(1, 257, 40)) for cosine in cosines) < CLOSE * 10
    assert math.log2(257 - 1) == len({circle.e for circle in circles}) + 1
    with pytest.raises(ArgumentError, match="Fermat primes"):
        carlyle_circles(7)
