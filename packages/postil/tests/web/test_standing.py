"""The one line under a day's date, for every state that a day can be in."""

import re
from collections.abc import Callable
from datetime import date, datetime

import pytest
from markupsafe import Markup

TUESDAY, WEDNESDAY = date(2026, 2, 3), date(2026, 2, 4)
NOON = datetime(
    2026, 2, 3, 17
)  # Tuesday, noon in the East; Wednesday's list is due at 20:00, which is 01:00 UTC


def lines(html: str) -> list[str]:
    """What the lines say, without markup, each behind the name of its shape."""
    found = re.findall(r'<p class="standing ([\w ]+)">(.*?)</p>', html, re.DOTALL)
    return [f"{mark}: {Markup(text).striptags()}" for mark, text in found]


@pytest.fixture
def whole(kept: Callable):
    """Tuesday's list of cs.LG, read and held, on Tuesday at noon."""
    world = kept(NOON)
    world.hold([1, 2, 3], TUESDAY)
    world.read([1, 2, 3], TUESDAY)
    return world


def test_a_whole_day_says_how_many_and_when(whole) -> None:
    html = whole.page("/arxiv/cs.LG?date=2026-02-03")
    assert lines(html) == ["complete: complete: 3 of 3, at 20:14 ET"]
    assert '<time datetime="2026-02-03T01:14:00Z">20:14 ET</time>' in html


def test_a_day_that_was_whole_only_later_says_on_which_day(whole) -> None:
    whole.read([1, 2, 3, 4], TUESDAY)
    assert "3 of 4 held" in lines(whole.page("/arxiv/cs.LG?date=2026-02-03"))[0]
    whole.hold([4], TUESDAY)
    said = lines(whole.page("/arxiv/cs.LG?date=2026-02-03"))[0]
    assert said == "complete: complete: 4 of 4, at 3 Feb, 12:00 ET"


def test_papers_of_other_lists_are_not_counted_as_announced(whole) -> None:
    whole.hold([7, 8], TUESDAY, "math.NA")
    assert lines(whole.page("/arxiv?date=2026-02-03")) == [
        "complete: complete on cs.LG: 3 of 3, at 20:14 ET"
    ]


def test_many_lists_are_counted_and_not_named(kept: Callable) -> None:
    world = kept(NOON, "cs.LG+cs.CL+stat.ML+math.NA")
    world.hold([1, 9], TUESDAY)
    for name in ("cs.LG", "cs.CL", "stat.ML", "math.NA"):
        world.read([1], TUESDAY, name)
    assert lines(world.page("/arxiv?date=2026-02-03")) == [
        "complete: complete on the 4 lists that are read: 1 of 1, at 20:14 ET"
    ]


def test_what_is_missing_is_counted_and_leads_to_the_ledger(whole) -> None:
    whole.read([1, 2, 3, 4, 5], TUESDAY)
    html = whole.page("/arxiv/cs.LG?date=2026-02-03")
    assert lines(html) == ["incomplete: 3 of 5 held: 2 are missing"]
    assert '<a href="/ledger?day=2026-02-03">3 of 5 held: 2 are missing</a>' in html


def test_one_missing_paper_is_missing_and_not_are(whole) -> None:
    whole.read([1, 2, 3, 4], TUESDAY)
    assert lines(whole.page("/arxiv/cs.LG?date=2026-02-03"))[0].endswith("1 is missing")


def test_a_day_of_which_one_list_was_not_read_is_not_complete(kept: Callable) -> None:
    world = kept(NOON, "cs.LG+stat.ML")
    world.hold([1], TUESDAY)
    world.read([1], TUESDAY)
    assert lines(world.page("/arxiv?date=2026-02-03")) == [
        "incomplete: all 1 of the lists read so far are held, but not every list was read"
    ]


def test_a_late_list_is_told_below_the_newest_one(whole) -> None:
    whole.clock.advance_to(datetime.fromisoformat("2026-02-04T03:00Z"))
    whole.read([], WEDNESDAY, source="feed")
    shown, since = lines(whole.page("/arxiv/cs.LG"))
    assert shown.startswith("complete:")
    assert since == (
        "late: Wednesday, 4 February 2026: late: arXiv has announced nothing since "
        "3 Feb, 20:00 ET; last complete day 3 Feb 2026"
    )


def test_a_list_that_is_just_due_is_looked_for(whole) -> None:
    whole.clock.advance_to(datetime.fromisoformat("2026-02-04T01:10Z"))
    assert lines(whole.page("/arxiv/cs.LG"))[1] == (
        "waiting: Wednesday, 4 February 2026: waiting: the list was due 3 Feb, 20:00 ET and is looked for"
    )


def test_a_day_to_come_says_when_its_list_is_due(whole) -> None:
    assert lines(whole.page("/arxiv?date=2026-02-04")) == [
        "ahead: waiting: the list is due 3 Feb, 20:00 ET"
    ]


def test_a_holiday_is_named(kept: Callable) -> None:
    world = kept(datetime(2026, 11, 27, 17))
    assert lines(world.page("/arxiv?date=2026-11-27")) == [
        "holiday: no announcement today: Thanksgiving"
    ]
    world.clock.advance(3 * 24 * 3600)
    assert lines(world.page("/arxiv?date=2026-11-27")) == ["holiday: no announcement: Thanksgiving"]
    assert "没有公布：感恩节" in world.page("/arxiv?date=2026-11-27", "zh")


def test_a_holiday_is_told_below_the_newest_list(kept: Callable) -> None:
    world = kept(datetime(2026, 11, 27, 17))
    thursday = date(2026, 11, 26)
    world.hold([1], thursday)
    world.read([1], thursday)
    assert lines(world.page("/arxiv"))[1] == (
        "holiday: Friday, 27 November 2026: no announcement today: Thanksgiving"
    )


def test_a_weekend_says_so(whole) -> None:
    assert lines(whole.page("/arxiv?date=2026-01-31")) == ["weekend: weekend: no announcement"]


def test_an_empty_list_of_the_archives_is_no_missing_one(whole) -> None:
    whole.read([], date(2026, 2, 2))
    assert lines(whole.page("/arxiv?date=2026-02-02")) == [
        "holiday: no announcement: arXiv’s list of this day is empty"
    ]


def test_imported_days_claim_nothing(kept: Callable) -> None:
    world = kept(datetime(2026, 11, 20, 17))
    world.hold([1, 2], TUESDAY)
    said = "unknown: no list of this day was read, so completeness is not known"
    assert lines(world.page("/arxiv/cs.LG")) == [said]
    assert lines(world.page("/")) == [said]


def test_the_first_page_has_the_line_of_the_newest_day(whole) -> None:
    assert lines(whole.page("/")) == ["complete: complete: 3 of 3, at 20:14 ET"]


def test_a_library_without_days_has_no_line(kept: Callable) -> None:
    assert lines(kept(NOON).page("/")) == []


def test_the_line_is_chinese_for_a_chinese_reader(whole) -> None:
    assert lines(whole.page("/arxiv/cs.LG", "zh")) == [
        "complete: 完整：公布 3 篇，收有 3 篇，美东时间 20:14收齐"
    ]
