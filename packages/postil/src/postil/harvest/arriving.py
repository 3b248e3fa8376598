"""Papers and lists as they arrive: what of them goes into the store, and what the ledger says of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from postil.paper import Announcement, AnnouncementKind, Paper
from postil.sources.exchange import DayPage
from postil.store.ledger import LISTING, Sighting
from postil.store.protocol import Store

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What a page brought: papers added or changed, and listed papers that are held from now on."""

    papers: int
    settled: int


def record_list(store: Store, name: str, source: str, page: DayPage, now: datetime) -> Arrivals:
    """Put a list into the ledger and its papers into the store.

    What a list tells of a paper serves until the archive's own record comes; it never overwrites
    one that is held.
    """
    entries = [(entry.id, entry.kind) for entry in page.entries]
    # A listing page without entries claims that there are none; a feed claims nothing.
    nothing = {AnnouncementKind.NEW: 0} if source == LISTING and not entries else {}
    claimed = page.claimed or nothing
    store.ledger.record(Sighting(page.day, name, source, now, entries, claimed))
    held = store.get([entry.id for entry in page.entries])
    known = [held.get(entry.id) or entry.paper for entry in page.entries]
    return record_papers(store, [paper for paper in known if paper is not None], now)


def record_papers(store: Store, papers: Sequence[Paper], now: datetime) -> Arrivals:
    """Put papers into the store, with the announcements that the lists already told of them."""
    announced = store.ledger.announcements([paper.id for paper in papers])
    written = store.put([_as_kept(paper, announced.get(paper.id, ()), now) for paper in papers])
    return Arrivals(written.added + written.changed, store.ledger.settle(now))


def _as_kept(paper: Paper, announced: Sequence[Announcement], now: datetime) -> Paper:
    """A paper with what the lists told of it, and without a modification day that is still to come.

    A record dated in the future would count as newer than every later one.
    """
    to_come = paper.modified is not None and paper.modified > now.date() + _DAY
    modified = None if to_come else paper.modified
    if modified == paper.modified and not announced:
        return paper
    days = tuple(sorted({*paper.announced, *announced}))
    return replace(paper, announced=days, modified=modified)
