"""Pairwise Frank-Wolfe: mass moves from the dearest entry that has some to the cheapest one.

S. Lacoste-Julien & M. Jaggi, "On the global linear convergence of Frank-Wolfe optimization variants"
(2015, arXiv:1511.05932), Algorithm 2; on the simplex the active set is the support of x. The step is
exact where the curvature is known, else by the sufficient decrease of F. Pedregosa, G. Negiar,
A. Askari & M. Jaggi, "Linearly convergent Frank-Wolfe with backtracking line-search" (2018,
arXiv:1806.05123). With a cap, the entry that receives must have room: the most violating pair.
"""

import math
from collections.abc import Iterator

from lemmata.arrays import epsilon_of
from lemmata.optimize.objectives import Objective, Point
from lemmata.optimize.polytope import CappedSimplex

RELAXED = 0.9  # the estimate of the curvature falls by this from one step to the next
DOUBLINGS = 200


def pairwise_frank_wolfe(
    objective: Objective, domain: CappedSimplex, start: Point
) -> Iterator[Point]:
    """Points of the set of falling value, the start first; ends where no exchange is left."""
    yield start
    point: Point | None = start
    M = 0.0
    while point is not None:
        i, j, slope, most = _dearest_and_cheapest(domain, point)
        if not slope > 0:
            return
        known = objective.pair_curvature(point, i, j)
        M = RELAXED * M if known is None else known / 2
        M = slope / (2 * domain.total) if known is None and M == 0 else M
        point, M = _exchange(objective, domain, point, (i, j, slope, most, M))
        if point is not None:
            yield point


def _dearest_and_cheapest(domain: CappedSimplex, point: Point) -> tuple[int, int, float, float]:
    """(i, j, slope, most): mass goes from j to i, F falling at that slope, up to most of it."""
    xp, g, x = domain.xp, point.gradient, point.x
    infinite = xp.full_like(g, math.inf)
    open_ = g if domain.upper is None else xp.where(x < domain.upper, g, infinite)
    i = int(xp.argmin(open_))
    j = int(xp.argmax(xp.where(x > 0, g, -infinite)))
    most = float(x[j])
    if domain.upper is not None:
        most = min(most, domain.upper - float(x[i]))
    return i, j, float(g[j] - open_[i]), most


def _exchange(
    objective: Objective,
    domain: CappedSimplex,
    point: Point,
    pair: tuple[int, int, float, float, float],
) -> tuple[Point | None, float]:
    """The first step, of falling length, at which F has fallen as a quadratic of curvature M would.

    F(x + s d) <= F(x) - s slope + s^2 M, d = e_i - e_j of squared length 2.
    """
    i, j, slope, most, M = pair
    eps = epsilon_of(domain.xp, point.x)
    noise = domain.noise(point.value, point.gradient)
    for _ in range(DOUBLINGS):
        step = most if 2 * M * most <= slope else slope / (2 * M)
        if step < most and step <= eps * domain.total:  # crumbs are to be cleared away
            break
        trial = objective.exchanged(point, (i, j, step))
        fallen = point.value - trial.value
        expected = step * slope - step * step * M
        if math.isfinite(trial.value) and fallen >= expected - noise:
            # where values cannot tell, the slope may not rise beyond 0 as far as it was below
            if expected > 1e6 * noise:
                return trial, M
            if float(trial.gradient[j] - trial.gradient[i]) >= -slope * (1 + 1e-9):
                return trial, M
        M = 2 * M if M > 0 else slope / most
    return None, M
