"""Accelerated projected gradient: FISTA with backtracking both ways and adaptive restart.

A. Beck & M. Teboulle, "A fast iterative shrinkage-thresholding algorithm for linear inverse
problems" (2009, doi:10.1137/080716542), equations (4.1) to (4.3); restarts of B. O'Donoghue &
E. Candes, "Adaptive restart for accelerated gradient schemes" (2012, arXiv:1204.3982), both schemes
of section 3.2. Refused: momentum without the function scheme, which lets the value rise.
"""

import math
from collections.abc import Iterator

from lemmata.arrays import epsilon_of
from lemmata.optimize.objectives import Objective, Point
from lemmata.optimize.polytope import CappedSimplex

RELAXED = 0.9  # the estimate of the curvature falls by this after a step ...
SLACK = 0.5  # ... that met less than this share of it
STEEPEST, FLATTEST = 1e300, 1e-12


def fista(objective: Objective, domain: CappedSimplex, start: Point) -> Iterator[Point]:
    """Points of the set of falling value, the start first; ends where no step is left."""
    yield start
    x = y = start
    t = 1.0
    L = float(domain.xp.max(start.gradient) - domain.xp.min(start.gradient)) / domain.total
    flattest = FLATTEST * L  # a linear F has no curvature, and steps may not overflow
    while L > 0:
        p, L = _projected_step(objective, domain, y, L)
        if p is None or _rises(domain, x, p):
            if y is x:
                return
            y, t = x, 1.0  # the function scheme: momentum made the value rise
            continue
        if y is x and bool(domain.xp.all(p.x == x.x)):
            return
        yield p
        if float((y.x - p.x) @ (p.x - x.x)) > 0:
            t = 1.0  # the gradient scheme: momentum points uphill
        met = objective.curvature(p, y) / max(float((p.x - y.x) @ (p.x - y.x)), 1e-300)
        eased = RELAXED if met < SLACK * L else 1.0
        t_next = (1 + math.sqrt(1 + 4 * eased * t * t)) / 2
        beta = (t - 1) / t_next
        y = p if beta == 0 else objective.beyond(p, x, beta, domain)
        x, t, L = p, t_next, max(eased * L, flattest)


def _projected_step(
    objective: Objective, domain: CappedSimplex, y: Point, L: float
) -> tuple[Point | None, float]:
    """The projected gradient step from y at the first L of L, 2 L, 4 L, ... that bounds F above.

    None where there is none, as F is not finite around y.
    """
    if not math.isfinite(y.value):
        return None, L
    tiny = (8 * epsilon_of(domain.xp, y.x) * domain.total) ** 2
    while L < STEEPEST:
        p = objective.at(domain.project(y.x - y.gradient / L))
        d = p.x - y.x
        length = float(d @ d)
        if math.isfinite(p.value):
            met = objective.curvature(p, y)
            if length <= tiny or met <= L * length * (1 + 1e-9):
                return p, L
            L = max(2 * L, min(met / length, 8 * L)) if math.isfinite(met) else 2 * L
        else:
            L *= 4
    return None, L


def _rises(domain: CappedSimplex, x: Point, p: Point) -> bool:
    """Whether F(p) > F(x) beyond rounding."""
    return p.value > x.value and p.value > x.value + domain.noise(x.value, x.gradient)
