"""Faults of time and completeness: interfaces that are late, stale, short or miscounted."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime

from postil.sources.exchange import Reply
from postil.testing.fault import PAGES, XML, Fault, Scene, Served, View, named
from postil.testing.request import Part
from postil.testing.shelf import (
    Delayed,
    Doubled,
    Emptied,
    Gaps,
    LateFeed,
    Miscounted,
    Shelf,
)

_OAI = frozenset({Part.OAI})
_FEED = frozenset({Part.FEED})
_API = frozenset({Part.API})
_LIST = frozenset({Part.LIST})
_DATES = re.compile(rb"(?<=<responseDate>)[^<]+|(?<=<updated>)[^<]+(?=</updated>\n  <link)")

Lens = Callable[[Scene], View]


def _late(least: int, most: int) -> Lens:
    """Late by a number of hours that is drawn once."""

    def lens(scene: Scene) -> View:
        hours = scene.memory.setdefault("hours", scene.dice.randint(least, most))
        return View(Delayed(scene.view.shelf, timedelta(hours=hours)), scene.now)

    return lens


def _gap(hours: int) -> Lens:
    """A tenth of the papers hidden for some hours after their announcement."""

    def lens(scene: Scene) -> View:
        lasting = timedelta(hours=hours)
        return View(Gaps(scene.view.shelf, scene.chosen(10), scene.now, lasting), scene.now)

    return lens


def _early(veil: Callable[[Shelf, timedelta, datetime], Shelf], minutes: int) -> Lens:
    """A veil that hangs for some minutes after the list has turned."""

    def lens(scene: Scene) -> View:
        return View(veil(scene.view.shelf, timedelta(minutes=minutes), scene.now), scene.now)

    return lens


def _late_feed(scene: Scene) -> View:
    return View(LateFeed(scene.view.shelf), scene.now)


def _wrong_clock(scene: Scene) -> View:
    minutes = scene.memory.setdefault("minutes", scene.dice.choice((-95, -40, 55, 110)))
    return View(scene.view.shelf, scene.now + timedelta(minutes=minutes))


def _yesterday(scene: Scene, served: Served) -> Served:
    """The page as a cache kept it since the day before; an error of that day is not kept."""
    reply = scene.render(View(scene.view.shelf, scene.now - timedelta(days=1)))
    return served if reply.status != 200 or b"<error" in reply.body else Served(reply)


def _missing_page(scene: Scene, served: Served) -> Served:
    """The second page of a list, empty."""
    params = scene.request.params
    later = params.get("skip", "0") not in ("", "0") or params.get("page", "1") != "1"
    body = re.sub(rb"<dl id='articles'>.*</dl>\n", b"", served.reply.body, flags=re.DOTALL)
    return _with(served, body) if later else served


def _server_clock(scene: Scene, served: Served) -> Served:
    """Every date that the server tells of itself, a day ahead."""
    wrong = scene.now + timedelta(days=1)
    body = _DATES.sub(f"{wrong:%Y-%m-%dT%H:%M:%SZ}".encode(), served.reply.body)
    headers = {**served.reply.headers, "date": format_datetime(wrong, usegmt=True)}
    headers["content-length"] = str(len(body))
    return Served(Reply(served.reply.status, headers, body), served.wire, served.seconds)


def _with(served: Served, body: bytes) -> Served:
    headers = {**served.reply.headers, "content-length": str(len(body))}
    return Served(Reply(served.reply.status, headers, body), served.wire, served.seconds)


_LATER = "the same source tells it later"
_OTHERS = "the other sources tell it"

TIMING_FAULTS = named(
    Fault(
        "gap-in-list",
        "A tenth of the papers is missing from the listing pages, and from their counts, for eight hours.",
        _OTHERS,
        PAGES,
        lens=_gap(8),
    ),
    Fault(
        "gap-in-oai",
        "A tenth of the records appears in OAI-PMH twenty hours late, under the old datestamp.",
        _OTHERS,
        _OAI,
        lens=_gap(20),
    ),
    Fault(
        "gap-in-feed",
        "A tenth of the papers is never in the feed of their day.",
        _OTHERS,
        _FEED,
        lens=_gap(48),
    ),
    Fault(
        "late-listing",
        "The listing pages turn two to seven hours late.",
        _LATER,
        PAGES,
        lens=_late(2, 7),
    ),
    Fault("late-oai", "OAI-PMH is six to fourteen hours late.", _LATER, _OAI, lens=_late(6, 14)),
    Fault("late-feed", "The feed has the list of the day before.", _OTHERS, _FEED, lens=_late_feed),
    Fault(
        "late-api",
        "The search API's index is thirty hours further behind.",
        _OTHERS,
        _API,
        lens=_late(30, 30),
    ),
    Fault(
        "listing-empty",
        "For forty minutes after the list has turned, it has the new date and no entries.",
        _LATER,
        PAGES,
        lens=_early(Emptied, 40),
    ),
    Fault(
        "listing-miscount",
        "For an hour after the list has turned, its headings count more entries than it has.",
        _LATER,
        PAGES,
        lens=_early(Miscounted, 60),
    ),
    Fault(
        "listing-duplicate",
        "For two hours after the list has turned, some entries are there twice and counted twice.",
        _LATER,
        PAGES,
        lens=_early(Doubled, 120),
    ),
    Fault(
        "listing-stale",
        "A cache serves yesterday's listing page again, now and then.",
        "transient",
        _LIST,
        alter=_yesterday,
    ),
    Fault(
        "oai-stale",
        "A cache serves yesterday's reply of OAI-PMH, now and then.",
        "transient; two days of overlap show the records again",
        _OAI,
        alter=_yesterday,
    ),
    Fault(
        "listing-missing-page",
        "The second page of a long list comes without its entries, now and then.",
        "transient",
        PAGES,
        alter=_missing_page,
    ),
    Fault(
        "server-clock",
        "Every date that the server tells of itself is a day ahead.",
        "the records and lists are right",
        XML | PAGES,
        alter=_server_clock,
        steady=True,
    ),
    Fault(
        "reader-clock",
        "The server's time and the reader's differ by an hour or so.",
        _LATER,
        lens=_wrong_clock,
    ),
)
