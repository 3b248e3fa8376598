"""The world: consecutive ids, changes in order, and a truth that moves with the clock."""

import gzip
import itertools
from datetime import UTC, date, datetime, timedelta

import orjson
import pytest

from postil.clock import Stopped
from postil.harvest.calendar import arxiv_calendar
from postil.paper import AnnouncementKind
from postil.paper_id import PaperId
from postil.testing.census import Census
from postil.testing.clock import ScaledClock, VirtualClock
from postil.testing.history import Action
from postil.testing.oai_records import name_parts
from postil.testing.tex import in_tex, wrapped, wrapped_abstract
from postil.testing.world import World
from postil.text.accents import to_unicode

FIRST, LAST = date(2026, 3, 23), date(2026, 4, 10)
NEW, CROSS, REPLACE = AnnouncementKind


@pytest.fixture(scope="module")
def world():
    return World.invented(5, FIRST, LAST, 40)


def test_the_same_seed_invents_the_same_world(world):
    again = World.invented(5, FIRST, LAST, 40)
    assert again.histories == world.histories
    assert again.skipped == world.skipped
    assert World.invented(6, FIRST, LAST, 40).histories != world.histories


def test_days_are_those_of_the_calendar(world):
    assert list(world.days) == arxiv_calendar().days(FIRST, LAST)


def test_ids_are_consecutive_within_a_month_but_for_those_that_were_skipped(world):
    months = {}
    for paper_id in (*world.histories, *world.skipped):
        if "/" not in paper_id.key:
            stem, _, serial = paper_id.key.partition(".")
            months.setdefault(stem, []).append(int(serial))
    assert {"2603", "2604"} <= months.keys()
    assert all(sorted(serials) == list(range(1, len(serials) + 1)) for serials in months.values())
    assert world.skipped


def test_every_kind_of_change_happens_and_versions_rise_above_five(world):
    changes = [c for h in world.histories.values() for c in h.changes]
    assert {c.action for c in changes} == set(Action)
    assert max(c.version for c in changes) > 5
    assert any(c.withdrawn for c in changes)
    edits = [
        c for h in world.histories.values() for c in h.changes[1:] if c.action is Action.RECORD
    ]
    assert edits


def test_changes_of_a_paper_become_public_in_order_and_after_they_arrived(world):
    for history in world.histories.values():
        for earlier, later in itertools.pairwise(history.changes):
            assert earlier.public <= later.public
            assert later.version - earlier.version in (0, 1)
        assert all(c.submitted < c.public <= c.modified for c in history.changes)


def test_what_is_announced_at_eight_in_the_evening_is_public_then_and_not_before(world):
    day = world.days[3]
    due = arxiv_calendar().due(day)
    before, after = world.truth(due - timedelta(seconds=1)), world.truth(due)
    fresh = after.keys() - before.keys()
    announced = {i for i, kind in world.announced(day, "cs").items() if kind is NEW}
    assert announced <= fresh
    assert all(after[i].announced[0].day == day for i in fresh)
    assert world.latest_day(due - timedelta(seconds=1)) == world.days[2]
    assert world.latest_day(due) == day


def test_oai_shows_a_day_two_and_a_half_hours_later(world):
    day = world.days[3]
    due = arxiv_calendar().due(day)
    new = next(i for i, kind in world.announced(day, "cs").items() if kind is NEW)
    assert world.standing(new, due + timedelta(minutes=149)) is None
    assert world.standing(new, due + timedelta(minutes=150)) is not None
    rows = world.modified(due + timedelta(minutes=150))
    assert new in {row.id for row in rows}
    assert [(r.modified, r.id.key) for r in rows] == sorted((r.modified, r.id.key) for r in rows)


def test_a_list_names_each_paper_once_with_its_kind_there(world):
    for day in world.days:
        entries = world.listed(day, "cs.LG")
        assert len({e.standing.id for e in entries}) == len(entries)
        for entry in entries:
            codes = entry.standing.wording.categories
            assert "cs.LG" in codes
            if entry.kind is NEW:
                assert codes[0] == "cs.LG"
            if entry.kind is CROSS:
                assert codes[0] != "cs.LG"
            assert entry.standing.current.version <= 5 or entry.kind is not REPLACE


def test_replacements_above_version_five_are_on_no_list_but_in_oai(world):
    late = [
        (h.id, c)
        for h in world.histories.values()
        for c in h.changes
        if c.action is Action.REPLACE and c.version > 5
    ]
    assert late
    for paper_id, change in late:
        archive = change.wording.categories[0].partition(".")[0]
        assert paper_id not in world.announced(change.day, archive)
        standing = world.standing(paper_id, change.in_oai)
        assert standing.current.version == change.version


def test_announcements_are_those_of_the_lists_that_are_asked_for(world):
    at = world.announced_at(world.days[-1])
    everywhere, here = world.truth(at), world.truth(at, ["cs.LG"])
    assert everywhere.keys() == here.keys()
    for paper_id, paper in here.items():
        for announcement in paper.announced:
            listed = world.announced(announcement.day, "cs.LG")
            assert listed[paper_id] is announcement.kind
        days = {a.day for a in everywhere[paper_id].announced}
        assert {a.day for a in paper.announced} <= days
    named = {i for day in world.days for i in world.announced(day, "cs.LG")}
    assert named == {i for i, paper in here.items() if paper.announced}


