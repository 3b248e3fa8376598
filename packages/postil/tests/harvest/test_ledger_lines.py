"""The ledger's line of a day: never a silently short list, never a claim that was not checked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from postil.categories import CategoryExpression
from postil.harvest.calendar import arxiv_calendar
from postil.harvest.ledger import DayState, Ledger
from postil.paper_id import PaperId
from postil.store.ledger import Absence, Tally
from postil.testing.clock import VirtualClock

CALENDAR = arxiv_calendar()
DAY = date(2026, 2, 10)  # a Tuesday
DUE = CALENDAR.due(DAY)
SEEN = DUE + timedelta(minutes=14)
MISSING = PaperId("arxiv", "2602.00009")
WHOLE = Tally(DAY, "cs.LG", 132, 132, 132, (), (), {"listing": 132}, SEEN, SEEN)


class Rows:
    """A ledger's rows, as a test says them."""

    def __init__(self, tallies: Sequence[Tally] = (), serials=(), absences=()):
        self._tallies, self._serials, self._absences = tallies, serials, absences

    def tallies(self, first, last):
        return [t for t in self._tallies if first <= t.day <= last]

    def distinct(self, first, last, names):
        found = {}
        for t in self.tallies(first, last):
            if t.list_name in names:
                listed, held = found.get(t.day, (0, 0))
                found[t.day] = (max(listed, t.listed), max(held, t.held))
        return found

    def serials(self, year, month):
        return list(self._serials)

    def absences(self, year, month):
        return list(self._absences)


def line(*tallies, now=DUE + timedelta(hours=5), day=DAY, lists=("cs.LG",), expression=None):
    ledger = Ledger(Rows(tallies), VirtualClock(now), CALENDAR, lists)
    return ledger.line(day, expression)


def test_a_list_of_which_every_paper_is_held_is_complete():
    found = line(WHOLE)
    assert (found.state, found.announced, found.held) == (DayState.COMPLETE, 132, 132)
    assert found.completed == SEEN


def test_one_missing_paper_makes_it_incomplete_and_is_named():
    found = line(replace(WHOLE, held=131, missing=(MISSING,), completed=None))
    assert (found.state, found.held, found.announced) == (DayState.INCOMPLETE, 131, 132)
    assert found.missing == (MISSING,)
    assert found.completed is None


def test_a_list_that_claims_more_than_it_names_is_incomplete():
    found = line(replace(WHOLE, announced=133))
    assert (found.state, found.announced, found.held) == (DayState.INCOMPLETE, 133, 132)


def test_a_list_that_was_not_read_keeps_the_others_from_being_complete():
    both = CategoryExpression.parse("cs.LG+cs.CL")
    found = line(WHOLE, lists=("cs.LG", "cs.CL"), expression=both)
    assert found.state is DayState.INCOMPLETE


def test_what_only_a_feed_names_is_never_called_complete():
    found = line(replace(WHOLE, announced=None, sources={"feed": 132}))
    assert found.state is not DayState.COMPLETE


@pytest.mark.parametrize("minutes, state", [(-600, "waiting"), (30, "waiting"), (61, "late")])
def test_before_the_list_is_due_it_is_waited_for_and_an_hour_after_it_is_late(minutes, state):
    yesterday = replace(WHOLE, day=date(2026, 2, 9))
    found = line(yesterday, now=DUE + timedelta(minutes=minutes))
    assert found.state == state
    assert found.due == DUE
    assert found.last_complete == date(2026, 2, 9)


def test_without_any_list_read_nothing_is_claimed():
    assert line(now=DUE + timedelta(hours=5)).state is DayState.UNKNOWN


def test_a_day_that_was_never_read_is_unknown_even_between_complete_ones():
    others = [replace(WHOLE, day=day) for day in (date(2026, 2, 9), date(2026, 2, 11))]
    now = CALENDAR.due(date(2026, 2, 11)) + timedelta(hours=5)
    assert line(*others, now=now).state is DayState.UNKNOWN


def test_a_holiday_is_named():
    found = line(day=date(2026, 1, 20), now=DUE)
    assert (found.state, found.reason) == (DayState.HOLIDAY, "Martin Luther King Jr. Day")


def test_a_weekend_has_no_list():
    assert line(day=date(2026, 2, 8), now=DUE).state is DayState.NO_LIST


def test_a_list_on_a_holiday_counts_like_any_other():
    found = line(replace(WHOLE, day=date(2026, 1, 20)), day=date(2026, 1, 20))
    assert found.state is DayState.COMPLETE


def test_a_day_on_which_arxiv_listed_nothing_is_no_announcement():
    nothing = Tally(DAY, "cs.LG", 0, 0, 0, (), (), {"listing": 0}, SEEN, SEEN)
    assert line(nothing).state is DayState.HOLIDAY


def test_a_category_that_is_not_read_itself_is_judged_by_its_archive():
    archive = replace(WHOLE, list_name="cs")
    found = line(archive, lists=("cs",), expression=CategoryExpression.parse("cs.LG"))
    assert found.state is DayState.COMPLETE


def test_a_category_that_no_list_covers_is_unknown():
    found = line(WHOLE, expression=CategoryExpression.parse("math.AG"))
    assert found.state is DayState.UNKNOWN


def test_a_year_has_every_day_once():
    ledger = Ledger(Rows([WHOLE]), VirtualClock(DUE + timedelta(hours=5)), CALENDAR, ("cs.LG",))
    days = ledger.year(2026)
    assert [found.day for found in days] == sorted({found.day for found in days})
    assert len(days) == 365
    assert days[DAY.timetuple().tm_yday - 1].state is DayState.COMPLETE


def test_a_month_of_ids_knows_what_is_missing_and_what_arxiv_skipped():
    skipped = Absence(PaperId("arxiv", "2602.00003"), "does not exist", SEEN)
    ledger = Ledger(Rows((), [1, 2, 5, 6], [skipped]), VirtualClock(DUE), CALENDAR, ())
    month = ledger.month(2026, 2)
    assert (month.highest, month.held) == (6, 4)
    assert month.missing == (PaperId("arxiv", "2602.00004"),)
    assert month.skipped == ((skipped.id, "does not exist"),)


def test_ids_before_2015_have_four_digits():
    ledger = Ledger(Rows((), [1, 3]), VirtualClock(datetime(2014, 6, 1, tzinfo=UTC)), CALENDAR, ())
    assert ledger.month(2014, 5).missing == (PaperId("arxiv", "1405.0002"),)
