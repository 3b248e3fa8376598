"""Euclidean projections onto the simplex and onto the capped simplex, exact, in linear time.

The threshold is the root of a piecewise linear function. Newton's step lands on the root of the
piece that it is taken from, so that it ends, exactly, after a few steps; what a bracket has decided
is dropped on the way, which makes the cost linear. Short rows are sorted instead: a sort is one
call where the steps are some fifty, each dearer than its work.
"""

import math
from dataclasses import dataclass

import array_api_compat

from lemmata.arrays import Array, Namespace, constant, epsilon_of
from lemmata.errors import ArgumentError
from lemmata.relax import package_torch
from lemmata.relax.rows import Rows, blockwise, finite_rows, in_range, order_statistics, rows_of
from lemmata.relax.threshold import LONG, ROUNDS, attached


def project_simplex(v: Array, total: float = 1.0, axis: int = -1) -> Array:
    """The point of {p >= 0, sum p = total} nearest to `v` along `axis`, for each row of a stack.

    p = max(v - lambda, 0) with lambda such that p sums to `total` >= 0 (Duchi et al. 2008,
    doi:10.1145/1390156.1390191). Exact: the support is found, not approached, in O(n) expected
    operations, by Newton's method from below (Michelot 1986; Condat 2016,
    doi:10.1007/s10107-015-0946-6) on the candidates above max(v) - total only; by a sort where n
    is at most 2048.

    Any array library; half precision is computed in float32. PyTorch differentiates it, as often
    as need be, by the closed form diag(s) - s s^T / <s, 1>, s the indicator of the support; at a
    kink (v_i = lambda) that of the smaller support.

    Raises ArgumentError (a negative total, an empty axis with total > 0), DtypeError, ShapeError,
    NonFiniteError.
    """
    if not 0 <= total < math.inf:
        raise ArgumentError(f"total must be finite and at least 0, got {total}")
    rows = rows_of("v", v, axis, masks=False)
    _check_room("total", total, math.inf, rows)
    if rows.empty or total == 0:
        return rows.back(rows.xp.zeros_like(rows.values))
    in_range(rows, "total", total)
    return rows.back(onto_simplex(rows, total))


def project_capped_simplex(v: Array, k: float, upper: float = 1.0, axis: int = -1) -> Array:
    """The point of {0 <= p <= upper, sum p = k} nearest to `v` along `axis`, for each row.

    p = clip(v - lambda, 0, upper) with lambda such that p sums to `k`, 0 <= k <= n * upper, whole
    or not. The problem of Wang & Lu 2015 (arXiv:1503.01002), who sort and search O(n^2) pairs;
    here two order statistics bracket lambda and Newton's method (Ang et al. 2021,
    arXiv:2110.08471), kept inside the bracket, ends at the exact threshold in O(n) expected.

    Libraries, precision and gradients as in `project_simplex`; s is the indicator of 0 < p < upper.
    Raises ArgumentError if the set is empty or an argument out of its range, and as above.
    """
    if not upper > 0:
        raise ArgumentError(f"upper must be positive, got {upper}")
    if not 0 <= k < math.inf:
        raise ArgumentError(f"k must be finite and at least 0, got {k}")
    rows = rows_of("v", v, axis, masks=False)
    in_range(rows, "upper", upper)
    _check_room("k", k, upper, rows)
    if rows.empty or k == 0 or k >= rows.n * upper:
        return rows.back(rows.xp.full_like(rows.values, upper if k else 0.0))
    return rows.back(onto_capped(rows, k, upper))


def onto_simplex(rows: Rows, total: float) -> Array:
    """The projection of rows onto the simplex of `total` > 0; -infinity goes to 0."""
    xp = rows.xp
    d = rows.offsets(rows.peak, total, math.inf)  # lambda is never further below the peak
    fixed = constant(d)
    if array_api_compat.is_torch_array(d) and package_torch.is_there():
        now = -total * package_torch.largest_probability(fixed / total, 2)
    elif rows.n <= LONG:
        now = _sorted_root(xp, fixed, total)
        over = fixed > now  # once more, as a running sum rounds more than a sum
        held, inside = _total(xp, xp.where(over, fixed, 0.0)), _total(xp, xp.astype(over, d.dtype))
        now = (held - total) / xp.maximum(inside, 1.0)
    else:
        high = xp.zeros_like(rows.peak) - total / rows.n
        low = (_total(xp, fixed) - total) / rows.n
        now = _each_row(xp, fixed, xp.clip(low, -total, high), high, total, math.inf)
    return _clipped(xp, d, now, math.inf)


