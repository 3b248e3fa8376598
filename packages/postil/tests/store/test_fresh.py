"""Papers just written are handed to whoever follows as the database holds them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from postil.paper import Announcement, AnnouncementKind, Paper, Version
from postil.paper_id import PaperId
from postil.store import fresh
from postil.store.fresh import Fresh
from postil.store.loading import load
from postil.store.protocol import Change
from postil.store.sqlite import SqliteStore

DAY = date(2026, 3, 17)
PAPERS = [Paper(PaperId.parse(f"2603.{n:05}"), f"Paper {n}") for n in range(1, 8)]
RICH = Paper(
    PaperId.parse("2603.00009"),
    "Rich",
    ("A. Writer", "B. Écrivain"),
    "An abstract.",
    categories=("cs.LG", "math.NA"),
    submitted=DAY,
    modified=DAY,
    announced=(Announcement(DAY, AnnouncementKind.CROSS), Announcement(date(2026, 3, 1))),
    versions=(Version(2, None, True), Version(1, DAY)),
    homes=(PaperId.parse("openreview:zzzzzz"), PaperId.parse("acl:P18-1001")),
)


@contextmanager
def undone(store: SqliteStore) -> Iterator[None]:
    with suppress(KeyError), store.atomically():
        yield
        raise KeyError


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with SqliteStore.open(tmp_path) as opened:
        yield opened


def read_back(store: SqliteStore) -> list[Change]:
    """The log as a process that wrote nothing of it reads it."""
    with SqliteStore.open(store.folder) as other:
        return other.changes(0, 100)


def test_what_follows_at_once_equals_what_is_read_back(store: SqliteStore) -> None:
    store.put([*PAPERS, RICH])
    store.put([replace(PAPERS[2], title="Another"), PAPERS[3], Paper(PaperId("shelf", "x"), "X")])
    assert store.changes(0, 100) == read_back(store)


def test_papers_just_written_are_not_read_back(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counted(connection: sqlite3.Connection, wanted: list[int]) -> dict[int, Paper]:
        asked.extend(wanted)
        return load(connection, wanted)

    monkeypatch.setattr("postil.store.sqlite.load", counted)
    store.put(PAPERS)
    assert [change.paper for change in store.changes(0, 100)] == PAPERS
    assert asked == []
    assert [change.paper for change in store.changes(0, 100)] == PAPERS
    assert len(asked) == len(PAPERS)


def test_what_was_undone_is_not_handed_out_under_a_place_given_again(store: SqliteStore) -> None:
    with undone(store):
        store.put(PAPERS[:3])
    with SqliteStore.open(store.folder) as other:
        other.put([replace(paper, title=f"Other {at}") for at, paper in enumerate(PAPERS[:3])])
    assert store.changes(0, 100) == read_back(store)


def test_a_part_that_was_undone_is_not_handed_out(store: SqliteStore) -> None:
    with store.atomically():
        store.put(PAPERS[:1])
        with undone(store):
            store.put(PAPERS[1:4])
        store.put([replace(PAPERS[4], title="Later")])
    assert store.changes(0, 100) == read_back(store)


def test_a_paper_taken_out_at_once_is_told_as_taken_out(store: SqliteStore) -> None:
    store.put(PAPERS)
    store.remove([PAPERS[1].id])
    assert store.changes(0, 100) == read_back(store)
    assert [c.number for c in read_back(store) if c.paper is None] == [2]


def test_another_process_s_later_wording_is_the_one_that_counts(store: SqliteStore) -> None:
    store.put(PAPERS)
    with SqliteStore.open(store.folder) as other:
        other.put([replace(PAPERS[0], title="By another")])
    assert store.changes(0, 100)[-1].paper == replace(PAPERS[0], title="By another")


def test_only_so_many_are_kept_where_nobody_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh, "MOST", 3)
    kept = Fresh()
    kept.keep(list(enumerate(PAPERS)))
    assert [*kept.take(range(10))] == [4, 5, 6]
    assert kept.take(range(10)) == {}
