"""Server-sent events: told at once and once, by one watcher, to a bounded number of listeners."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any
from urllib.request import Request, urlopen

import pytest
import uvicorn

from postil.cli.server import Server
from postil.errors import DataFolderBusy
from postil.library import Library
from postil.web.app import create_app
from postil.web.events import MOST_LISTENERS, Events, Glance, glance

A, B = Glance(b'{"n":1}', b'{"d":1}'), Glance(b'{"n":2}', b'{"d":1}')


class Listener:
    """One client of the endpoint, without a network."""

    def __init__(self, events: Events) -> None:
        self.status = 0
        self.text = ""
        self.ended = False
        self._heard = asyncio.Event()
        self._gone = asyncio.Event()
        scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
        self.task = asyncio.create_task(events(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.status = message.get("status", self.status)
        self.text += message.get("body", b"").decode()
        self.ended = message["type"] == "http.response.body" and not message.get("more_body")
        self._heard.set()

    async def until(self, said: Callable[["Listener"], bool]) -> None:
        """Wait until something holds of what was heard."""
        while not said(self):
            self._heard.clear()
            await self._heard.wait()

    async def leave(self) -> None:
        self._gone.set()
        await self.task


def together(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a story; one that waits for what never comes is broken off."""

    async def bounded() -> None:
        async with asyncio.timeout(20):
            await story()

    # In a thread of its own: a browser driven in this one may keep an event loop running here.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(bounded())).result()


def saying(*looks: Glance) -> Callable[[], Glance]:
    """Looks that see these things in turn, and the last of them ever after."""
    left = list(looks)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def test_a_listener_is_told_the_state_and_then_only_what_changes() -> None:
    async def story() -> None:
        listener = Listener(Events(saying(A, A, A, B), interval=0))
        await listener.until(lambda it: '{"n":2}' in it.text)
        assert listener.text == (
            'retry: 3000\n\nevent: harvest\ndata: {"n":1}\n\nevent: day\ndata: {"d":1}\n\n'
            'event: harvest\ndata: {"n":2}\n\n'
        )
        await listener.leave()

    together(story)


def test_a_later_listener_is_told_all_and_a_slow_one_the_latest() -> None:
    async def story() -> None:
        events = Events(saying(A, B), interval=0)
        first = Listener(events)
        await first.until(lambda it: '{"n":2}' in it.text)
        second = Listener(events)
        await second.until(lambda it: "event: day" in it.text)
        assert '{"n":1}' not in second.text
        await first.leave()
        await second.leave()

    together(story)


def test_silence_is_broken_by_a_comment() -> None:
    async def story() -> None:
        listener = Listener(Events(lambda: A, interval=0.01, heartbeat=0.01))
        await listener.until(lambda it: it.text.count(": still here\n\n") == 2)
        assert listener.text.count("event:") == 2
        await listener.leave()

    together(story)


def test_one_look_serves_all_and_blocks_nobody() -> None:
    looks, go_on = [], threading.Event()

    def look() -> Glance:
        looks.append(threading.current_thread())
        go_on.wait(10)
        return A

    async def story() -> None:
        events = Events(look, interval=60)
        listeners = [Listener(events) for _ in range(3)]
        for listener in listeners:  # all are answered while the look is still under way
            await listener.until(lambda it: "retry" in it.text)
        go_on.set()
        for listener in listeners:
            await listener.until(lambda it: "event: day" in it.text)
            await listener.leave()
        assert len(looks) == 1
        assert looks[0] is not threading.current_thread()

    together(story)


def test_nobody_looks_once_everybody_has_left() -> None:
    async def story() -> None:
        looks = []
        events = Events(lambda: looks.append(1) or A, interval=0.001)
        listener = Listener(events)
        await listener.until(lambda it: "event: day" in it.text)
        await listener.leave()
        assert events.listeners == 0
        await asyncio.sleep(0.02)  # a look that was under way may end
        seen = len(looks)
        await asyncio.sleep(0.05)
        assert len(looks) == seen

    together(story)


def test_one_listener_too_many_is_refused_and_another_may_come_when_one_leaves() -> None:
    async def story() -> None:
        events = Events(lambda: A, interval=60)
        listeners = [Listener(events) for _ in range(MOST_LISTENERS)]
        for listener in listeners:
            await listener.until(lambda it: "retry" in it.text)
        refused = Listener(events)
        await refused.task
        assert refused.status == 503
        assert "close some" in json.loads(refused.text)["error"]
        await listeners.pop().leave()
        welcome = Listener(events)
        await welcome.until(lambda it: "event: day" in it.text)
        for listener in [*listeners, welcome]:
            await listener.leave()

    together(story)


def test_stopping_from_another_thread_ends_every_answer() -> None:
    async def story() -> None:
        events = Events(lambda: A, interval=60)
        listeners = [Listener(events) for _ in range(3)]
        for listener in listeners:
            await listener.until(lambda it: "event: day" in it.text)
        threading.Thread(target=events.stop).start()
        await asyncio.gather(*(listener.task for listener in listeners))
        assert all(listener.ended for listener in listeners)
        late = Listener(events)
        await late.task
        assert late.status == 503

    together(story)


def test_a_folder_in_trouble_is_looked_at_again(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        troubles = [DataFolderBusy("process 7 writes"), DataFolderBusy("process 7 writes")]

        def look() -> Glance:
            if troubles:
                raise troubles.pop()
            return A

        listener = Listener(Events(look, interval=0))
        await listener.until(lambda it: "event: day" in it.text)
        await listener.leave()

    together(story)
    assert [record.message for record in caplog.records] == ["process 7 writes"]


def test_a_look_sees_the_harvest_the_newest_day_and_the_stores_last_change(kept: Callable) -> None:
    world = kept(datetime(2026, 2, 3, 17))
    before = glance(world.library)
    world.clock.advance(60)
    assert glance(world.library) == before  # time alone is no news
    tuesday = date(2026, 2, 3)
    world.hold([1], tuesday)
    world.read([1, 2], tuesday)
    world.library.harvest.pause()
    after = glance(world.library)
    day = json.loads(after.day)
    assert (day.pop("change"), day) == (
        world.library.store.last_change(),
        {"day": "2026-02-03", "held": 1, "announced": 2, "state": "incomplete"},
    )
    assert json.loads(after.harvest)["paused"] is True
    assert b"event: harvest" in after.since(before)


def test_a_server_with_a_listener_sends_at_once_uncompressed_and_stops(library: Library) -> None:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    app = create_app(library)
    server = Server(uvicorn.Config(app, log_level="warning"), app.state.events)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}/api/v1/events"
    asked = Request(address, headers={"Accept-Encoding": "gzip"})
    with urlopen(asked, timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.headers["Content-Encoding"] is None
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.readline() == b"retry: 3000\n"
        while answer.readline() != b"event: day\n":
            pass
        server.should_exit = True
        thread.join(timeout=10)
        assert not thread.is_alive()
        answer.read()
