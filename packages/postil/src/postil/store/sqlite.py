"""The default store: one SQLite file in write-ahead mode, one writer, any number of readers.

SQLAlchemy was refused: a second database shares the protocol and the contract of this one, not its SQL, and
reading a page of papers must cost well under a millisecond.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Self

from postil.paper import Paper, day_number
from postil.paper_id import PaperId
from postil.store import rows
from postil.store.connections import Connections
from postil.store.merging import Merge, merge
from postil.store.protocol import (
    KINDS,
    Change,
    Counts,
    DayCount,
    Listed,
    Written,
)
from postil.store.rows import Row

# Parameters a statement; SQLite allows 32,766 since 3.32 and 999 before.
_CHUNK = 500


class SqliteStore:
    """The `Store` in `<folder>/postil.db`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the store in `folder`, laying it out or migrating it where needed.

        Opening does not make this process the writer, and works while another one is.

        Raises:
            DataFolderError: the folder is read-only, full, damaged or of a later version.
        """
        return cls(Connections(folder.absolute()))

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self._connections.folder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def writing(self) -> AbstractContextManager[None]:
        """Be the only writer until the block ends."""
        return self._connections.holding_the_pen()

    def put(self, papers: Sequence[Paper]) -> Written:
        """Merge `papers` into what is held, all of them or none."""
        with self._connections.writing() as connection:
            numbers = _numbers(connection, [paper.id for paper in papers])
            held = {p.id: p for p in _load(connection, list(numbers.values())).values()}
            outcome = merge(held, papers)
            _write(connection, outcome, numbers, held)
        return outcome.written

    def remove(self, ids: Sequence[PaperId]) -> int:
        """Forget papers, and log that; returns how many were held."""
        with self._connections.writing() as connection:
            held = _load(connection, list(_numbers(connection, ids).values()))
            _count_days(connection, Counter(), _listed_days(held.values()))
            parameters = [(number,) for number in held]
            connection.executemany("DELETE FROM papers WHERE number = ?", parameters)
            _log(connection, list(held))
        return len(held)

    def get(self, ids: Sequence[PaperId]) -> dict[PaperId, Paper]:
        """The papers among `ids` that are held."""
        with self._connections.reading() as connection:
            numbers = _numbers(connection, ids)
            return {paper.id: paper for paper in _load(connection, list(numbers.values())).values()}

    def load(self, numbers: Sequence[int]) -> list[Paper]:
        """The papers with these numbers, in this order; unknown numbers are left out."""
        with self._connections.reading() as connection:
            found = _load(connection, numbers)
        return [found[number] for number in numbers if number in found]

    def numbers(self, ids: Sequence[PaperId]) -> dict[PaperId, int]:
        """The numbers of those papers among `ids` that are held."""
        with self._connections.reading() as connection:
            return _numbers(connection, ids)

    def days(self) -> list[DayCount]:
        """Every day with announcements, oldest first."""
        with self._connections.reading() as connection:
            found = connection.execute("SELECT day, papers FROM days ORDER BY day").fetchall()
        return [DayCount(rows.date_of(day), papers) for day, papers in found]

    def listed(self, first: date, last: date) -> list[Listed]:
        """The announcements from `first` to `last`: by day, then new, cross, replace, then id."""
        with self._connections.reading() as connection:
            found = connection.execute(
                """SELECT day, number, kind, categories
                FROM announcements JOIN papers USING (number)
                WHERE day BETWEEN ? AND ? ORDER BY day, kind, id""",
                (day_number(first), day_number(last)),
            )
            return [
                Listed(rows.date_of(day), number, KINDS[kind], rows.categories_of(categories))
                for day, number, kind, categories in found
            ]

    def count(self) -> int:
        """How many papers are held."""
        with self._connections.reading() as connection:
            return _one(connection, "SELECT count(*) FROM papers")

    def counts(self) -> Counts:
        """How much of everything is held."""
        with self._connections.reading() as connection:
            papers, announcements, versions, days = (
                _one(connection, f"SELECT count(*) FROM {table}")
                for table in ("papers", "announcements", "versions", "days")
            )
            ends = connection.execute("SELECT min(day), max(day) FROM days").fetchone()
        first, last = (None if day is None else rows.date_of(day) for day in ends)
        return Counts(papers, announcements, versions, days, first, last)

    def changes(self, after: int, limit: int) -> list[Change]:
        """The log after sequence number `after`: each paper's latest change only, ascending."""
        with self._connections.reading() as connection:
            found = connection.execute(
                "SELECT sequence, number FROM changes WHERE sequence > ? ORDER BY sequence LIMIT ?",
                (after, limit),
            ).fetchall()
            papers = _load(connection, [number for _, number in found])
        return [Change(sequence, number, papers.get(number)) for sequence, number in found]

    def last_change(self) -> int:
        """The greatest sequence number of the log; 0 while it is empty."""
        with self._connections.reading() as connection:
            return _one(connection, "SELECT coalesce(max(sequence), 0) FROM changes")

    def papers(self) -> Iterator[Paper]:
        """Every paper as of the first step, ordered by the text of its id."""
        with self._connections.reading() as connection:
            last = ""
            while found := connection.execute(
                "SELECT id, number FROM papers WHERE id > ? ORDER BY id LIMIT ?", (last, _CHUNK)
            ).fetchall():
                papers = _load(connection, [number for _, number in found])
                yield from (papers[number] for _, number in found)
                last = found[-1][0]

    def remember(self, key: str, value: str) -> None:
        """Keep a small fact beside the papers."""
        with self._connections.writing() as connection:
            connection.execute("REPLACE INTO facts VALUES (?, ?)", (key, value))

    def recall(self, key: str) -> str | None:
        """The fact kept under `key`, or None."""
        with self._connections.reading() as connection:
            found = connection.execute("SELECT value FROM facts WHERE key = ?", (key,)).fetchone()
        return None if found is None else str(found[0])

    def check(self) -> list[str]:
        """What SQLite's own check and the counts of the days find wrong, a line each."""
        with self._connections.reading() as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
            problems = [line for line in found if line != "ok"]
            if connection.execute("PRAGMA foreign_key_check").fetchone():
                problems.append("rows belong to a paper that is not held")
            if _one(
                connection,
                "SELECT count(*) FROM papers LEFT JOIN texts USING (number) WHERE title IS NULL",
            ):
                problems.append("papers lack their texts")
            if _one(
                connection,
                "SELECT count(*) FROM papers LEFT JOIN changes USING (number) WHERE sequence IS NULL",
            ):
                problems.append("papers are missing from the log of changes")
            counted = """SELECT day, count(DISTINCT number) FROM announcements GROUP BY day"""
            if connection.execute(f"{counted} EXCEPT SELECT day, papers FROM days").fetchone():
                problems.append("the counts of days are wrong")
        return problems

    def close(self) -> None:
        """Close the file; the store must not be used afterwards."""
        self._connections.close()