def onto_capped(rows: Rows, k: float, upper: float, unit: float = 1.0) -> Array:
    """The projection of rows / unit onto the capped simplex, for 0 < k < n * upper."""
    xp = rows.xp
    pivot, below = order_statistics(xp, constant(rows.values), math.ceil(k / upper))
    # the threshold is below the ceil(k / upper)-th, and within upper of the one after floor
    below = pivot if k / upper != math.floor(k / upper) else below
    reach = 4 * upper * unit  # beyond it everything is at the cap, or at 0
    d = rows.offsets(pivot, reach, reach, unit)
    if rows.n <= LONG and math.prod(d.shape) == rows.n:
        now = _sorted_capped_root(xp, constant(d), k, upper)
        return _clipped(xp, d, now, upper)
    high = xp.zeros_like(pivot)
    gap = xp.clip(below / 2 - pivot / 2, -1.5 * upper * unit, 0.0) / (unit / 2)
    low = gap - upper
    now = _each_row(xp, constant(d), low, high, k, upper)
    return _clipped(xp, d, now, upper)


def nearest(xp: Namespace, v: Array, total: float, upper: float | None) -> Array:
    """The projection of one vector onto the simplex, or the capped one: within an iteration.

    `v` (n,) is known to be finite and n * upper >= total > 0: nothing is checked, and there is no
    gradient. On short vectors that is most of the cost.
    """
    n = v.shape[0]
    if upper is not None and total >= n * upper:
        return xp.full_like(v, total / n)
    if n > LONG:
        rows = finite_rows(xp, v)
        return onto_simplex(rows, total) if upper is None else onto_capped(rows, total, upper)
    if upper is None:
        d = v - xp.max(v)
        return xp.maximum(d - _sorted_root(xp, d, total), 0.0)
    d = v - xp.sort(v)[n - math.ceil(total / upper)]  # near the threshold, where digits are kept
    now = _sorted_capped_root(xp, d, total, upper)
    return xp.minimum(xp.maximum(d - now, 0.0), upper)


def _clipped(xp: Namespace, d: Array, now: Array, upper: float) -> Array:
    def slope(xp: Namespace, offset: Array) -> Array:
        return xp.astype((offset > 0) & (offset < upper), offset.dtype)

    now = attached(xp, d, now, slope)

    def clipped(part: Array) -> Array:
        offset = part - now
        p = xp.where((offset > 0) & (offset < upper), offset, 0.0)
        return p if math.isinf(upper) else xp.where(offset >= upper, upper, p)

    return blockwise(xp, clipped, d)


def _sorted_root(xp: Namespace, d: Array, total: float) -> Array:
    """The simplex threshold of each row: the greatest that some of its largest, alone, would have."""
    rank = xp.arange(1, d.shape[-1] + 1, dtype=d.dtype, device=d.device)
    sums = xp.cumulative_sum(-xp.sort(-d, axis=-1), axis=-1)
    return xp.max((sums - total) / rank, axis=-1, keepdims=True)


def _sorted_capped_root(xp: Namespace, d: Array, k: float, upper: float) -> Array:
    """The threshold of a lone row, from the bends of sum (d - lambda)+ - (d - upper - lambda)+."""
    row = d if d.ndim == 1 else xp.reshape(d, (-1,))
    bends = xp.concat([row, row - upper])
    order = xp.argsort(bends, descending=True)
    falling = xp.take(bends, order)
    sign = 2 * xp.astype(order < row.shape[0], d.dtype) - 1
    count, held = xp.cumulative_sum(sign), xp.cumulative_sum(sign * falling)
    piece = int(xp.count_nonzero(held - count * falling < k)) - 1
    now = (held[piece] - k) / xp.maximum(count[piece], 1.0)
    # once more, as running sums round more than a sum
    inside = int(xp.count_nonzero((row > now) & (row < now + upper)))
    excess = xp.sum(xp.minimum(xp.maximum(row - now, 0.0), upper)) - k
    return xp.reshape(now + excess / max(inside, 1), (*d.shape[:-1], 1))


