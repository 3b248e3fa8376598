"""The span of picked columns: an orthonormal basis, and what of each column lies outside it.

The matrix is never overwritten: k picks cost k passes over it, where a full pivoted QR costs
min(m, n). Squared lengths are downdated, as in every pivoted QR, and a column's is computed anew
once most of its digits are gone (the remedy of Drmac & Bujanovic 2008 for LAPACK's own failure).
"""

import math

from lemmata.arrays import Array, Namespace, adjoint, conjugate, epsilon_of, spread, squares
from lemmata.linalg.blocks import squared_lengths, squared_rests


class Span:
    """The span of the columns of `A` (m, n) that have been picked so far.

    Q (m, j) is its orthonormal basis and R (j, n) = Q* A. `length` (n,) is the squared length of
    what of each column lies outside, 0 for a picked one; `outside` is the same with 0 for what is
    mere rounding. `A` must be in range (`in_range`).
    """

    def __init__(self, xp: Namespace, A: Array, picks: list[int] | None = None) -> None:
        m, n = A.shape
        self.xp = xp
        self.A = A
        self.picks = list(picks or ())
        self._columns = xp.arange(n, dtype=xp.int64, device=A.device)
        self.Q, _ = xp.linalg.qr(xp.take(A, self.order(), axis=1))
        self.R = adjoint(xp, self.Q) @ A
        self.length = squared_lengths(xp, A)
        self.total = float(xp.sum(self.length))
        # a zero rest is computed as anything up to about this size (the rule of matrix_rank)
        largest = float(xp.max(self.length)) if n else 0.0
        self.rounding = (max(m, n) * epsilon_of(xp, A)) ** 2 * largest
        self._whole = self._known = self.length  # the lengths at first, and as last computed
        self.length = self.length - xp.sum(squares(xp, self.R), axis=0)
        self._settle()

    def exhausted(self) -> bool:
        """Whether every column lies in the span, up to rounding."""
        return not bool(self.xp.any(self.outside > 0))

    def error(self) -> float:
        """The Frobenius norm outside the span over that of the matrix; 0 for a zero matrix."""
        left = float(self.xp.sum(self.length))
        return math.sqrt(left / self.total) if self.total > 0 else 0.0

    def add(self, pick: int) -> None:
        """Take the column `pick` in."""
        q, row = self._direction(pick)
        self.picks.append(pick)
        self.Q = self.xp.concat([self.Q, q[:, None]], axis=1)
        self.R = self.xp.concat([self.R, row[None, :]], axis=0)
        self.length = self.length - squares(self.xp, row)
        self._settle()

    def replace(self, place: int, pick: int) -> None:
        """Put the column `pick` in the place of `picks[place]`, by rotations of the basis."""
        xp, k = self.xp, len(self.picks)
        Q, R = self.Q, self.R
        if bool(self.outside[pick] > 0):
            q, row = self._direction(pick)
            Q = xp.concat([Q, q[:, None]], axis=1)
            R = xp.concat([R, row[None, :]], axis=0)
        self.picks[place] = pick
        W, _ = xp.linalg.qr(xp.take(R, self.order(), axis=1), mode="complete")
        turned = adjoint(xp, W) @ R
        self.Q, self.R = (Q @ W)[:, :k], turned[:k, :]
        if R.shape[0] > k:
            self.length = self.length - squares(xp, R[k, :]) + squares(xp, turned[k, :])
        self._settle(left=True)

    def order(self) -> Array:
        """The picks as an array of indices."""
        return index_array(self.xp, self.picks, like=self._columns)

    def fillers(self, count: int) -> list[int]:
        """`count` more columns where the span holds them all: the longest rests, mere rounding."""
        xp = self.xp
        lengths = xp.where(self.is_picked(), -xp.ones_like(self.length), self.length)
        order = xp.argsort(lengths, descending=True, stable=True)
        return [int(order[place]) for place in range(count)]

    def part_outside(self, E: Array) -> Array:
        """The part of the columns of `E` (m, c) that is orthogonal to the span."""
        for _ in range(2):  # once leaves too much of the span where little is left of a column
            E = E - self.Q @ (adjoint(self.xp, self.Q) @ E)
        return E

    def _direction(self, pick: int) -> tuple[Array, Array]:
        q = self.part_outside(self.A[:, pick : pick + 1])[:, 0]
        q = q / self.xp.sqrt(self.xp.sum(squares(self.xp, q)))
        return q, conjugate(self.xp, q) @ self.A

    def _settle(self, *, left: bool = False) -> None:
        """Renew the lengths that have lost their digits, and tell rounding from rest.

        `left` says that a column has left the span, so that what was rounding may be so no more.
        """
        xp, picked = self.xp, self.is_picked()
        nothing = xp.zeros_like(self.length)
        worn = xp.logical_and(self.length <= self._worn(), self._known > 0)
        if left:
            worn = xp.logical_or(worn, self._known == 0)
        renewed = xp.logical_and(worn, xp.logical_not(picked))
        if bool(xp.any(renewed)):
            (columns,) = xp.nonzero(renewed)
            exact = squared_rests(xp, self.A, self.Q, self.R, columns)
            self.length = spread(xp, renewed, exact, self.length)
        self.length = xp.where(picked, nothing, self.length)
        alive = self.length > self.rounding
        self.outside = xp.where(alive, self.length, nothing)
        known = xp.where(renewed, self.length, self._known)
        self._known = xp.where(alive, known, nothing)

    def _worn(self) -> Array:
        """The lengths below which few digits are sure, as R rounds at the size of A: 5 of 16."""
        either = self.xp.sqrt(self._known) * self.xp.sqrt(self._whole)
        return epsilon_of(self.xp, self.A) ** 0.625 * either

    def is_picked(self) -> Array:
        """Which columns have been picked, (n,)."""
        return self.xp.any(self._columns[:, None] == self.order()[None, :], axis=1)


def index_array(xp: Namespace, numbers: list[int], like: Array) -> Array:
    """`numbers` as indices on the device of `like`."""
    return xp.asarray(numbers, dtype=xp.int64, device=like.device)
