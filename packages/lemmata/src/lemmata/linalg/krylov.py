"""Block Krylov: the subspace of all that products with A* A have shown, in small blocks.

Golub & Underwood's block Lanczos with a random start, which for low-rank approximation is
Musco & Musco's block Krylov iteration. Small blocks reach a given residual in fewer products than
one block of k columns, and full reorthogonalisation in blocks costs less than the products.
Refused: restarts, as memory for the basis is what the result needs anyway.
"""

import math
from typing import Any

import numpy as np

from lemmata.arrays import Array, adjoint, squares
from lemmata.linalg.operators import Operator
from lemmata.linalg.orthonormal import host, orthonormal_beside
from lemmata.linalg.subspace import Draw, Goal, Subspace

PANEL = 128  # columns kept in one array: fewer copies while growing, one product in use
LOOSENESS = 5  # what the certificate makes of the excess that is left, or a little more


class BlockLanczos:
    """Q grows by blocks X_j: A* A X_j = X_{j-1} B_{j-1}* + X_j T_j + X_{j+1} B_j."""

    def __init__(self, operator: Operator, block: int, draw: Draw) -> None:
        self.operator = operator
        self.draw = draw
        self.block = min(block, operator.shape[1])
        self.panels: list[Array] = []
        self.diagonal: list[Any] = []  # the T_j
        self.below: list[Any] = []  # the B_j
        self._loss = 4 * float(operator.xp.finfo(operator.dtype).eps)
        start = operator.adjoint_times(draw((operator.shape[0], self.block)))
        rounding = self._loss * math.sqrt(operator.energy * operator.shape[0])
        self.next, _ = orthonormal_beside(start, [], self.block, self._drawn, rounding)
        self._last: Array | None = None

    @property
    def dimension(self) -> int:
        return sum(len(T) for T in self.diagonal)

    def extend(self, seen: Array | None = None) -> None:
        """Take the next block into Q; `seen`, a vector outside Q, joins the block after it."""
        xp, X = self.operator.xp, self.next
        Z = self.operator.normal_times(X)
        rounding = self._loss * math.sqrt(float(xp.max(xp.sum(squares(xp, Z), axis=0))))
        T = adjoint(xp, X) @ Z
        self.diagonal.append((host(T) + host(T).conj().T) / 2)
        Z = Z - X @ T
        if (
            self._last is not None
        ):  # what is known of Z goes first, so that one pass cleans the rest
            Z = Z - self._last @ (adjoint(xp, self._last) @ Z)
        self._keep(X)
        self._last = X
        width = min(self.block + (seen is not None), self.operator.shape[1] - self.dimension)

        def filler(wanted: int) -> Array:
            if seen is None:
                return self._drawn(wanted)
            return xp.concat([seen, self._drawn(wanted - 1)], axis=1)

        self.next, B = orthonormal_beside(Z, self.panels, width, filler, rounding)
        self.below.append(B)

    def subspace(self) -> Subspace:
        """What has been found so far."""
        d = self.dimension
        T = np.zeros((d, d), self.diagonal[0].dtype)
        start = 0
        for number, block in enumerate(self.diagonal):
            stop = start + len(block)
            T[start:stop, start:stop] = block
            if stop < d:
                B = self.below[number]
                T[stop : stop + len(B), start:stop] = B
                T[start:stop, stop : stop + len(B)] = B.conj().T
            start = stop
        last = self.below[-1]
        B = np.zeros((len(last), d), T.dtype)
        B[:, d - last.shape[1] :] = last
        return Subspace(self.operator, list(self.panels), T, B)

    def _keep(self, X: Array) -> None:
        if self.panels and self.panels[-1].shape[1] + X.shape[1] <= PANEL:
            self.panels[-1] = self.operator.xp.concat([self.panels[-1], X], axis=1)
        else:
            self.panels.append(X)

    def _drawn(self, width: int) -> Array:
        return self.draw((self.operator.shape[1], width))


def krylov_of_depth(operator: Operator, k: int, block: int, n_iter: int, draw: Draw) -> Subspace:
    """The subspace after `n_iter` block steps, or more where k directions need them."""
    space = BlockLanczos(operator, block, draw)
    while space.dimension < k or len(space.diagonal) < n_iter:
        if space.dimension == operator.shape[1]:
            break
        space.extend()
    return space.subspace()


def krylov_within(operator: Operator, k: int, block: int, goal: Goal, draw: Draw) -> Subspace:
    """A subspace that is certified to be within `goal`, or that rounding lets go no further.

    Certifying costs products, so that it is tried only where the energy has all but stopped
    growing; a vector that shows what is missing then joins the subspace.
    """
    space, everything = BlockLanczos(operator, block, draw), operator.shape[1]
    target, seen, falls, tests = k + 2 * block, None, Falls(), 0
    while True:
        while space.dimension < min(target, everything):
            space.extend(seen)
            seen = None
        found = space.subspace()
        missed = found.missed(k)
        excess = falls.ahead(found.dimension, missed)
        if found.dimension < everything and goal.hopeless(found, missed):
            return found
        likely = LOOSENESS * excess <= goal.allowed(missed)
        if found.dimension == everything or likely:
            tests += 1
            found.bound_outside(goal, tests, draw)
            if found.dimension == everything or goal.reached(found, k):
                return found
            seen, excess = found.seen_outside, missed - found.least_missed(k)
            target = falls.where(excess, goal.allowed(missed), block)
        else:
            target = falls.where(LOOSENESS * excess, goal.allowed(missed), block)


class Falls:
    """How the missed energy falls as the dimension grows: taken for a geometric series."""

    def __init__(self) -> None:
        self.dimension = 0
        self.missed = math.inf
        self.slope = math.inf  # fall of the energy by dimension
        self.rate = 0.0  # fall of the logarithm of the slope by dimension

    def ahead(self, dimension: int, missed: float) -> float:
        """How much lower it will fall, if it goes on as it did; infinity if that is not known."""
        step = dimension - self.dimension
        slope = max(0.0, self.missed - missed) / step
        if 0 < slope < self.slope < math.inf:
            self.rate = math.log(self.slope / slope) / step
        self.dimension, self.missed, self.slope = dimension, missed, slope
        if slope == 0:
            return 0.0
        return slope / math.expm1(self.rate * step) * step if self.rate > 0 else math.inf

    def where(self, excess: float, allowed: float, block: int) -> int:
        """The dimension at which an `excess` will have fallen to what is `allowed`."""
        most = max(2 * block, self.dimension // 8)
        if not (0 < allowed < excess < math.inf and self.rate > 0):
            return self.dimension + (most if excess > allowed else block)
        steps = math.log(excess / allowed) / self.rate
        return self.dimension + int(min(max(steps, block), most))
