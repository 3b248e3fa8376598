"""Facility location: candidates such that every point has one near it.

f(S) = sum_i max_{j in S} max(s_ij, 0) is monotone and submodular, so that the greedy choice
reaches 1 - (1 - 1/k)^k > 1 - 1/e of the best (Nemhauser, Wolsey & Fisher 1978). A gain only falls,
so that an old one bounds it from above and few need to be renewed (Minoux 1978). Refused: a heap,
which renews one at a time where a processor sums a block as fast; and all k n swaps, for which
letting each pick move within the points that it represents comes close at 1/k of the price.
"""

from dataclasses import dataclass

from lemmata.arrays import Array, Namespace, epsilon_of
from lemmata.linalg.blocks import spans
from lemmata.linalg.similarities import BLOCK, Similarities, reached
from lemmata.linalg.span import spread

FIRST = 64  # candidates renewed before the best of them says how many more must be
ROUNDS = 50  # moves all picks at most so often; two or three rounds are usual


@dataclass(frozen=True, slots=True)
class Greedy:
    """The picks in order, and a bound of f over all sets of that size."""

    picks: list[int]
    bound: float


def greedy(source: Similarities, k: int) -> Greedy:
    """`k` candidates, each the one that adds most to f; the first of equals, none twice."""
    xp = source.xp
    bounds = source.totals()
    best = xp.zeros_like(source.rows(source.indices([0]))[0, :])
    numbers = xp.arange(bounds.shape[0], dtype=xp.int64, device=bounds.device)
    picks: list[int] = []
    ceiling = _highest(xp, bounds, k)  # none can be worth more than alone
    for _ in range(k):
        if picks:
            bounds = _renewed(source, bounds, best)
        pick = int(xp.argmax(bounds))
        picks.append(pick)
        best = xp.maximum(best, source.rows(source.indices([pick]))[0, :])
        bounds = xp.where(numbers == pick, -xp.ones_like(bounds), bounds)
    value = float(xp.sum(best))
    guaranteed = value / (1 - (1 - 1 / k) ** k)
    ceiling = min(ceiling, guaranteed, value + _exact_highest(source, bounds, best, k))
    return Greedy(picks, max(ceiling, value))


def settled(source: Similarities, picks: list[int]) -> list[int]:
    """`picks`, each moved to the best of the points that it represents, until none moves.

    f only grows: by the move, and again as every point goes to its best pick. Candidates and
    points must be the same things.
    """
    for _ in range(ROUNDS):
        owner = owners(source, picks)
        moved = [_best_within(source, owner == place, pick) for place, pick in enumerate(picks)]
        if moved == picks:
            break
        picks = moved
    return picks


def ordered(source: Similarities, picks: list[int]) -> list[int]:
    """`picks` in the greedy order among themselves, in which their gains fall."""
    xp = source.xp
    rows = source.rows(source.indices(picks))
    best = xp.zeros_like(rows[:1, :])
    places = list(range(len(picks)))
    order = []
    while places:
        sums = reached(xp, xp.take(rows, source.indices(places), axis=0), best)
        place = places.pop(int(xp.argmax(sums)))
        best = xp.maximum(best, rows[place : place + 1, :])
        order.append(picks[place])
    return order


def coverage_by_pick(source: Similarities, picks: list[int]) -> Array:
    """What each of `picks` adds to f after those before it, (k,)."""
    xp = source.xp
    rows = source.rows(source.indices(picks))
    best = xp.zeros_like(rows[:1, :])
    added = []
    for place in range(len(picks)):
        better = xp.maximum(best, rows[place : place + 1, :])
        added.append(xp.sum(better - best, axis=1))
        best = better
    return xp.concat(added)


def owners(source: Similarities, picks: list[int]) -> Array:
    """The place in `picks` of the pick that represents each point best; its own for a pick."""
    xp = source.xp
    chosen = source.indices(picks)
    owner = xp.argmax(source.rows(chosen), axis=0)
    numbers = xp.arange(owner.shape[0], dtype=chosen.dtype, device=owner.device)
    unit = chosen[:, None] == numbers[None, :]
    own = xp.argmax(xp.astype(unit, xp.int8), axis=0)
    return xp.where(xp.any(unit, axis=0), own, owner)


