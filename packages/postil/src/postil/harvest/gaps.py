"""Ids missing in between: arXiv gives them out one after another within a month, so a gap is a loss."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from postil.harvest.calendar import EASTERN
from postil.harvest.known import Known
from postil.paper_id import PaperId
from postil.store.ledger import LedgerRows


def months_audited(since: date, now: datetime) -> list[tuple[int, int]]:
    """The months whose ids are audited: this one and the one before, if the library cares for all of it."""
    today = now.astimezone(EASTERN).date()
    this = today.replace(day=1)
    before = (this - timedelta(days=1)).replace(day=1)
    return [(first.year, first.month) for first in (before, this) if first >= since]


def serial_id(year: int, month: int, serial: int) -> PaperId:
    """The new-style id of a serial number; four digits until 2014, five since."""
    digits = 5 if year >= 2015 else 4
    return PaperId("arxiv", f"{year % 100:02d}{month:02d}.{serial:0{digits}d}")


def missing_between(serials: Sequence[int]) -> list[int]:
    """The numbers from 1 to the highest of `serials`, ascending, that are not among them."""
    held = set(serials)
    return [n for n in range(1, max(held, default=0)) if n not in held]


def gaps_to_ask(ledger: LedgerRows, known: Known, now: datetime) -> list[PaperId]:
    """The missing ids of the audited months, the newest first."""
    found = [
        serial_id(year, month, serial)
        for year, month in months_audited(known.since, now)
        for serial in missing_between(ledger.serials(year, month))
    ]
    return found[::-1]
