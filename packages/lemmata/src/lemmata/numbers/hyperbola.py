"""Lattice points (b, c) with b < c < 2b on and under a hyperbola b c = N.

Where b (2b - 1) <= N all of the c are under the hyperbola, so that only the b between the roots of
N/2 and N need a division. Refused: the walk along the convex hull of the points, N^(1/3) corners one
after the other, which arrays cannot do at once.
"""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from lemmata.numbers.exact_quotients import Integers, floor_quotients, total

CHUNK = 1 << 13  # quotients made at once: they stay in the cache
KEPT = 1 << 20  # divisors kept as an array


class Hyperbola:
    """Counts and lists such points; holds the arrays that every call needs."""

    def __init__(self) -> None:
        self._kept = np.arange(KEPT, dtype=np.float64)
        self._room = np.empty(CHUNK)

    def count(self, N: int) -> int:
        """G(N): the number of pairs with b c <= N."""
        full = (1 + math.isqrt(1 + 8 * N)) // 4  # the last b with b (2b - 1) <= N
        last = max(full, (math.isqrt(1 + 4 * N) - 1) // 2)  # the last b with b (b + 1) <= N
        count = full * (full - 1) // 2 - (full + 1 + last) * (last - full) // 2
        for start in range(full + 1, last + 1, CHUNK):
            count += total(self._quotients(N, start, min(start + CHUNK, last + 1)))
        return count

    def quotients(self, L: int, first: int, last: int) -> Iterator[Integers]:
        """L // (b c) for each pair with first <= b c <= last, in arrays that are soon overwritten."""
        least = (1 + math.isqrt(8 * (first - 1) + 1)) // 4 + 1  # b (2b - 1) >= first from here on
        for b in range(least, (math.isqrt(1 + 4 * last) - 1) // 2 + 1):
            over = L // b
            stop = min(2 * b - 1, last // b) + 1
            for start in range(max(b, (first - 1) // b) + 1, stop, CHUNK):
                yield self._quotients(over, start, min(start + CHUNK, stop))

    def _quotients(self, numerator: int, start: int, stop: int) -> Integers:
        """numerator // c for start <= c < stop."""
        return floor_quotients(numerator, self._integers(start, stop), self._room)

    def _integers(self, start: int, stop: int) -> NDArray[np.float64]:
        if stop <= KEPT:
            return self._kept[start:stop]
        return np.arange(start, stop, dtype=np.float64)