def ceiling_of(source: Similarities, picks: list[int]) -> float:
    """A bound of f over all sets of the size of `picks`, from what could be added to them."""
    xp = source.xp
    rows = source.rows(source.indices(picks))
    best = xp.max(xp.maximum(rows, xp.zeros_like(rows)), axis=0)
    numbers = xp.arange(source.shape[0], dtype=xp.int64, device=best.device)
    picked = xp.any(numbers[:, None] == source.indices(picks)[None, :], axis=1)
    bounds = source.totals()
    bounds = xp.where(picked, -xp.ones_like(bounds), bounds)
    return float(xp.sum(best)) + _exact_highest(source, bounds, best, len(picks))


def _renewed(source: Similarities, bounds: Array, best: Array) -> Array:
    """`bounds` with the gain itself wherever it may be the greatest, and -1 left as it is."""
    xp = source.xp
    first = min(FIRST, bounds.shape[0])
    likely = xp.sort(bounds, stable=False)[bounds.shape[0] - first]
    fresh = xp.logical_and(bounds >= likely, bounds > 0)
    bounds = _exact(source, bounds, best, fresh)
    greatest = xp.max(xp.where(fresh, bounds, xp.zeros_like(bounds)))
    open_ = xp.logical_and(bounds >= greatest, bounds > 0)
    return _exact(source, bounds, best, xp.logical_and(open_, xp.logical_not(fresh)))


def _exact(source: Similarities, bounds: Array, best: Array, which: Array) -> Array:
    """`bounds` with the gain itself for `which` (c,); never above what it was."""
    xp = source.xp
    (candidates,) = xp.nonzero(which)
    if candidates.shape[0] == 0:
        return bounds
    if 2 * candidates.shape[0] > bounds.shape[0]:  # rows in their order need no gathering
        exact = xp.where(which, source.all_gains(best), bounds)
    else:
        exact = spread(xp, which, source.gains(candidates, best), bounds)
    return xp.minimum(exact, bounds)


def _highest(xp: Namespace, bounds: Array, k: int) -> float:
    """The sum of the k highest of `bounds`, those below 0 left out."""
    top = xp.sort(bounds, descending=True, stable=False)[:k]
    return float(xp.sum(xp.maximum(top, xp.zeros_like(top))))


def _exact_highest(source: Similarities, bounds: Array, best: Array, k: int) -> float:
    """The sum of the k highest gains: bounds among the highest are renewed until none is stale."""
    xp = source.xp
    stale = bounds > 0
    while True:
        ranked = xp.sort(bounds, descending=True, stable=False)
        last = bounds.shape[0] - 1
        if not bool(xp.any(xp.logical_and(stale, bounds >= ranked[min(k - 1, last)]))):
            return _highest(xp, bounds, k)
        which = xp.logical_and(stale, bounds >= ranked[min(2 * k + FIRST, last)])
        bounds = _exact(source, bounds, best, which)
        stale = xp.logical_and(stale, xp.logical_not(which))


def _best_within(source: Similarities, members: Array, pick: int) -> int:
    """The member that represents the members best; `pick`, one of them, unless one is better."""
    xp = source.xp
    (points,) = xp.nonzero(members)
    sums = []
    for a, b in spans(points.shape[0], max(1, BLOCK // points.shape[0])):
        part = source.within(points[a:b], points)
        sums.append(xp.sum(xp.maximum(part, xp.zeros_like(part)), axis=1))
    scores = xp.concat(sums)
    now = float(xp.max(xp.where(points == pick, scores, xp.zeros_like(scores))))
    place = int(xp.argmax(scores))
    # a move within rounding could go on for ever
    slack = points.shape[0] * epsilon_of(xp, scores) * abs(now)
    return int(points[place]) if float(scores[place]) > now + slack else pick
