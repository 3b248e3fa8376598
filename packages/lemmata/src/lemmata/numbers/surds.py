"""Real numbers made of rationals by arithmetic and square roots, exact.

A Surd is a rational combination of products of roots, and a root is that of another Surd, so that
common parts are shared however deep they nest. Refused: a computer algebra system (its simplifier
is what takes the time) and floating point (its sign of a small difference is a guess).
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import ClassVar, Union
from weakref import WeakValueDictionary

from lemmata.errors import ArgumentError

Number = Union["Surd", Fraction, int]
Bounds = tuple[int, int]

MOST_BITS = 1 << 22  # beyond it a sign is not worth its price
TRIAL = 1000  # square factors of larger primes stay under the root


class Root:
    """The positive square root of a positive Surd with coprime integer coefficients.

    Equal radicands, term by term, have one and the same Root.
    """

    __slots__ = ("__weakref__", "_bits", "_bounds", "height", "radicand")
    _known: ClassVar["WeakValueDictionary[frozenset[tuple[Monomial, Fraction]], Root]"]

    def __init__(self, radicand: "Surd") -> None:
        self.radicand = radicand
        self.height: int = 1 + max((root.height for root in radicand.roots()), default=0)
        self._bits, self._bounds = -1, (0, 0)

    @classmethod
    def of(cls, radicand: "Surd") -> "Root":
        """The root of `radicand`, made once."""
        key = frozenset(radicand.terms.items())
        root = cls._known.get(key)
        if root is None:
            root = cls._known[key] = cls(radicand)
        return root

    def bounds(self, bits: int) -> Bounds:
        """Integers low <= self * 2^bits <= high; those of one precision are remembered."""
        if self._bits != bits:
            low, high = self.radicand.bounds(bits)
            root_high = math.isqrt(max(high, 0) << bits) + 1
            self._bits, self._bounds = bits, (math.isqrt(max(low, 0) << bits), root_high)
        return self._bounds


Root._known = WeakValueDictionary()
Monomial = frozenset[Root]
ONE: Monomial = frozenset()


class Surd:
    """A sum of rational multiples of products of square roots; arithmetic and == are exact."""

    __hash__ = None  # type: ignore[assignment]  # equal numbers may be written differently
    __slots__ = ("terms",)

    def __init__(self, terms: Mapping[Monomial, Fraction] | Fraction | int = 0) -> None:
        given = terms if isinstance(terms, Mapping) else {ONE: Fraction(terms)}
        self.terms: Mapping[Monomial, Fraction] = MappingProxyType(
            {monomial: value for monomial, value in given.items() if value}
        )

    def __add__(self, other: Number) -> "Surd":
        return combination([(Fraction(1), self), (Fraction(1), surd(other))])

    __radd__ = __add__

    def __neg__(self) -> "Surd":
        return Surd({monomial: -value for monomial, value in self.terms.items()})

    def __sub__(self, other: Number) -> "Surd":
        return self + -surd(other)

    def __rsub__(self, other: Number) -> "Surd":
        return surd(other) - self

    def __mul__(self, other: Number) -> "Surd":
        parts = []
        for mine, value in self.terms.items():
            for its, factor in surd(other).terms.items():
                product = Surd({mine ^ its: Fraction(1)})
                for root in mine & its:
                    product = product * root.radicand
                parts.append((value * factor, product))
        return combination(parts)

    __rmul__ = __mul__

    def __truediv__(self, other: Number) -> "Surd":
        divisor = surd(other)
        if divisor.is_rational():
            return self * (1 / divisor.rational())
        return self * divisor.inverse()

    def __rtruediv__(self, other: Number) -> "Surd":
        return surd(other) / self

    def inverse(self) -> "Surd":
        """1 / self, its denominator made rational; ZeroDivisionError for 0."""
        if self.is_rational():
            return Surd(1 / self.rational())
        if self.sign() == 0:
            raise ZeroDivisionError("a surd that is 0 has no inverse")
        outermost = max(self.roots(), key=lambda root: root.height)
        with_root = {m - {outermost}: v for m, v in self.terms.items() if outermost in m}
        rest = Surd({m: v for m, v in self.terms.items() if outermost not in m})
        conjugate = rest - Surd(with_root) * Surd({frozenset({outermost}): Fraction(1)})
        norm = rest * rest - Surd(with_root) * Surd(with_root) * outermost.radicand
        if norm.sign() == 0:  # then the conjugate is 0
            return (2 * rest).inverse()
        return conjugate * norm.inverse()

    def sqrt(self) -> "Surd":
        """The non-negative square root; ArgumentError where self is negative."""
        sign = self.sign()
        if sign <= 0:
            if sign:
                raise ArgumentError(f"a square root needs a number >= 0, got {float(self):g}")
            return Surd(0)
        values = self.terms.values()
        below = math.lcm(*(value.denominator for value in values))
        above = math.gcd(*(int(value * below) for value in values))
        square, rest = _square_part(above * below)
        radicand = self * Fraction(below, above) * rest
        if radicand.terms == {ONE: 1}:
            return Surd(Fraction(square, below))
        return Surd({frozenset({Root.of(radicand)}): Fraction(square, below)})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Surd | Fraction | int):
            return NotImplemented
        return (self - other).sign() == 0

    def __lt__(self, other: Number) -> bool:
        return (self - other).sign() < 0

    def __gt__(self, other: Number) -> bool:
        return (self - other).sign() > 0

    def __float__(self) -> float:
        return float(self.decimal(20))

    def __str__(self) -> str:
        from lemmata.numbers.surd_text import to_text

        return to_text(self)

    __repr__ = __str__

    def is_rational(self) -> bool:
        """Whether it is written without a root."""
        return all(monomial == ONE for monomial in self.terms)

    def rational(self) -> Fraction:
        """The term without a root."""
        return self.terms.get(ONE, Fraction(0))

    def roots(self) -> set[Root]:
        """The roots at its surface."""
        return {root for monomial in self.terms for root in monomial}

    def all_roots(self) -> list[Root]:
        """Every root in it, the inner ones first."""
        return list(_inner_first(self, {}))

    def sign(self) -> int:
        """-1, 0 or 1, certain: by bounds, and 0 only where a non-zero value would have shown.

        A surd over its denominator is an algebraic integer of degree at most D = 2^roots, all of
        its conjugates at most U in size (every root replaced by the root of a bound), so that if it
        is not 0 the product of its conjugates is at least 1 and it is at least U^(1 - D).
        ArgumentError where that takes more than MOST_BITS bits.
        """
        if self.is_rational():
            value = self.rational()
            return (value > 0) - (value < 0)
        bits = 64
        while True:
            low, high = self.bounds(bits)
            if low > 0 or high < 0:
                return 1 if low > 0 else -1
            margin = bits - max(-low, high).bit_length()  # |self| < 2^-margin
            needed = self._bits_of_least()
            if margin > needed:
                return 0
            if needed > MOST_BITS:
                raise ArgumentError("whether this is 0 cannot be decided: too many roots in it")
            bits = min(2 * bits, needed + 64) if bits < needed else bits + 64

    def _bits_of_least(self) -> int:
        """B such that |self| >= 2^-B unless it is 0."""
        roots = self.all_roots()
        sizes: dict[Root, float] = {}
        for root in roots:
            sizes[root] = _size(root.radicand, sizes) / 2
        below = math.lcm(*(value.denominator for value in self.terms.values()))
        return int(_size(self * below, sizes) * (2 ** len(roots) - 1)) + below.bit_length() + 2

    def bounds(self, bits: int) -> Bounds:
        """Integers low <= self * 2^bits <= high, a few units apart."""
        total_low = total_high = 0
        for monomial, value in self.terms.items():
            low = high = 1 << bits
            for root in monomial:
                least, most = root.bounds(bits)
                low = low * least >> bits
                high = -(-high * most >> bits)
            if value < 0:
                low, high = high, low
            total_low += low * value.numerator // value.denominator
            total_high -= -high * value.numerator // value.denominator
        return total_low, total_high

    def decimal(self, digits: int) -> Decimal:
        """self rounded (half to even) to `digits` digits after the point, every one of them right."""
        if digits < 0:
            raise ArgumentError(f"digits must be at least 0, got {digits}")
        bits = 64 + math.ceil(digits * math.log2(10))
        while True:
            low, high = (_rounded(bound, bits, digits) for bound in self.bounds(bits))
            if low == high:
                return low
            if (self - Fraction(low + high) / 2).sign() == 0:  # half way, exactly
                return _rounded(int((low + high) * 10**digits * 2**bits) // 2, bits, digits)
            bits *= 2


def surd(number: Number) -> Surd:
    """A Surd of any exact number."""
    return number if isinstance(number, Surd) else Surd(number)


def combination(parts: Iterable[tuple[Fraction | int, Surd]]) -> Surd:
    """The sum of weight * number."""
    terms: dict[Monomial, Fraction] = {}
    for weight, number in parts:
        for monomial, value in number.terms.items():
            terms[monomial] = terms.get(monomial, Fraction(0)) + weight * value
    return Surd(terms)


def _inner_first(number: Surd, seen: dict[Root, None]) -> Iterator[Root]:
    for root in sorted(number.roots() - set(seen), key=lambda root: root.height):
        yield from _inner_first(root.radicand, seen)
        if root not in seen:
            seen[root] = None
            yield root


def _size(number: Surd, sizes: Mapping[Root, float]) -> float:
    """A bound of log2 of the conjugates of a Surd with integer coefficients, at least 1."""
    parts = [
        abs(value.numerator).bit_length() + sum(sizes[root] for root in monomial)
        for monomial, value in number.terms.items()
    ]
    return max(parts, default=0.0) + len(parts).bit_length() + 1e-6


def _square_part(number: int) -> tuple[int, int]:
    """s and t with s^2 t = number, t without square factors of small primes."""
    square, rest = 1, number
    for p in range(2, TRIAL):
        if p * p > rest:
            break
        while rest % (p * p) == 0:
            square, rest = square * p, rest // (p * p)
    whole = math.isqrt(rest)
    return (square * whole, 1) if whole * whole == rest else (square, rest)


def _rounded(scaled: int, bits: int, digits: int) -> Decimal:
    whole = round(Fraction(scaled * 10**digits, 1 << bits))
    context = Context(prec=max(len(str(whole)), 1), rounding=ROUND_HALF_EVEN)
    return Decimal(whole).scaleb(-digits, context)
