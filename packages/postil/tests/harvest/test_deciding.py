"""Deciding what to ask for next: the order of a day, and patience with what does not come."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from postil.harvest.calendar import arxiv_calendar
from postil.harvest.decide import decide
from postil.harvest.known import Asked, Known, ListReading, OaiRun
from postil.harvest.questions import unread_lists
from postil.harvest.steps import (
    LookUp,
    Open,
    Plan,
    ReadCatchup,
    ReadFeed,
    ReadList,
    ReadRecord,
    ReadRecords,
    Wait,
)
from postil.paper_id import PaperId

CALENDAR = arxiv_calendar()
PLAN = Plan(("cs", "stat.ML"), CALENDAR)
DAY = date(2026, 2, 10)  # a Tuesday
DUE = CALENDAR.due(DAY)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PAPER = PaperId("arxiv", "2602.00007")


def settled(day, at):
    """Everything of `day` and before was read at `at`."""
    lists = {name: ListReading(day, at) for name in PLAN.lists}
    return Known(date(2026, 2, 1), day, at, None, lists, lists)


BEFORE = settled(date(2026, 2, 9), DUE - 12 * HOUR)
READ = settled(DAY, DUE + 5 * HOUR)


NOTHING = Open()


def at(moment, known=BEFORE, open_questions=NOTHING, plan=PLAN):
    return decide(known, open_questions, plan, moment)


def test_before_the_announcement_nothing_is_asked_but_the_records_every_six_hours():
    known = replace(BEFORE, read_at=DUE - HOUR)
    assert at(DUE - MINUTE, known) == Wait(DUE, "the next announcement")
    assert isinstance(at(DUE - MINUTE, replace(BEFORE, read_at=DUE - 7 * HOUR)), ReadRecords)


def test_when_the_list_is_due_it_is_asked_at_once():
    assert at(DUE) == ReadList("cs")


def test_one_list_is_asked_every_minute_until_its_date_turns_and_they_take_turns():
    asked = BEFORE.with_list("cs", ListReading(date(2026, 2, 9), DUE))
    asked = replace(asked, read_at=DUE)
    assert at(DUE + timedelta(seconds=59), asked) == Wait(DUE + MINUTE, "the list of stat.ML")
    assert at(DUE + MINUTE, asked) == ReadList("stat.ML")


def test_when_one_list_has_turned_the_others_follow_at_once():
    turned = BEFORE.with_list("stat.ML", ListReading(DAY, DUE + MINUTE))
    assert at(DUE + MINUTE, turned) == ReadList("cs")


def test_a_list_of_several_pages_is_read_to_its_end():
    known = READ.with_list("cs", ListReading(DAY, DUE, next_page=2))
    assert at(DUE + HOUR, known) == ReadList("cs", 2)


def test_after_hours_of_waiting_the_list_is_asked_less_often():
    late = DUE + 5 * HOUR
    known = replace(BEFORE, read_at=late).with_list("cs", ListReading(date(2026, 2, 9), late))
    wait = at(late + MINUTE, replace(known, feeds=READ.feeds))
    assert wait == Wait(late + 10 * MINUTE, "the list of stat.ML")


def test_two_and_a_half_hours_after_the_announcement_the_records_are_read_with_two_days_overlap():
    known = replace(READ, through=date(2026, 2, 9), read_at=DUE, feeds=BEFORE.feeds)
    assert isinstance(at(DUE + timedelta(hours=2, minutes=29), known), Wait)
    assert at(DUE + timedelta(hours=2, minutes=30), known) == ReadRecords(
        OaiRun(date(2026, 2, 7), date(2026, 2, 10))
    )


def test_a_run_under_way_goes_on_but_a_list_that_is_due_comes_first():
    run = OaiRun(date(2026, 1, 1), DAY, "token")
    assert at(DUE - HOUR, replace(BEFORE, run=run)) == ReadRecords(run)
    assert at(DUE, replace(BEFORE, run=run)) == ReadList("cs")


def test_after_midnight_the_feed_of_each_list_is_read_once():
    known = replace(READ, feeds=BEFORE.feeds)
    assert at(DUE + timedelta(hours=4, minutes=10), known) == ReadFeed("cs")
    half = known.with_feed("cs", ListReading(DAY, DUE + 5 * HOUR))
    assert at(DUE + 5 * HOUR, half) == ReadFeed("stat.ML")
    assert isinstance(at(DUE + 5 * HOUR, READ), Wait)


def test_what_a_list_names_and_nobody_has_is_asked_for_after_the_records():
    wanting = Open(wanting=[PAPER])
    assert at(DUE + 5 * HOUR, READ, wanting) == LookUp((PAPER,))
    early = replace(READ, read_at=DUE, feeds=READ.feeds)
    assert isinstance(at(DUE + 3 * HOUR, early, wanting), ReadRecords)


def test_every_other_question_about_a_paper_goes_to_its_record():
    asked = replace(READ, papers={str(PAPER): Asked(DUE + 5 * HOUR)})
    assert at(DUE + 5 * HOUR + MINUTE, asked, Open([PAPER])) != ReadRecord(PAPER)
    assert at(DUE + 6 * HOUR, replace(asked, read_at=DUE + 6 * HOUR), Open([PAPER])) == ReadRecord(
        PAPER
    )


def test_gaps_between_ids_are_asked_for_fifty_at_a_time():
    gaps = [PaperId("arxiv", f"2602.{n:05d}") for n in range(1, 121)]
    step = at(DUE + 5 * HOUR, READ, Open(gaps=gaps))
    assert isinstance(step, LookUp)
    assert step.ids == tuple(gaps[:50])


def test_lists_of_past_days_that_were_never_read_are_caught_up():
    missed = Open(unread=[("cs", date(2026, 2, 6))])
    assert at(DUE + 5 * HOUR, READ, missed) == ReadCatchup("cs", date(2026, 2, 6))


def test_lists_older_than_ninety_days_are_gone():
    missed = Open(unread=[("cs", date(2025, 11, 3))])
    assert isinstance(at(DUE + 5 * HOUR, READ, missed), Wait)


def test_the_newest_list_is_not_asked_of_the_catch_up_while_its_own_page_has_not_turned():
    late = replace(BEFORE, read_at=DUE + 5 * HOUR, feeds=READ.feeds)
    late = late.with_list("cs", ListReading(date(2026, 2, 9), DUE + 5 * HOUR))
    assert isinstance(at(DUE + 5 * HOUR, late, Open(unread=[("cs", DAY)])), Wait)


def test_a_source_that_fails_does_not_hold_up_the_others():
    known = BEFORE.with_setback("list cs", DUE)
    assert at(DUE + timedelta(seconds=1), known) == ReadList("stat.ML")


@pytest.mark.parametrize("times, seconds", [(1, 20), (2, 60), (3, 120), (9, 300)])
def test_a_source_that_fails_is_asked_again_later_and_later_up_to_five_minutes(times, seconds):
    known = replace(BEFORE, setbacks={"list cs": Asked(DUE, times)})
    only_cs = replace(PLAN, lists=("cs",))
    known = replace(known, read_at=DUE + HOUR)
    step = at(DUE + timedelta(seconds=seconds - 1), known, plan=only_cs)
    assert isinstance(step, Wait)
    assert at(DUE + timedelta(seconds=seconds), known, plan=only_cs) == ReadList("cs")


def test_a_library_that_begins_reads_the_lists_and_then_the_records_since_its_first_day():
    fresh = Known(date(2026, 2, 1))
    assert at(DUE + 5 * HOUR, fresh) == ReadList("cs")
    listed = replace(fresh, lists=READ.lists)
    assert at(DUE + 5 * HOUR, listed) == ReadRecords(OaiRun(date(2026, 2, 1), DAY))


def test_without_a_list_to_follow_there_is_still_the_archive():
    assert isinstance(at(DUE + 3 * HOUR, plan=replace(PLAN, lists=())), ReadRecords)


def test_unread_lists_are_the_days_of_the_last_ninety_newest_first_holidays_and_weekends_too():
    now = datetime(2026, 1, 22, 12, tzinfo=UTC)
    read = {("cs", date(2026, 1, 21)): True, ("cs", date(2026, 1, 16)): False}
    plan = replace(PLAN, lists=("cs",))
    assert unread_lists(plan, date(2026, 1, 15), now, read) == [
        ("cs", date(2026, 1, day)) for day in (22, 20, 19, 18, 17, 16, 15)
    ]


def test_waits_always_end_in_the_future():
    moment = DUE - 30 * HOUR
    while moment < DUE + 30 * HOUR:
        step = at(moment, READ)
        assert not isinstance(step, Wait) or step.until > moment
        moment += timedelta(minutes=7)


def test_a_list_is_read_a_second_time_a_day_later():
    once = Open(read_once=[("cs", DAY)])
    assert isinstance(at(DUE + 19 * HOUR, replace(READ, read_at=DUE + 18 * HOUR), once), Wait)
    assert at(DUE + 20 * HOUR, replace(READ, read_at=DUE + 18 * HOUR), once) == ReadCatchup(
        "cs", DAY
    )
