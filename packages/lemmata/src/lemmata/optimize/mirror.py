"""Entropic mirror descent, in logarithms: multiplicative steps that never leave the interior.

A. Beck & M. Teboulle, "Mirror descent and nonlinear projected subgradient methods for convex
optimization" (2003, doi:10.1016/S0167-6377(02)00231-6), section 5, the entropic descent algorithm,
with a step by backtracking. An entry that starts at 0 stays there; any other is positive for ever,
if only in its logarithm.
"""

import math
from collections.abc import Iterator

from lemmata.arrays import Array
from lemmata.optimize.objectives import Objective, Point
from lemmata.optimize.polytope import CappedSimplex

GROWTH = 1.5  # of the step after one that was accepted
HALVINGS = 200
ABSENT = -1e30  # the logarithm of an entry that is 0 for good


def mirror_descent(objective: Objective, domain: CappedSimplex, start: Point) -> Iterator[Point]:
    """Points of falling value, the start first; ends where no step is left."""
    yield start
    xp, x = domain.xp, start
    present = x.x > 0
    logs = xp.where(present, xp.log(xp.where(present, x.x, xp.ones_like(x.x))), ABSENT)
    spread = domain.spread(x.gradient)
    step = 1 / spread if spread > 0 else 1.0
    for_nothing = 0
    while for_nothing < HALVINGS:
        moved = entropic_projection(domain, logs - step * x.gradient)
        p = objective.at(xp.exp(moved))
        if not _bounded(domain, x, p, moved - logs, step):
            step /= 2
            for_nothing += 1
            continue
        if bool(xp.all(p.x == x.x)):
            return
        yield p
        x, logs, step, for_nothing = p, moved, GROWTH * step, 0


def entropic_projection(domain: CappedSimplex, logs: Array) -> Array:
    """log of the point p of the set that is nearest to exp(logs) in KL(p || exp(logs)).

    p = min(upper, exp(logs - lambda)): softmax where nothing is capped. An entry once over the cap
    stays at it, as lambda falls when the excess is handed on, so that few rounds are enough.
    """
    xp = domain.xp
    capped = xp.zeros(logs.shape, dtype=xp.bool, device=logs.device)
    while True:
        taken = int(xp.sum(xp.astype(capped, xp.int64))) * (domain.upper or 0.0)
        free = xp.where(capped, xp.full_like(logs, -math.inf), logs)
        top = xp.max(free)
        mass = xp.log(xp.sum(xp.exp(free - top))) + top
        fitted = logs - mass + math.log(max(domain.total - taken, 1e-300))
        if domain.upper is None:
            return fitted
        over = xp.logical_and(~capped, fitted > math.log(domain.upper) + 1e-15)
        if not bool(xp.any(over)):
            return xp.where(capped, xp.full_like(logs, math.log(domain.upper)), fitted)
        capped = xp.logical_or(capped, over)


def _bounded(domain: CappedSimplex, x: Point, p: Point, change: Array, step: float) -> bool:
    """Whether F(p) <= F(x) + gradient . (p - x) + KL(p || x) / step: the step is not too long."""
    if not math.isfinite(p.value):
        return False
    xp = domain.xp
    zero = xp.zeros_like(change)
    there = xp.logical_and(x.x > 0, p.x > 0)
    change = xp.where(there, change, zero)
    # KL(p || x) with the sums of p and x in it, which cancel but for rounding
    divergence = float(xp.sum(p.x * change - x.x * xp.expm1(change)))
    ahead = float(x.gradient @ (p.x - x.x))
    bound = x.value + ahead + max(divergence, 0.0) / step
    return p.value <= bound + domain.noise(x.value, x.gradient)
