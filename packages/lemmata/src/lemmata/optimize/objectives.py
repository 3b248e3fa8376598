"""What is minimised: a function with its gradient, or a quadratic that is known by its matrix.

A `Point` holds what was computed at x, so that nothing is computed twice; its gradient waits until
it is asked for. A quadratic saves more: values and gradients of a combination of two points are
combinations of theirs, and an exchange of mass between two entries costs no product at all.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Literal, Protocol

from lemmata.arrays import Array, Namespace, constant, epsilon_of
from lemmata.errors import ArgumentError, NonFiniteError, ShapeError
from lemmata.optimize.polytope import CappedSimplex

Jacobian = Callable[[Array], Array] | Literal[True]
Direction = tuple[int, int, float]  # entries i and j, and the mass that goes from j to i


class Point:
    """x with F(x), the gradient (computed when first asked for) and what else was needed."""

    def __init__(
        self, x: Array, value: float, compute: Callable[[], Array], image: Array = None
    ) -> None:
        self.x = x
        self.value = value
        self.image = image
        self._compute = compute

    @cached_property
    def gradient(self) -> Array:
        """dF/dx."""
        return self._compute()


class Objective(Protocol):
    """What the methods ask of a function."""

    nfev: int
    njev: int

    def at(self, x: Array) -> Point:
        """Everything about x, computed anew."""

    def beyond(self, p: Point, q: Point, beta: float, domain: CappedSimplex) -> Point:
        """The point p + beta (p - q), or near it, where F can be evaluated."""

    def curvature(self, p: Point, q: Point) -> float:
        """d . H d for d = p - q, H the mean Hessian between the points."""

    def exchanged(self, p: Point, move: Direction) -> Point:
        """p after an exchange of mass between two entries."""

    def pair_curvature(self, p: Point, i: int, j: int) -> float | None:
        """d . H d for d = e_i - e_j if it is known without evaluations of fun, else None."""


def exchange(xp: Namespace, x: Array, move: Direction) -> Array:
    """x with mass moved from one entry to another; a step of all of x[j] leaves an exact 0."""
    i, j, step = move
    index = xp.arange(x.shape[0], device=x.device)
    x = xp.where(index == i, x + step, x)
    return xp.where(index == j, x - step, x)


class Smooth:
    """A function given by `fun` and `jac`, evaluated in the set and nowhere else."""

    def __init__(
        self,
        xp: Namespace,
        fun: Callable[[Array], Any],
        jac: Jacobian,
        hessp: Callable[[Array, Array], Array] | None,
    ) -> None:
        self.xp, self.fun, self.jac, self.hessp = xp, fun, jac, hessp
        self.nfev = self.njev = 0

    def at(self, x: Array) -> Point:
        self.nfev += 1
        answer = self.fun(x)
        if self.jac is not True:
            return Point(x, float(answer), lambda: self._checked(x, self.jac))
        if not (isinstance(answer, tuple) and len(answer) == 2):
            raise ArgumentError(
                "with jac=True fun must return a pair (value, gradient), "
                f"got {type(answer).__name__}; pass the gradient as jac otherwise"
            )
        return Point(x, float(answer[0]), lambda: self._checked(x, lambda _: answer[1]))

    def _checked(self, x: Array, jac: Any) -> Array:
        self.njev += 1
        gradient = constant(jac(x))
        if tuple(gradient.shape) != tuple(x.shape):
            raise ShapeError(
                f"the gradient must have the shape of x, {tuple(x.shape)}, "
                f"got {tuple(gradient.shape)}"
            )
        if not bool(self.xp.all(self.xp.isfinite(gradient))):
            raise NonFiniteError(
                f"the gradient must be finite where fun is, got {gradient} at x = {x}; "
                "if it is infinite on the boundary, method='mirror' stays off that"
            )
        return self.xp.astype(gradient, x.dtype, copy=False)

    def beyond(self, p: Point, q: Point, beta: float, domain: CappedSimplex) -> Point:
        return self.at(domain.project(p.x + beta * (p.x - q.x)))

    def curvature(self, p: Point, q: Point) -> float:
        """From values; from gradients where the difference of the values is lost in rounding."""
        d = p.x - q.x
        first_order = float(q.gradient @ d)
        peak = float(self.xp.max(self.xp.abs(q.gradient)))
        size = abs(q.value) + peak * float(self.xp.sum(q.x))
        if abs(first_order) > 1e6 * epsilon_of(self.xp, d) * size:
            return 2 * (p.value - q.value - first_order)
        return float((p.gradient - q.gradient) @ d)

    def exchanged(self, p: Point, move: Direction) -> Point:
        return self.at(exchange(self.xp, p.x, move))

    def pair_curvature(self, p: Point, i: int, j: int) -> float | None:
        if self.hessp is None:
            return None
        zero = self.xp.zeros_like(p.x)
        d = exchange(self.xp, zero, (i, j, 1.0))
        return float(d @ constant(self.hessp(p.x, d)))
