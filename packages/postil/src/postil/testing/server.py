"""The stand-in arXiv: answers addresses from a world, as truthfully as its faults let it.

`FakeArxiv` knows nothing of networks; `FakeTransport` plays one in process, and `http_server` is a
real one.
"""

import gzip
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from random import Random
from threading import Lock
from typing import Any

from postil.clock import Clock
from postil.harvest.calendar import EASTERN
from postil.paper import Paper
from postil.paper_id import PaperId
from postil.sources.exchange import Reply, Unreachable
from postil.testing.api import ApiError, api_feed
from postil.testing.fault import A_DAY, SHARE, Fault, Scene, Served, View, Wire
from postil.testing.faults import FAULTS
from postil.testing.feed import feed
from postil.testing.listing import PAGE_SIZE, BadPage, catchup_page, new_page
from postil.testing.oai import OaiServer
from postil.testing.request import Arrival, Log, Part, Request
from postil.testing.world import World

LONGEST = 120.0  # seconds that a client waits for a whole reply, however slowly it drips
_HTML = "text/html; charset=utf-8"
_FEEDS = {"rss": "application/rss+xml", "atom": "application/atom+xml"}


@dataclass(slots=True)
class _Striking:
    """A fault at work: its own dice and memory, and what it has done so far."""

    fault: Fault
    dice: Random
    memory: dict[str, Any] = field(default_factory=dict)
    chances: int = 0
    fired: int = 0
    days: Counter[date] = field(default_factory=Counter)

    def strikes(self, today: date) -> bool:
        """Whether it strikes now; the first time comes within three chances."""
        self.chances += 1
        if self.fault.steady:
            return True
        if self.fired >= self.fault.in_all or self.days[today] >= A_DAY:
            return False
        return (not self.fired and self.chances >= 3) or self.dice.random() < SHARE

    def struck(self, today: date) -> None:
        """It changed a reply."""
        self.fired += 1
        self.days[today] += 1


class FakeArxiv:
    """An arXiv of one's own.

    Args:
        world: what is true. Some faults change it first: `self.world` is what is served.
        clock: its time; a clock shared with the reader makes both live in one virtual time.
        faults: some of `FAULTS`.
        seed: of everything that the faults decide.
        page_size: records on a page of OAI-PMH; identifiers are eight times as many.
        list_size: entries on a page of a list or of catching up.
        api_lag: how far the search API's index is behind.
    """

    def __init__(
        self,
        world: World,
        clock: Clock,
        faults: Iterable[Fault] = (),
        seed: int = 0,
        *,
        page_size: int = 2_500,
        list_size: int = PAGE_SIZE,
        api_lag: timedelta = timedelta(hours=6),
    ) -> None:
        names = {fault.name: place for place, fault in enumerate(FAULTS.values())}
        chosen = sorted(faults, key=lambda fault: names.get(fault.name, len(names)))
        for fault in chosen:
            if fault.reshape:
                world = fault.reshape(world, Random(f"{seed}:{fault.name}"))
        self.world = world
        self.clock = clock
        self.log = Log()
        self._faults = [_Striking(f, Random(f"{seed}:{f.name}")) for f in chosen if not f.reshape]
        self._oai = OaiServer(records=page_size, identifiers=8 * page_size)
        self._list_size = list_size
        self._api_lag = api_lag
        self._lock = Lock()

    @property
    def fired(self) -> Mapping[str, int]:
        """How often each fault changed a reply; of those that change the whole view, at least whether."""
        return {striking.fault.name: striking.fired for striking in self._faults}

    def truth(self, at: datetime, lists: Iterable[str] | None = None) -> dict[PaperId, Paper]:
        """`World.truth` of what is served, with the datestamps of records that a fault saved again."""
        found = self.world.truth(at, lists)
        for striking in self._faults:
            for paper_id, moment in striking.memory.get("moved", {}).items():
                paper = found[paper_id]
                moved = moment.astimezone(UTC).date()
                if moment <= at and paper.modified and paper.modified < moved:
                    found[paper_id] = replace(paper, modified=moved)
        return found

    def serve(self, request: Request) -> tuple[Served, tuple[str, ...]]:
        """The reply to a request, what becomes of it on the wire, and the faults that changed it."""
        with self._lock:
            now = self.clock.now()
            today = now.astimezone(EASTERN).date()
            view, names = View(self.world, now), []
            for striking in self._concerning(request):
                if striking.fault.lens:
                    view = self._through(striking, request, view, today)
            served = Served(self._reply(request, view))
            for striking in self._concerning(request):
                if striking.fault.alter and striking.strikes(today):
                    changed = self._altered(striking, request, view, served)
                    if changed != served:
                        striking.struck(today)
                        names.append(striking.fault.name)
                        served = changed
            return served, tuple(names)

    def answer(self, address: str, headers: Mapping[str, str] | None = None) -> Reply:
        """The reply to a GET of a path with its query, as a client receives it; the clock stands still.

        Raises:
            Unreachable: none arrives.
        """
        now = self.clock.now()
        served, names = self.serve(Request.read(address, headers or {}))
        self.log.add(Arrival(now, now, address, "direct", status_of(served), names))
        return received(served)

    def _concerning(self, request: Request) -> list[_Striking]:
        return [striking for striking in self._faults if request.part in striking.fault.parts]

    def _through(self, striking: _Striking, request: Request, view: View, today: date) -> View:
        lens = striking.fault.lens
        assert lens is not None
        changed = lens(self._scene(striking, request, view))
        # Whether it shows is found out until it once did: rendering twice takes its time.
        if not striking.fired:
            truthful = View(self.world, self.clock.now())
            alone = lens(self._scene(striking, request, truthful))
            if alone is not truthful and self._differ(request, alone, truthful):
                striking.struck(today)
        return changed

    def _altered(self, striking: _Striking, request: Request, view: View, served: Served) -> Served:
        assert striking.fault.alter is not None
        try:
            return striking.fault.alter(self._scene(striking, request, view), served)
        except UnicodeDecodeError:
            # Another fault has garbled the text before: there is nothing left to edit.
            return served

    def _differ(self, request: Request, view: View, other: View) -> bool:
        return self._reply(request, view).body != self._reply(request, other).body

    def _scene(self, striking: _Striking, request: Request, view: View) -> Scene:
        return Scene(
            request, view, striking.dice, striking.memory, lambda v: self._reply(request, v)
        )

    def _reply(self, request: Request, view: View) -> Reply:
        """What a faultless server answers from this view."""
        extra: dict[str, str] = {}
        status = 200
        try:
            kind, text = self._document(request, view)
        except BadPage as error:
            status, kind, text = error.status, _HTML, str(error)
            if error.location:
                extra["location"] = error.location
        except ApiError as error:
            status, kind, text = error.status, "application/atom+xml; charset=utf-8", str(error)
        body = text.encode()
        if request.part is Part.FEED:
            extra["etag"] = f'"{sha256(body).hexdigest()}"'
            if status == 200 and request.headers.get("if-none-match") == extra["etag"]:
                status, body = 304, b""
        headers = {
            "date": format_datetime(view.now, usegmt=True),
            "content-type": kind,
            "content-length": str(len(body)),
            **extra,
        }
        return Reply(status, headers, body)

    def _document(self, request: Request, view: View) -> tuple[str, str]:
        shelf, now, params = view.shelf, view.now, request.params
        match request.part, request.steps:
            case Part.OAI, ("oai",):
                return "text/xml", self._oai.answer(shelf, now, request.query)
            case Part.LIST, ("list", name, "new"):
                return _HTML, new_page(shelf, now, name, params, self._list_size)
            case Part.CATCHUP, ("catchup", name, day):
                return _HTML, catchup_page(shelf, now, name, day, params, self._list_size)
            case Part.FEED, (("rss" | "atom") as form, query):
                return _FEEDS[form], feed(shelf, now, form, query)
            case Part.API, ("api", "query"):
                document = api_feed(shelf, now, self._api_lag, params)
                return "application/atom+xml; charset=utf-8", document
        raise BadPage(404, "404 Not Found")


