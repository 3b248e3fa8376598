"""Project Euler 454: lemmata in NumPy beside the same count in machine code.

    OPENBLAS_NUM_THREADS=1 python benchmarks/lemmata/reciprocal_pairs.py [--json]

The peer is the best published way, sum of mu(d) F(L / d^2) with F in M^(2/3) steps, as a loop that
numba compiles (its compilation is not timed). Processor time of one thread, in milliseconds, the
least of the runs.
"""

# ruff: noqa: N803, N806 - numbers are capitals, as in the problem

import time
from collections.abc import Callable, Iterator

import numpy as np
from beside import Row, report

from lemmata.numbers import count_reciprocal_pairs
from lemmata.numbers.sieves import moebius

RUNS = {10**9: 5, 10**10: 5, 10**11: 3, 10**12: 3, 10**13: 1}


def loops() -> Callable[[int], int] | None:
    """The peer; None where numba is not installed."""
    try:
        from numba import njit
    except ImportError:
        return None

    @njit
    def unrestricted(M: int) -> int:
        found = 0
        b = 2
        while b * (b + 1) <= M:
            if b * b < M // b:
                for c in range(b + 1, 2 * b):
                    found += M // (b * c)
            else:
                over = M // b
                for t in range(1, M // (b * b) + 1):
                    found += max(0, min(2 * b - 1, over // t) - b)
            b += 1
        return found

    @njit
    def with_moebius(L: int, mu: np.ndarray) -> int:
        found = 0
        for d in range(1, mu.size):
            if mu[d]:
                found += mu[d] * unrestricted(L // (d * d))
        return found

    def count(L: int) -> int:
        return int(with_moebius(L, moebius(int((L // 6) ** 0.5) + 1)))

    count(1000)
    return count


def least(function: Callable[[int], int], L: int) -> tuple[float, int]:
    taken = []
    answer = 0
    for _ in range(RUNS[L]):
        start = time.process_time()
        answer = function(L)
        taken.append(1e3 * (time.process_time() - start))
    return min(taken), answer


def rows() -> Iterator[Row]:
    peer = loops()
    for L in RUNS:
        ours, answer = least(count_reciprocal_pairs, L)
        theirs, same = least(peer, L) if peer else (None, None)
        yield {
            "L": f"10^{len(str(L)) - 1}",
            "f(L)": str(answer),
            "lemmata ms": ours,
            "numba ms": theirs,
            "numba / lemmata": theirs / ours if theirs else None,
            "agree": answer == same if peer else None,
        }


if __name__ == "__main__":
    report("reciprocal_pairs", rows(), ("numpy", "numba"))
