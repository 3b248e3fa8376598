"""Which feeds are believed: yesterday's under today's date would put papers on a day that is not theirs."""

from datetime import UTC, date, datetime

import pytest

from postil.harvest.arriving import day_of_feed
from postil.paper import AnnouncementKind
from postil.paper_id import PaperId
from postil.sources.exchange import DayPage, Entry
from postil.store.ledger import FEED, LISTING, Sighting
from postil.store.sqlite import SqliteStore

FRIDAY, MONDAY = date(2026, 1, 30), date(2026, 2, 2)
NEW = AnnouncementKind.NEW


def ids(*serials):
    return [PaperId("arxiv", f"2601.{n:05}") for n in serials]


@pytest.fixture
def read(tmp_path):
    """Record what a source named on a day; the store is its attribute."""
    with SqliteStore.open(tmp_path) as store:

        def record(day, *serials, source=LISTING, name="cs"):
            entries = [(paper_id, NEW) for paper_id in ids(*serials)]
            seen = datetime(2026, 2, 2, tzinfo=UTC)
            store.ledger.record(Sighting(day, name, source, seen, entries))

        record.store = store
        yield record


def day_of(read, *serials):
    """The day that a feed under Monday's date is taken for."""
    entries = tuple(Entry(paper_id, NEW) for paper_id in ids(*serials))
    return day_of_feed(read.store, "cs", DayPage(MONDAY, entries))


def test_a_feed_that_agrees_with_the_listing_of_its_day_is_of_that_day(read):
    read(FRIDAY, 1, 2, 3)
    read(MONDAY, 4, 5, 6)
    assert day_of(read, 3, 4, 5, 6, 7) == MONDAY


def test_yesterdays_feed_under_todays_date_is_yesterdays(read):
    read(FRIDAY, 1, 2, 3)
    read(MONDAY, 3, 4, 5, 6)
    assert day_of(read, 1, 2, 3) == FRIDAY


def test_a_feed_that_is_older_still_is_of_no_day(read):
    read(FRIDAY, 1, 2, 3)
    read(MONDAY, 3, 4, 5, 6)
    assert day_of(read, 7, 8, 9) is None


def test_without_a_listing_of_its_day_a_feed_is_told_by_the_list_before(read):
    read(FRIDAY, 1, 2, 3, source=FEED)
    assert day_of(read, 3, 4, 5) == MONDAY
    assert day_of(read, 1, 2, 4) == FRIDAY


def test_a_feed_that_nothing_can_be_held_against_is_of_no_day(read):
    read(FRIDAY, 1, 2, 3, name="math")
    read(MONDAY, 4, 5, 6, name="math")
    assert day_of(read, 4, 5, 6) is None


def test_what_a_feed_said_before_does_not_speak_for_it(read):
    read(FRIDAY, 1, 2, 3)
    read(MONDAY, 1, 2, 3, source=FEED)
    assert day_of(read, 1, 2, 3) == FRIDAY


def test_a_feed_without_papers_is_of_the_day_that_it_bears(read):
    assert day_of(read) == MONDAY
