"""A store that does not add up says so: damage done behind its back, and the line that tells of it."""

import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from postil.paper import Announcement, AnnouncementKind, Paper, Version
from postil.paper_id import PaperId
from postil.store.connections import FILE_NAME
from postil.store.ledger import LISTING, Sighting
from postil.store.sqlite import SqliteStore

HELD, MISSING = PaperId.parse("2603.00001"), PaperId.parse("2603.00002")
DAY = date(2026, 3, 17)
NOW = datetime(2026, 3, 17, tzinfo=UTC)
PAPER = Paper(
    HELD,
    "On margins",
    announced=(Announcement(DAY),),
    modified=DAY,
    versions=(Version(1),),
    homes=(PaperId("shelf", "margins"),),
)
DAMAGE = [
    ("DELETE FROM texts", "papers lack their texts"),
    ("DELETE FROM changes", "papers are missing from the log of changes"),
    ("UPDATE days SET papers = 2", "the counts of days are wrong"),
    ("UPDATE homes SET number = 99", "rows belong to a paper that is not held"),
    ("UPDATE editions SET number = 99", "rows belong to a paper that is not held"),
    ("UPDATE ledger_lists SET listed = 3", "the ledger's counts do not agree with its entries"),
    ("UPDATE ledger_lists SET held = 2", "the ledger's counts do not agree with its entries"),
    ("UPDATE ledger_lists SET completed = 0", "the ledger's counts do not agree with its entries"),
    ("DELETE FROM ledger_days", "the ledger's days do not agree with its lists"),
    (
        "UPDATE ledger_days SET shared = replace(shared, ',2,1', ',3,1')",
        "the ledger's days do not agree with its lists",
    ),
    ("UPDATE ledger_entries SET held = 9e15", "the ledger calls papers held that are not"),
    ("UPDATE ledger_entries SET named = 9", "entries of the ledger are older than their list"),
    ("DELETE FROM ledger_namings", "entries of the ledger are of no source"),
]


@pytest.mark.parametrize(("statement", "problem"), DAMAGE)
def test_damage_is_found(statement: str, problem: str, tmp_path: Path) -> None:
    with SqliteStore.open(tmp_path) as store:
        store.put([PAPER])
        store.put([replace(PAPER, title="On wide margins", modified=date(2026, 3, 18))])
        entries = [(HELD, AnnouncementKind.NEW), (MISSING, AnnouncementKind.CROSS)]
        store.ledger.record(Sighting(DAY, "cs", LISTING, NOW, entries))
        assert store.check() == []
        with sqlite3.connect(tmp_path / FILE_NAME) as connection:
            assert connection.execute(statement).rowcount
        connection.close()
        assert problem in store.check()
