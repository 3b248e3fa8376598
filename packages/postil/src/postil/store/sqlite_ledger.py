"""The ledger in the SQLite store.

An entry is a paper on a list of a day; the moment that the store had it is stamped on it. `ledger_counting`
keeps what the lists and days add up to.
"""

import sqlite3
from collections.abc import Sequence
from datetime import date, datetime

import orjson

from postil.paper import Announcement, day_number
from postil.paper_id import PaperId
from postil.store import rows
from postil.store.connections import Connections
from postil.store.ledger import Absence, Sighting, Tally
from postil.store.ledger_counting import ENTRY_IS_HELD, IS_HELD, count, held_among, stamp, together
from postil.store.loading import in_chunks
from postil.store.moments import moment_of, ticks
from postil.store.rows import KIND_CODES, Row

# New-style ids exist from April 2007 on; two digits name a year until 2090.
_FIRST_YEAR, _LAST_YEAR = 2007, 2090


class SqliteLedger:
    """The `LedgerRows` of a store in SQLite."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def record(self, sighting: Sighting) -> None:
        """Add a reading of a list."""
        seen = ticks(sighting.seen)
        with self._connections.writing() as connection:
            number = _list_number(connection, sighting, seen)
            texts = [str(paper_id) for paper_id, _ in sighting.entries]
            held = held_among(connection, texts)
            connection.executemany(
                """INSERT INTO ledger_entries VALUES (?, ?, ?, ?, ?) ON CONFLICT (list, id)
                DO UPDATE SET kind = min(kind, excluded.kind), named = min(named, excluded.named)""",
                [
                    (number, text, KIND_CODES[kind], seen, seen if text in held else None)
                    for text, (_, kind) in zip(texts, sighting.entries, strict=True)
                ],
            )
            connection.executemany(
                "INSERT OR IGNORE INTO ledger_namings VALUES (?, ?, ?)",
                [(number, text, sighting.source) for text in texts],
            )
            count(connection, [number])

    def settle(self, now: datetime) -> int:
        """Stamp every listed paper that is held by now and was not before; returns how many."""
        with self._connections.writing() as connection:
            found = connection.execute(
                f"SELECT DISTINCT id FROM ledger_entries WHERE held IS NULL AND {ENTRY_IS_HELD}"
            ).fetchall()
            stamp(connection, [text for (text,) in found], ticks(now))
        return len(found)

    def tallies(self, first: date, last: date) -> list[Tally]:
        """Every list of every day from `first` to `last`, by day, then name."""
        with self._connections.reading() as connection:
            found = connection.execute(
                """SELECT day, name, announced, listed, held, missing, late, sources, first_seen, completed
                FROM ledger_lists WHERE day BETWEEN ? AND ? ORDER BY day, name""",
                (day_number(first), day_number(last)),
            )
            return [_tally(row) for row in found]

    def namings(self, name: str, first: date, last: date) -> list[tuple[date, str, PaperId]]:
        """Which source named which paper on which day's list of this name; by day, source and id."""
        with self._connections.reading() as connection:
            found = connection.execute(
                """SELECT day, source, id FROM ledger_lists JOIN ledger_namings USING (list)
                WHERE name = ? AND day BETWEEN ? AND ? ORDER BY day, source, id""",
                (name, day_number(first), day_number(last)),
            )
            return [(rows.date_of(day), source, rows.id_of(text)) for day, source, text in found]

    def announcements(self, ids: Sequence[PaperId]) -> dict[PaperId, tuple[Announcement, ...]]:
        """What the lists say of these papers: one announcement a day, of the strongest kind."""
        strongest: dict[tuple[str, int], int] = {}
        statement = "SELECT id, day, kind FROM ledger_entries JOIN ledger_lists USING (list)"
        with self._connections.reading() as connection:
            texts = list({str(paper_id) for paper_id in ids})
            for text, day, kind in in_chunks(connection, statement, "id", texts):
                strongest[text, day] = min(kind, strongest.get((text, day), kind))
        found: dict[PaperId, tuple[Announcement, ...]] = {}
        for (text, day), kind in sorted(strongest.items()):
            paper_id = rows.id_of(text)
            found[paper_id] = (*found.get(paper_id, ()), rows.announcement_of(day, kind))
        return found

    def distinct(
        self, first: date, last: date, names: Sequence[str]
    ) -> dict[date, tuple[int, int]]:
        """How many papers the lists of these names have together on each day: listed, and held.

        Days without such a list are left out.
        """
        chosen = set(names)
        where = (day_number(first), day_number(last))
        with self._connections.reading() as connection:
            days = connection.execute(
                "SELECT DISTINCT day, name FROM ledger_lists WHERE day BETWEEN ? AND ?", where
            ).fetchall()
            kept = connection.execute(
                "SELECT day, shared FROM ledger_days WHERE day BETWEEN ? AND ? ORDER BY day", where
            ).fetchall()
        asked = {day for day, name in days if name in chosen}
        return {rows.date_of(day): together(shared, chosen) for day, shared in kept if day in asked}

    def unheld(self, limit: int) -> list[tuple[PaperId, datetime]]:
        """Papers that a list named and the store lacks, with the moment first named; oldest first."""
        with self._connections.reading() as connection:
            found = connection.execute(
                f"""SELECT id, min(named) AS first FROM ledger_entries
                WHERE held IS NULL AND NOT {ENTRY_IS_HELD}
                GROUP BY id ORDER BY first, id LIMIT ?""",
                (limit,),
            ).fetchall()
        return [(rows.id_of(text), moment_of(named)) for text, named in found]

    def serials(self, year: int, month: int) -> list[int]:
        """The serial numbers of the month's new-style ids that are held, ascending."""
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            return []
        start = f"{year % 100:02}{month:02}."
        # The character after the full stop is the slash.
        span = (start, f"{start[:-1]}/")
        with self._connections.reading() as connection:
            found = {
                text
                for table in ("papers", "homes")
                for (text,) in connection.execute(
                    f"SELECT id FROM {table} WHERE id > ? AND id < ?", span
                )
            }
        return sorted(int(text[len(start) :]) for text in found)

    def note_absence(self, paper_id: PaperId, reason: str, asked: datetime) -> None:
        """Remember that the archive was asked for an id and had nothing; a later time counts up."""
        year, month = paper_id.month or (0, 0)
        with self._connections.writing() as connection:
            connection.execute(
                """INSERT INTO ledger_absences VALUES (?, ?, ?, ?, 1) ON CONFLICT (id) DO UPDATE
                SET reason = excluded.reason, asked = excluded.asked, times = times + 1
                WHERE excluded.asked > asked""",
                (str(paper_id), year * 100 + month, reason, ticks(asked)),
            )

    def absences(self, year: int, month: int) -> list[Absence]:
        """The absent ids of a month, by id, less those that are held meanwhile."""
        with self._connections.reading() as connection:
            found = connection.execute(
                f"""SELECT id, reason, asked, times FROM ledger_absences
                WHERE month = ? AND NOT {IS_HELD.format("ledger_absences")} ORDER BY id""",
                (year * 100 + month,),
            ).fetchall()
        return [
            Absence(rows.id_of(text), reason, moment_of(asked), times)
            for text, reason, asked, times in found
        ]


