"""Cosines of rational parts of the circle, between bounds that are certain, at any precision."""

import math
from functools import lru_cache

WIDTH = 3  # between the bounds
GUARD = 32  # bits to spare: each of a few hundred steps below loses a few units of the last place


def cosine_bounds(k: int, n: int, bits: int) -> tuple[int, int]:
    """Integers low <= cos(2 pi k / n) * 2^bits <= high, WIDTH units apart."""
    k = min(k % n, -k % n)  # between 0 and n / 2: half a turn
    flipped = 4 * k > n
    if flipped:  # cos(pi - t) = -cos t
        k, n = n - 2 * k, 2 * n
    precision = bits + GUARD
    angle = 2 * k * _pi(precision) // n
    square = angle * angle >> precision
    term = cosine = 1 << precision
    for j in range(1, precision):
        term = -(term * square >> precision) // ((2 * j - 1) * (2 * j))
        cosine += term
        if -1 <= term <= 1:
            break
    middle = (-cosine if flipped else cosine) >> GUARD
    return middle - 1, middle - 1 + WIDTH


@lru_cache(maxsize=16)
def _pi(bits: int) -> int:
    """pi * 2^bits by Machin's 16 arctan(1/5) - 4 arctan(1/239), a few units wrong at most."""
    wide = bits + GUARD
    return (16 * _arctan_of_inverse(5, wide) - 4 * _arctan_of_inverse(239, wide)) >> GUARD


def _arctan_of_inverse(x: int, bits: int) -> int:
    power = (1 << bits) // x
    total = 0
    for odd in range(1, 2 * bits, 2):
        if not power:
            break
        total += power // odd if odd % 4 == 1 else -(power // odd)
        power //= x * x
    return total


def cosine_float(k: int, n: int) -> float:
    """cos(2 pi k / n) correctly rounded, but for ties."""
    low, high = cosine_bounds(k, n, 80)
    return math.ldexp((low + high) / 2, -80)
