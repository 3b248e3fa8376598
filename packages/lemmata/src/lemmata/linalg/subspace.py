"""What every method ends with: an orthonormal basis of the shorter side, and G = A* A on it."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from lemmata.arrays import Array, adjoint, epsilon_of, squares
from lemmata.linalg.operators import Operator, in_precision
from lemmata.linalg.optimality import best_energy_bound, norm_outside
from lemmata.linalg.orthonormal import like, orthonormalised, thin_svd

STEPS = 36  # of Lanczos outside: the bound is then some 4 % above the norm
CANCELLED = 1e4  # times machine epsilon: shares of the energy below it are not found by subtraction


Draw: TypeAlias = Callable[[tuple[int, int]], Array]  # standard normal, in the operator's dtype


@dataclass(frozen=True, slots=True)
class Goal:
    """A residual within (1 + tol) of the best, but for a probability of `failure`."""

    tol: float
    failure: float

    def allowed(self, missed: float) -> float:
        """How much more energy than the best may be missed."""
        return missed * (1 - 1 / (1 + self.tol) ** 2)

    def reached(self, found: "Subspace", k: int) -> bool:
        """Whether it is certain that the goal is met, or nothing but rounding is left."""
        missed = found.missed(k)
        if missed <= found.rounding():
            return True
        return found.least_missed(k) >= missed - self.allowed(missed)

    def hopeless(self, found: "Subspace", missed: float) -> bool:
        """Whether rounding in this precision is more than the goal allows."""
        return self.allowed(missed) < 2 * found.rounding()


@dataclass(slots=True)
class Subspace:
    """A basis Q (n, d), in panels, of the operator's domain, with T = Q* G Q and G Q - Q T = X B.

    `top` bounds ||G|| on the complement of Q, and is None until it is asked for (`bound_outside`).
    """

    operator: Operator
    panels: list[Array]
    T: Any
    B: Any
    top: float | None = None
    seen_outside: Array | None = field(default=None, repr=False)

    failure: float = 0.0

    @property
    def dimension(self) -> int:
        return int(self.T.shape[0])

    def energies(self, k: int) -> Any:
        """The k largest eigenvalues of T, descending: energies captured by the best part of Q."""
        return np.linalg.eigvalsh(self.T)[::-1][:k]

    def missed(self, k: int) -> float:
        """The energy of A that the best k directions of Q leave."""
        return self.operator.energy - float(np.sum(self.energies(k)))

    def rounding(self) -> float:
        """What rounding may have done to an energy in this precision."""
        return 16 * epsilon_of(self.operator.xp, self.panels[0]) * self.operator.energy

    def bound_outside(self, goal: Goal, test: int, draw: Draw) -> None:
        """Find `top`; certain where Q is everything, else it may fail.

        The tests of one search, counted from 1, fail with probability `goal.failure` together.
        """
        if self.dimension == self.operator.shape[1]:
            self.top = 0.0
            return
        self.failure = goal.failure
        self.top, self.seen_outside = norm_outside(
            self.operator, self.panels, goal.failure / 2**test, STEPS, draw
        )

    def least_missed(self, k: int) -> float:
        """A lower bound of the energy that any rank-k approximation misses, from `top`."""
        if self.top is None:
            return 0.0
        rest = self.operator.shape[1] - self.dimension - len(self.B)
        best = best_energy_bound(self.T, self.B, self.top, k, max(0, rest))
        return max(0.0, self.operator.energy - best - self.rounding())

    def whole(self) -> Array:
        """Q itself, (n, d)."""
        return self.operator.xp.concat(self.panels, axis=1)

    def best_directions(self, k: int) -> Array:
        """The orthonormal directions (n, k) of Q that capture the most energy."""
        _, Y = np.linalg.eigh(self.T)
        Y = np.array(Y[:, ::-1][:, :k], order="C")
        total, start = None, 0
        for panel in self.panels:
            width = int(panel.shape[1])
            part = panel @ self.operator.array(Y[start : start + width, :])
            total = part if total is None else total + part
            start += width
        return total


@dataclass(frozen=True, slots=True)
class Factors:
    """U (m, k), s (k,), V (n, k) with U diag(s) V* = A V V*, and the energy of A next to them."""

    U: Array
    s: Any  # NumPy's, in double precision
    V: Array
    next_energy: float  # at least so much energy is missed by any rank-k approximation


def projected(operator: Operator, V: Array, k: int) -> Factors:
    """The k leading factors of A V V*, exactly but for rounding, in the operator's precision.

    `V` (n, d) is nearly orthonormal, in any precision. As the singular values of A V interlace
    with those of A, those beyond k are a lower bound of what is missed, and hold their digits where
    squares have lost them.
    """
    xp = operator.xp
    wide = in_precision(xp, operator.dtype, 64)
    V = orthonormalised(xp, xp.astype(V, wide, copy=False))
    W = operator.times(xp.astype(V, operator.dtype, copy=False))
    U, s, Zh = thin_svd(xp, xp.astype(W, wide, copy=False))
    V = V @ like(V, Zh[:k].conj().T)
    later = np.maximum(s[k:] - 8 * float(xp.finfo(operator.dtype).eps) * s[0], 0)
    U, V = (xp.astype(part, operator.dtype, copy=False) for part in (U[:, :k], V))
    return Factors(U, s[:k], V, float(np.sum(later**2)))


def residual_of(operator: Operator, factors: Factors) -> float:
    """||A - U diag(s) V*||_F.

    By Pythagoras from the energies, which costs nothing; where that would subtract nearly equal
    numbers, entry by entry.
    """
    xp, U, s, V = operator.xp, factors.U, factors.s, factors.V
    captured = float(np.sum(s**2))
    missed = operator.energy - captured
    if missed > CANCELLED * float(xp.finfo(operator.dtype).eps) * operator.energy:
        return math.sqrt(missed)
    Vh, total = like(U, s[:, None]) * adjoint(xp, V), 0.0
    for start, rows in operator.pieces():
        part = rows - U[start : start + rows.shape[0], :] @ Vh
        total += float(xp.sum(squares(xp, part), dtype=xp.float64))
    return math.sqrt(total)