def _one(connection: sqlite3.Connection, statement: str) -> int:
    return int(connection.execute(statement).fetchone()[0])


def _in_chunks(
    connection: sqlite3.Connection, statement: str, column: str, values: Sequence[object]
) -> Iterator[Row]:
    """The rows of `statement` whose `column` is among `values`."""
    for start in range(0, len(values), _CHUNK):
        chunk = values[start : start + _CHUNK]
        marks = ",".join("?" * len(chunk))
        yield from connection.execute(f"{statement} WHERE {column} IN ({marks})", chunk)


def _numbers(connection: sqlite3.Connection, ids: Sequence[PaperId]) -> dict[PaperId, int]:
    texts = list({str(paper_id) for paper_id in ids})
    found = _in_chunks(connection, "SELECT id, number FROM papers", "id", texts)
    return {rows.id_of(text): number for text, number in found}


def _load(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, Paper]:
    """The papers with these numbers; three queries, however many they are."""
    announced = _by_number(
        _in_chunks(connection, "SELECT number, day, kind FROM announcements", "number", numbers)
    )
    versions = _by_number(
        _in_chunks(connection, "SELECT number, version, submitted FROM versions", "number", numbers)
    )
    return {
        row[0]: rows.paper_of(row, announced.get(row[0], ()), versions.get(row[0], ()))
        for row in _in_chunks(connection, rows.SELECT_PAPERS, "number", numbers)
    }


def _by_number(found: Iterable[Row]) -> dict[int, list[Row]]:
    grouped: dict[int, list[Row]] = {}
    for row in found:
        grouped.setdefault(row[0], []).append(row)
    return grouped


def _write(
    connection: sqlite3.Connection,
    outcome: Merge,
    numbers: Mapping[PaperId, int],
    held: Mapping[PaperId, Paper],
) -> None:
    """Write what a merge decided: the papers, their lists and versions, the days' counts, the log."""
    last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'papers'").fetchone()
    following = last[0] + 1 if last else 1
    added = list(enumerate(outcome.added.values(), start=following))
    changed = [(numbers[paper.id], paper) for paper in outcome.changed.values()]
    for pairs, card, texts in (
        (added, rows.INSERT_PAPER, rows.INSERT_TEXTS),
        (changed, rows.UPDATE_PAPER, rows.REPLACE_TEXTS),
    ):
        connection.executemany(card, [rows.card_row(paper, number) for number, paper in pairs])
        connection.executemany(texts, [rows.texts_row(paper, number) for number, paper in pairs])
    written = [*added, *changed]
    connection.executemany(
        "INSERT OR IGNORE INTO announcements VALUES (?, ?, ?)",
        [row for number, p in written for row in rows.announcement_rows(p.announced, number)],
    )
    connection.executemany(
        "REPLACE INTO versions VALUES (?, ?, ?)",
        [row for number, p in written for row in rows.version_rows(p.versions, number)],
    )
    before = _listed_days(held[paper.id] for paper in outcome.changed.values())
    _count_days(connection, _listed_days(paper for _, paper in written), before)
    _log(connection, [number for number, _ in written])


def _listed_days(papers: Iterable[Paper]) -> Counter[int]:
    """How many of `papers` each day lists."""
    return Counter(day_number(day) for p in papers for day in {a.day for a in p.announced})


def _count_days(connection: sqlite3.Connection, after: Counter[int], before: Counter[int]) -> None:
    """Bring the days' counts from `before` to `after`."""
    differences = [(day, after[day] - before[day]) for day in after | before]
    connection.executemany(
        """INSERT INTO days VALUES (?, ?)
        ON CONFLICT (day) DO UPDATE SET papers = papers + excluded.papers""",
        [(day, difference) for day, difference in differences if difference],
    )
    connection.execute("DELETE FROM days WHERE papers = 0")


def _log(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    # REPLACE drops the paper's earlier line, so the log never outgrows the papers.
    connection.executemany(
        "REPLACE INTO changes (number) VALUES (?)", [(number,) for number in numbers]
    )
