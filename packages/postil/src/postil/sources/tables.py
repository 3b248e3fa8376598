"""A table that grows page by page and can be killed at any point: CSV, JSON lines or SQLite.

Rows and the position to go on from must agree whatever happens. SQLite keeps both in one transaction. A
text file gets its rows first and then, in a second file that is replaced at once, its length and the next
page; what lies beyond the noted length when it is opened again belongs to a page that was never noted,
and is cut off. A third file is the lock that keeps two processes from filling one table.
"""

import fcntl
import json
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from postil.errors import BadFile, DataFolderBusy
from postil.sources.table_lines import CsvLines, JsonLines, Lines, Row, Value, cell


@dataclass(frozen=True, slots=True)
class Position:
    """How far a table has come: the page to ask for next, None when it is done, and the rows it has."""

    next_page: int | None
    rows: int


class Table(Protocol):
    """Rows of the same columns; pages go in whole or not at all."""

    def position(self) -> Position:
        """Where to go on."""

    def add(self, rows: Sequence[Row], next_page: int | None) -> int:
        """Add a page's rows, those already there left out, and note the next page; returns how many were new.

        Raises:
            BadFile: the table cannot be written; the page is not in it.
        """

    def close(self) -> None:
        """Let go of the file."""


def open_table(
    path: Path, columns: Sequence[str], key: Sequence[str], recipe: str, first_page: int
) -> Table:
    """Open a table, or begin it; the end of its name says of which form it is.

    Args:
        path: `.csv`, `.jsonl`, `.db` or `.sqlite`.
        columns: their names, in order.
        key: the columns that tell rows apart; without any, every row is kept.
        recipe: what fills the table; one that another recipe began is refused.
        first_page: where a new table begins.

    Raises:
        BadFile: the name says no known form, the file is another recipe's or was changed by others, or it
            cannot be opened.
        DataFolderBusy: another process is filling it.
    """
    where = [columns.index(name) for name in key]
    try:
        match path.suffix.lower():
            case ".csv":
                return TextTable(path, columns, where, recipe, first_page, CsvLines(columns))
            case ".jsonl":
                return TextTable(path, columns, where, recipe, first_page, JsonLines(columns))
            case ".db" | ".sqlite":
                return SqliteTable(path, columns, where, recipe, first_page)
    except (OSError, sqlite3.Error) as error:
        raise BadFile(f"{path} cannot be used as a table ({error}).") from error
    raise BadFile(f"{path.name} must end in .csv, .jsonl or .sqlite, which says what it is to be.")


class TextTable:
    """A table as a text file, with its position in `NAME.position` beside it."""

    def __init__(
        self,
        path: Path,
        columns: Sequence[str],
        key: Sequence[int],
        recipe: str,
        first_page: int,
        lines: Lines,
    ) -> None:
        self._path, self._key, self._lines = path, key, lines
        self._note = path.with_name(path.name + ".position")
        self._recipe = f"{recipe} {' '.join(columns)}"
        self._lock = _locked(path)
        try:
            self._position = self._begin_or_resume(first_page)
        except BaseException:
            os.close(self._lock)
            raise

    def position(self) -> Position:
        """Where to go on."""
        return self._position

    def add(self, rows: Sequence[Row], next_page: int | None) -> int:
        """Append, make sure that it is on the disk, then note the length."""
        keys: set[tuple[str, ...]] = set()
        new = []
        for row in (tuple(map(_storable, row)) for row in rows):
            key = self._key_of(row)
            if not self._key or (key not in self._seen and key not in keys):
                keys.add(key)
                new.append(row)
        try:
            with self._path.open("r+b") as file:
                file.seek(self._length)
                file.write(self._lines.written(new).encode())
                file.truncate()
                file.flush()
                os.fsync(file.fileno())
                length = file.tell()
            self._write_note(Position(next_page, self._position.rows + len(new)), length)
        except OSError as error:
            raise BadFile(f"{self._path} cannot be written ({error.strerror}).") from error
        self._seen.update(keys)
        return len(new)

    def close(self) -> None:
        """Let another process fill it."""
        os.close(self._lock)

    def _begin_or_resume(self, first_page: int) -> Position:
        self._seen: set[tuple[str, ...]] = set()
        self._length = 0
        noted = self._read_note()
        if noted is None:
            if self._path.exists() and self._path.stat().st_size:
                raise BadFile(
                    f"{self._path} is there, but not where it stopped ({self._note.name}): "
                    "choose another name, or remove it to begin again."
                )
            with self._path.open("wb") as file:
                file.write(self._lines.head.encode())
                file.flush()
                os.fsync(file.fileno())
            self._write_note(Position(first_page, 0), len(self._lines.head.encode()))
            return self._position
        self._check_and_cut(noted)
        self._remember_keys()
        self._position = Position(noted["next_page"], noted["rows"])
        return self._position

    def _check_and_cut(self, noted: dict[str, Any]) -> None:
        if noted["recipe"] != self._recipe:
            raise BadFile(f"{self._path} was begun with another recipe: choose another name.")
        self._length = noted["length"]
        size = self._path.stat().st_size if self._path.exists() else 0
        if size < self._length:
            raise BadFile(
                f"{self._path} is shorter than it was: remove {self._note} to begin again."
            )
        if size > self._length:
            os.truncate(self._path, self._length)

    def _remember_keys(self) -> None:
        if self._key:
            with self._path.open(encoding="utf-8", newline="") as text:
                self._seen = {self._key_of(row) for row in self._lines.rows(text)}

    def _key_of(self, row: Row) -> tuple[str, ...]:
        """The key as text, so that it is the same whether it was just read or stood in the file."""
        return tuple(cell(row[at]) for at in self._key)

    def _read_note(self) -> dict[str, Any] | None:
        try:
            noted = json.loads(self._note.read_bytes())
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise BadFile(f"{self._note} cannot be read: remove it and the table.") from error
        if not isinstance(noted, dict) or set(noted) != {"recipe", "next_page", "rows", "length"}:
            raise BadFile(f"{self._note} is not where a table stopped: remove it and the table.")
        return noted

    def _write_note(self, position: Position, length: int) -> None:
        """Replace the note at once: whoever reads it sees the old one or the new one."""
        said = {
            "recipe": self._recipe,
            "next_page": position.next_page,
            "rows": position.rows,
            "length": length,
        }
        fresh = self._note.with_name(self._note.name + ".new")
        with fresh.open("wb") as file:
            file.write(json.dumps(said, ensure_ascii=False).encode())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._note)
        _sync_folder(self._note.parent)
        self._position, self._length = position, length


