"""N = a b + c with the least a + b + c: the flattest way to write N with one product.

With s = a + b and d = |a - b| the sum is s + c, c = N - (s^2 - d^2)/4, so that for each s the
smallest admissible d is best; s runs up from the root of 4N until it passes the best sum. Refused:
floating roots (wrong beyond 2^52), and trying every a.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lemmata.arguments import natural

FIRST = 256  # sums tried with Python's integers before arrays pay
BLOCK = 1 << 14  # sums tried at once: they stay in the cache
# float64 knows D = s^2 - 4N to 4 units in 2^53 and its root d to 3, less than 1 for these d
LARGEST_DIFFERENCE = 2**51


class Decomposition(NamedTuple):
    """N = a b + c with 0 <= a <= b and c >= 0."""

    a: int
    b: int
    c: int


def min_sum_decomposition(N: int) -> Decomposition:
    """The a <= b and c >= 0 with N = a b + c and the least a + b + c; of several, the least c.

    Exact for every integer N >= 0. About 1.183 N^(1/6) sums a + b are tried on average, fewer than
    2 N^(1/4) + 4 for every N; up to N near 10^44 in NumPy, beyond in Python's integers.
    ArgumentError if N is negative, TypeError if it is not an integer.
    """
    N = natural("N", N)
    if N < 4:
        return Decomposition(0, 0, N)
    s = math.isqrt(4 * N)
    found = _Best(N, s)
    while s <= found.total:
        size = min(s - found.first, BLOCK)  # as many again, so that little is tried in vain
        if size < FIRST or _difference(N, s + size) >= LARGEST_DIFFERENCE:
            found.offer(s, _difference(N, s))
            s += 1
        else:
            found.offer(*_best_of_block(N, s, size))
            s += size
    return found.decomposition()


def min_sums(limit: int) -> NDArray[np.int64]:
    """The least a + b + c for N = 0, 1, ..., limit: the sums of `min_sum_decomposition`, at once.

    As a + b + c = N + 1 - (a - 1)(b - 1), the least sum is N + 1 less the running maximum of
    (a - 1)(b - 1) over the products a b <= N, and only pairs with a small difference d can hold it:
    d^2 <= r (4 sqrt(N) + r), r = 2 + sqrt(1 + 4 sqrt(N)). O(N^(7/8)) pairs, O(N) memory.
    """
    limit = natural("limit", limit)
    N = np.arange(limit + 1, dtype=np.int64)
    if limit < 4:
        return N
    gain = np.ones(limit + 1, dtype=np.int64)  # a = 0, b = 0: the sum is N
    least = math.isqrt(limit) + 1
    for d in range(_widest_difference(limit), -1, -1):  # the smallest d has the last word on a b
        while least > 2 and _widest_difference((least - 1) * (least - 1 + d)) >= d:
            least -= 1
        most = (math.isqrt(4 * limit + d * d) - d) // 2
        a = np.arange(least, most + 1, dtype=np.int64)
        gain[a * (a + d)] = (a - 1) * (a + d - 1)
    N += 1
    N -= np.maximum.accumulate(gain, out=gain)
    return N


class _Best:
    """The best sum found so far."""

    def __init__(self, N: int, first: int) -> None:
        self.N, self.first, self.total = N, first, N
        self.s = self.d = 0

    def offer(self, s: int, d: int) -> None:
        total = s + self.N - (s * s - d * d) // 4
        if total <= self.total:  # a later s with the same sum leaves less over
            self.total, self.s, self.d = total, s, d

    def decomposition(self) -> Decomposition:
        return Decomposition((self.s - self.d) // 2, (self.s + self.d) // 2, self.total - self.s)


def _difference(N: int, s: int) -> int:
    """The least d of the parity of s with d^2 >= s^2 - 4N."""
    excess = s * s - 4 * N
    d = math.isqrt(excess - 1) + 1 if excess > 0 else 0
    return d + (d ^ s) % 2


def _best_of_block(N: int, s: int, size: int) -> tuple[int, int]:
    """The s' in s, ..., s + size - 1 with the least sum, the largest such, and its difference d.

    D = s'^2 - 4N may be far above 2^63: d comes from its float64 and may be one off, which shows in
    d^2 - D, exact although both are known modulo 2^64 only, as it is small.
    """
    step = np.arange(size, dtype=np.float64)
    start = s * s - 4 * N
    k = np.arange(size, dtype=np.uint64)
    exact = k * k + k * np.uint64(2 * s % 2**64) + np.uint64(start % 2**64)
    d = np.ceil(np.sqrt(step * step + step * float(2 * s) + float(start))).astype(np.uint64)
    over = (d * d - exact).view(np.int64)
    d += over < 0
    d -= ((d - np.uint64(1)) * (d - np.uint64(1)) - exact).view(np.int64) >= 0
    d += (d ^ (k + np.uint64(s % 2))) & np.uint64(1)
    rest = (d * d - exact).view(np.int64) // 4
    totals = rest + k.view(np.int64)
    best = size - 1 - int(np.argmin(totals[::-1]))
    return s + best, int(d[best])


def _widest_difference(N: int) -> int:
    """No best a, b for any number up to N lies further apart."""
    root = math.isqrt(N) + 1
    slack = 3 + math.isqrt(1 + 4 * root)
    return math.isqrt(slack * (4 * root + slack))
