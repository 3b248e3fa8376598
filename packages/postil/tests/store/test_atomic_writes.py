"""Several writes together or not at all: the contract of `atomically`, and stores that break it."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from postil.errors import BadInput, DataFolderBusy, DataFolderError
from postil.paper import Announcement, AnnouncementKind, Paper
from postil.paper_id import PaperId
from postil.store.ledger import LISTING, Sighting
from postil.store.protocol import Store
from postil.store.sqlite import SqliteStore

FIRST, SECOND, THIRD = (PaperId.parse(f"2603.0000{n}") for n in (1, 2, 3))
DAY = date(2026, 3, 17)
NOW = datetime(2026, 3, 17, 0, 5, tzinfo=UTC)
LIST = Sighting(DAY, "cs", LISTING, NOW, [(FIRST, AnnouncementKind.NEW)])


class Failure(Exception):
    """Something outside the store goes wrong."""


@contextmanager
def failing(store: Store) -> Iterator[None]:
    """A block of writes that fails at its end."""
    with suppress(Failure), store.atomically():
        yield
        raise Failure


def contents(store: Store) -> object:
    """Everything that the protocol tells of a store."""
    return (
        list(store.papers()),
        store.days(),
        store.changes(0, 100),
        [store.recall(key) for key in ("a", "b")],
        store.ledger.tallies(DAY, DAY),
        store.ledger.absences(2026, 3),
        [store.editions(each) for each in (FIRST, SECOND)],
    )


def write_everything(store: Store) -> None:
    """One write of every kind."""
    known = Paper(FIRST, "One", modified=DAY.replace(day=1), announced=(Announcement(DAY),))
    store.put([known, Paper(SECOND, "Two")])
    store.put([replace(known, title="Another", modified=DAY)])
    store.remove([SECOND])
    store.remember("a", "known")
    store.ledger.record(LIST)
    store.ledger.settle(NOW)
    store.ledger.note_absence(THIRD, "reserved", NOW)


def writes_of_a_block_come_into_sight_together(store: Store) -> None:
    before = contents(store)
    with ThreadPoolExecutor(1) as another, store.atomically():
        write_everything(store)
        assert another.submit(contents, store).result() == before
    after = contents(store)
    assert (store.count(), store.recall("a")) == (1, "known")
    assert after != before


def a_failure_in_the_middle_undoes_everything(store: Store) -> None:
    store.put([Paper(SECOND, "Two", modified=DAY.replace(day=1))])
    store.remember("a", "before")
    before = contents(store)
    with failing(store):
        write_everything(store)
    assert contents(store) == before
    write_everything(store)
    assert store.recall("a") == "known"


def an_inner_block_shares_the_fate_of_the_outer_one(store: Store) -> None:
    with failing(store):
        with store.atomically():
            store.put([Paper(FIRST, "One")])
        store.remember("a", "known")
    assert (store.count(), store.recall("a")) == (0, None)


def an_inner_block_that_fails_is_undone_alone(store: Store) -> None:
    with store.atomically():
        store.remember("a", "known")
        with failing(store):
            store.put([Paper(FIRST, "One")])
            store.remember("a", "forgotten")
        store.put([Paper(SECOND, "Two")])
    assert [paper.id for paper in store.papers()] == [SECOND]
    assert store.recall("a") == "known"


def a_write_that_fails_inside_leaves_nothing_of_itself(store: Store) -> None:
    with store.atomically():
        store.put([Paper(FIRST, "One")])
        with suppress(BadInput):
            store.put([Paper(SECOND, "Two"), Paper(THIRD, "half \ud800 a pair")])
    assert store.count() == 1
    assert [paper.id for paper in store.papers()] == [FIRST]
    assert store.last_change() == 1


def a_block_reads_what_it_wrote(store: Store) -> None:
    with store.atomically():
        write_everything(store)
        assert [paper.title for paper in store.get([FIRST]).values()] == ["Another"]
        assert store.recall("a") == "known"
        assert store.ledger.announcements([FIRST]) == {FIRST: (Announcement(DAY),)}
        assert store.ledger.tallies(DAY, DAY)[0].held == 1


CHECKS: list[Callable[[Store], None]] = [
    writes_of_a_block_come_into_sight_together,
    a_failure_in_the_middle_undoes_everything,
    an_inner_block_shares_the_fate_of_the_outer_one,
    an_inner_block_that_fails_is_undone_alone,
    a_write_that_fails_inside_leaves_nothing_of_itself,
    a_block_reads_what_it_wrote,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_store_writes_together_or_not_at_all(
    check: Callable[[Store], None], tmp_path: Path
) -> None:
    with SqliteStore.open(tmp_path) as store:
        check(store)
        assert store.check() == []


class CommitsEveryWrite(SqliteStore):
    @contextmanager
    def atomically(self) -> Iterator[None]:
        with self.writing():
            yield


class CommitsWhatFailed(SqliteStore):
    @contextmanager
    def atomically(self) -> Iterator[None]:
        failed = None
        with super().atomically():
            try:
                yield
            except Failure as failure:
                failed = failure
        if failed:
            raise failed


class CommitsInnerBlocks(SqliteStore):
    depth = 0

    @contextmanager
    def atomically(self) -> Iterator[None]:
        self.depth += 1
        try:
            with super().atomically():
                yield
            if self.depth > 1:
                writer = self._connections._writer
                assert writer is not None
                writer.execute("COMMIT")
                writer.execute("BEGIN")
        finally:
            self.depth -= 1


class JoinsWithoutSavepoints(SqliteStore):
    def __init__(self, connections: object) -> None:
        super().__init__(connections)  # type: ignore[arg-type]
        undo = self._connections._undo
        self._connections._undo = (  # type: ignore[method-assign]
            lambda connection, nested: None if nested else undo(connection, nested)
        )


class ReadsWhatIsCommitted(SqliteStore):
    def __init__(self, connections: object) -> None:
        super().__init__(connections)  # type: ignore[arg-type]
        self._connections.reading = self._connections.at_one_moment  # type: ignore[method-assign]


WRONG: list[tuple[type[SqliteStore], Callable[[Store], None]]] = [
    (CommitsEveryWrite, writes_of_a_block_come_into_sight_together),
    (CommitsEveryWrite, a_failure_in_the_middle_undoes_everything),
    (CommitsWhatFailed, a_failure_in_the_middle_undoes_everything),
    (CommitsInnerBlocks, an_inner_block_shares_the_fate_of_the_outer_one),
    (JoinsWithoutSavepoints, an_inner_block_that_fails_is_undone_alone),
    (JoinsWithoutSavepoints, a_write_that_fails_inside_leaves_nothing_of_itself),
    (ReadsWhatIsCommitted, a_block_reads_what_it_wrote),
]


@pytest.mark.parametrize(("wrong", "check"), WRONG, ids=lambda each: each.__name__)
def test_the_contract_rejects_a_store_that_writes_otherwise(
    wrong: type[SqliteStore], check: Callable[[Store], None], tmp_path: Path
) -> None:
    with wrong.open(tmp_path) as store, pytest.raises(AssertionError):
        check(store)


def test_what_fails_outside_the_store_is_not_blamed_on_the_folder(tmp_path: Path) -> None:
    with SqliteStore.open(tmp_path) as store, pytest.raises(ConnectionError), store.atomically():
        raise ConnectionError("The line went dead")


def test_a_block_keeps_every_other_writer_out_until_it_ends(tmp_path: Path) -> None:
    with SqliteStore.open(tmp_path) as store, SqliteStore.open(tmp_path) as other:
        with store.atomically():
            store.remember("a", "known")
            with pytest.raises(DataFolderBusy):
                other.remember("b", "known")
        other.remember("b", "known")
        assert (store.recall("a"), store.recall("b")) == ("known", "known")


def test_a_block_whose_transaction_is_gone_goes_no_further(tmp_path: Path) -> None:
    with SqliteStore.open(tmp_path) as store:
        with pytest.raises(DataFolderError, match="run it again"), store.atomically():
            store.remember("a", "known")
            # SQLite itself does this when a disk is full.
            writer = store._connections._writer
            assert writer is not None
            writer.rollback()
            store.remember("b", "known")
        assert (store.recall("a"), store.recall("b")) == (None, None)
        store.remember("b", "known")


KILLED_INSIDE = """
import os, signal, sys
from pathlib import Path
from postil.paper import Paper
from postil.paper_id import PaperId
from postil.store.sqlite import SqliteStore
store = SqliteStore.open(Path(sys.argv[1]))
store.remember("a", "before")
with store.atomically():
    for n in range(0, 3000, 500):
        ids = [PaperId.parse(f"2603.{n + i:05}") for i in range(1, 501)]
        store.put([Paper(paper_id, "word " * 300) for paper_id in ids])
    store.remember("a", "after")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_kill_in_the_middle_undoes_everything(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED_INSIDE, str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGKILL
    # So much was written that it no longer fitted in memory: it is the log that must undo it.
    assert (tmp_path / "postil.db-wal").stat().st_size > 1 << 20
    with SqliteStore.open(tmp_path) as store:
        assert (store.count(), store.recall("a")) == (0, "before")
        assert store.check() == []