class SqliteTable:
    """A table `rows` in a database of its own, whose position is written in the same transaction."""

    def __init__(
        self,
        path: Path,
        columns: Sequence[str],
        key: Sequence[int],
        recipe: str,
        first_page: int,
    ) -> None:
        self._path = path
        self._recipe = f"{recipe} {' '.join(columns)}"
        self._lock = _locked(path)
        self._connection = sqlite3.connect(path, isolation_level=None)
        marks = ", ".join("?" * len(columns))
        self._insert = f"INSERT OR IGNORE INTO rows VALUES ({marks})"
        try:
            self._begin(columns, [columns[at] for at in key], first_page)
        except BaseException:
            self.close()
            raise

    def position(self) -> Position:
        """Where to go on."""
        ((page,),) = self._connection.execute("SELECT next_page FROM position")
        ((rows,),) = self._connection.execute("SELECT count(*) FROM rows")
        return Position(page, rows)

    def add(self, rows: Sequence[Row], next_page: int | None) -> int:
        """Rows and position in one transaction."""
        try:
            with closing(self._connection.cursor()) as cursor:
                cursor.execute("BEGIN IMMEDIATE")
                before = self._connection.total_changes
                cursor.executemany(self._insert, [tuple(map(_storable, row)) for row in rows])
                added = self._connection.total_changes - before
                cursor.execute("UPDATE position SET next_page = ?", (next_page,))
                cursor.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise BadFile(f"{self._path} cannot be written ({error}).") from error
        return added

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()
        os.close(self._lock)

    def _begin(self, columns: Sequence[str], key: Sequence[str], first_page: int) -> None:
        named = ", ".join(map(_quoted, columns))
        # A column without a value takes part in the key too, which a plain UNIQUE would let repeat.
        unique = ", ".join(f"CAST(coalesce({_quoted(name)}, '') AS TEXT)" for name in key)
        run = self._connection.execute
        run("PRAGMA synchronous = FULL")
        run("BEGIN IMMEDIATE")
        known = {name for (name,) in run("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not known:
            run(f"CREATE TABLE rows ({named})")
            run("CREATE TABLE position (recipe TEXT, next_page INTEGER)")
            run("INSERT INTO position VALUES (?, ?)", (self._recipe, first_page))
            if unique:
                run(f"CREATE UNIQUE INDEX distinct_rows ON rows ({unique})")
        elif known != {"rows", "position"}:
            raise BadFile(f"{self._path} is a database of something else: choose another name.")
        elif run("SELECT recipe FROM position").fetchall() != [(self._recipe,)]:
            raise BadFile(f"{self._path} was begun with another recipe: choose another name.")
        run("COMMIT")


def _storable(value: Value) -> Value:
    """Half a surrogate pair is no character, and SQLite refuses it."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _locked(path: Path) -> int:
    descriptor = os.open(
        path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644
    )
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise DataFolderBusy(
            f"Another process is filling {path}: wait until it is done."
        ) from error
    return descriptor


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
