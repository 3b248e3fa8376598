"""arXiv's calendar: which days have a list, and when it is due."""

import gzip
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import orjson
import pytest

from postil.harvest.calendar import Calendar, arxiv_calendar

ARXIV = arxiv_calendar()


def test_the_list_of_monday_is_due_on_sunday_evening():
    assert ARXIV.due(date(2026, 2, 2)) == datetime(2026, 2, 2, 1, tzinfo=UTC)  # 20:00 EST


def test_in_summer_the_list_is_due_an_hour_earlier_by_universal_time():
    assert ARXIV.due(date(2026, 7, 14)) == datetime(2026, 7, 14, 0, tzinfo=UTC)  # 20:00 EDT


@pytest.mark.parametrize(
    "evening",
    ["2025-06-19", "2025-07-06", "2025-09-01", "2026-01-19", "2026-11-26"],
)
def test_a_holiday_takes_away_the_list_of_the_next_day(evening):
    day = date.fromisoformat(evening) + timedelta(days=1)
    assert not ARXIV.has_list(day)
    assert ARXIV.holidays[day]


def test_a_holiday_on_a_friday_takes_away_the_list_of_monday():
    assert not ARXIV.has_list(date(2026, 6, 22))
    assert ARXIV.has_list(date(2026, 6, 19))


def test_weekends_have_no_list():
    assert ARXIV.days(date(2026, 2, 6), date(2026, 2, 9)) == [date(2026, 2, 6), date(2026, 2, 9)]


@pytest.mark.parametrize("seconds, day", [(-1, date(2026, 2, 6)), (0, date(2026, 2, 9))])
def test_the_latest_list_turns_to_the_second(seconds, day):
    now = ARXIV.due(date(2026, 2, 9)) + timedelta(seconds=seconds)
    assert ARXIV.latest_due(now) == day
    assert ARXIV.next_due(now) == (date(2026, 2, 9) if seconds < 0 else date(2026, 2, 10))


def test_over_a_holiday_the_next_list_is_the_one_after_it():
    assert ARXIV.next_due(datetime(2026, 11, 26, 12, tzinfo=UTC)) == date(2026, 11, 30)


def test_a_calendar_of_every_day_has_a_list_on_sunday():
    assert Calendar(frozenset(range(7))).has_list(date(2026, 2, 8))


@pytest.mark.shared
def test_the_days_that_real_lists_lack_are_the_calendars(shared):
    """Weekdays of the year to June 2026 on which next to nothing was announced, beside the calendar's."""
    with gzip.open(shared / "arxiv-recent.jsonl.gz") as lines:
        listed = Counter(date.fromisoformat(orjson.loads(line)["date"]) for line in lines)
    first, last = date(2025, 6, 1), date(2026, 6, 30)
    weekdays = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    weekdays = [day for day in weekdays if day.weekday() < 5]
    empty = {day for day in weekdays if listed[day] < 20}
    assert len(empty) >= 4
    assert all(not ARXIV.has_list(day) for day in empty)
