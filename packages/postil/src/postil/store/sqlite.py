"""The default store: one SQLite file in write-ahead mode, one writer, any number of readers.

SQLAlchemy was refused: a second database shares the protocol and the contract of this one, not its SQL, and
reading a page of papers must cost well under a millisecond.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from typing import Self

from postil.paper import Paper, day_number
from postil.paper_id import PaperId
from postil.store import rows
from postil.store.connections import Connections
from postil.store.editions import Edition
from postil.store.fresh import Fresh
from postil.store.ledger_counting import ledger_problems, miss_again
from postil.store.loading import CHUNK, headings, load, numbers, own_numbers
from postil.store.merging import merge
from postil.store.protocol import KINDS, Change, Counts, DayCount, Heading, Listed, Written
from postil.store.sqlite_ledger import SqliteLedger
from postil.store.writing import erase, write


class SqliteStore:
    """The `Store` in `<folder>/postil.db`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._fresh = Fresh()
        connections.when_undone = self._fresh.forget
        self.ledger = SqliteLedger(connections)

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

    @contextmanager
    def atomically(self) -> Iterator[None]:
        """Let all writes of the block be committed together at its end, or be undone if it fails."""
        with self._connections.atomically():
            yield

    def put(self, papers: Sequence[Paper]) -> Written:
        """Merge `papers` into what is held, all of them or none."""
        with self._connections.writing() as connection:
            known = own_numbers(connection, [paper.id for paper in papers])
            held = {p.id: p for p in load(connection, list(known.values())).values()}
            outcome = merge(held, papers)
            self._fresh.keep(write(connection, outcome, known, held))
        return outcome.written

    def remove(self, ids: Sequence[PaperId]) -> int:
        """Forget the papers of these own ids, and log that; returns how many were held."""
        with self._connections.writing() as connection:
            held = load(connection, list(own_numbers(connection, ids).values()))
            erase(connection, held)
            miss_again(connection, [str(each) for p in held.values() for each in (p.id, *p.homes)])
        return len(held)

    def get(self, ids: Sequence[PaperId]) -> dict[PaperId, Paper]:
        """The papers that `ids` lead to, as asked for."""
        with self._connections.reading() as connection:
            known = numbers(connection, ids)
            found = load(connection, list(set(known.values())))
        return {paper_id: found[number] for paper_id, number in known.items()}

    def load(self, numbers: Sequence[int]) -> list[Paper]:
        """The papers with these numbers, in this order; unknown numbers are left out."""
        with self._connections.reading() as connection:
            found = load(connection, numbers)
        return [found[number] for number in numbers if number in found]

    def headings(self, numbers: Sequence[int]) -> list[Heading]:
        """Titles and authors alone of the papers with these numbers, as `load`; a quarter of its time."""
        with self._connections.reading() as connection:
            found = headings(connection, numbers)
        return [found[number] for number in numbers if number in found]

    def numbers(self, ids: Sequence[PaperId]) -> dict[PaperId, int]:
        """The numbers of the papers that `ids` lead to, as asked for."""
        with self._connections.reading() as connection:
            return numbers(connection, ids)

    def editions(self, paper_id: PaperId) -> list[Edition]:
        """The earlier wordings of the paper that `paper_id` leads to, oldest first."""
        with self._connections.reading() as connection:
            known = list(numbers(connection, [paper_id]).values())
            found = connection.execute(rows.SELECT_EDITIONS, known or [0])
            return [rows.edition_of(row) for row in found]

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
            fresh = self._fresh.take(sequence for sequence, _ in found)
            read = load(connection, [number for at, number in found if at not in fresh])
        return [Change(at, number, fresh.get(at) or read.get(number)) for at, number in found]

    def last_change(self) -> int:
        """The greatest sequence number of the log; 0 while it is empty."""
        with self._connections.reading() as connection:
            return _one(connection, "SELECT coalesce(max(sequence), 0) FROM changes")

    def papers(self) -> Iterator[Paper]:
        """Every paper as of the first step, ordered by the text of its id."""
        with self._connections.at_one_moment() as connection:
            last = ""
            while found := connection.execute(
                "SELECT id, number FROM papers WHERE id > ? ORDER BY id LIMIT ?", (last, CHUNK)
            ).fetchall():
                papers = load(connection, [number for _, number in found])
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
        """What SQLite's own check, the counts of the days and the ledger find wrong, a line each."""
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
            problems += ledger_problems(connection)
        return problems

    def close(self) -> None:
        """Close the file; the store must not be used afterwards."""
        self._connections.close()


def _one(connection: sqlite3.Connection, statement: str) -> int:
    return int(connection.execute(statement).fetchone()[0])
