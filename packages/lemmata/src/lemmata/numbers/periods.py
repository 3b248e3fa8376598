"""Gauss's periods of the p-th roots of unity, their products, and their values in radicals.

eta_j = sum of zeta^(g^(j + e t)) over t < f, where zeta = exp(2 pi i / p), g is a primitive root and
e f = p - 1 (Gauss, Disquisitiones Arithmeticae, 1801, section 7). A period of f roots splits into
two of f/2 as the roots of a quadratic whose coefficients are integer combinations of periods of f.
"""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

from lemmata.errors import ArgumentError
from lemmata.numbers.circle_values import WIDTH, cosine_bounds
from lemmata.numbers.surds import Surd, combination

SIGN_BITS = 128  # the first precision in which two periods are compared


@dataclass(frozen=True)
class GaussPeriods:
    """The e periods of f = (p - 1) / e roots of unity each; `root` is the primitive root g."""

    p: int
    e: int
    root: int

    @property
    def f(self) -> int:
        """The number of roots of unity in a period."""
        return (self.p - 1) // self.e

    @cached_property
    def exponents(self) -> tuple[tuple[int, ...], ...]:
        """The exponents of zeta in each period."""
        powers = _powers(self.p, self.root)
        return tuple(powers[j :: self.e] for j in range(self.e))

    def index(self, exponent: int) -> int:
        """Which period an exponent belongs to."""
        return _logarithms(self.p, self.root)[exponent % self.p] % self.e

    def product(self, i: int, j: int) -> tuple[int, tuple[int, ...]]:
        """m and (c_0, ..., c_(e-1)) with eta_i eta_j = m + sum_k c_k eta_k, in f additions.

        eta_i eta_j is the sum over t of the periods of g^i + g^(j + e t), or of f where that is 0.
        """
        first = self.exponents[i % self.e][0]
        counts = [0] * self.e
        ones = 0
        for exponent in self.exponents[j % self.e]:
            together = (first + exponent) % self.p
            if together:
                counts[self.index(together)] += 1
            else:
                ones += self.f
        return ones, tuple(counts)

    def bounds(self, j: int, bits: int) -> tuple[int, int]:
        """Integers low <= eta_j * 2^bits <= high, for real periods (f even, or f = p - 1)."""
        lows = _cosines(self.p, bits)
        low = sum(lows[min(x, self.p - x)] for x in self.exponents[j % self.e])
        return low, low + WIDTH * self.f


def gauss_periods(p: int, e: int) -> GaussPeriods:
    """The e periods of the p-th roots of unity, p an odd prime, e a divisor of p - 1.

    The primitive root is the smallest. ArgumentError otherwise.
    """
    if p < 3 or any(p % d == 0 for d in range(2, math.isqrt(max(p, 0)) + 1)):
        raise ArgumentError(f"p must be an odd prime, got {p}")
    if e < 1 or (p - 1) % e:
        raise ArgumentError(f"e must divide p - 1 = {p - 1}, got {e}")
    return GaussPeriods(p, e, _primitive_root(p))


@dataclass(frozen=True)
class Quadratic:
    """t^2 - eta t + (m + sum_k c_k eta_k), whose roots are the halves of the period eta = eta_j."""

    e: int
    j: int
    constant: int
    periods: tuple[tuple[int, int], ...]  # (k, c_k), c_k not 0


class PeriodTower:
    """The periods of a Fermat prime p for e = 1, 2, 4, ..., (p - 1) / 2, in square roots.

    The last are 2 cos(2 pi k / p). Which root of a quadratic is which period is told by bounds of
    both in trigonometric form, never by a guess.
    """

    def __init__(self, p: int) -> None:
        self.p = p
        self._levels = {2**i: gauss_periods(p, 2**i) for i in range((p - 1).bit_length() - 1)}
        self._found: dict[tuple[int, int], Surd] = {}

    def cosine(self, k: int) -> Surd:
        """cos(2 pi k / p); k not a multiple of p."""
        last = self._levels[(self.p - 1) // 2]
        return self.period(last.e, last.index(k)) / 2

    def index(self, e: int, exponent: int) -> int:
        """Which of the e periods an exponent belongs to."""
        return self._levels[e].index(exponent)

    def period(self, e: int, j: int) -> Surd:
        """eta_j among the e periods."""
        if e == 1:
            return Surd(-1)
        key = e, j % e
        if key not in self._found:
            half = self.period(e // 2, j) / 2
            root = self._discriminant(e // 2, j % (e // 2)).sqrt() / 2
            self._found[key] = half + self._sign(*key) * root
        return self._found[key]

    def quadratic(self, e: int, j: int) -> Quadratic:
        """The quadratic that splits eta_j of the e periods in two."""
        constant, counts = self._levels[2 * e].product(j, j + e)
        # the product of the halves does not change where they change places
        combined = tuple((k, counts[k]) for k in range(e) if counts[k])
        return Quadratic(e, j % e, constant, combined)

    def _discriminant(self, e: int, j: int) -> Surd:
        """eta_j^2 - 4 (product of its halves), as a combination of the e periods."""
        quadratic = self.quadratic(e, j)
        constant, counts = self._levels[e].product(j, j)
        weights = dict(enumerate(counts))
        for k, count in quadratic.periods:
            weights[k] -= 4 * count
        parts = [(weight, self.period(e, k)) for k, weight in weights.items() if weight]
        return combination([(constant - 4 * quadratic.constant, Surd(1)), *parts])

    def _sign(self, e: int, j: int) -> int:
        """1 if eta_j is above its other half eta_(j + e/2), else -1."""
        bits = SIGN_BITS
        while True:
            low, high = self._levels[e].bounds(j, bits)
            other_low, other_high = self._levels[e].bounds(j + e // 2, bits)
            if low > other_high or high < other_low:
                return 1 if low > other_high else -1
            bits *= 2


@lru_cache(maxsize=4)
def _cosines(p: int, bits: int) -> tuple[int, ...]:
    """Lower bounds of cos(2 pi k / p) * 2^bits for k <= p / 2, each WIDTH below an upper one."""
    return tuple(cosine_bounds(k, p, bits)[0] for k in range(p // 2 + 1))


@lru_cache(maxsize=8)
def _powers(p: int, root: int) -> tuple[int, ...]:
    """root^0, root^1, ..., root^(p - 2) modulo p."""
    powers = [1]
    for _ in range(p - 2):
        powers.append(powers[-1] * root % p)
    return tuple(powers)


@lru_cache(maxsize=8)
def _logarithms(p: int, root: int) -> tuple[int, ...]:
    """The exponent of root for each of 1, ..., p - 1; the first entry is not one."""
    logarithms = [0] * p
    for exponent, power in enumerate(_powers(p, root)):
        logarithms[power] = exponent
    return tuple(logarithms)


def _primitive_root(p: int) -> int:
    order = p - 1
    factors = [q for q in range(2, order + 1) if order % q == 0 and _is_prime(q)]
    return next(g for g in range(2, p + 1) if all(pow(g, order // q, p) != 1 for q in factors))


def _is_prime(q: int) -> bool:
    return all(q % d for d in range(2, math.isqrt(q) + 1))
