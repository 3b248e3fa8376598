"""Count the ledger's lists and days, whenever one of their entries changes.

What is counted is kept, so that a year is a read of some thousand rows however many papers its lists name.
Whole lists are counted anew instead of adding and subtracting, as a slip would stay for ever.
"""

import sqlite3
from collections.abc import Iterable, Sequence

import orjson

from postil.store.ledger import LATE_AFTER
from postil.store.loading import in_chunks
from postil.store.moments import TICK
from postil.store.rows import Row

_PATIENCE = LATE_AFTER // TICK
# Whether the paper of a row of some table with a column `id` is held.
IS_HELD = """(EXISTS (SELECT 1 FROM papers WHERE papers.id = {0}.id)
    OR EXISTS (SELECT 1 FROM homes WHERE homes.id = {0}.id))"""
ENTRY_IS_HELD = IS_HELD.format("ledger_entries")


def held_among(connection: sqlite3.Connection, texts: Sequence[str]) -> set[str]:
    """Those of `texts` that are the id or a home of a paper."""
    return {
        text
        for table in ("papers", "homes")
        for (text,) in in_chunks(connection, f"SELECT id FROM {table}", "id", texts)
    }


def stamp(connection: sqlite3.Connection, texts: Sequence[str], held: int | None) -> None:
    """Say of every entry of these papers that is not so yet: held since then, or not (None)."""
    other = "IS NULL" if held is not None else "IS NOT NULL"
    each = [(text,) for text in texts]
    lists = {
        number
        for text in each
        for (number,) in connection.execute(
            f"SELECT list FROM ledger_entries WHERE id = ? AND held {other}", text
        )
    }
    connection.executemany(
        f"UPDATE ledger_entries SET held = ? WHERE id = ? AND held {other}",
        [(held, *text) for text in each],
    )
    count(connection, lists)


def miss_again(connection: sqlite3.Connection, texts: Sequence[str]) -> None:
    """Take the stamps off those of `texts` that no paper has any longer, as its id or a home."""
    found = held_among(connection, texts)
    stamp(connection, [text for text in texts if text not in found], None)


def count(connection: sqlite3.Connection, lists: Iterable[int]) -> None:
    """Count these lists anew, and the days that they are of."""
    days = {_count_list(connection, number) for number in lists}
    for day in days:
        _count_day(connection, day)


def _count_list(connection: sqlite3.Connection, number: int) -> int:
    """Count a list; returns its day."""
    day, first_seen = connection.execute(
        "SELECT day, first_seen FROM ledger_lists WHERE list = ?", (number,)
    ).fetchone()
    entries = connection.execute(
        "SELECT id, named, held FROM ledger_entries WHERE list = ? ORDER BY id", (number,)
    ).fetchall()
    sources = connection.execute(
        "SELECT source, count(*) FROM ledger_namings WHERE list = ? GROUP BY source ORDER BY source",
        (number,),
    ).fetchall()
    connection.execute(
        """UPDATE ledger_lists
        SET listed = ?, held = ?, completed = ?, missing = ?, late = ?, sources = ?
        WHERE list = ?""",
        (*_counted(first_seen, entries), _json(dict(sources)), number),
    )
    return int(day)


def _count_day(connection: sqlite3.Connection, day: int) -> None:
    """Keep how many papers each combination of the day's lists shares; it answers for any choice of lists."""
    shared = connection.execute(
        """SELECT lists, count(*), count(held) FROM (
            SELECT group_concat(name, ' ') AS lists, max(held) AS held FROM (
                SELECT id, name, ledger_entries.held
                FROM ledger_lists JOIN ledger_entries USING (list) WHERE day = ? ORDER BY id, name)
            GROUP BY id)
        GROUP BY lists ORDER BY lists""",
        (day,),
    ).fetchall()
    kept = [(lists.split(" "), listed, held) for lists, listed, held in shared]
    connection.execute("REPLACE INTO ledger_days VALUES (?, ?)", (day, _json(kept)))


def _counted(first_seen: int, entries: Sequence[Row]) -> Row:
    """How many entries a list has and how many are held, when it was complete, and who is missing or late."""
    missing = [text for text, _, held in entries if held is None]
    arrived = [(text, max(named, held or named)) for text, named, held in entries]
    completed = None if missing else max((when for _, when in arrived), default=first_seen)
    late = [text for text, when in arrived if when - first_seen > _PATIENCE]
    return len(entries), len(entries) - len(missing), completed, _json(missing), _json(late)


def ledger_problems(connection: sqlite3.Connection) -> list[str]:
    """What does not add up in the ledger, a line each."""
    tests = {
        "the ledger's counts do not agree with its entries": """SELECT 1 FROM ledger_lists AS kept
            WHERE (listed, held) != (SELECT count(*), count(held) FROM ledger_entries AS entries
                WHERE entries.list = kept.list)
            OR (completed IS NULL) != (listed > held)""",
        "the ledger calls papers held that are not": f"""SELECT 1 FROM ledger_entries
            WHERE held IS NOT NULL AND NOT {ENTRY_IS_HELD}""",
        "entries of the ledger are older than their list": """SELECT 1 FROM ledger_entries
            JOIN ledger_lists USING (list) WHERE named < first_seen""",
        "entries of the ledger are of no source": """SELECT 1 FROM ledger_entries
            LEFT JOIN ledger_namings USING (list, id) WHERE source IS NULL""",
    }
    problems = [
        problem
        for problem, statement in tests.items()
        if connection.execute(f"{statement} LIMIT 1").fetchone()
    ]
    kept = connection.execute(
        "SELECT name, listed, shared FROM ledger_lists LEFT JOIN ledger_days USING (day)"
    )
    if any(listed != together(shared or "[]", {name})[0] for name, listed, shared in kept):
        problems.append("the ledger's days do not agree with its lists")
    return problems


def together(shared: str, chosen: set[str]) -> tuple[int, int]:
    """How many papers the chosen lists have together, listed and held, by what `_count_day` kept."""
    counts = [
        (listed, held)
        for lists, listed, held in orjson.loads(shared)
        if not chosen.isdisjoint(lists)
    ]
    return sum(listed for listed, _ in counts), sum(held for _, held in counts)


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
