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


def day_of_feed(store: Store, name: str, feed: DayPage) -> date | None:
    """The day whose list a feed holds, as far as the lists can tell; None where they cannot.

    A feed may be an old one under a new date. It is of the day that it bears where it shares no less with the
    listing of that day than with the list before, or, where that listing was not read, at most half of it
    stands on the list before; else of the day before where half of it stands there.
    """
    fed = {entry.id for entry in feed.entries}
    earlier, before, listed = _lists_around(store, name, feed.day)
    old = len(fed & before)
    if not fed:
        return feed.day
    if listed:
        own, older = len(fed & listed) >= max(1, old), 2 * old >= len(fed)
    else:
        own, older = bool(before) and 2 * old <= len(fed), 2 * old > len(fed)
    return feed.day if own else earlier if older else None


def _lists_around(
    store: Store, name: str, day: date
) -> tuple[date | None, set[PaperId], set[PaperId]]:
    """The day of the list before, what that names, and what the listing of `day` itself names."""
    namings = store.ledger.namings(name, day - _LONGEST_PAUSE, day)
    earlier = max((each for each, _, _ in namings if each < day), default=None)
    return (
        earlier,
        {i for each, _, i in namings if each == earlier},
        {i for each, source, i in namings if each == day and source == LISTING},
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
