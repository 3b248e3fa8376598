"""Papers and lists as they arrive: what of them goes into the store, and what the ledger says of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from postil.paper import Announcement, AnnouncementKind, Paper
from postil.paper_id import PaperId
from postil.sources.exchange import DayPage
from postil.store.ledger import FEED, LISTING, Sighting
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
    entries = _witnessed(store, source, page)
    # A listing page without entries claims that there are none; a feed claims nothing.
    nothing = {AnnouncementKind.NEW: 0} if source == LISTING and not entries else {}
    claimed = page.claimed or nothing
    store.ledger.record(Sighting(page.day, name, source, now, entries, claimed))
    held = store.get([entry.id for entry in page.entries])
    known = [held.get(entry.id) or entry.paper for entry in page.entries]
    return record_papers(store, [paper for paper in known if paper is not None], now)


def _witnessed(store: Store, source: str, page: DayPage) -> list[tuple[PaperId, AnnouncementKind]]:
    """The entries of a list that can be believed.

    A feed may be an old one under a new date. What it names is taken if the day's lists name it as
    well, or if the archive's record changed on that day.
    """
    entries = [(entry.id, entry.kind) for entry in page.entries]
    if source != FEED:
        return entries
    listed = {paper_id for paper_id, _, _ in store.ledger.announced(page.day, page.day)}
    strange = [paper_id for paper_id, _ in entries if paper_id not in listed]
    changed = {
        paper_id
        for paper_id, paper in store.get(strange).items()
        if paper.modified is not None and paper.modified >= page.day
    }
    return [(i, kind) for i, kind in entries if i in listed or i in changed]


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
