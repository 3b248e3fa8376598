"""A month as a calendar shows it: weeks of days, each with how many papers it has."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

YEARS = range(1991, 9999)
"""The years that arXiv has had or may have."""


@dataclass(frozen=True, slots=True)
class Month:
    """One month with the counts of its days; days outside it are None in `weeks`."""

    year: int
    month: int
    weeks: tuple[tuple[date | None, ...], ...]
    counts: Mapping[date, int]

    @property
    def fullest(self) -> int:
        """The count of the fullest day, at least 1."""
        return max(self.counts.values(), default=1) or 1

    def strength(self, day: date) -> int:
        """How full a day is beside the fullest one: 0 for none, else 1 to 4."""
        count = self.counts.get(day, 0)
        return 0 if count == 0 else 1 + min(3, 4 * count // (self.fullest + 1))


def month_of(year: int, month: int, counts: Mapping[date, int]) -> Month:
    """Lay out a month, weeks from Monday."""
    weeks = calendar.Calendar().monthdatescalendar(year, month)
    laid = tuple(tuple(d if d.month == month else None for d in week) for week in weeks)
    return Month(year, month, laid, counts)


def neighbour(year: int, month: int, step: int) -> tuple[int, int] | None:
    """The month `step` months away, or None outside the years that a list can have."""
    index = year * 12 + month - 1 + step
    found = index // 12, index % 12 + 1
    return found if found[0] in YEARS else None