def _each_row(xp: Namespace, d: Array, low: Array, high: Array, k: float, upper: float) -> Array:
    """The threshold of each row: short rows together, long ones one by one."""
    n = d.shape[-1]
    rows = xp.reshape(d, (-1, n))
    lows, highs = xp.reshape(low, (-1, 1)), xp.reshape(high, (-1, 1))
    if n > LONG and math.isinf(upper):
        found = [_lone(xp, rows[i, :], lows[i, 0], k) for i in range(rows.shape[0])]
        return xp.reshape(xp.stack(found), low.shape)
    step = rows.shape[0] if n <= LONG else 1
    found = [
        _root(xp, rows[i : i + step, :], lows[i : i + step, :], highs[i : i + step, :], k, upper)
        for i in range(0, rows.shape[0], step)
    ]
    return xp.reshape(xp.concat(found, axis=0), low.shape)


def _lone(xp: Namespace, row: Array, low: Array, total: float) -> Array:
    """The simplex threshold of one row: what is not above the best lower bound leaves, until none does."""
    now = low
    while True:
        kept = row[row > now]
        now = xp.maximum(now, (xp.sum(kept) - total) / kept.shape[0])
        if kept.shape[0] == row.shape[0]:
            return now
        row = kept


@dataclass(frozen=True, slots=True)
class Decided:
    """What no lambda of the bracket moves: how many are at the cap, how many inside, their sum."""

    capped: Array
    inside: Array
    held: Array


def _root(xp: Namespace, d: Array, low: Array, high: Array, k: float, upper: float) -> Array:
    """lambda in [low, high] with sum clip(d - lambda, 0, upper) = k, (r, n) to (r, 1)."""
    cap = 0.0 if math.isinf(upper) else upper
    none = xp.zeros_like(low)
    known, capped, inside = Decided(none, none, none), none - 1, none - 1
    now = low if math.isinf(upper) else (low + high) / 2
    exact = low >= high
    for _ in range(ROUNDS):
        if bool(xp.all(exact)):
            break
        if d.shape[0] == 1:
            d, known = _dropped(xp, d, known, low, high, upper)
        last = capped, inside
        capped, inside, held = _counted(xp, d, now, upper, known)
        excess = (held - now * inside) - (k - cap * capped)
        # the same pieces again: `now` was the root of this very piece
        exact = exact | (excess == 0) | ((capped == last[0]) & (inside == last[1]))
        low = xp.where(excess > 0, now, low)
        high = xp.where(excess < 0, now, high)
        root = (held - (k - cap * capped)) / xp.maximum(inside, 1.0)
        slack = 8 * epsilon_of(xp, d) * (xp.abs(root) + xp.abs(now))
        usable = (inside > 0) & (root >= low - slack) & (root <= high + slack)
        # a halving leaves the piece, so that its counts say nothing about the next point
        capped = xp.where(usable, capped, -1.0)
        now = xp.where(exact, now, xp.where(usable, xp.clip(root, low, high), (low + high) / 2))
    return now


def _counted(
    xp: Namespace, d: Array, now: Array, upper: float, known: Decided
) -> tuple[Array, Array, Array]:
    """How many entries are at the cap and how many inside at lambda = now, and the sum of those inside."""
    over = d > now
    at_cap = d >= now + upper
    within = xp.astype(over, d.dtype) - xp.astype(at_cap & over, d.dtype)
    return (
        known.capped + _total(xp, xp.astype(at_cap & over, d.dtype)),
        known.inside + _total(xp, within),
        known.held + _total(xp, within * d),
    )


def _dropped(
    xp: Namespace, d: Array, known: Decided, low: Array, high: Array, upper: float
) -> tuple[Array, Decided]:
    """A lone row without the entries that lie on one piece for every lambda of the bracket."""
    start, end = low[0, 0], high[0, 0]
    row = d[0, :]
    row = row[row > start]  # the others are at 0
    full = row >= end + upper
    inside = (row >= end) & (row <= start + upper) & ~full
    found = Decided(
        known.capped + xp.sum(xp.astype(full, d.dtype)),
        known.inside + xp.sum(xp.astype(inside, d.dtype)),
        known.held + xp.sum(xp.where(inside, row, 0.0)),
    )
    return row[~(full | inside)][None, :], found


def _check_room(name: str, total: float, upper: float, rows: Rows) -> None:
    """ArgumentError if n entries of at most `upper` cannot sum to `total`, rounding aside."""
    room = rows.n * upper if rows.n else 0.0
    if total > room * (1 + 4 * epsilon_of(rows.xp, rows.values)):
        cap = "" if math.isinf(upper) else f" of at most {upper:g} each"
        raise ArgumentError(f"{name} = {total:g} is more than {rows.n} entries{cap} can sum to")


def _total(xp: Namespace, terms: Array) -> Array:
    return xp.sum(terms, axis=-1, keepdims=True)
