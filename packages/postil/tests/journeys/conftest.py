"""A server over the sample papers and a browser to read them with."""

import json
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    expect,
    sync_playwright,
)

from postil.cli.server import Server
from postil.harvest.calendar import arxiv_calendar
from postil.harvest.outside import Outside
from postil.library import Library
from postil.paper import Announcement, AnnouncementKind, Paper
from postil.paper_id import PaperId
from postil.settings import Settings
from postil.sources.records import read_record
from postil.store.ledger import LISTING, Sighting
from postil.testing.clock import VirtualClock
from postil.web.app import create_app

SAMPLE = Path(__file__).parents[1] / "web" / "sample_papers.jsonl"
expect.set_options(timeout=15_000)  # a page that listens asks again at most every five seconds
MONDAY, TUESDAY = date(2026, 2, 2), date(2026, 2, 3)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()


def chromium() -> str:
    """The browser to use: `POSTIL_CHROMIUM`, or the first known name on the path."""
    named = os.environ.get("POSTIL_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        pytest.skip("no Chrome or Chromium: install one, or name it in POSTIL_CHROMIUM")
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(Settings(data=tmp_path_factory.mktemp("data"))) as opened:
        opened.load_shelf()
        lines = SAMPLE.read_text("utf-8").splitlines()
        opened.store.put([read_record(json.loads(line)) for line in lines])
        opened.search.catch_up()
        yield opened


@contextmanager
def serving(library: Library) -> Iterator[str]:
    """Serve a library for as long as the block runs, at the address that is given."""
    # The protocol is named so that asyncio turns off Nagle's delays on the connections.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    app = create_app(library)
    server = Server(uvicorn.Config(app, log_level="warning"), app.state.events)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)
    assert not thread.is_alive(), "an open page keeps the server from stopping"


@pytest.fixture(scope="session")
def site(library: Library) -> Iterator[str]:
    """The address of a running server."""
    with serving(library) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = chromium()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield launched
        launched.close()


@contextmanager
def visiting(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Opens pages of a site; at the end nothing may have been complained of or asked of another host."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def asked(request: Request) -> None:
        if not request.url.startswith(site):
            complaints.append(f"asked {request.url}")

    def said(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    def popped_up(dialog: Dialog) -> None:
        complaints.append(f"a dialog opened: {dialog.message}")
        dialog.dismiss()

    def opened(path: str = "/", **options: object) -> Page:
        options = {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}, **options}
        context = browser.new_context(base_url=site, **options)  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("request", asked)
        page.on("console", said)
        page.on("dialog", popped_up)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Opens pages of the sample papers."""
    with visiting(browser, site) as opened:
        yield opened


@dataclass
class Live:
    """A library that changes while its pages are open, at Tuesday noon in the East."""

    library: Library
    open: Callable[..., Page]

    def hold(self, serials: Sequence[int], day: date = TUESDAY) -> None:
        """Put papers of a day into the store, as a harvest does."""
        announced = (Announcement(day),)
        papers = [
            Paper(PaperId("arxiv", f"2602.{n:05}"), f"Paper {n}", abstract="Quiet words. " * 40,
                  categories=("cs.LG",), announced=announced)
            for n in serials
        ]  # fmt: skip
        self.library.store.put(papers)
        self.library.store.ledger.settle(self.library.clock.now())

    def read(self, serials: Sequence[int], day: date = TUESDAY) -> None:
        """Read the list of a day, a quarter of an hour after it was due."""
        kind = AnnouncementKind.NEW
        seen = arxiv_calendar().due(day) + timedelta(minutes=14)
        entries = [(PaperId("arxiv", f"2602.{n:05}"), kind) for n in serials]
        self.library.store.ledger.record(
            Sighting(day, "cs.LG", LISTING, seen, entries, {kind: len(entries)})
        )


@pytest.fixture
def live(tmp_path: Path, browser: Browser) -> Iterator[Live]:
    """A library of its own, with Monday and Tuesday of one list: Tuesday lacks two of five papers."""
    outside = Outside(VirtualClock(datetime(2026, 2, 3, 17, tzinfo=UTC)), arxiv_calendar())
    settings = Settings(data=tmp_path / "data", lists="cs.LG")
    with (
        Library.open(settings, outside) as library,
        serving(library) as site,
        visiting(browser, site) as opened,
    ):
        world = Live(library, opened)
        world.hold([1, 2], MONDAY)
        world.read([1, 2], MONDAY)
        world.hold([3, 4, 5])
        world.read([3, 4, 5, 6, 7])
        yield world
