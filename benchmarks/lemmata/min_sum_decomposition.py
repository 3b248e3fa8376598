"""N = a b + c with the least sum: single numbers and whole ranges, beside plain loops.

    OPENBLAS_NUM_THREADS=1 python benchmarks/lemmata/min_sum_decomposition.py [--json]

Peers: the published algorithm in Python's integers, for five random numbers of each size, and for
all N up to 10^7 the same compiled by numba. Milliseconds of processor time, for the range the least
of three runs, for a number the mean of five.
"""

# ruff: noqa: N803, N806 - numbers are capitals, as in the problem

import math
import random
import time
from collections.abc import Callable, Iterator

from beside import Row, report

from lemmata.numbers import min_sum_decomposition, min_sums

SIZES = (12, 20, 28, 36, 42)
PLAIN = 36  # beyond it the loop takes half a minute for each number


def plain_loop(N: int) -> tuple[int, int, int]:
    s = math.isqrt(4 * N)
    best = 0, 0, N
    while s <= sum(best):
        excess = s * s - 4 * N
        d = math.isqrt(excess - 1) + 1 if excess > 0 else 0
        d += (d ^ s) & 1
        a, b = (s - d) // 2, (s + d) // 2
        if a + b + N - a * b <= sum(best):
            best = a, b, N - a * b
        s += 1
    return best


def timed(function: Callable[..., object], *arguments: object) -> tuple[float, object]:
    start = time.process_time()
    answer = function(*arguments)
    return 1e3 * (time.process_time() - start), answer


def numbers() -> Iterator[Row]:
    for size in SIZES:
        draw = random.Random(size)
        ours = theirs = 0.0
        same = True
        for _ in range(5):
            N = draw.randrange(10**size, 2 * 10**size)
            taken, answer = timed(min_sum_decomposition, N)
            ours += taken / 5
            if size <= PLAIN:
                taken, other = timed(plain_loop, N)
                theirs += taken / 5
                same = same and answer == other
        yield row(f"one N near 10^{size}", ours, "Python loop", theirs or None, same)


def compiled() -> Callable[[int], int] | None:
    try:
        from numba import njit
    except ImportError:
        return None

    @njit
    def total(limit: int) -> int:
        found = 0
        for N in range(1, limit + 1):
            best = N
            s = int(math.sqrt(4 * N))
            while s <= best:
                excess = s * s - 4 * N
                d = math.ceil(math.sqrt(excess)) if excess > 0 else 0
                d += (d ^ s) & 1
                best = min(best, s + (d * d - excess) // 4)
                s += 1
            found += best
        return found

    total(10)
    return total


def range_row() -> Row:
    limit = 10**7
    ours, answer = min(timed(lambda: int(min_sums(limit).sum())) for _ in range(3))
    peer = compiled()
    theirs, other = timed(peer, limit) if peer else (None, answer)
    return row(f"sum of S(N), N ≤ 10^7: {answer}", ours, "numba loop", theirs, answer == other)


def row(what: str, ours: float, peer: str, theirs: float | None, same: bool) -> Row:
    return {
        "what": what,
        "lemmata ms": ours,
        "peer": peer,
        "peer ms": theirs,
        "peer / lemmata": theirs / ours if theirs else None,
        "agree": same if theirs else None,
    }


def rows() -> Iterator[Row]:
    yield from numbers()
    yield range_row()


if __name__ == "__main__":
    report("min_sum_decomposition", rows(), ("numpy", "numba"))
