"""What every store of papers must do, written against the protocol alone, and wrong stores to reject."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from postil.errors import BadInput
from postil.paper import Announcement, AnnouncementKind, Paper, Version
from postil.paper_id import PaperId
from postil.store import rows
from postil.store.protocol import Change, DayCount, Heading, Listed, Store, Written
from postil.store.sqlite import SqliteStore

MARCH = date(2026, 3, 17)
APRIL = date(2026, 4, 1)
NEW, CROSS, REPLACE = AnnouncementKind


def a_paper(key: str = "2603.00001", title: str = "On margins", **known: object) -> Paper:
    return Paper(PaperId.parse(key), title, **known)  # type: ignore[arg-type]


FULL = Paper(
    PaperId.parse("math/0309136"),
    "A “title” with <b>markup</b>, a NUL \0 and a tail ",
    ("Ångström, Å.", "Name\nwith a break", "陈"),
    abstract="Line one\n\n  line two with $\\alpha$ and 𝔸",
    summary="Our own words.",
    categories=("math.GT", "hep-th"),
    submitted=date(2003, 9, 8),
    modified=date(2009, 12, 1),
    announced=(Announcement(date(2003, 9, 9), NEW), Announcement(date(2004, 1, 2), REPLACE)),
    year=2003,
    versions=(Version(1, date(2003, 9, 8)), Version(2), Version(3, withdrawn=True)),
    venue="A venue",
    doi="10.1000/1",
    comment="12 pages",
    journal_ref="J. 1 (2003)",
    report_no="R-1",
    license="CC0",
    submitter="A. N. Other",
    topic="geometry",
    homes=(PaperId("openreview", "aB3_x-9zQ"), PaperId("shelf", "margins")),
)


def a_paper_comes_back_exactly_as_it_went_in(store: Store) -> None:
    store.put([FULL, a_paper()])
    assert store.get([FULL.id, a_paper().id]) == {FULL.id: FULL, a_paper().id: a_paper()}
    assert store.get([PaperId.parse("2603.09999")]) == {}


def the_tally_of_a_batch_counts_every_record(store: Store) -> None:
    first, second = a_paper(), a_paper("2603.00002")
    assert store.put([first, second, first]) == Written(2, 0, 1)
    assert store.put([first, replace(first, year=2026), second]) == Written(0, 1, 2)
    assert store.put([]) == Written()
    assert store.count() == 2


def what_is_known_is_not_overwritten_with_blanks(store: Store) -> None:
    store.put([FULL])
    assert store.put([Paper(FULL.id, "A new title")]) == Written(changed=1)
    assert store.get([FULL.id])[FULL.id] == replace(FULL, title="A new title")


def a_stronger_announcement_takes_the_place_of_a_weaker_one(store: Store) -> None:
    store.put([a_paper(announced=(Announcement(MARCH, CROSS),))])
    store.put([a_paper(announced=(Announcement(MARCH, NEW), Announcement(APRIL, REPLACE)))])
    store.put([a_paper(announced=(Announcement(MARCH, REPLACE),))])
    kept = (Announcement(MARCH, NEW), Announcement(APRIL, REPLACE))
    assert store.get([a_paper().id])[a_paper().id].announced == kept
    assert [entry.kind for entry in store.listed(MARCH, MARCH)] == [NEW]
    assert store.days() == [DayCount(MARCH, 1), DayCount(APRIL, 1)]


def announcements_and_versions_are_united_and_never_doubled(store: Store) -> None:
    announced = (Announcement(MARCH), Announcement(APRIL, REPLACE))
    later = a_paper(announced=announced[::-1], versions=(Version(2), Version(1, MARCH)))
    store.put([a_paper(announced=announced[:1], versions=(Version(1),))])
    store.put([later])
    store.put([later, later])
    held = store.get([later.id])[later.id]
    assert held.announced == announced
    assert held.versions == (Version(1, MARCH), Version(2))
    assert [e.day for e in store.listed(MARCH, APRIL)] == [MARCH, APRIL]
    assert store.counts().announcements == store.counts().versions == 2


def numbers_are_positive_and_stay(store: Store) -> None:
    papers = [a_paper(f"2603.{n:05}") for n in range(1, 6)]
    store.put(papers)
    numbers = store.numbers([p.id for p in papers])
    assert len(set(numbers.values())) == 5
    assert min(numbers.values()) > 0
    store.put([replace(p, year=2026) for p in papers])
    assert store.numbers([p.id for p in papers]) == numbers
    assert store.numbers([PaperId.parse("2603.09999")]) == {}


def papers_load_in_the_order_asked_for(store: Store) -> None:
    papers = [a_paper(f"2603.{n:05}") for n in range(1, 8)]
    store.put(papers)
    numbers = store.numbers([p.id for p in papers])
    wanted = [papers[at] for at in (4, 0, 6, 2)]
    asked = [numbers[p.id] for p in wanted]
    assert store.load([asked[0], 10**9, *asked[1:]]) == wanted
    assert store.load([]) == []


def headings_are_those_of_the_papers_in_the_order_asked_for(store: Store) -> None:
    papers = [
        a_paper(f"2603.{n:05}", title=f"The {n}th", authors=(f"A. {n}", "B")) for n in (1, 2, 3)
    ]
    store.put(papers)
    asked = [store.numbers([paper.id])[paper.id] for paper in reversed(papers)]
    found = store.headings([asked[0], 10**9, *asked[1:]])
    assert found == [Heading(paper.title, paper.authors) for paper in reversed(papers)]
    assert store.headings([]) == []


def a_number_is_never_given_out_again(store: Store) -> None:
    store.put([a_paper(), a_paper("2603.00002")])
    gone = store.numbers([PaperId.parse("2603.00002")]).popitem()[1]
    assert store.remove([PaperId.parse("2603.00002"), PaperId.parse("2603.09999")]) == 1
    assert store.load([gone]) == []
    store.put([a_paper("2603.00003")])
    assert gone not in store.numbers([PaperId.parse("2603.00003")]).values()


def a_removed_paper_leaves_nothing_behind(store: Store) -> None:
    store.put([replace(FULL, announced=(Announcement(MARCH),)), a_paper()])
    store.remove([FULL.id])
    assert store.days() == []
    assert store.listed(MARCH, MARCH) == []
    assert list(store.papers()) == [a_paper()]
    assert store.counts().versions == 0
    assert store.check() == []


def the_log_holds_only_the_latest_change_of_a_paper(store: Store) -> None:
    first, second = a_paper(), a_paper("2603.00002")
    store.put([first])
    store.put([second])
    store.put([replace(first, year=2026)])
    log = store.changes(0, 100)
    assert [change.paper for change in log] == [second, replace(first, year=2026)]
    assert [change.sequence for change in log] == sorted({change.sequence for change in log})
    assert store.last_change() == log[-1].sequence


def an_unchanged_paper_is_not_logged(store: Store) -> None:
    assert store.last_change() == 0
    store.put([FULL, a_paper()])
    before = store.last_change(), store.changes(0, 100)
    assert store.put([FULL, a_paper()]) == Written(unchanged=2)
    assert (store.last_change(), store.changes(0, 100)) == before


def the_log_is_read_from_any_point_in_steps(store: Store) -> None:
    store.put([a_paper(f"2603.{n:05}") for n in range(1, 8)])
    whole = store.changes(0, 100)
    found: list[Change] = []
    while step := store.changes(found[-1].sequence if found else 0, 3):
        assert len(step) <= 3
        found += step
    assert found == whole
    assert len(whole) == 7


def the_log_tells_of_removals(store: Store) -> None:
    store.put([a_paper()])
    number = store.numbers([a_paper().id])[a_paper().id]
    before = store.last_change()
    store.remove([a_paper().id])
    assert [(c.number, c.paper) for c in store.changes(before, 10)] == [(number, None)]


def a_day_counts_each_paper_once(store: Store) -> None:
    both = (Announcement(MARCH, NEW), Announcement(MARCH, CROSS), Announcement(APRIL))
    store.put([a_paper(announced=both), a_paper("2603.00002", announced=both[:1])])
    store.put([a_paper("2603.00002", announced=(Announcement(APRIL),))])
    assert store.days() == [DayCount(MARCH, 2), DayCount(APRIL, 2)]
    counts = store.counts()
    assert (counts.papers, counts.announcements, counts.days) == (2, 4, 2)
    assert (counts.first_day, counts.last_day) == (MARCH, APRIL)


def a_list_runs_by_day_then_kind_then_id(store: Store) -> None:
    def entry(serial: int, day: date, kind: AnnouncementKind) -> Paper:
        return a_paper(
            f"2603.{serial:05}", announced=(Announcement(day, kind),), categories=("cs.LG", "cs.CV")
        )

    store.put([entry(1, APRIL, NEW), entry(2, MARCH, REPLACE), entry(3, MARCH, CROSS)])
    store.put([entry(9, MARCH, NEW), entry(4, MARCH, NEW), entry(5, date(2026, 4, 2), NEW)])
    listed = store.listed(MARCH, APRIL)
    papers = store.load([entry.number for entry in listed])
    assert [p.id.key[-1] for p in papers] == ["4", "9", "3", "2", "1"]
    assert [entry.kind for entry in listed] == [NEW, NEW, CROSS, REPLACE, NEW]
    assert {entry.categories for entry in listed} == {("cs.LG", "cs.CV")}


def a_batch_that_fails_leaves_nothing(store: Store) -> None:
    store.put([a_paper()])
    with pytest.raises(BadInput):
        store.put(
            [replace(a_paper(), year=2026), FULL, a_paper("2603.00002", "half \ud800 a pair")]
        )
    assert list(store.papers()) == [a_paper()]
    assert store.put([FULL]) == Written(added=1)


def all_papers_come_as_of_one_moment_ordered_by_id(store: Store) -> None:
    keys = ["shelf:eckart-young-1936", "math/0309136", "2603.00002", "0704.0001", "2603.00001"]
    store.put([a_paper(key) for key in keys])
    running = store.papers()
    seen = [next(running)]
    store.put([a_paper("2603.00009"), a_paper("math/0309999")])
    seen += running
    assert [str(p.id) for p in seen] == sorted(keys)


def facts_are_kept_and_replaced(store: Store) -> None:
    assert store.recall("colour") is None
    store.remember("colour", "red")
    store.remember("colour", "blue")
    assert store.recall("colour") == "blue"


CHECKS: list[Callable[[Store], None]] = [
    a_paper_comes_back_exactly_as_it_went_in,
    the_tally_of_a_batch_counts_every_record,
    what_is_known_is_not_overwritten_with_blanks,
    announcements_and_versions_are_united_and_never_doubled,
    a_stronger_announcement_takes_the_place_of_a_weaker_one,
    numbers_are_positive_and_stay,
    papers_load_in_the_order_asked_for,
    headings_are_those_of_the_papers_in_the_order_asked_for,
    a_number_is_never_given_out_again,
    a_removed_paper_leaves_nothing_behind,
    the_log_holds_only_the_latest_change_of_a_paper,
    an_unchanged_paper_is_not_logged,
    the_log_is_read_from_any_point_in_steps,
    the_log_tells_of_removals,
    a_day_counts_each_paper_once,
    a_list_runs_by_day_then_kind_then_id,
    a_batch_that_fails_leaves_nothing,
    all_papers_come_as_of_one_moment_ordered_by_id,
    facts_are_kept_and_replaced,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_store_keeps_the_contract(store: Store, check: Callable[[Store], None]) -> None:
    check(store)


class OverwritesWithBlanks(SqliteStore):
    def put(self, papers: Sequence[Paper]) -> Written:
        blank = Paper.updated_by
        try:
            Paper.updated_by = lambda self, newer: newer  # type: ignore[method-assign]
            return super().put(papers)
        finally:
            Paper.updated_by = blank  # type: ignore[method-assign]


class KeepsWeakerAnnouncements(SqliteStore):
    def put(self, papers: Sequence[Paper]) -> Written:
        written = super().put(papers)
        told = [(p.id, a) for p in papers for a in p.announced]
        with self._connections.writing() as connection:
            connection.executemany(
                rows.INSERT_ANNOUNCED,
                [
                    rows.announcement_rows([a], n)[0]
                    for i, a in told
                    for n in [self.numbers([i])[i]]
                ],
            )
        return written


class DoublesAnnouncements(SqliteStore):
    def listed(self, first: date, last: date) -> list[Listed]:
        return [entry for entry in super().listed(first, last) for _ in range(2)]


class LogsUnchangedPapers(SqliteStore):
    def put(self, papers: Sequence[Paper]) -> Written:
        written = super().put(papers)
        with self._connections.writing() as connection:
            connection.executemany(
                "REPLACE INTO changes (number) VALUES (?)",
                [(number,) for number in self.numbers([p.id for p in papers]).values()],
            )
        return written


class ForgetsTheOrderOfLoading(SqliteStore):
    def load(self, numbers: Sequence[int]) -> list[Paper]:
        return super().load(sorted(numbers))


class ForgetsTheOrderOfHeadings(SqliteStore):
    def headings(self, numbers: Sequence[int]) -> list[Heading]:
        return super().headings(sorted(numbers))


class ForgetsTheOrderOfAuthors(SqliteStore):
    def get(self, ids: Sequence[PaperId]) -> dict[PaperId, Paper]:
        found = super().get(ids)
        return {key: replace(p, authors=tuple(sorted(p.authors))) for key, p in found.items()}


class ForgetsTheOrderOfKinds(SqliteStore):
    def listed(self, first: date, last: date) -> list[Listed]:
        return sorted(super().listed(first, last), key=lambda entry: (entry.day, entry.number))


class WritesHalfABatch(SqliteStore):
    def put(self, papers: Sequence[Paper]) -> Written:
        return sum((super(WritesHalfABatch, self).put([p]) for p in papers), start=Written())


class RenumbersWhatChanges(SqliteStore):
    def put(self, papers: Sequence[Paper]) -> Written:
        held = self.get([p.id for p in papers])
        changing = [p.id for p in papers if p.id in held and held[p.id].updated_by(p) != held[p.id]]
        self.remove(changing)
        return super().put(papers)


class GivesNumbersOutAgain(SqliteStore):
    def remove(self, ids: Sequence[PaperId]) -> int:
        removed = super().remove(ids)
        with self._connections.writing() as connection:
            connection.execute(
                """UPDATE sqlite_sequence SET seq = (SELECT coalesce(max(number), 0) FROM papers)
                WHERE name = 'papers'"""
            )
        return removed


class RemovesInSilence(SqliteStore):
    def changes(self, after: int, limit: int) -> list[Change]:
        return [change for change in super().changes(after, limit) if change.paper]


class IgnoresTheLimitOfTheLog(SqliteStore):
    def changes(self, after: int, limit: int) -> list[Change]:
        return super().changes(after, 1_000)


class KeepsEveryChange(SqliteStore):
    def changes(self, after: int, limit: int) -> list[Change]:
        found = super().changes(after, limit)
        return [Change(n, found[n % len(found)].number, None) for n in range(1, self.last_change())]


class CountsAPaperOnItsFirstDayAlone(SqliteStore):
    def days(self) -> list[DayCount]:
        first: dict[int, date] = {}
        for entry in self.listed(date(1900, 1, 1), date(2100, 1, 1)):
            first.setdefault(entry.number, entry.day)
        days = list(first.values())
        return [DayCount(day, days.count(day)) for day in sorted(set(days))]


class SeesLaterPapersWhileExporting(SqliteStore):
    def papers(self) -> Iterator[Paper]:
        last = ""
        while True:
            rest = [p for p in super().papers() if str(p.id) > last]
            if not rest:
                return
            last = str(rest[0].id)
            yield rest[0]


class TrimsTexts(SqliteStore):
    def put(self, papers: Sequence[Paper]) -> Written:
        return super().put([replace(p, title=p.title.strip()) for p in papers])


class CountsARepeatAsNew(SqliteStore):
    def put(self, papers: Sequence[Paper]) -> Written:
        written = super().put(papers)
        return Written(written.added + written.unchanged, written.changed)


WRONG: list[tuple[type[SqliteStore], Callable[[Store], None]]] = [
    (OverwritesWithBlanks, what_is_known_is_not_overwritten_with_blanks),
    (KeepsWeakerAnnouncements, a_stronger_announcement_takes_the_place_of_a_weaker_one),
    (DoublesAnnouncements, announcements_and_versions_are_united_and_never_doubled),
    (LogsUnchangedPapers, an_unchanged_paper_is_not_logged),
    (ForgetsTheOrderOfLoading, papers_load_in_the_order_asked_for),
    (ForgetsTheOrderOfHeadings, headings_are_those_of_the_papers_in_the_order_asked_for),
    (ForgetsTheOrderOfAuthors, a_paper_comes_back_exactly_as_it_went_in),
    (ForgetsTheOrderOfKinds, a_list_runs_by_day_then_kind_then_id),
    (WritesHalfABatch, a_batch_that_fails_leaves_nothing),
    (RenumbersWhatChanges, numbers_are_positive_and_stay),
    (GivesNumbersOutAgain, a_number_is_never_given_out_again),
    (KeepsEveryChange, the_log_holds_only_the_latest_change_of_a_paper),
    (RemovesInSilence, the_log_tells_of_removals),
    (IgnoresTheLimitOfTheLog, the_log_is_read_from_any_point_in_steps),
    (CountsAPaperOnItsFirstDayAlone, a_day_counts_each_paper_once),
    (SeesLaterPapersWhileExporting, all_papers_come_as_of_one_moment_ordered_by_id),
    (TrimsTexts, a_paper_comes_back_exactly_as_it_went_in),
    (CountsARepeatAsNew, the_tally_of_a_batch_counts_every_record),
]


@pytest.mark.parametrize(("wrong", "check"), WRONG, ids=lambda each: each.__name__)
def test_the_contract_rejects_a_store_that_is_wrong(
    wrong: type[SqliteStore], check: Callable[[Store], None], tmp_path: Path
) -> None:
    with wrong.open(tmp_path) as store, pytest.raises(AssertionError):
        check(store)
