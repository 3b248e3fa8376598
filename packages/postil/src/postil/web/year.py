"""A year of the ledger as a calendar shows it: months of weeks of days, and what the days come to."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from postil.library import DayLine, DayState
from postil.web.month import month_of
from postil.web.standing import mark_of

# In the order in which they matter to a reader.
MARKS = ("complete", "incomplete", "late", "waiting", "unknown", "holiday", "ahead", "weekend")


@dataclass(frozen=True, slots=True)
class Square:
    """One day of the calendar; `label` says in words what its shape shows."""

    day: date
    mark: str
    label: str


@dataclass(frozen=True, slots=True)
class YearMonth:
    """A month: weeks from Monday, None for the days outside it."""

    month: int
    weeks: Sequence[Sequence[Square | None]]


@dataclass(frozen=True, slots=True)
class Totals:
    """What the days of a year come to.

    `due` counts days with a list from the first that was read on; `announced` and `held` are of the
    days whose lists were read.
    """

    marks: Mapping[str, int]
    due: int
    complete: int
    announced: int
    held: int
    late: int


def year_months(
    lines: Sequence[DayLine], label: Callable[[DayLine], str], now: datetime
) -> list[YearMonth]:
    """Lay out the days of one year."""
    if not lines:
        return []
    year = lines[0].day.year
    squares: dict[date | None, Square] = {
        line.day: Square(line.day, mark_of(line, now), label(line)) for line in lines
    }
    return [
        YearMonth(
            month,
            [[squares.get(day) for day in week] for week in month_of(year, month, {}).weeks],
        )
        for month in range(1, 13)
    ]


def totals(lines: Sequence[DayLine], now: datetime) -> Totals:
    """Count a year's days and papers."""
    marks = Counter(mark_of(line, now) for line in lines)
    read = [line for line in lines if line.announced is not None]
    # Days before the first harvest are nobody's failure.
    since = [line for line in lines if read and line.day >= read[0].day]
    due = Counter(mark_of(line, now) for line in since)
    return Totals(
        marks={mark: marks[mark] for mark in MARKS if marks[mark]},
        due=sum(due[mark] for mark in ("complete", "incomplete", "late", "waiting", "unknown")),
        complete=marks["complete"],
        announced=sum(line.announced or 0 for line in read),
        held=sum(line.held for line in read),
        late=sum(len(line.late) for line in read),
    )


def newest(lines: Sequence[DayLine], now: datetime, limit: int) -> list[DayLine]:
    """The latest days that had or should have had a list, the newest first."""
    told = [
        line
        for line in lines
        if line.tallies or (line.state in _TOLD and line.due is not None and line.due <= now)
    ]
    return told[: -limit - 1 : -1]


_TOLD = {DayState.WAITING, DayState.LATE, DayState.HOLIDAY, DayState.UNKNOWN}
