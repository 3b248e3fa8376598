"""Data folders that cannot be used: one line that says so, and a store that is unharmed."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from postil.errors import (
    DataFolderBusy,
    DataFolderDamaged,
    DataFolderError,
    DataFolderFull,
    DataFolderReadOnly,
)
from postil.paper import Paper
from postil.paper_id import PaperId
from postil.store.connections import FILE_NAME, LOCK_NAME
from postil.store.sqlite import SqliteStore

PAPERS = [
    Paper(PaperId.parse(f"2603.{n:05}"), f"Paper {n}", abstract="word " * 300)
    for n in range(1, 301)
]
NOBODY = 65534

HOLD_THE_LOCK = """
import sys
from pathlib import Path
from postil.store.lock import ProcessLock
ProcessLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def refused(kind: type[DataFolderError], saying: str = ".") -> Iterator[None]:
    """The block must raise `kind` with one line for a person."""
    with pytest.raises(kind, match=saying) as raised:
        yield
    assert "\n" not in str(raised.value)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the rights of root, to whom no folder is read-only; others run as they are."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user can enter (those of pytest are private to its user)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def test_a_read_only_folder_is_refused(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    with as_nobody(), refused(DataFolderReadOnly):
        SqliteStore.open(open_folder)
    with as_nobody(), refused(DataFolderReadOnly):
        SqliteStore.open(open_folder / "new")
    assert list(open_folder.iterdir()) == []
    open_folder.chmod(0o755)


def test_a_folder_that_became_read_only_is_refused_and_unharmed(open_folder: Path) -> None:
    with SqliteStore.open(open_folder) as store:
        store.put(PAPERS)
    open_folder.chmod(0o555)
    with as_nobody(), refused(DataFolderReadOnly):
        SqliteStore.open(open_folder)
    open_folder.chmod(0o755)
    with SqliteStore.open(open_folder) as store:
        assert list(store.papers()) == PAPERS


def test_a_store_file_that_is_read_only_is_refused_and_unharmed(open_folder: Path) -> None:
    with SqliteStore.open(open_folder) as store:
        store.put(PAPERS[:5])
    open_folder.chmod(0o777)
    for path in open_folder.iterdir():
        path.chmod(0o444)
    with as_nobody(), refused(DataFolderReadOnly), SqliteStore.open(open_folder) as store:
        store.put(PAPERS)
    with SqliteStore.open(open_folder) as store:
        assert list(store.papers()) == PAPERS[:5]


def test_a_file_is_no_data_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for folder in (tmp_path / "file", tmp_path / "file" / "inside"):
        with refused(DataFolderError):
            SqliteStore.open(folder)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_full_disk_loses_the_batch_and_nothing_else(tmp_path: Path) -> None:
    with SqliteStore.open(tmp_path) as store:
        store.put(PAPERS[:50])
        # SQLite's own limit gives the error that a full disk gives.
        writer = store._connections._writer
        assert writer is not None
        pages = writer.execute("PRAGMA page_count").fetchone()[0]
        writer.execute(f"PRAGMA max_page_count = {pages + 5}")
        with refused(DataFolderFull):
            store.put(PAPERS)
        assert list(store.papers()) == PAPERS[:50]
        assert store.check() == []
        writer.execute("PRAGMA max_page_count = 1000000")
        assert store.put(PAPERS).added == 250
    with SqliteStore.open(tmp_path) as store:
        assert list(store.papers()) == PAPERS


def test_garbage_is_no_store(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"garbage " * 1000)
    with refused(DataFolderDamaged):
        SqliteStore.open(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == b"garbage " * 1000


def test_another_programs_database_is_refused_and_not_touched(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE_NAME) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    before = (tmp_path / FILE_NAME).read_bytes()
    with refused(DataFolderDamaged):
        SqliteStore.open(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_pages_overwritten_in_the_middle_are_reported_not_read(tmp_path: Path) -> None:
    with SqliteStore.open(tmp_path) as store:
        store.put(PAPERS)
    with (tmp_path / FILE_NAME).open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        for offset in range(8192, size, 4096):
            file.seek(offset)
            file.write(b"\xee" * 2048)
    with SqliteStore.open(tmp_path) as store:
        with refused(DataFolderDamaged):
            list(store.papers())
        with refused(DataFolderDamaged):
            store.put(PAPERS)


def test_a_second_writer_is_told_who_is_writing_and_reading_goes_on(tmp_path: Path) -> None:
    with SqliteStore.open(tmp_path) as store:
        store.put(PAPERS[:5])
        with subprocess.Popen(
            [sys.executable, "-c", HOLD_THE_LOCK, str(tmp_path / LOCK_NAME)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == b"held\n"
            with refused(DataFolderBusy, f"pid {other.pid}"):
                store.put(PAPERS)
            assert store.count() == 5
            with SqliteStore.open(tmp_path) as reader:
                assert list(reader.papers()) == PAPERS[:5]
            other.kill()
        # A lock dies with its holder.
        assert store.put(PAPERS).added == 295


def test_two_stores_of_one_process_exclude_each_other(tmp_path: Path) -> None:
    with SqliteStore.open(tmp_path) as first, SqliteStore.open(tmp_path) as second:
        with first.writing():
            first.put(PAPERS[:1])
            with refused(DataFolderBusy):
                second.put(PAPERS)
            first.put(PAPERS[1:2])
        assert second.put(PAPERS).unchanged == 2
