"""Write to the SQLite store what a merge decided, and take papers out of it."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping

from postil.paper import Paper, day_number
from postil.paper_id import PaperId
from postil.store import rows
from postil.store.merging import Merge


def write(
    connection: sqlite3.Connection,
    outcome: Merge,
    numbers: Mapping[PaperId, int],
    held: Mapping[PaperId, Paper],
) -> list[tuple[int, Paper]]:
    """Write the papers of a merge with all that hangs on them, the days' counts and the log.

    Args:
        numbers: of the papers held before.
        held: those papers.

    Returns the papers written with their places in the log.
    """
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
    # A stronger announcement takes the place of a weaker one of its day.
    weaker = [
        row
        for number, paper in changed
        for row in rows.announcement_rows(
            set(held[paper.id].announced).difference(paper.announced), number
        )
    ]
    connection.executemany(rows.DELETE_ANNOUNCED, weaker)
    for statement, made in (
        (
            rows.INSERT_ANNOUNCED,
            [r for n, p in written for r in rows.announcement_rows(p.announced, n)],
        ),
        (rows.REPLACE_VERSION, [r for n, p in written for r in rows.version_rows(p.versions, n)]),
        (rows.INSERT_HOME, [(str(home), n) for n, p in written for home in p.homes]),
        (rows.INSERT_EDITION, _edition_rows(outcome, written)),
    ):
        connection.executemany(statement, made)
    before = _listed_days(held[paper.id] for paper in outcome.changed.values())
    _count_days(connection, _listed_days(paper for _, paper in written), before)
    _log(connection, [number for number, _ in written])
    (last,) = connection.execute("SELECT coalesce(max(sequence), 0) FROM changes").fetchone()
    return list(enumerate((paper for _, paper in written), start=last - len(written) + 1))


def erase(connection: sqlite3.Connection, held: Mapping[int, Paper]) -> None:
    """Take papers out, by their numbers, and log that."""
    _count_days(connection, Counter(), _listed_days(held.values()))
    connection.executemany("DELETE FROM papers WHERE number = ?", [(number,) for number in held])
    _log(connection, held)


def _edition_rows(outcome: Merge, written: Iterable[tuple[int, Paper]]) -> list[rows.Row]:
    if not outcome.editions:
        return []
    return [
        rows.edition_row(edition, number)
        for number, paper in written
        for edition in outcome.editions.get(paper.id, ())
    ]


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
