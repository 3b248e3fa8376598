"""Nested square roots: exact arithmetic, certain signs, every digit right."""

import math
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lemmata.errors import ArgumentError
from lemmata.numbers import Surd, in_steps, to_tex, to_text
from lemmata.numbers.circle_values import cosine_bounds, cosine_float

many = settings(deadline=None, max_examples=30, derandomize=True)
fractions = st.fractions(-20, 20, max_denominator=12)


def root(n):
    return Surd(n).sqrt()


@st.composite
def surds(draw, depth=2):
    """A random Surd and its value to 60 digits, built by the same operations."""
    value = draw(fractions)
    number, decimal = Surd(value), Decimal(value.numerator) / Decimal(value.denominator)
    for _ in range(draw(st.integers(0, 2)) if depth else 0):
        inner, size = draw(surds(depth=depth - 1))
        factor = draw(st.integers(-3, 3))
        if size > Decimal("1e-30"):
            inner, size = inner.sqrt(), size.sqrt()
        number, decimal = number + factor * inner, decimal + factor * size
    return number, decimal


@pytest.fixture(autouse=True)
def sixty_digits():
    with localcontext() as context:
        context.prec = 60
        yield


@many
@given(surds(), surds())
def test_arithmetic_agrees_with_decimals(one, other):
    (x, a), (y, b) = one, other
    for exact, value in ((x + y, a + b), (x - y, a - b), (x * y, a * b)):
        assert abs(exact.decimal(40) - value) < Decimal("1e-38")


@many
@given(surds())
def test_an_inverse_is_one(one):
    x, value = one
    assume(abs(value) > Decimal("1e-20"))
    assert abs((1 / x).decimal(30) - 1 / value) < Decimal("1e-28") * (1 + abs(1 / value)) ** 2
    assert (x / x - 1).sign() == 0


@many
@given(surds(), surds())
def test_the_laws_of_a_ring_hold_exactly(one, other):
    (x, _), (y, _) = one, other
    assert (x + y) * (x - y) - (x * x - y * y) == 0
    assert (x + y) * (x + y) == x * x + 2 * x * y + y * y


@many
@given(surds())
def test_the_root_of_a_square_is_the_size(one):
    x, value = one
    assert (x * x).sqrt() == (x if value >= 0 else -x)


@many
@given(surds())
def test_bounds_close_in_on_the_number(one):
    x, value = one
    for bits in (10, 100, 180):
        low, high = x.bounds(bits)
        assert low <= value * 2**bits + Decimal("1e-3")
        assert high >= value * 2**bits - Decimal("1e-3")
    low, high = x.bounds(150)
    assert high - low < 2**60


def test_zero_in_disguise_is_zero():
    a, b = (34 - 2 * root(17)).sqrt(), (34 + 2 * root(17)).sqrt()
    assert a * b == 8 * root(17)
    assert root(2) + root(3) == (5 + 2 * root(6)).sqrt()
    assert (root(2) + root(3) - (5 + 2 * root(6)).sqrt()).sign() == 0
    assert 1 / (a * b - 8 * root(17) + 1) == 1
    with pytest.raises(ZeroDivisionError):
        _ = 1 / (a * b - 8 * root(17))


def test_what_is_nearly_zero_is_not():
    # sqrt(10^40 + 1) - 10^20 is 5e-21, which a float calls 0
    near = root(10**40 + 1) - 10**20
    assert near.sign() == 1
    assert near != 0
    assert near > 0 > -near
    assert float(10**40 + 1) ** 0.5 - 1e20 == 0
    # two sums of roots that agree to 13 digits
    close = root(10) + root(11) - root(5) - root(18)
    assert close.sign() == (-1 if 10**0.5 + 11**0.5 < 5**0.5 + 18**0.5 else 1)


def test_digits_are_all_right():
    assert str(root(2).decimal(50)) == "1.41421356237309504880168872420969807856967187537695"
    assert str(Surd(Fraction(1, 8)).decimal(2)) == "0.12"
    assert str(Surd(Fraction(3, 8)).decimal(2)) == "0.38"
    assert str(Surd(Fraction(-1, 3)).decimal(0)) == "0"
    assert str(Surd(7).decimal(3)) == "7.000"
    assert float(root(2)) == math.sqrt(2)
    with pytest.raises(ArgumentError, match="digits"):
        root(2).decimal(-1)


def test_roots_are_written_in_least_terms():
    assert str(root(12)) == "2√3"
    assert str(root(Fraction(1, 2))) == "√2/2"
    assert str(root(Fraction(9, 4))) == "3/2"
    assert str(root(0)) == "0"
    assert str((root(2) - 3) / 6) == "(-3 + √2)/6"
    assert repr(-root(2) * root(3)) == "-√2·√3"
    assert to_text((8 + 4 * root(3)).sqrt()) == "2√(2 + √3)"
    assert to_tex((1 + root(5)) / 4) == r"\frac{1+\sqrt{5}}{4}"
    assert in_steps((2 + root(2)).sqrt()) == ["r1 = √2", "r2 = √(2 + r1)", "r2"]


def test_equal_roots_are_one_root():
    assert root(5).roots() == root(20).roots() == root(Fraction(1, 5)).roots()
    assert len((root(5) + root(45)).terms) == 1


def test_a_negative_number_has_no_root():
    with pytest.raises(ArgumentError, match=r">= 0, got -0\.31"):
        (root(2) - root(3)).sqrt()


def test_other_types_are_refused():
    assert Surd(1) != "1"
    with pytest.raises(TypeError):
        hash(Surd(1))


def test_cosines_lie_between_their_bounds():
    for n in (1, 2, 3, 4, 5, 17, 257, 1000):
        for k in {0, 1, n // 4, n // 3, n // 2, n - 1, 5 * n + 1}:
            low, high = cosine_bounds(k, n, 40)
            assert low - 1 <= math.cos(2 * math.pi * (k % n) / n) * 2**40 <= high + 1
            assert cosine_float(k, n) == pytest.approx(
                math.cos(2 * math.pi * (k % n) / n), abs=1e-14
            )
    thirds = [cosine_bounds(1, 3, bits) for bits in (100, 1000)]
    assert all(
        low <= -(2**bits) // 2 <= high
        for (low, high), bits in zip(thirds, (100, 1000), strict=True)
    )
