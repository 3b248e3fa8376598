"""arXiv's calendar: which days have a list, and when it is due.

An announcement at 20:00 US Eastern carries the date of the next day: Sunday's is Monday's list. The calendar
is an expectation, never a proof: a list that appears on a holiday is read all the same, and one that
does not appear is late until arXiv says otherwise.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
_ANNOUNCED = time(20)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days that have a list.

    `weekdays` are those of the lists (Monday is 0), `holidays` the days whose list falls out, with
    the reason.
    """

    weekdays: frozenset[int] = frozenset(range(5))
    holidays: Mapping[date, str] = field(default_factory=dict)

    def has_list(self, day: date) -> bool:
        """Whether a list of this date is expected."""
        return day.weekday() in self.weekdays and day not in self.holidays

    def due(self, day: date) -> datetime:
        """When the list of `day` is announced: 20:00 US Eastern the evening before, in UTC."""
        return datetime.combine(day - _DAY, _ANNOUNCED, EASTERN).astimezone(UTC)

    def latest_due(self, now: datetime) -> date:
        """The latest day whose list is due by `now`."""
        day = now.astimezone(EASTERN).date() + _DAY
        while not (self.has_list(day) and self.due(day) <= now):
            day -= _DAY
        return day

    def next_due(self, now: datetime) -> date:
        """The first day whose list is due after `now`."""
        day = now.astimezone(EASTERN).date()
        while not (self.has_list(day) and self.due(day) > now):
            day += _DAY
        return day

    def days(self, first: date, last: date) -> list[date]:
        """The days from `first` to `last` that have a list."""
        found = (first + n * _DAY for n in range((last - first).days + 1))
        return [day for day in found if self.has_list(day)]


@cache
def arxiv_calendar() -> Calendar:
    """arXiv's own calendar, from its published holidays."""
    text = resources.files(__package__).joinpath("holidays.json").read_text("utf-8")
    evenings = json.loads(text)["evenings"]
    return Calendar(
        holidays={_list_day(date.fromisoformat(d)): name for d, name in evenings.items()}
    )


def _list_day(evening: date) -> date:
    """The day whose list is not announced when arXiv rests on the evening of `evening`."""
    # What would have gone out on a resting Friday afternoon is missing on Sunday evening: Monday's list.
    return evening + (3 if evening.weekday() == 4 else 1) * _DAY