class FakeTransport:
    """A `Transport` straight to a `FakeArxiv`, in process; waiting is done on the fake's clock.

    Args:
        latency: seconds from request to reply.
        connection: its name in the log.
        deadline: seconds after which a reply that drips or never comes is given up.
    """

    def __init__(
        self,
        fake: FakeArxiv,
        latency: float = 0.2,
        connection: str = "in process",
        deadline: float = LONGEST,
    ) -> None:
        self._fake = fake
        self._latency = latency
        self._connection = connection
        self._deadline = deadline

    def fetch(self, url: str, headers: Mapping[str, str]) -> Reply:
        """The reply to a GET of `url`, whose scheme and host do not matter.

        Raises:
            Unreachable: none arrives.
        """
        address = "/" + url.partition("://")[2].partition("/")[2]
        lower = {name.lower(): value for name, value in headers.items()}
        arrived = self._fake.clock.now()
        served, names = self._fake.serve(Request.read(address, lower))
        self._fake.clock.sleep(self._seconds(served))
        ended = self._fake.clock.now()
        line = Arrival(arrived, ended, address, self._connection, status_of(served), names)
        self._fake.log.add(line)
        return received(served, self._deadline)

    def _seconds(self, served: Served) -> float:
        if served.wire is Wire.SILENT:
            return self._deadline
        if served.wire is Wire.SLOW:
            return min(served.seconds, self._deadline)
        return self._latency


def status_of(served: Served) -> int:
    """The status that goes out, 0 where nothing does."""
    return 0 if served.wire in (Wire.REFUSED, Wire.SILENT) else served.reply.status


def received(served: Served, deadline: float = LONGEST) -> Reply:
    """What a client makes of it.

    Raises:
        Unreachable: the connection failed, or the reply took too long, has no end or cannot be unpacked.
    """
    if served.wire not in (Wire.WHOLE, Wire.SLOW):
        raise Unreachable(f"The stand-in's connection failed: {served.wire.value}.")
    if served.wire is Wire.SLOW and served.seconds > deadline:
        raise Unreachable(f"The stand-in takes more than {deadline:.0f} seconds.")
    reply = served.reply
    if reply.headers.get("content-encoding") != "gzip":
        return reply
    try:
        return replace(reply, body=gzip.decompress(reply.body))
    except (OSError, EOFError, zlib.error) as error:
        raise Unreachable("The stand-in's reply cannot be unpacked.") from error
