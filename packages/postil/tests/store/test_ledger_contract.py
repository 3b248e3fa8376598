"""What the ledger of every store must do, written against the protocol alone, and wrong ones to reject."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from readings import (
    APRIL,
    CROSS,
    EIGHT,
    HOME,
    MARCH,
    NEW,
    REPLACE,
    A,
    Altered,
    B,
    C,
    after,
    hold,
    see,
)

from postil.paper import AnnouncementKind, Paper
from postil.store import ledger_counting
from postil.store.ledger import FEED, LATE_AFTER, LISTING, Sighting, Tally
from postil.store.protocol import Store
from postil.store.sqlite import SqliteStore
from postil.store.sqlite_ledger import SqliteLedger


def tally(store: Store, day: date = MARCH) -> Tally:
    found = store.ledger.tallies(day, day)
    assert len(found) == 1
    return found[0]


def a_list_counts_every_paper_once(store: Store) -> None:
    see(store, (A, CROSS), B, (A, NEW), claimed={NEW: 1, CROSS: 1, REPLACE: 0})
    see(store, (A, NEW), source=FEED, minutes=1)
    see(store, (A, NEW), B, minutes=2, claimed={NEW: 1, CROSS: 1})
    hold(store, A, minutes=3)
    found = tally(store)
    assert found == Tally(
        MARCH, "cs", 2, 2, 1, (B,), (), {FEED: 1, LISTING: 2}, EIGHT, completed=None
    )


def a_list_is_complete_when_its_last_paper_was_named_and_held(store: Store) -> None:
    see(store, A, B)
    hold(store, A, minutes=3)
    hold(store, B, minutes=14)
    assert tally(store).completed == after(14)
    assert (tally(store).held, tally(store).missing) == (2, ())
    hold(store, C)
    see(store, C, minutes=20)
    assert tally(store).completed == after(20)


def the_latest_count_of_a_list_is_the_one_that_holds(store: Store) -> None:
    see(store, A, source=FEED)
    assert tally(store).announced is None
    see(store, A, minutes=9, claimed={NEW: 3, CROSS: 2})
    see(store, A, minutes=5, claimed={NEW: 40})
    see(store, A, minutes=11, source=FEED)
    assert tally(store).announced == 5
    see(store, A, minutes=12, claimed={NEW: 4})
    assert tally(store).announced == 4


def an_empty_list_was_read_all_the_same(store: Store) -> None:
    see(store, claimed=dict.fromkeys(AnnouncementKind, 0))
    assert tally(store) == Tally(MARCH, "cs", 0, 0, 0, (), (), {}, EIGHT, EIGHT)


def an_entry_keeps_the_moment_that_it_was_first_named(store: Store) -> None:
    see(store, A, B)
    see(store, A, B, C, minutes=90)
    see(store, A, day=APRIL, minutes=200)
    see(store, B, name="math", minutes=-9)
    assert store.ledger.unheld(9) == [(B, after(-9)), (A, EIGHT), (C, after(90))]
    assert [each.late for each in store.ledger.tallies(MARCH, APRIL)] == [(C,), (), ()]


def readings_may_be_told_in_any_order(store: Store) -> None:
    see(store, A, minutes=90)
    assert tally(store).late == ()
    see(store, B)
    assert tally(store).first_seen == EIGHT
    assert tally(store).late == (A,)


def what_comes_within_the_hour_is_in_time(store: Store) -> None:
    hour = LATE_AFTER / timedelta(minutes=1)
    see(store, A, B)
    see(store, C, minutes=hour)
    hold(store, A, C, minutes=hour)
    assert tally(store).late == ()
    hold(store, B, minutes=hour + 0.001)
    assert tally(store).late == (B,)


def a_paper_held_when_it_is_named_is_held_since_then(store: Store) -> None:
    hold(store, A)
    see(store, A, minutes=5)
    assert tally(store).completed == after(5)
    store.ledger.settle(after(500))
    assert (tally(store).completed, tally(store).late) == (after(5), ())


def settling_stamps_what_is_held_and_only_once(store: Store) -> None:
    see(store, A, B)
    see(store, A, name="math")
    assert store.ledger.settle(after(1)) == 0
    assert hold(store, A, minutes=2) == 1
    assert store.ledger.settle(after(3)) == 0
    assert [each.completed for each in store.ledger.tallies(MARCH, MARCH)] == [None, after(2)]
    assert [each.missing for each in store.ledger.tallies(MARCH, MARCH)] == [(B,), ()]


def a_paper_is_held_by_any_home(store: Store) -> None:
    see(store, A, HOME)
    store.put([Paper(A, "On margins", homes=(HOME,))])
    assert store.ledger.unheld(9) == []
    assert store.ledger.settle(after(1)) == 2
    store.remove([A])
    assert tally(store).missing == (A, HOME)


def a_removed_paper_is_missing_again(store: Store) -> None:
    see(store, A, B)
    hold(store, A, B, minutes=2)
    store.remove([A])
    assert (tally(store).held, tally(store).missing, tally(store).completed) == (1, (A,), None)
    assert store.ledger.unheld(9) == [(A, EIGHT)]
    assert store.ledger.distinct(MARCH, MARCH, ["cs"]) == {MARCH: (2, 1)}
    hold(store, A, minutes=9)
    assert tally(store).completed == after(9)


def tallies_run_by_day_then_name_over_the_days_asked_for(store: Store) -> None:
    for day in (APRIL, MARCH, MARCH - timedelta(1)):
        for name in ("math", "cs.LG", "cs"):
            see(store, A, day=day, name=name)
    found = [(each.day, each.list_name) for each in store.ledger.tallies(MARCH, APRIL)]
    names = ("cs", "cs.LG", "math")
    assert found == [(day, name) for day in (MARCH, APRIL) for name in names]


CHECKS: list[Callable[[Store], None]] = [
    a_list_counts_every_paper_once,
    a_list_is_complete_when_its_last_paper_was_named_and_held,
    the_latest_count_of_a_list_is_the_one_that_holds,
    an_empty_list_was_read_all_the_same,
    an_entry_keeps_the_moment_that_it_was_first_named,
    readings_may_be_told_in_any_order,
    what_comes_within_the_hour_is_in_time,
    a_paper_held_when_it_is_named_is_held_since_then,
    settling_stamps_what_is_held_and_only_once,
    a_paper_is_held_by_any_home,
    a_removed_paper_is_missing_again,
    tallies_run_by_day_then_name_over_the_days_asked_for,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_ledger_keeps_the_contract(store: Store, check: Callable[[Store], None]) -> None:
    check(store)


class ForgetsTheFirstTime(Altered):
    def record(self, sighting: Sighting) -> None:
        super().record(sighting)
        now = (sighting.seen - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        for paper_id, _ in sighting.entries:
            self.alter("UPDATE ledger_entries SET named = ? WHERE id = ?", now, str(paper_id))


class CountsAPaperOnceForEverySource(SqliteLedger):
    def tallies(self, first: date, last: date) -> list[Tally]:
        return [replace(t, listed=sum(t.sources.values())) for t in super().tallies(first, last)]


class KnowsNoLateness(SqliteLedger):
    def tallies(self, first: date, last: date) -> list[Tally]:
        return [replace(each, late=()) for each in super().tallies(first, last)]


class IsImpatient(SqliteLedger):
    def settle(self, now: datetime) -> int:
        patience = ledger_counting._PATIENCE
        try:
            ledger_counting._PATIENCE = patience - 1
            return super().settle(now)
        finally:
            ledger_counting._PATIENCE = patience


class SettlesWhatIsNotHeld(Altered):
    def settle(self, now: datetime) -> int:
        self.alter("UPDATE ledger_entries SET held = named WHERE held IS NULL")
        return 0


class SettlesAgain(Altered):
    def settle(self, now: datetime) -> int:
        self.alter("UPDATE ledger_entries SET held = NULL")
        return super().settle(now)


class HoldsFromTheNextSettlingOn(Altered):
    def record(self, sighting: Sighting) -> None:
        super().record(sighting)
        self.alter("UPDATE ledger_entries SET held = NULL WHERE held = named")


class BelievesTheFirstCount(SqliteLedger):
    def record(self, sighting: Sighting) -> None:
        counted = any(t.announced is not None for t in self.tallies(sighting.day, sighting.day))
        super().record(replace(sighting, claimed={}) if counted else sighting)


class BelievesTheCountToldLast(Altered):
    def record(self, sighting: Sighting) -> None:
        self.alter("UPDATE ledger_lists SET claimed = NULL")
        super().record(sighting)


class SkipsEmptyLists(SqliteLedger):
    def record(self, sighting: Sighting) -> None:
        if sighting.entries:
            super().record(sighting)


class CallsAListCompleteTooSoon(SqliteLedger):
    def tallies(self, first: date, last: date) -> list[Tally]:
        return [replace(t, completed=t.first_seen) for t in super().tallies(first, last)]


class KnowsNoHomes(Altered):
    def settle(self, now: datetime) -> int:
        settled = super().settle(now)
        self.alter("UPDATE ledger_entries SET held = NULL WHERE id NOT IN (SELECT id FROM papers)")
        return settled and settled - 1


class SortsByNameAlone(SqliteLedger):
    def tallies(self, first: date, last: date) -> list[Tally]:
        return sorted(super().tallies(first, last), key=lambda each: each.list_name)


WRONG: list[tuple[type[SqliteLedger], Callable[[Store], None]]] = [
    (ForgetsTheFirstTime, an_entry_keeps_the_moment_that_it_was_first_named),
    (CountsAPaperOnceForEverySource, a_list_counts_every_paper_once),
    (KnowsNoLateness, what_comes_within_the_hour_is_in_time),
    (KnowsNoLateness, readings_may_be_told_in_any_order),
    (IsImpatient, what_comes_within_the_hour_is_in_time),
    (SettlesWhatIsNotHeld, settling_stamps_what_is_held_and_only_once),
    (SettlesAgain, settling_stamps_what_is_held_and_only_once),
    (HoldsFromTheNextSettlingOn, a_paper_held_when_it_is_named_is_held_since_then),
    (BelievesTheFirstCount, the_latest_count_of_a_list_is_the_one_that_holds),
    (BelievesTheCountToldLast, the_latest_count_of_a_list_is_the_one_that_holds),
    (SkipsEmptyLists, an_empty_list_was_read_all_the_same),
    (CallsAListCompleteTooSoon, a_list_is_complete_when_its_last_paper_was_named_and_held),
    (KnowsNoHomes, a_paper_is_held_by_any_home),
    (SortsByNameAlone, tallies_run_by_day_then_name_over_the_days_asked_for),
]


@pytest.mark.parametrize(("wrong", "check"), WRONG, ids=lambda each: each.__name__)
def test_the_contract_rejects_a_ledger_that_is_wrong(
    wrong: type[SqliteLedger], check: Callable[[Store], None], tmp_path: Path
) -> None:
    with SqliteStore.open(tmp_path) as store:
        store.ledger = wrong(store._connections)
        with pytest.raises(AssertionError):
            check(store)


def test_the_contract_rejects_a_store_whose_ledger_does_not_hear_of_removals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postil.store.sqlite.miss_again", lambda *_: None)
    with SqliteStore.open(tmp_path) as store:
        with pytest.raises(AssertionError):
            a_removed_paper_is_missing_again(store)
        assert store.check() == ["the ledger calls papers held that are not"]
