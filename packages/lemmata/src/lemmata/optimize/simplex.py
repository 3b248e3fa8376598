"""Minimisation over the probability simplex, every answer with a bound of its error.

One driver for all methods: it measures the Frank-Wolfe gap at each of their points and decides when
to stop, so that "converged" means the same for each. Refused: a tolerance on steps or on changes of
the value, which says nothing about the distance to the optimum.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from lemmata.arguments import check_choice
from lemmata.arrays import Array, constant, floating, is_complex, largest, namespace
from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError
from lemmata.optimize.fista import fista
from lemmata.optimize.frank_wolfe import pairwise_frank_wolfe
from lemmata.optimize.mirror import mirror_descent
from lemmata.optimize.objectives import Jacobian, Objective, Point, Smooth
from lemmata.optimize.polytope import CappedSimplex
from lemmata.optimize.quadratics import LeastSquares, Quadratic
from lemmata.optimize.result import (
    AT_PRECISION,
    CONVERGED,
    OUT_OF_ITERATIONS,
    STOPPED,
    SimplexResult,
)

SimplexMethod: TypeAlias = Literal["fista", "pairwise-fw", "mirror"]
Steps: TypeAlias = Callable[[Objective, CappedSimplex, Point], Iterator[Point]]

PATIENCE = 200  # iterations without a lower value or gap before no more is hoped for
METHODS: Mapping[str, Steps] = MappingProxyType(
    {"fista": fista, "pairwise-fw": pairwise_frank_wolfe, "mirror": mirror_descent}
)


def minimize_simplex(  # noqa: PLR0913 - the arguments of scipy.optimize.minimize, and the set's two
    fun: Callable[[Array], Any] | LeastSquares | Quadratic,
    x0: Array | None = None,
    *,
    jac: Jacobian = True,
    hessp: Callable[[Array, Array], Array] | None = None,
    method: SimplexMethod = "fista",
    total: float = 1.0,
    upper: float | None = None,
    rtol: float = 1e-6,
    atol: float = 0.0,
    max_iter: int = 10_000,
    callback: Callable[[SimplexResult], object] | None = None,
) -> SimplexResult:
    """Minimise F over {x : x >= 0, sum x = total}, with x <= upper too where it is given.

    `fun` is a `LeastSquares(A, b)`, a `Quadratic(Q, c)`, or a function x -> (value, gradient); with
    `jac` a function, x -> value. It is only called at points of the set; where it is infinite or
    NaN the step is shortened. `x0`, of shape (n,), is a point of the set; a quadratic may do
    without one and starts at the centre. It says the library, device and dtype of everything.

    ============  =============================================================  ================
    method        what                                                           an iteration
    ============  =============================================================  ================
    fista         accelerated projected gradient with restarts, the one to use   2 of fun and jac
    pairwise-fw   exchanges between two entries: sparse x, cheap for quadratics  1 of each
    mirror        multiplicative steps: stays inside; slow at a sparse optimum   1 of each
    ============  =============================================================  ================

    Backtracking adds to that now and then. `hessp(x, d)`, the Hessian times d, gives pairwise-fw
    the curvature along its step.

    It stops when the Frank-Wolfe gap is at most atol + rtol * |F(x)| (plus the rounding in F and in
    its gradient: 8 machine epsilons of |F(x0)| and of total * max |gradient|). For convex F the gap
    is a bound of F(x) - min F, for other F a measure of stationarity (0 exactly at KKT points); it
    stands in every result, computed anew from x.

    `callback(result)` is called with the result so far after every iteration; if it raises
    StopIteration the answer has status 99. One problem at a time; nothing is differentiated
    through. Raises DtypeError, ShapeError, ArgumentError, and NonFiniteError if F or its gradient is
    not finite at x0.

    Sources: `lemmata.optimize.fista`, `.frank_wolfe`, `.mirror`; the gap is M. Jaggi, "Revisiting
    Frank-Wolfe" (ICML 2013), equation (2).
    """
    check_choice("method", method, tuple(METHODS))
    if not (rtol >= 0 and atol >= 0 and max_iter >= 0):
        raise ArgumentError(
            f"rtol, atol and max_iter must be non-negative, got {rtol}, {atol}, {max_iter}"
        )
    objective, domain, start = _started(fun, x0, (jac, hessp), (total, upper))
    scale = domain.spread(start.gradient) if method == "mirror" else math.inf
    scale = scale if scale > 0 else math.inf
    noise = domain.noise(start.value, start.gradient)
    progress = _Progress(noise)
    nit, point, status = 0, start, AT_PRECISION
    for nit, point in enumerate(METHODS[method](objective, domain, start)):
        if nit and callback is not None:
            so_far = _result(objective, domain, point, scale, (nit, OUT_OF_ITERATIONS))
            if _stops(callback, so_far):
                status = STOPPED
                break
        gap = domain.gap(point.x, point.gradient)
        tolerance = atol + noise + rtol * abs(point.value)
        if gap <= tolerance:  # by what was carried along, so that it is looked at anew
            point = objective.at(point.x) if nit else point  # noqa: PLW2901
            if domain.gap(point.x, point.gradient) <= tolerance:
                return _result(objective, domain, point, scale, (nit, CONVERGED))
        if progress.ended(point.value, gap):
            break
        if nit >= max_iter:
            status = OUT_OF_ITERATIONS
            break
    return _result(objective, domain, objective.at(point.x), scale, (nit, status))


class _Progress:
    """Whether values beyond rounding, or gaps, still fall."""

    def __init__(self, noise: float) -> None:
        self._noise = noise
        self._lowest = self._least = math.inf
        self._idle = 0

    def ended(self, value: float, gap: float) -> bool:
        falls = value < self._lowest - self._noise or gap < self._least
        self._idle = 0 if falls else self._idle + 1
        self._lowest, self._least = min(self._lowest, value), min(self._least, gap)
        return self._idle >= PATIENCE


def _started(
    fun: Any,
    x0: Array | None,
    derivatives: tuple[Any, Any],
    shape: tuple[float, float | None],
) -> tuple[Objective, CappedSimplex, Point]:
    """The objective with its counters at 0, the set, and F and its gradient at x0."""
    quadratic = isinstance(fun, LeastSquares | Quadratic)
    if x0 is None:
        if not quadratic:
            raise ArgumentError("x0 must be given: it says the size, library and dtype of x")
        x0 = fun.xp.full_like(fun.matrix[0, :], shape[0] / fun.size)
    xp = namespace("x0", x0)
    if x0.ndim != 1 or x0.shape[0] == 0:
        raise ShapeError(f"x0 must have shape (n,), n at least 1, got {tuple(x0.shape)}")
    x0 = constant(floating(xp, "x0", x0))
    if is_complex(xp, x0):
        raise DtypeError(f"x0 must be real, got dtype {x0.dtype}")
    largest(xp, "x0", x0, 0)
    domain = CappedSimplex(xp, int(x0.shape[0]), float(shape[0]), shape[1])
    domain.check(x0)
    objective: Objective
    if quadratic:
        if x0.shape[0] != fun.size:
            raise ShapeError(f"x0 must have {fun.size} entries, one a column, got {x0.shape[0]}")
        objective = fun.counted_anew()
    else:
        objective = Smooth(xp, fun, *derivatives)
    start = objective.at(x0)
    if not math.isfinite(start.value):
        raise NonFiniteError(f"fun must be finite at x0, got {start.value}")
    return objective, domain, start


def _stops(callback: Callable[[SimplexResult], object], result: SimplexResult) -> bool:
    try:
        callback(result)
    except StopIteration:
        return True
    return False


def _result(
    objective: Objective,
    domain: CappedSimplex,
    point: Point,
    scale: float,
    end: tuple[int, int],
) -> SimplexResult:
    x, gradient = point.x, point.gradient
    return SimplexResult(
        x=x,
        fun=point.value,
        jac=gradient,
        gap=domain.gap(x, gradient),
        support=domain.support(x, gradient, scale),
        nit=end[0],
        nfev=objective.nfev,
        njev=objective.njev,
        status=end[1],
    )
