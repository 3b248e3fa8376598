"""How well candidates represent points, in rows, without holding all pairs of many points.

Up to DENSE pairs the matrix is kept, since a greedy choice asks for the same rows again and again;
beyond, rows are made when they are asked for, and memory stays at a few blocks.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np

from lemmata.arrays import Array, Namespace
from lemmata.linalg.blocks import spans
from lemmata.linalg.span import index_array

DENSE = 2**25  # pairs that are kept: n up to 5,792
BLOCK = 2**22  # pairs that are worked on at a time
ROWS = 64  # rows that are summed at a time: few enough to stay in a processor's cache


class Similarities(Protocol):
    """c candidates for n points: row j says how well candidate j represents each point."""

    @property
    def xp(self) -> Namespace: ...

    @property
    def shape(self) -> tuple[int, int]:
        """(c, n)."""
        ...

    def indices(self, candidates: list[int]) -> Array:
        """These candidates as an array, on the device of the similarities."""
        ...

    def rows(self, candidates: Array) -> Array:
        """The rows of these candidates, (b, n)."""
        ...

    def within(self, candidates: Array, points: Array) -> Array:
        """The rows of these candidates at these points, (b, p)."""
        ...

    def totals(self) -> Array:
        """What each candidate alone adds up to: the sum of the positive part of its row, (c,)."""
        ...

    def gains(self, candidates: Array, best: Array) -> Array:
        """What each of these would add to `best` (n,): sum_i max(r_i, best_i) - best_i, (b,)."""
        ...

    def all_gains(self, best: Array) -> Array:
        """The same of every candidate, (c,)."""
        ...


class Given:
    """Similarities at hand: `R` (c, n), R[j, i] says how well candidate j represents point i."""

    def __init__(self, xp: Namespace, R: Array) -> None:
        self.xp = xp
        self.shape: tuple[int, int] = (int(R.shape[0]), int(R.shape[1]))
        self._R = R
        self._flat = xp.reshape(R, (-1,))

    def indices(self, candidates: list[int]) -> Array:
        return index_array(self.xp, candidates, like=self._R)

    def rows(self, candidates: Array) -> Array:
        return self.xp.take(self._R, candidates, axis=0)

    def within(self, candidates: Array, points: Array) -> Array:
        places = candidates[:, None] * self.shape[1] + points[None, :]
        part = self.xp.take(self._flat, self.xp.reshape(places, (-1,)), axis=0)
        return self.xp.reshape(part, places.shape)

    def totals(self) -> Array:
        return self.all_gains(self.xp.zeros_like(self._R[0, :]))

    def all_gains(self, best: Array) -> Array:
        parts = (self._R[a:b, :] for a, b in spans(self.shape[0], ROWS))
        return gains_of(self.xp, parts, best)

    def gains(self, candidates: Array, best: Array) -> Array:
        parts = (self.rows(candidates[a:b]) for a, b in spans(candidates.shape[0], ROWS))
        return gains_of(self.xp, parts, best, spare=True)


class Cosines:
    """Inner products of the rows of `U` (n, d), unit vectors or 0, as many at a time as fit."""

    def __init__(self, xp: Namespace, U: Array) -> None:
        self.xp = xp
        self.shape: tuple[int, int] = (int(U.shape[0]), int(U.shape[0]))
        self._U = U
        self._transposed = xp.matrix_transpose(U)
        self._at_once = max(1, BLOCK // max(1, self.shape[0]))

    def indices(self, candidates: list[int]) -> Array:
        return index_array(self.xp, candidates, like=self._U)

    def rows(self, candidates: Array) -> Array:
        return self.xp.take(self._U, candidates, axis=0) @ self._transposed

    def within(self, candidates: Array, points: Array) -> Array:
        others = self.xp.matrix_transpose(self.xp.take(self._U, points, axis=0))
        return self.xp.take(self._U, candidates, axis=0) @ others

    def totals(self) -> Array:
        xp = self.xp
        sums = xp.zeros_like(self._U[:, 0])
        for a, b in spans(self.shape[0], self._at_once):  # each pair of blocks once
            part = self._U[a:b, :] @ self._transposed[:, a:]
            part = xp.maximum(part, xp.zeros_like(part[:1, :]))
            mirrored = xp.sum(part[:, b - a :], axis=0)
            own = sums[a:b] + xp.sum(part, axis=1)
            sums = xp.concat([sums[:a], own, sums[b:] + mirrored])
        return sums

    def all_gains(self, best: Array) -> Array:
        everyone = self.xp.arange(self.shape[0], dtype=self.xp.int64, device=self._U.device)
        return self.gains(everyone, best)

    def gains(self, candidates: Array, best: Array) -> Array:
        return gains_of(self.xp, self._parts(candidates), best, spare=True)

    def _parts(self, candidates: Array) -> Iterator[Array]:
        for a, b in spans(candidates.shape[0], self._at_once):
            block = self.rows(candidates[a:b])
            yield from (block[c:d, :] for c, d in spans(b - a, ROWS))


def cosines(xp: Namespace, U: Array) -> Similarities:
    """The cosines of the rows of `U` (n, d), unit vectors or 0: kept where they are few enough."""
    if U.shape[0] ** 2 <= DENSE:
        return Given(xp, U @ xp.matrix_transpose(U))
    return Cosines(xp, U)


def gains_of(xp: Namespace, parts: Iterable[Array], best: Array, *, spare: bool = False) -> Array:
    """What each row of the `parts` (b, n) would add to `best` (n,): sum_i max(r_i, best_i) - best_i.

    All sums are taken in the same order, so that a row that adds nothing gains exactly 0, and equal
    rows gain the same. `parts` may be overwritten if they are to `spare`, which keeps NumPy within
    the cache.
    """
    ones = xp.ones_like(best)
    sums = [_summed(xp, _higher(xp, rows, best, spare), ones) for rows in parts]
    together = sums[0] if len(sums) == 1 else xp.concat(sums)
    return xp.maximum(together - _summed(xp, best[None, :], ones), 0.0)


def _higher(xp: Namespace, rows: Array, best: Array, spare: bool) -> Array:
    if spare and isinstance(rows, np.ndarray):
        return np.maximum(rows, best, out=rows)
    return xp.maximum(rows, best[None, :])


def _summed(xp: Namespace, rows: Array, ones: Array) -> Array:
    """The sum of each row, equal for equal rows: for NumPy by BLAS, in half the time of `sum`."""
    if isinstance(rows, np.ndarray):
        return np.vecdot(rows, ones)
    return xp.sum(rows, axis=1)
