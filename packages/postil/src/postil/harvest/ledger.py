"""The ledger as a reader asks it: is the list of this day whole, and if not, why.

Judging is pure: rows of the store, the calendar and the clock go in, one honest line comes out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from postil.categories import CategoryExpression
from postil.clock import Clock
from postil.harvest.calendar import Calendar
from postil.harvest.gaps import missing_between, serial_id
from postil.paper_id import PaperId
from postil.store.ledger import LedgerRows, Tally

_DAY = timedelta(days=1)
_LOOK_BACK = timedelta(days=14)
_LATE_AFTER = timedelta(hours=1)


class DayState(StrEnum):
    """How a day's list stands."""

    COMPLETE = "complete"  # everything announced is held
    INCOMPLETE = "incomplete"  # papers are known to be missing
    WAITING = "waiting"  # not due yet, or due and being fetched
    LATE = "late"  # due for more than an hour, and arXiv shows no list of the day
    HOLIDAY = "holiday"  # the calendar has no list, for a reason
    NO_LIST = "no list"  # a weekend
    UNKNOWN = "unknown"  # no list of that day was ever read here


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day in one line, over the lists that an expression touches.

    `announced`, `held` and `missing` are of all those lists together, each paper once; `announced`
    is None where
    no list made a count. `completed` is when the last paper arrived. `last_complete` is the latest
    day before that is complete. `reason` names the holiday. `tallies` are the lists one by one.
    """

    day: date
    state: DayState
    announced: int | None = None
    held: int = 0
    missing: tuple[PaperId, ...] = ()
    late: tuple[PaperId, ...] = ()
    due: datetime | None = None
    completed: datetime | None = None
    last_complete: date | None = None
    reason: str = ""
    tallies: tuple[Tally, ...] = ()


@dataclass(frozen=True, slots=True)
class MonthOfIds:
    """The new-style ids of a month: how many are held, which are missing in between, which arXiv skipped.

    `missing` are neither held nor explained; `skipped` pairs an id with arXiv's reason.
    """

    year: int
    month: int
    highest: int
    held: int
    missing: tuple[PaperId, ...]
    skipped: tuple[tuple[PaperId, str], ...]


@dataclass(frozen=True, slots=True)
class _Days:
    """What the store says of some days: the lists of each, and the papers they name and hold together."""

    tallies: Mapping[date, list[Tally]]
    distinct: Mapping[date, tuple[int, int]]


class Ledger:
    """Answers of the ledger; safe to use from many threads."""

    def __init__(
        self, rows: LedgerRows, clock: Clock, calendar: Calendar, lists: Sequence[str]
    ) -> None:
        self._rows = rows
        self._clock = clock
        self._calendar = calendar
        self._lists = tuple(lists)

    @property
    def lists(self) -> tuple[str, ...]:
        """The lists that are read: archives, groups or categories."""
        return self._lists

    def line(
        self, day: date | None = None, expression: CategoryExpression | None = None
    ) -> DayLine:
        """How the list of a day stands; of the day whose list is latest due, if none is named."""
        now = self._clock.now()
        asked = day or self._calendar.latest_due(now)
        names = self._names(expression)
        found = self._days(asked - _LOOK_BACK, asked, names)
        line = self._judged(asked, found, names, now)
        before = (asked - n * _DAY for n in range(1, _LOOK_BACK.days + 1))
        complete = (
            d for d in before if self._judged(d, found, names, now).state is DayState.COMPLETE
        )
        return replace(line, last_complete=next(complete, None))

    def year(self, year: int, expression: CategoryExpression | None = None) -> list[DayLine]:
        """How every day of a year stands; days to come are waited for."""
        now = self._clock.now()
        names = self._names(expression)
        first, last = date(year, 1, 1), date(year, 12, 31)
        found = self._days(first, last, names)
        days = (first + n * _DAY for n in range((last - first).days + 1))
        return [self._judged(day, found, names, now) for day in days]

    def month(self, year: int, month: int) -> MonthOfIds:
        """The ids of a month: which are held, which arXiv skipped, and which are missing in between."""
        serials = self._rows.serials(year, month)
        skipped = {a.id: a.reason for a in self._rows.absences(year, month)}
        between = (serial_id(year, month, n) for n in missing_between(serials))
        missing = tuple(paper_id for paper_id in between if paper_id not in skipped)
        return MonthOfIds(
            year,
            month,
            max(serials, default=0),
            len(serials),
            missing,
            tuple(sorted(skipped.items())),
        )

    def _names(self, expression: CategoryExpression | None) -> tuple[str, ...]:
        """The lists that an expression touches: of a category itself, else of its archive."""
        if expression is None or not expression.included:
            return self._lists
        wanted = [
            next((n for n in (code, code.partition(".")[0]) if n in self._lists), None)
            for code in expression.included
        ]
        return () if None in wanted else tuple(dict.fromkeys(n for n in wanted if n))

    def _days(self, first: date, last: date, names: Sequence[str]) -> _Days:
        tallies: dict[date, list[Tally]] = {}
        for tally in self._rows.tallies(first, last):
            if tally.list_name in names:
                tallies.setdefault(tally.day, []).append(tally)
        return _Days(tallies, self._rows.distinct(first, last, names) if tallies else {})

    def _judged(self, day: date, found: _Days, names: Sequence[str], now: datetime) -> DayLine:
        tallies = tuple(found.tallies.get(day, ()))
        due = self._calendar.due(day)
        if not any(t.announced is not None for t in tallies):
            return self._without_list(day, found, due, now, tallies)
        listed, held = found.distinct.get(day, (0, 0))
        if not listed and not any(t.announced for t in tallies):
            weekend = day.weekday() not in self._calendar.weekdays
            state = DayState.NO_LIST if weekend else DayState.HOLIDAY
            return DayLine(day, state, 0, due=due, reason=self._reason(day), tallies=tallies)
        unnamed = sum(max(0, (t.announced or 0) - t.listed) for t in tallies)
        missing = _united(t.missing for t in tallies)
        unread = set(names) - {t.list_name for t in tallies if t.announced is not None}
        whole = not (missing or unnamed or unread)
        completed = [t.completed for t in tallies if t.completed is not None]
        return DayLine(
            day,
            DayState.COMPLETE if whole else DayState.INCOMPLETE,
            listed + unnamed,
            held,
            missing,
            _united(t.late for t in tallies),
            due,
            max(completed) if whole and completed else None,
            tallies=tallies,
        )

    def _without_list(
        self, day: date, found: _Days, due: datetime, now: datetime, tallies: tuple[Tally, ...]
    ) -> DayLine:
        """A day of which no listing was read."""
        if not self._calendar.has_list(day):
            holiday = day in self._calendar.holidays
            state = DayState.HOLIDAY if holiday else DayState.NO_LIST
        elif now < due + _LATE_AFTER:
            state = DayState.WAITING
        elif found.tallies and day == self._calendar.latest_due(now):
            state = DayState.LATE
        else:
            state = DayState.UNKNOWN
        return DayLine(day, state, due=due, reason=self._reason(day), tallies=tallies)

    def _reason(self, day: date) -> str:
        return self._calendar.holidays.get(day, "")


def _united(ids: Iterable[Sequence[PaperId]]) -> tuple[PaperId, ...]:
    return tuple(sorted({paper_id for each in ids for paper_id in each}))
