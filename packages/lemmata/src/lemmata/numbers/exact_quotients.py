"""Floors of quotients and of square roots over whole arrays, exact for integers of any size.

Float64 division is several times faster than int64 division, and exact where it matters: for
integers a, b > 0 with a < 2^53, a/b is an integer or at least 1/b below the next one, which is more
than half a unit in the last place of a quotient <= a/b, so the rounded quotient has the same floor.
From 2^53 on it is int64, from 2^60 on Python integers in an object array.
"""

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Integers: TypeAlias = NDArray[Any]  # of dtype float64 (integral values), int64 or object

FLOAT_EXACT = 2**53
INT_EXACT = 2**60  # leaves room for a sum with weights
ROOT_EXACT = 2**52  # below it the rounded root of a float64 has the floor of the root


def floor_quotients(
    numerator: int, divisors: NDArray[np.float64], out: NDArray[np.float64]
) -> Integers:
    """numerator // divisor for each; `out` is room for them, used or not."""
    if numerator < FLOAT_EXACT:
        room = out[: divisors.size]
        np.divide(float(numerator), divisors, out=room)
        return np.floor(room, out=room)
    whole = divisors.astype(np.int64)
    if numerator < INT_EXACT:
        return np.floor_divide(np.int64(numerator), whole)
    return numerator // whole.astype(object)


def integers_over(numerator: int, divisors: NDArray[np.int64]) -> Integers:
    """numerator // divisor for each, to be computed with further: int64 or object."""
    wide = numerator >= INT_EXACT
    numbers: Integers = numerator // (divisors.astype(object) if wide else divisors)
    return numbers


def floor_roots(squares: Integers) -> NDArray[np.int64]:
    """The floors of the square roots of non-negative integers that fall."""
    if squares.dtype == object:
        return np.array([math.isqrt(square) for square in squares], dtype=np.int64)
    roots = np.sqrt(squares.astype(np.float64)).astype(np.int64)
    if squares.size and squares[0] >= ROOT_EXACT:
        roots -= roots * roots > squares
        roots += (roots + 1) * (roots + 1) <= squares
    return roots


def total(integers: Integers) -> int:
    """Their sum, exact where it is below 2^53 (float64) or 2^63 (int64)."""
    return int(np.add.reduce(integers)) if integers.size else 0
