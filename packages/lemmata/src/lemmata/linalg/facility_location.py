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
from lemmata.linalg.similarities import BLOCK, Similarities, gains_of

FIRST = 64  # candidates renewed at first; twice as many each time that those do not decide it
ROUNDS = 50  # moves all picks at most so often; two or three rounds are usual


@dataclass(frozen=True, slots=True)
class Bounds:
    """What each candidate can add at most, in any order; -1 for those that are picked."""

    candidates: Array  # (c,)
    gains: Array  # (c,)

    @classmethod
    def of(cls, xp: Namespace, gains: Array) -> "Bounds":
        """The bounds of candidates 0, 1, ..."""
        return cls(xp.arange(gains.shape[0], dtype=xp.int64, device=gains.device), gains)

    def falling(self, xp: Namespace) -> "Bounds":
        """The same, the highest first."""
        order = xp.argsort(self.gains, descending=True)
        return Bounds(xp.take(self.candidates, order), xp.take(self.gains, order))

    def without(self, xp: Namespace, pick: int) -> "Bounds":
        """The same, `pick` being picked."""
        picked = self.candidates == pick
        return Bounds(self.candidates, xp.where(picked, -1.0, self.gains))

    def first_of_the_highest(self, xp: Namespace) -> int:
        """The candidate of the highest bound, of equals the one of the least number."""
        highest = self.gains == xp.max(self.gains)
        return int(xp.min(self.candidates[highest]))


@dataclass(frozen=True, slots=True)
class Greedy:
    """The picks in order, and a bound of f over all sets of that size."""

    picks: list[int]
    bound: float


def greedy(source: Similarities, k: int) -> Greedy:
    """`k` candidates, each the one that adds most to f; the first of equals, none twice."""
    xp = source.xp
    left = Bounds.of(xp, source.totals())
    best = xp.zeros_like(source.rows(source.indices([0]))[0, :])
    picks: list[int] = []
    ceiling = _sum_of_highest(xp, left.gains, k)  # none can be worth more than alone
    for _ in range(k):
        if picks:
            left = _renewed(source, left, best)
        picks.append(left.first_of_the_highest(xp))
        best = xp.maximum(best, source.rows(source.indices(picks[-1:]))[0, :])
        left = left.without(xp, picks[-1])
    value = float(xp.sum(best))
    guaranteed = value / (1 - (1 - 1 / k) ** k)
    ceiling = min(ceiling, guaranteed, value + _exact_highest(source, left, best, k))
    return Greedy(picks, max(ceiling, value))


def settled(source: Similarities, picks: list[int]) -> list[int]:
    """`picks`, each moved to the best of the points that it represents, until none moves.

    f only grows: by the move, and again as every point goes to its best pick. Candidates and
    points must be the same things.
    """
    before, touched = None, set(range(len(picks)))
    for _ in range(ROUNDS):
        owner = owners(source, picks)
        if before is not None:  # a pick whose points are the same stays
            changed = owner != before
            touched = {int(place) for array in (owner, before) for place in array[changed]}
        moved = [
            _best_within(source, owner == place, pick) if place in touched else pick
            for place, pick in enumerate(picks)
        ]
        if moved == picks:
            break
        picks, before = moved, owner
    return picks


def ordered(source: Similarities, picks: list[int]) -> list[int]:
    """`picks` in the greedy order among themselves, in which their gains fall."""
    xp = source.xp
    rows = source.rows(source.indices(picks))
    best = xp.zeros_like(rows[:1, :])
    places = list(range(len(picks)))
    order = []
    while places:
        left = xp.take(rows, source.indices(places), axis=0)
        place = places.pop(int(xp.argmax(gains_of(xp, [left], best[0, :], spare=True))))
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
    left = Bounds.of(xp, xp.where(picked, -xp.ones_like(bounds), bounds))
    return float(xp.sum(best)) + _exact_highest(source, left, best, len(picks))


def _renewed(source: Similarities, left: Bounds, best: Array) -> Bounds:
    """`left` with the gain itself wherever it may be the greatest."""
    xp, left = source.xp, left.falling(source.xp)
    exact: list[Array] = []
    end, size, greatest = 0, FIRST, 0.0
    while True:
        open_ = _how_many(xp, left.gains[end:], greatest)
        if not open_:
            return Bounds(left.candidates, xp.concat([*exact, left.gains[end:]]))
        start, end = end, end + min(size, open_)
        exact.append(_exact(source, left, (start, end), best))
        greatest, size = max(greatest, float(xp.max(exact[-1]))), 2 * size


def _exact_highest(source: Similarities, left: Bounds, best: Array, k: int) -> float:
    """The sum of the k highest gains: as many are renewed as may be among them."""
    xp, left = source.xp, left.falling(source.xp)
    exact, end, least = left.gains[:0], 0, 0.0
    while True:
        open_ = _how_many(xp, left.gains[end:], least)
        if not open_:
            return _sum_of_highest(xp, exact, k)
        start, end = end, end + min(k + FIRST, open_)
        exact = xp.concat([exact, _exact(source, left, (start, end), best)])
        if end >= k:
            least = float(xp.sort(exact, descending=True, stable=False)[k - 1])


def _how_many(xp: Namespace, falling: Array, least: float) -> int:
    """How many of `falling` are positive and at least `least`."""
    return int(xp.count_nonzero(falling >= least if least > 0 else falling > 0))


def _exact(source: Similarities, left: Bounds, span: tuple[int, int], best: Array) -> Array:
    """The gains themselves of a part of `left`; never above what they were."""
    part = slice(*span)
    return source.xp.minimum(source.gains(left.candidates[part], best), left.gains[part])


def _sum_of_highest(xp: Namespace, gains: Array, k: int) -> float:
    """The sum of the k highest, those below 0 left out."""
    top = xp.sort(gains, descending=True, stable=False)[: min(k, gains.shape[0])]
    return float(xp.sum(xp.maximum(top, xp.zeros_like(top))))


def _best_within(source: Similarities, members: Array, pick: int) -> int:
    """The member that represents the members best; `pick`, one of them, unless one is better."""
    xp = source.xp
    (points,) = xp.nonzero(members)
    blocks = spans(points.shape[0], max(1, BLOCK // points.shape[0]))
    parts = (source.within(points[a:b], points) for a, b in blocks)
    scores = xp.concat([xp.sum(xp.maximum(part, 0.0), axis=1) for part in parts])
    place = int(xp.argmax(scores))
    found = int(points[place])
    if found == pick:
        return pick
    now = float(scores[points == pick][0])
    # a move within rounding could go on for ever
    slack = points.shape[0] * epsilon_of(xp, scores) * abs(now)
    return found if float(scores[place]) > now + slack else pick
