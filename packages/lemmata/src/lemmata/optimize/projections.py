"""Projections for use within an iteration: checked arguments, one vector, no gradient.

`lemmata.relax` projects any stack of any length in linear time, with checks and derivatives that
cost more than the work itself on a short vector; there a sort is some twenty times quicker, and an
iteration does little else. Long vectors go to `lemmata.relax`.
"""

import math

from lemmata.arrays import Array, Namespace
from lemmata.relax import project_capped_simplex, project_simplex

LONG = 20_000  # from about here on sorting costs more than it saves


def onto_simplex(xp: Namespace, v: Array, total: float) -> Array:
    """The point of {x >= 0, sum x = total} nearest to v."""
    n = v.shape[0]
    if n >= LONG:
        return project_simplex(v, total)
    v = v - xp.max(v)
    falling = xp.sort(v, descending=True)
    rank = xp.arange(1, n + 1, dtype=v.dtype, device=v.device)
    level = (xp.cumulative_sum(falling) - total) / rank
    last = int(xp.count_nonzero(falling > level)) - 1
    return xp.maximum(v - level[last], 0.0)


def onto_capped_simplex(xp: Namespace, v: Array, total: float, upper: float) -> Array:
    """The point of {0 <= x <= upper, sum x = total} nearest to v.

    The mass of clip(v - level, 0, upper) is sum (v - level)+ - sum (v - upper - level)+, which is
    linear between neighbours of the sorted v and v - upper.
    """
    n = v.shape[0]
    if n >= LONG:
        return project_capped_simplex(v, total, upper)
    if total >= n * upper:
        return xp.full_like(v, total / n)
    filled = math.ceil(total / upper)
    v = v - xp.sort(v, descending=True)[filled - 1]  # near the level, so that no digits are lost
    bends = xp.concat([v, v - upper])
    order = xp.argsort(bends, descending=True)
    falling = xp.take(bends, order)
    one = xp.ones_like(v)
    sign = xp.take(xp.concat([one, -one]), order)
    count, held = xp.cumulative_sum(sign), xp.cumulative_sum(sign * falling)
    piece = int(xp.count_nonzero(held - count * falling < total)) - 1
    level = (held[piece] - total) / xp.maximum(count[piece], 1.0)
    x = xp.minimum(xp.maximum(v - level, 0.0), upper)
    inside = int(xp.count_nonzero(xp.logical_and(x > 0, x < upper)))
    excess = xp.sum(x) - total  # of the rounding in sums over entries far from the level
    return xp.minimum(xp.maximum(v - level - excess / max(inside, 1), 0.0), upper)
