"""How many squarefree numbers there are up to x, for many large x at once.

Pawlewicz, "Counting Square-Free Numbers" (2011, arXiv:1107.4890): Theorem 1,
Q(x) = sum_{d <= sqrt(x)} mu(d) floor(x / d^2), the sum cut at D as in his faster algorithm: beyond D
the terms are gathered by the value i of floor(x / d^2), which turns them into sums of mu.
"""

import numpy as np
from numpy.typing import NDArray

from lemmata.numbers.exact_quotients import Integers, floor_roots
from lemmata.numbers.sieves import moebius


class SquarefreeCounts:
    """Q(x) for x up to the square of `root`, from the sums of mu up to `root` (5 bytes each)."""

    def __init__(self, root: int) -> None:
        self._mu = moebius(root)
        self._mertens = np.cumsum(self._mu, dtype=np.int32)

    def weighted(self, numbers: Integers, weights: NDArray[np.int64]) -> int:
        """The sum of weight * Q(x) over falling x > 0, about 1.5 cbrt(x) steps for each."""
        cuts = (2 * np.cbrt(numbers.astype(np.float64))).astype(np.int64)
        cuts = np.minimum(cuts, floor_roots(numbers))
        return self._directly(numbers, weights, cuts) + self._gathered(numbers, weights, cuts)

    def _directly(
        self, numbers: Integers, weights: NDArray[np.int64], cuts: NDArray[np.int64]
    ) -> int:
        """The terms d <= D, where D falls with x."""
        found = 0
        active = _how_many_reach(cuts)
        for d in np.flatnonzero(self._mu[: cuts[0] + 1]).tolist():
            k = active[d]
            found += int(self._mu[d]) * int(np.dot(numbers[:k] // (d * d), weights[:k]))
        return found

    def _gathered(
        self, numbers: Integers, weights: NDArray[np.int64], cuts: NDArray[np.int64]
    ) -> int:
        """The terms d > D: the sum of M(sqrt(x / i)) - M(D) over i <= x / (D + 1)^2."""
        found = 0
        last = (numbers // ((cuts + 1) * (cuts + 1))).astype(np.int64)
        # made to fall; a term too many is 0, as its root is at most D
        last = np.maximum.accumulate(last[::-1])[::-1]
        active = _how_many_reach(last)
        at_cut = self._mertens[cuts]
        for i in range(1, int(last[0]) + 1):
            k = active[i]
            roots = np.maximum(floor_roots(numbers[:k] // i), cuts[:k])
            found += int(np.dot(self._mertens[roots] - at_cut[:k], weights[:k]))
        return found


def _how_many_reach(falling: NDArray[np.int64]) -> list[int]:
    """For t = 0, 1, ..., falling[0]: how many entries of a falling sequence are at least t."""
    steps = np.arange(int(falling[0]) + 1)
    reach: list[int] = (falling.size - np.searchsorted(falling[::-1], steps)).tolist()
    return reach