def _list_number(connection: sqlite3.Connection, sighting: Sighting, seen: int) -> int:
    """The number of the sighting's list, which is made or brought up to what the sighting says of it."""
    where = (day_number(sighting.day), sighting.list_name)
    connection.execute(
        """INSERT INTO ledger_lists (day, name, first_seen) VALUES (?, ?, ?)
        ON CONFLICT (day, name) DO UPDATE SET first_seen = min(first_seen, excluded.first_seen)""",
        (*where, seen),
    )
    if sighting.claimed:
        connection.execute(
            """UPDATE ledger_lists SET announced = ?, claimed = ?
            WHERE day = ? AND name = ? AND coalesce(claimed, ?) <= ?""",
            (sum(sighting.claimed.values()), seen, *where, seen, seen),
        )
    found = connection.execute("SELECT list FROM ledger_lists WHERE day = ? AND name = ?", where)
    return int(found.fetchone()[0])


def _tally(row: Row) -> Tally:
    day, name, announced, listed, held, missing, late, sources, first_seen, completed = row
    return Tally(
        rows.date_of(day),
        name,
        announced,
        listed,
        held,
        _ids(missing),
        _ids(late),
        orjson.loads(sources),
        moment_of(first_seen),
        None if completed is None else moment_of(completed),
    )


def _ids(texts: str) -> tuple[PaperId, ...]:
    return tuple(map(rows.id_of, orjson.loads(texts)))
