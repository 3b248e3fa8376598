"""Readings of lists as the ledger's tests tell them, and a ledger that can be spoilt."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from postil.paper import AnnouncementKind, Paper
from postil.paper_id import PaperId
from postil.store.ledger import LISTING, Sighting
from postil.store.ledger_counting import count
from postil.store.protocol import Store
from postil.store.sqlite_ledger import SqliteLedger

MARCH, APRIL = date(2026, 3, 17), date(2026, 4, 1)
EIGHT = datetime(2026, 3, 17, 0, 0, 3, 141_592, tzinfo=UTC)
NEW, CROSS, REPLACE = AnnouncementKind
A, B, C = (PaperId.parse(f"2603.0000{n}") for n in (1, 2, 3))
HOME = PaperId("openreview", "aB3_x-9zQ")


def after(minutes: float) -> datetime:
    return EIGHT + timedelta(minutes=minutes)


def see(
    store: Store,
    *entries: tuple[PaperId, AnnouncementKind] | PaperId,
    minutes: float = 0,
    day: date = MARCH,
    name: str = "cs",
    source: str = LISTING,
    claimed: Mapping[AnnouncementKind, int] | None = None,
) -> None:
    """Record one reading of a list; entries without a kind are new."""
    full = [entry if isinstance(entry, tuple) else (entry, NEW) for entry in entries]
    store.ledger.record(Sighting(day, name, source, after(minutes), full, claimed or {}))


def hold(store: Store, *ids: PaperId, minutes: float | None = None) -> int:
    """Put papers into the store and, if a time is given, settle at that time."""
    store.put([Paper(paper_id, "On margins") for paper_id in ids])
    return 0 if minutes is None else store.ledger.settle(after(minutes))


class Altered(SqliteLedger):
    """A ledger that spoils its rows after every reading, or when it settles."""

    def alter(self, statement: str, *values: object) -> None:
        with self._connections.writing() as connection:
            connection.execute(statement, values)
            count(connection, [n for (n,) in connection.execute("SELECT list FROM ledger_lists")])
