"""Cosines of parts of the circle, periods and polygons from their definitions.

Here are also the mistakes that are made with the tower of periods.
"""

import cmath
import math
from decimal import Decimal, localcontext

from lemmata.numbers import gauss_periods
from lemmata.numbers.periods import PeriodTower


def cosine(k, n, digits):
    """cos(2 pi k / n) by its series in decimals; pi by Gauss and Legendre's means."""
    with localcontext() as context:
        context.prec = digits + 15
        a, b, t, power = Decimal(1), 1 / Decimal(2).sqrt(), Decimal("0.25"), 1
        for _ in range(digits.bit_length() + 3):
            a, b, t, power = (a + b) / 2, (a * b).sqrt(), t - power * ((a - b) / 2) ** 2, 2 * power
        x = 2 * ((a + b) ** 2 / (4 * t)) * (k % n) / n
        total = term = Decimal(1)
        for j in range(1, 4 * digits + 60):
            term = -term * x * x / ((2 * j - 1) * (2 * j))
            total += term
        return total


def period(p, e, root, j):
    """eta_j as a complex number."""
    exponents = (pow(root, j + e * t, p) for t in range((p - 1) // e))
    return sum(cmath.exp(2j * math.pi * x / p) for x in exponents)


def totient(n):
    return sum(math.gcd(k, n) == 1 for k in range(1, n + 1))


def constructible(n):
    """Gauss and Wantzel: phi(n) is a power of two."""
    phi = totient(n)
    return phi & (phi - 1) == 0


class OrderSwapped(PeriodTower):
    """The roots of every quadratic in the other order."""

    def _sign(self, e, j):
        return -super()._sign(e, j)


class OrderGuessed(PeriodTower):
    """The first root is always the larger one."""

    def _sign(self, e, j):
        return 1 if j < e // 2 else -1


class ProductUnsigned(PeriodTower):
    """eta^2 + 4 p for eta^2 - 4 p."""

    def _discriminant(self, e, j):
        period = self.period(e, j)
        return 2 * period * period - super()._discriminant(e, j)


class NotPrimitive(PeriodTower):
    """2 for the primitive root: of order 8 modulo 17, 16 modulo 257."""

    def __init__(self, p):
        super().__init__(p)
        for e in self._levels:
            self._levels[e] = type(gauss_periods(p, e))(p, e, 2)


WRONG_TOWERS = {
    "the other order of roots": OrderSwapped,
    "the order guessed": OrderGuessed,
    "the sign of the product": ProductUnsigned,
    "no primitive root": NotPrimitive,
}
