"""Find papers in the SQLite store and load them, in a few statements however many they are."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

import orjson

from postil.paper import Paper
from postil.paper_id import PaperId
from postil.store import rows
from postil.store.protocol import Heading
from postil.store.rows import Row

# Parameters a statement; SQLite allows 32,766 since 3.32 and 999 before.
CHUNK = 500


def in_chunks(
    connection: sqlite3.Connection, statement: str, column: str, values: Sequence[object]
) -> Iterator[Row]:
    """The rows of `statement` whose `column` is among `values`."""
    for start in range(0, len(values), CHUNK):
        chunk = values[start : start + CHUNK]
        marks = ",".join("?" * len(chunk))
        yield from connection.execute(f"{statement} WHERE {column} IN ({marks})", chunk)


def own_numbers(connection: sqlite3.Connection, ids: Iterable[PaperId]) -> dict[PaperId, int]:
    """The numbers of the papers that are held under these very ids."""
    texts = list({str(paper_id) for paper_id in ids})
    found = in_chunks(connection, "SELECT id, number FROM papers", "id", texts)
    return {rows.id_of(text): number for text, number in found}


def numbers(connection: sqlite3.Connection, ids: Iterable[PaperId]) -> dict[PaperId, int]:
    """The numbers of the papers that ids lead to: by their own ids, else by homes (of the first paper)."""
    wanted = set(ids)
    found = own_numbers(connection, wanted)
    lacking = [str(paper_id) for paper_id in wanted if paper_id not in found]
    homes = in_chunks(connection, "SELECT number, id FROM homes", "id", lacking)
    for number, text in sorted(homes):
        found.setdefault(rows.id_of(text), number)
    return found


def load(connection: sqlite3.Connection, wanted: Sequence[int]) -> dict[int, Paper]:
    """The papers with these numbers."""
    announced, versions, homes = (
        _by_number(in_chunks(connection, statement, "number", wanted))
        for statement in (rows.SELECT_ANNOUNCED, rows.SELECT_VERSIONS, rows.SELECT_HOMES)
    )
    return {
        row[0]: rows.paper_of(
            row, announced.get(row[0], ()), versions.get(row[0], ()), homes.get(row[0], ())
        )
        for row in in_chunks(connection, rows.SELECT_PAPERS, "number", wanted)
    }


def headings(connection: sqlite3.Connection, wanted: Sequence[int]) -> dict[int, Heading]:
    """The titles and authors of the papers with these numbers."""
    found = in_chunks(connection, "SELECT number, title, authors FROM texts", "number", wanted)
    return {number: Heading(title, tuple(orjson.loads(names))) for number, title, names in found}


def _by_number(found: Iterable[Row]) -> dict[int, list[Row]]:
    grouped: dict[int, list[Row]] = {}
    for row in found:
        grouped.setdefault(row[0], []).append(row)
    return grouped