def test_records_with_days_of_announcement_keep_them():
    record = {
        "id": "2603.00007",
        "title": "Naïve lattices of Dvořák",
        "authors": ["Zoë Weiß", "Ivo Quist"],
        "abstract": "Words of our own, and $x < y$.",
        "categories": ["cs.LG", "stat.ML"],
        "date": "2026-03-24",
    }
    old = {**record, "id": "hep-th/9901001", "date": "2026-03-26", "categories": ["hep-th"]}
    world = World.of_records([record, old])
    assert world.days == (date(2026, 3, 24), date(2026, 3, 26))
    assert world.announced(date(2026, 3, 24), "stat.ML") == {PaperId("arxiv", "2603.00007"): CROSS}
    truth = world.truth(datetime(2026, 4, 1, tzinfo=UTC))
    assert truth[PaperId("arxiv", "2603.00007")].authors == ("Zoë Weiß", "Ivo Quist")
    assert PaperId("arxiv", "hep-th/9901001") in truth


def test_records_with_days_of_submission_are_announced_on_the_next_list():
    record = {
        "id": "2603.00007",
        "title": "A Friday's work",
        "authors": ["Ivo Quist"],
        "abstract": "Words.",
        "categories": ["cs.LG"],
        "submitted": "2026-03-27",
    }
    world = World.of_records([record])
    assert world.days == (date(2026, 3, 30),)


@pytest.mark.shared
def test_real_records_come_back_from_tex_as_they_were(shared):
    with gzip.open(shared / "arxiv-archive-sample.jsonl.gz") as lines:
        records = [orjson.loads(line) for line in itertools.islice(lines, 0, 20_000, 20)]
    world = World.of_records(records)
    assert len(world.histories) == len(records)
    for history in world.histories.values():
        words = history.changes[-1].wording
        for text in (words.title, words.abstract, *words.authors):
            assert " ".join(to_unicode(in_tex(text)).split()) == text


def test_accents_are_written_as_tex_and_formulas_left_alone():
    assert in_tex("Schrödinger, Łoś, Erdős, Luís, Dvořák, Weiß") == (
        r"Schr\"odinger, {\L}o\'s, Erd\H{o}s, Lu\'{\i}s, Dvo\v{r}\'ak, Wei{\ss}"
    )
    assert in_tex("é and $é$") == r"\'e and $é$"


def test_long_text_is_wrapped_as_arxiv_wraps_it():
    title = "word " * 40
    assert wrapped(title.strip()).count("\n  ") == 2
    abstract = wrapped_abstract(title.strip())
    assert abstract.startswith("  word") and abstract.endswith("word\n")
    assert max(map(len, abstract.splitlines())) <= 80
    assert abstract.split() == title.split()


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Zoë Weiß", ("Weiß", "Zoë", "")),
        ("Uma van der Berg", ("van der Berg", "Uma", "")),
        ("Ivo K. Quist Jr.", ("Quist", "Ivo K.", "Jr.")),
        ("The Marginalia Collaboration", ("The Marginalia Collaboration", "", "")),
    ],
)
def test_a_name_is_cut_into_key_name_forenames_and_suffix(name, parts):
    assert name_parts(name) == parts


def test_a_census_of_millions_holds_nothing_until_it_is_looked_at():
    census = Census(3_000_000, datetime(2026, 3, 1, tzinfo=UTC))
    rows = census.modified(datetime(2026, 4, 1, tzinfo=UTC))
    assert len(rows) == 3_000_000
    assert rows[0].modified.date() == rows[89_999].modified.date() == date(2005, 9, 16)
    assert rows[-1].modified < datetime(2026, 3, 1, tzinfo=UTC)
    some = rows[1_499_998:1_500_002]
    assert [r.modified for r in some] == sorted(r.modified for r in some)
    assert census.standing(some[1].id, datetime(2026, 4, 1, tzinfo=UTC)) == some[1]
    assert len({PaperId.parse(rows[n].id.key) for n in range(0, 3_000_000, 99_999)}) == 31


def test_a_virtual_clock_moves_only_when_it_is_told_to():
    clock = VirtualClock(datetime(2026, 3, 1, tzinfo=UTC))
    clock.sleep(90)
    clock.advance_to(datetime(2026, 2, 1, tzinfo=UTC))
    clock.advance(-5)
    assert clock.now() == datetime(2026, 3, 1, 0, 1, 30, tzinfo=UTC)
    with pytest.raises(ValueError, match="aware"):
        VirtualClock(datetime(2026, 3, 1))


def test_a_scaled_clock_that_is_stopped_says_so():
    clock = ScaledClock(86_400, datetime(2026, 3, 1, tzinfo=UTC))
    clock.sleep(60)
    assert clock.now() >= datetime(2026, 3, 1, 0, 1, tzinfo=UTC)
    clock.stop()
    with pytest.raises(Stopped):
        clock.sleep(10**9)
