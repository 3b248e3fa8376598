"""What the ledger of every store tells of single ids and of lists together, and wrong ones to reject."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from readings import APRIL, CROSS, EIGHT, MARCH, NEW, REPLACE, A, Altered, B, C, after, hold, see

from postil.paper import Announcement, AnnouncementKind, Paper
from postil.paper_id import PaperId
from postil.store.ledger import FEED, LISTING, Absence, Sighting
from postil.store.protocol import Store
from postil.store.sqlite import SqliteStore
from postil.store.sqlite_ledger import SqliteLedger


def what_is_not_held_comes_oldest_first_and_limited(store: Store) -> None:
    see(store, C, minutes=1)
    see(store, B, minutes=2, day=APRIL)
    see(store, A, B, minutes=3)
    assert store.ledger.unheld(2) == [(C, after(1)), (B, after(2))]
    hold(store, C)
    assert store.ledger.unheld(2) == [(B, after(2)), (A, after(3))]


def each_source_names_what_it_named(store: Store) -> None:
    see(store, B, A)
    see(store, A, source=FEED)
    see(store, A, name="math")
    see(store, C, day=APRIL)
    namings = store.ledger.namings
    assert namings("cs", MARCH, MARCH) == [
        (MARCH, FEED, A),
        (MARCH, LISTING, A),
        (MARCH, LISTING, B),
    ]
    assert namings("cs", APRIL, APRIL) == [(APRIL, LISTING, C)]
    assert namings("math", MARCH, APRIL) == [(MARCH, LISTING, A)]


def the_strongest_kind_of_a_day_is_what_a_paper_was(store: Store) -> None:
    see(store, (B, REPLACE), (A, CROSS))
    see(store, (A, NEW), name="math", minutes=1)
    see(store, (A, REPLACE), (B, CROSS), minutes=2)
    see(store, (A, REPLACE), day=APRIL)
    ledger = store.ledger
    both = (Announcement(MARCH, NEW), Announcement(APRIL, REPLACE))
    assert ledger.announcements([C, A]) == {A: both}
    assert ledger.announcements([B]) == {B: (Announcement(MARCH, CROSS),)}


def lists_together_count_a_paper_once(store: Store) -> None:
    see(store, A, B)
    see(store, B, C, name="math")
    see(store, C, name="cs", day=APRIL)
    see(store, name="math", day=APRIL)
    hold(store, B)
    store.ledger.settle(after(1))
    ledger = store.ledger
    assert ledger.distinct(MARCH, APRIL, ["cs", "math"]) == {MARCH: (3, 1), APRIL: (1, 0)}
    assert ledger.distinct(MARCH, APRIL, ["math"]) == {MARCH: (2, 1), APRIL: (0, 0)}
    assert ledger.distinct(MARCH, MARCH, ["cs"]) == {MARCH: (2, 1)}
    assert ledger.distinct(MARCH, APRIL, ["stat"]) == {}


def serials_are_those_of_the_months_new_style_ids(store: Store) -> None:
    keys = "2603.00012 2603.00003 2603.10000 2602.00001 2604.00002 math/0309136 0704.0031".split()
    hold(store, *map(PaperId.parse, keys))
    store.put([Paper(PaperId("shelf", "a"), "A", homes=(PaperId.parse("2603.00007"), A))])
    assert store.ledger.serials(2026, 3) == [1, 3, 7, 12, 10_000]
    assert store.ledger.serials(2007, 4) == [31]
    assert store.ledger.serials(2003, 9) == store.ledger.serials(1926, 3) == []


def absences_count_the_times_that_were_asked(store: Store) -> None:
    ledger, old = store.ledger, PaperId.parse("math/0309136")
    ledger.note_absence(B, "reserved", after(1))
    ledger.note_absence(A, "not found", after(1))
    ledger.note_absence(A, "withheld", after(8))
    ledger.note_absence(A, "too early", after(8))
    ledger.note_absence(A, "too early", after(7))
    ledger.note_absence(PaperId.parse("2604.00001"), "not found", after(1))
    ledger.note_absence(old, "lost", after(1))
    assert ledger.absences(2026, 3) == [
        Absence(A, "withheld", after(8), 2),
        Absence(B, "reserved", after(1)),
    ]
    assert [absence.id for absence in ledger.absences(2003, 9)] == [old]


def what_is_held_is_not_absent(store: Store) -> None:
    store.ledger.note_absence(A, "not found", after(1))
    store.ledger.note_absence(B, "not found", after(1))
    store.put([Paper(C, "On margins", homes=(B,))])
    assert [absence.id for absence in store.ledger.absences(2026, 3)] == [A]
    hold(store, A)
    assert store.ledger.absences(2026, 3) == []


CHECKS: list[Callable[[Store], None]] = [
    what_is_not_held_comes_oldest_first_and_limited,
    each_source_names_what_it_named,
    the_strongest_kind_of_a_day_is_what_a_paper_was,
    lists_together_count_a_paper_once,
    serials_are_those_of_the_months_new_style_ids,
    absences_count_the_times_that_were_asked,
    what_is_held_is_not_absent,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_ledger_answers_for_ids_as_the_contract_says(
    store: Store, check: Callable[[Store], None]
) -> None:
    check(store)


class NamesTheNewestFirst(SqliteLedger):
    def unheld(self, limit: int) -> list[tuple[PaperId, datetime]]:
        return super().unheld(1_000)[::-1][:limit]


class KnowsNoLimit(SqliteLedger):
    def unheld(self, limit: int) -> list[tuple[PaperId, datetime]]:
        return super().unheld(limit + 1)


class TakesTheWeakestKind(Altered):
    def record(self, sighting: Sighting) -> None:
        super().record(sighting)
        for paper_id, kind in sighting.entries:
            code = list(AnnouncementKind).index(kind)
            self.alter(
                "UPDATE ledger_entries SET kind = max(kind, ?) WHERE id = ?", code, str(paper_id)
            )


class AddsListsUp(SqliteLedger):
    def distinct(
        self, first: date, last: date, names: Sequence[str]
    ) -> dict[date, tuple[int, int]]:
        found: dict[date, tuple[int, int]] = {}
        for name in names:
            for day, (listed, held) in super().distinct(first, last, [name]).items():
                before = found.get(day, (0, 0))
                found[day] = (before[0] + listed, before[1] + held)
        return found


class TakesTheYearForTheMonth(SqliteLedger):
    def serials(self, year: int, month: int) -> list[int]:
        return sorted(
            n for each in range(1, 13) for n in super(type(self), self).serials(year, each)
        )


class CountsEveryTelling(Altered):
    def note_absence(self, paper_id: PaperId, reason: str, asked: datetime) -> None:
        self.alter("UPDATE ledger_absences SET asked = 0 WHERE id = ?", str(paper_id))
        super().note_absence(paper_id, reason, asked)


class RemembersAbsencesForEver(Altered):
    def absences(self, year: int, month: int) -> list[Absence]:
        with self._connections.reading() as connection:
            found = connection.execute("SELECT id FROM ledger_absences").fetchall()
        return [Absence(PaperId.parse(text), "", EIGHT) for (text,) in found]


WRONG: list[tuple[type[SqliteLedger], Callable[[Store], None]]] = [
    (NamesTheNewestFirst, what_is_not_held_comes_oldest_first_and_limited),
    (KnowsNoLimit, what_is_not_held_comes_oldest_first_and_limited),
    (TakesTheWeakestKind, the_strongest_kind_of_a_day_is_what_a_paper_was),
    (AddsListsUp, lists_together_count_a_paper_once),
    (TakesTheYearForTheMonth, serials_are_those_of_the_months_new_style_ids),
    (CountsEveryTelling, absences_count_the_times_that_were_asked),
    (RemembersAbsencesForEver, what_is_held_is_not_absent),
]


@pytest.mark.parametrize(("wrong", "check"), WRONG, ids=lambda each: each.__name__)
def test_the_contract_rejects_a_ledger_that_is_wrong_about_ids(
    wrong: type[SqliteLedger], check: Callable[[Store], None], tmp_path: Path
) -> None:
    with SqliteStore.open(tmp_path) as store:
        store.ledger = wrong(store._connections)
        with pytest.raises(AssertionError):
            check(store)
