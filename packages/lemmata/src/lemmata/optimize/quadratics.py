"""Least squares and quadratics by their matrices: one product with each matrix an iteration.

They are functions too, `fun(x) -> (value, gradient)`, for any optimiser that takes those. Refused:
the normal equations in place of A, as they square its condition number.
"""

from abc import ABC, abstractmethod
from copy import copy
from typing import Any, Self

from lemmata.arrays import Array, constant, floating, is_complex, largest, namespace
from lemmata.errors import DtypeError, ShapeError
from lemmata.optimize.objectives import Direction, Point, exchange
from lemmata.optimize.polytope import CappedSimplex


class _ByMatrix(ABC):
    """What least squares and quadratics share: points whose images combine as they do."""

    def __init__(self, matrix: tuple[str, Array], vector: tuple[str, Array]) -> None:
        self.xp = namespace(*matrix)
        self.matrix = _checked(*matrix, ndim=2)
        self.vector = _checked(*vector, ndim=1)
        self.nfev = self.njev = 0

    def __call__(self, x: Array) -> tuple[float, Array]:
        """(F(x), gradient), as scipy.optimize.minimize(jac=True) takes them."""
        point = self.at(x)
        return point.value, point.gradient

    @property
    def size(self) -> int:
        """n, the number of entries of x."""
        return int(self.matrix.shape[1])

    def counted_anew(self) -> Self:
        """The same function with its counters at 0."""
        fresh = copy(self)
        fresh.nfev = fresh.njev = 0
        return fresh

    @abstractmethod
    def at(self, x: Array) -> Point:
        """Everything about x, computed anew."""

    @abstractmethod
    def known(self, x: Array, image: Array, gradient: Array) -> Point:
        """The point x where its image and the gradient are known already."""

    def beyond(self, p: Point, q: Point, beta: float, domain: CappedSimplex) -> Point:
        """On the line through both, outside of the set too: a quadratic is defined there."""
        return self.known(
            p.x + beta * (p.x - q.x),
            p.image + beta * (p.image - q.image),
            p.gradient + beta * (p.gradient - q.gradient),
        )


def _checked(name: str, array: Array, ndim: int) -> Array:
    """`array` as real, finite, floating constants with `ndim` axes."""
    xp = namespace(name, array)
    if array.ndim != ndim or 0 in array.shape:
        raise ShapeError(
            f"{name} must have {ndim} axes, none empty, got shape {tuple(array.shape)}"
        )
    array = constant(floating(xp, name, array))
    if is_complex(xp, array):
        raise DtypeError(f"{name} must be real, got dtype {array.dtype}")
    largest(xp, name, array, tuple(range(ndim)))
    return array


class LeastSquares(_ByMatrix):
    """F(x) = ||A x - b||^2 / 2, A of shape (m, n), b of shape (m,)."""

    def __init__(self, A: Array, b: Array) -> None:
        super().__init__(("A", A), ("b", b))
        if self.vector.shape[0] != self.matrix.shape[0]:
            raise ShapeError(
                f"b must have {self.matrix.shape[0]} entries, one a row of A, "
                f"got {self.vector.shape[0]}"
            )
        self._transposed = self.xp.matrix_transpose(self.matrix)
        self._columns: dict[int, Array] = {}

    def at(self, x: Array) -> Point:
        self.nfev += 1
        residual = self.matrix @ x - self.vector
        return Point(x, float(residual @ residual) / 2, lambda: self._back(residual), residual)

    def known(self, x: Array, image: Array, gradient: Array) -> Point:
        return Point(x, float(image @ image) / 2, lambda: gradient, image)

    def curvature(self, p: Point, q: Point) -> float:
        moved = p.image - q.image
        return float(moved @ moved)

    def exchanged(self, p: Point, move: Direction) -> Point:
        i, j, step = move
        residual = p.image + step * (self.matrix[:, i] - self.matrix[:, j])
        gradient = p.gradient + step * (self._column(i) - self._column(j))
        return self.known(exchange(self.xp, p.x, move), residual, gradient)

    def pair_curvature(self, p: Point, i: int, j: int) -> float:
        d = self.matrix[:, i] - self.matrix[:, j]
        return float(d @ d)

    def _back(self, residual: Array) -> Array:
        self.njev += 1
        return self._transposed @ residual

    def _column(self, i: int) -> Array:
        """Column i of the Gram matrix; only those of entries that ever carry mass are made."""
        if i not in self._columns:
            self._columns[i] = self._back(self.matrix[:, i])
        return self._columns[i]


class Quadratic(_ByMatrix):
    """F(x) = x . Q x / 2 + c . x, Q symmetric of shape (n, n), c of shape (n,).

    The certificate needs a convex F: Q positive semi-definite, at least between points of the same
    sum. Only the symmetric part of Q has an effect; a Q that is not symmetric is refused.
    """

    def __init__(self, Q: Array, c: Array) -> None:
        super().__init__(("Q", Q), ("c", c))
        n = self.vector.shape[0]
        if tuple(self.matrix.shape) != (n, n):
            raise ShapeError(f"Q must have shape {(n, n)}, c having {n} entries, got {Q.shape}")
        xp, Q = self.xp, self.matrix
        skew = float(xp.max(xp.abs(Q - xp.matrix_transpose(Q))))
        if skew > 1e3 * float(xp.finfo(Q.dtype).eps) * float(xp.max(xp.abs(Q))):
            raise ShapeError(f"Q must be symmetric, got a largest Q - Q^T of {skew:g}")

    def at(self, x: Array) -> Point:
        self.nfev += 1
        image = self.matrix @ x
        return self.known(x, image, image + self.vector)

    def known(self, x: Array, image: Array, gradient: Array) -> Point:
        return Point(x, float(x @ (image + 2 * self.vector)) / 2, lambda: gradient, image)

    def curvature(self, p: Point, q: Point) -> float:
        return float((p.x - q.x) @ (p.image - q.image))

    def exchanged(self, p: Point, move: Direction) -> Point:
        i, j, step = move
        change = step * (self.matrix[i, :] - self.matrix[j, :])
        return self.known(exchange(self.xp, p.x, move), p.image + change, p.gradient + change)

    def pair_curvature(self, p: Point, i: int, j: int) -> float:
        Q: Any = self.matrix
        return float(Q[i, i] + Q[j, j] - 2 * Q[i, j])
