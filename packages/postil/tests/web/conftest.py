"""A library of papers written for these tests, a client of the pages over it, and small ledgers."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from postil.harvest.calendar import arxiv_calendar
from postil.harvest.outside import Outside
from postil.library import Library
from postil.paper import Announcement, AnnouncementKind, Paper
from postil.paper_id import PaperId
from postil.settings import Settings
from postil.sources.records import read_record
from postil.store.ledger import FEED, LISTING, Sighting
from postil.testing.clock import VirtualClock
from postil.web.app import create_app

SAMPLE = Path(__file__).with_name("sample_papers.jsonl")


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    settings = Settings(data=tmp_path_factory.mktemp("data"))
    with Library.open(settings) as opened:
        opened.load_shelf()
        lines = SAMPLE.read_text("utf-8").splitlines()
        opened.store.put([read_record(json.loads(line)) for line in lines])
        opened.search.catch_up()
        yield opened


@pytest.fixture
def client(library: Library) -> TestClient:
    return TestClient(create_app(library), base_url="http://localhost", follow_redirects=False)


@dataclass
class Kept:
    """A library with a ledger, at a moment that the test winds on."""

    library: Library
    clock: VirtualClock
    client: TestClient

    def hold(
        self, serials: Sequence[int], day: date, category: str = "cs.LG", **more: object
    ) -> None:
        """Put papers of a day into the store, as a harvest does."""
        announced = (Announcement(day),)
        self.library.store.put(
            [
                Paper(
                    _id(day, n),
                    f"Paper {n}",
                    categories=(category,),
                    announced=announced,
                    **more,  # type: ignore[arg-type]
                )
                for n in serials
            ]
        )
        self.library.store.ledger.settle(self.clock.now())

    def read(
        self,
        serials: Sequence[int],
        day: date,
        name: str = "cs.LG",
        *,
        source: str = LISTING,
        after: timedelta = timedelta(minutes=14),
    ) -> None:
        """Read a list of a day, so long after it was due."""
        kind = AnnouncementKind.NEW
        self.library.store.ledger.record(
            Sighting(
                day,
                name,
                source,
                arxiv_calendar().due(day) + after,
                [(_id(day, n), kind) for n in serials],
                {} if source == FEED else {kind: len(serials)},
            )
        )

    def page(self, path: str, language: str = "en") -> str:
        """The text of a page that exists."""
        response = self.client.get(path, headers={"Accept-Language": language})
        assert response.status_code == 200, response.text
        return response.text


def _id(day: date, serial: int) -> PaperId:
    return PaperId("arxiv", f"{day:%y%m}.{serial:05}")


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Callable[..., Kept]]:
    """Makes a library that reads the named lists, at a moment in UTC."""
    opened: list[Library] = []

    def make(now: datetime, lists: str = "cs.LG") -> Kept:
        clock = VirtualClock(now.replace(tzinfo=UTC))
        settings = Settings(data=tmp_path / f"data{len(opened)}", lists=lists)
        library = Library.open(settings, Outside(clock, arxiv_calendar()))
        opened.append(library)
        pages = TestClient(create_app(library), base_url="http://localhost", follow_redirects=False)
        return Kept(library, clock, pages)

    yield make
    for library in opened:
        library.close()
