"""The result of a truncated decomposition, and the signs that make it one and the same each time."""

import math
from dataclasses import dataclass

from lemmata.arrays import Array, Namespace, adjoint, conjugate


@dataclass(frozen=True, slots=True)
class SVDResult:
    """U (m, k), s (k,), Vt (k, n) with A ~ U diag(s) Vt, and how good that is.

    The columns of U and the rows of Vt are orthonormal, s is real and descending, and the entry of
    largest magnitude in each row of Vt is real and positive. U diag(s) Vt is a projection of A,
    exactly but for rounding: A V V* where m >= n, U U* A where m < n.
    """

    U: Array
    s: Array
    Vt: Array
    mean: Array | None  # taken off the rows of A first, (n,), where it was centred
    residual: float  # ||A - U diag(s) Vt||_F
    rel_error: float  # over ||A||_F; 0 for the zero matrix
    best_residual: float  # no matrix of rank k has a residual below this
    failure: float  # but with this probability; 0 where it is certain
    n_matvec: int  # columns that A or A* was multiplied with
    method: str

    @property
    def excess(self) -> float:
        """At most so much, relatively, is the residual above the best; infinity if unknown."""
        if self.residual <= self.best_residual:
            return 0.0
        return self.residual / self.best_residual - 1 if self.best_residual else math.inf


def with_signs(xp: Namespace, U: Array, Vt: Array) -> tuple[Array, Array]:
    """Both with each pair turned so that the largest entry of the row of `Vt` is real, positive."""
    if Vt.shape[0] == 0:
        return U, Vt
    places = xp.argmax(xp.abs(Vt), axis=1, keepdims=True)
    largest = xp.take_along_axis(Vt, places, axis=1)
    phase = conjugate(xp, largest / xp.abs(largest))
    return U * adjoint(xp, phase), Vt * phase
