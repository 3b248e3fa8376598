"""Laying out and migrating the store, stopped after every single statement."""

import sqlite3
from datetime import date
from pathlib import Path

import pytest

from postil.errors import DataFolderTooNew
from postil.paper import Paper, Version
from postil.paper_id import PaperId
from postil.store import migrations
from postil.store.connections import FILE_NAME
from postil.store.migrations import MIGRATIONS, migrate
from postil.store.sqlite import SqliteStore

Shape = list[tuple[object, ...]]


class Killed(Exception):
    """The process dies here."""


class Mortal(sqlite3.Connection):
    """A connection that dies before its n-th statement; the dead roll nothing back."""

    left = 0

    def execute(self, *statement: object) -> sqlite3.Cursor:
        if self.left == 0:
            raise Killed
        self.left -= 1
        return super().execute(*statement)  # type: ignore[arg-type]

    def rollback(self) -> None:
        return


def _shape(path: Path) -> Shape:
    with sqlite3.connect(path) as connection:
        shape = connection.execute(
            "SELECT type, name, sql FROM sqlite_master ORDER BY name"
        ).fetchall()
        for pragma in ("user_version", "application_id", "journal_mode"):
            shape += connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.close()
    return shape


def _stop_after(path: Path, statements: int) -> bool:
    """Migrate, dying after so many statements; whether it got through."""
    connection = sqlite3.connect(path, isolation_level=None, factory=Mortal)
    connection.left = statements
    try:
        migrate(connection)
    except Killed:
        return False
    finally:
        connection.close()
    return True


def test_a_migration_stopped_after_any_statement_is_taken_up_and_ends_the_same(
    tmp_path: Path,
) -> None:
    SqliteStore.open(tmp_path / "whole").close()
    whole = _shape(tmp_path / "whole" / FILE_NAME)
    for statements in range(1_000):
        folder = tmp_path / str(statements)
        folder.mkdir()
        done = _stop_after(folder / FILE_NAME, statements)
        SqliteStore.open(folder).close()
        assert _shape(folder / FILE_NAME) == whole, f"stopped after {statements} statements"
        if done:
            break
    assert statements > sum(map(len, MIGRATIONS))


def test_a_stopped_step_leaves_the_version_before_it(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    versions = set()
    for statements in range(3, 90):
        _stop_after(path, statements)
        with sqlite3.connect(path) as connection:
            version = migrations.version_of(connection)
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        connection.close()
        assert ("papers" in tables) == (version >= 1)
        assert ("announcements" in tables) == (version >= 2)
        assert ("changes" in tables) == (version >= 3)
        assert ("ledger_lists" in tables) == (version >= 4)
        versions.add(version)
        path.unlink()
    assert versions == set(range(len(MIGRATIONS) + 1))


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_papers_of_an_older_version_are_there_after_migrating(
    version: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr(migrations, "MIGRATIONS", MIGRATIONS[:version])
        connection = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
        migrate(connection)
    connection.execute("INSERT INTO papers (id, categories) VALUES ('2603.00001', 'cs.LG')")
    texts = ["On margins", '["A"]', *[""] * 10]
    connection.execute(f"INSERT INTO texts VALUES (1, {', '.join('?' * 12)})", texts)
    connection.execute("INSERT INTO versions VALUES (1, 1, 20260301)")
    connection.close()
    paper = Paper(
        PaperId.parse("2603.00001"),
        "On margins",
        ("A",),
        categories=("cs.LG",),
        versions=(Version(1, date(2026, 3, 1)),),
    )
    with SqliteStore.open(tmp_path) as store:
        assert list(store.papers()) == [paper]


def test_a_folder_of_a_later_version_is_refused_and_not_touched(tmp_path: Path) -> None:
    with SqliteStore.open(tmp_path) as store:
        store.put([Paper(PaperId.parse("2603.00001"), "On margins")])
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(DataFolderTooNew, match=r"^[^\n]*later Postil[^\n]*$"):
        SqliteStore.open(tmp_path)
    assert {path: path.read_bytes() for path in before} == before
