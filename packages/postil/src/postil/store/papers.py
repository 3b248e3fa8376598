"""Papers as a reader asks for them: one by its id, a day's list, a month's calendar."""

import threading
from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from postil.categories import CategoryExpression
from postil.errors import BadDate, NotHeld
from postil.paper import AnnouncementKind, Paper
from postil.paper_id import PaperId, PaperReference
from postil.store.month import Month
from postil.store.protocol import DayCount, Store

# Entries of all months kept in memory; some 30 bytes each.
_MOST_ENTRIES = 1_500_000


@dataclass(frozen=True, slots=True)
class DayList:
    """A part of what an expression chooses from a day's list.

    `total` and `kinds` count all that is chosen, `listed` everything on that day. `previous` and `next` are
    the nearest days on which the expression chooses something.
    """

    day: date
    papers: tuple[Paper, ...]
    offset: int
    total: int
    listed: int
    kinds: Mapping[AnnouncementKind, int]
    previous: date | None
    next: date | None


class Papers:
    """Reads of a store, for pages and commands; safe to use from many threads.

    Months are turned into bitsets when first asked for, and dropped as soon as the store's log has moved on.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._mutex = threading.Lock()
        self._seen_change = -1
        self._days: list[DayCount] = []
        self._months: OrderedDict[tuple[int, int], Month] = OrderedDict()

    def get(self, reference: str | PaperId) -> Paper:
        """One paper, by its id or any way of writing it.

        Raises:
            BadId: this is no way of writing an id.
            NotHeld: the store has no such paper.
        """
        paper_id = PaperReference.parse(reference).id if isinstance(reference, str) else reference
        try:
            return self._store.get([paper_id])[paper_id]
        except KeyError:
            raise NotHeld(
                f"{paper_id} is not held here: import it, or look at arxiv.org."
            ) from None

    def several(self, ids: Sequence[PaperId]) -> list[Paper]:
        """The papers that `ids` lead to, in this order, each once."""
        held = self._store.get(ids)
        found = (held[paper_id] for paper_id in ids if paper_id in held)
        return list({paper.id: paper for paper in found}.values())

    def days(self) -> list[DayCount]:
        """Every day that has a list, oldest first."""
        with self._mutex:
            self._refresh()
            return self._days

    def day_list(
        self,
        day: date,
        expression: CategoryExpression | None = None,
        offset: int = 0,
        limit: int = 25,
    ) -> DayList:
        """The papers of a day that `expression` chooses (all of them without one), in the archive's order."""
        with self._mutex:
            self._refresh()
            month = self._month(day)
            chosen = month.chosen(day, expression)
            numbers = list(islice(month.numbers(day, chosen), offset, offset + limit))
            previous, following = self._around(day, expression)
        return DayList(
            day=day,
            papers=tuple(self._store.load(numbers)),
            offset=offset,
            total=chosen.bit_count(),
            listed=month.chosen(day, None).bit_count(),
            kinds=month.kinds(day, chosen),
            previous=previous,
            next=following,
        )

    def calendar(
        self, year: int, month: int, expression: CategoryExpression | None = None
    ) -> list[tuple[date, int]]:
        """How many papers `expression` chooses on each day of a month; days without any are left out.

        Raises:
            BadDate: there is no such month.
        """
        if not (1 <= month <= 12 and 1 <= year <= 9999):
            raise BadDate(f"There is no month {month} of a year {year}: write it as 2026-03.")
        with self._mutex:
            self._refresh()
            return self._month(date(year, month, 1)).count(expression)

    def latest_day(self, expression: CategoryExpression | None = None) -> date | None:
        """The last day on which `expression` chooses something; None where there is none."""
        with self._mutex:
            self._refresh()
            return self._nearest(reversed(self._days), expression)

    def category_counts(self, day: date) -> dict[str, int]:
        """How many papers of `day` each category has, and each archive (`cs`, `math`) in all."""
        with self._mutex:
            self._refresh()
            return self._month(day).category_counts(day)

    def export(self) -> Iterator[Paper]:
        """Every paper, ordered by id."""
        return self._store.papers()

    def _refresh(self) -> None:
        latest = self._store.last_change()
        if latest != self._seen_change:
            self._months.clear()
            self._days = self._store.days()
            self._seen_change = latest

    def _month(self, day: date) -> Month:
        at = (day.year, day.month)
        if at in self._months:
            self._months.move_to_end(at)
            return self._months[at]
        last = monthrange(*at)[1]
        month = Month(self._store.listed(day.replace(day=1), day.replace(day=last)))
        if not len(month):
            return month  # most months of the calendar are empty, and asking costs nothing
        self._months[at] = month
        while len(self._months) > 1 and sum(map(len, self._months.values())) > _MOST_ENTRIES:
            self._months.popitem(last=False)
        return month

    def _around(
        self, day: date, expression: CategoryExpression | None
    ) -> tuple[date | None, date | None]:
        before = bisect_left(self._days, day, key=lambda counted: counted.day)
        after = bisect_right(self._days, day, key=lambda counted: counted.day)
        earlier = (self._days[at] for at in range(before - 1, -1, -1))
        later = (self._days[at] for at in range(after, len(self._days)))
        return self._nearest(earlier, expression), self._nearest(later, expression)

    def _nearest(
        self, days: Iterator[DayCount], expression: CategoryExpression | None
    ) -> date | None:
        """The first of `days` on which `expression` chooses something."""
        for counted in days:
            if expression is None or self._month(counted.day).chosen(counted.day, expression):
                return counted.day
        return None
