"""Papers and lists as they arrive: what of them goes into the store, and what the ledger says of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from postil.paper import Announcement, AnnouncementKind, Paper
from postil.paper_id import PaperId
from postil.sources.exchange import DayPage
from postil.store.ledger import LISTING, Sighting
from postil.store.protocol import Store

_DAY = timedelta(days=1)
_LONGEST_PAUSE = timedelta(days=10)  # between two lists, at the turn of the year


def record_list(store: Store, name: str, source: str, page: DayPage, now: datetime) -> int:
    """Put a list into the ledger and its papers into the store; returns how many were added or changed.

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


def is_of_its_day(store: Store, name: str, feed: DayPage) -> bool:
    """Whether a feed is the one of the day that it bears, as far as the lists can tell.

    A feed may be an old one under a new date. It shares no less with the listing of its day than with the
    list before; where that listing was not read, at most half of it may stand on the list before, which must be
    known.
    """
    fed = {entry.id for entry in feed.entries}
    listed, before = _lists_around(store, name, feed.day)
    if listed and fed:
        return len(fed & listed) >= max(1, len(fed & before))
    return not fed or (bool(before) and 2 * len(fed & before) <= len(fed))


def _lists_around(store: Store, name: str, day: date) -> tuple[set[PaperId], set[PaperId]]:
    """What the listing of a day names, and what the list of the day before names that had one."""
    namings = store.ledger.namings(name, day - _LONGEST_PAUSE, day)
    earlier = max((each for each, _, _ in namings if each < day), default=None)
    return (
        {i for each, source, i in namings if each == day and source == LISTING},
        {i for each, _, i in namings if each == earlier},
    )


def record_papers(store: Store, papers: Sequence[Paper], now: datetime) -> int:
    """Put papers into the store, with the announcements that the lists already told of them.

    Returns how many were added or changed.
    """
    announced = store.ledger.announcements([paper.id for paper in papers])
    written = store.put([_as_kept(paper, announced.get(paper.id, ()), now) for paper in papers])
    store.ledger.settle(now)
    return written.added + written.changed


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
