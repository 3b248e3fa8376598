"""`/api/v1/events`: what changes while a page is open, as server-sent events.

One look at the library a second serves every listener, and only while there is one; a listener who is slow
gets the latest state and not the history. A queue a listener was refused: it grows behind a sleeping laptop.
Websockets were refused: nothing is ever said in the other direction.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from postil.errors import PostilError
from postil.library import Library

MOST_LISTENERS = 50
_HEARTBEAT = b": still here\n\n"
_HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
)
_log = logging.getLogger("postil.web")


@dataclass(frozen=True, slots=True)
class Glance:
    """One look at the library: the data of each event, ready to be sent."""

    harvest: bytes = b""
    day: bytes = b""

    def since(self, earlier: "Glance") -> bytes:
        """The events that tell what is new beside an earlier look."""
        said = b""
        for name, now, before in (
            (b"harvest", self.harvest, earlier.harvest),
            (b"day", self.day, earlier.day),
        ):
            if now != before:
                said += b"event: %b\ndata: %b\n\n" % (name, now)
        return said


def glance(library: Library) -> Glance:
    """Look at the harvest, and at the day whose list is latest due."""
    state = library.harvest.state().record()
    del state["at"]  # it changes with every sign of life, and says nothing to a reader
    line = library.ledger.line(None, None)
    day = {
        "day": line.day.isoformat(),
        "held": line.held,
        "announced": line.announced,
        "state": line.state.value,
        "change": library.store.last_change(),
    }
    return Glance(orjson.dumps(state), orjson.dumps(day))


class Events:
    """The endpoint: an ASGI application of its own, as it answers for as long as somebody listens."""

    def __init__(
        self, look: Callable[[], Glance], *, interval: float = 1.0, heartbeat: float = 15.0
    ) -> None:
        self._look = look
        self._interval = interval
        self._heartbeat = heartbeat
        self._latest = Glance()
        self._listeners = 0
        self._stopped = False
        self._changed: asyncio.Event | None = None
        self._watching: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def listeners(self) -> int:
        """How many are listening."""
        return self._listeners

    def stop(self) -> None:
        """Let every answer end; from any thread. A server waits for them before it ends itself."""
        self._stopped = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self._listeners >= MOST_LISTENERS or self._stopped:
            body = orjson.dumps({"error": "Too many pages listen already: close some."})
            busy = Response(body, 503, {"Retry-After": "60"}, "application/json")
            await busy(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        leaving = asyncio.create_task(_left(receive))
        self._join()
        try:
            await self._answer(send, leaving)
        finally:
            self._leave()
            leaving.cancel()

    async def _answer(self, send: Send, leaving: "asyncio.Task[None]") -> None:
        sent = Glance()
        said = b"retry: 3000\n\n"
        while not (self._stopped or leaving.done()):
            changed = self._changed
            assert changed is not None, "somebody listens, so somebody watches"
            latest = self._latest
            said += latest.since(sent)
            sent = latest
            if said:
                await send({"type": "http.response.body", "body": said, "more_body": True})
            waiting = asyncio.ensure_future(changed.wait())
            done, _ = await asyncio.wait(
                {waiting, leaving}, timeout=self._heartbeat, return_when=asyncio.FIRST_COMPLETED
            )
            waiting.cancel()
            said = b"" if done else _HEARTBEAT
        if not leaving.done():
            await send({"type": "http.response.body", "body": b""})

    def _join(self) -> None:
        self._listeners += 1
        if self._watching is None or self._watching.done():
            self._loop = asyncio.get_running_loop()
            self._changed = asyncio.Event()
            self._watching = asyncio.create_task(self._watch())

    def _leave(self) -> None:
        self._listeners -= 1
        if not self._listeners and self._watching is not None:
            self._watching.cancel()
            self._watching = None
            self._latest = Glance()  # the next listener is told what is true then

    async def _watch(self) -> None:
        """Look again and again, in a thread, and wake every listener when something changed."""
        complaint = ""
        while not self._stopped:
            try:
                latest = await asyncio.to_thread(self._look)
            except PostilError as error:
                # A folder in trouble is told once; pages go on, and the next look may succeed.
                if str(error) != complaint:
                    _log.warning("%s", error)
                complaint = str(error)
            else:
                complaint = ""
                if latest != self._latest:
                    self._latest = latest
                    self._tell()
            await asyncio.sleep(self._interval)

    def _tell(self) -> None:
        """Wake every listener."""
        if self._changed is not None:
            self._changed.set()
            self._changed = asyncio.Event()


async def _left(receive: Receive) -> None:
    """Return when the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
