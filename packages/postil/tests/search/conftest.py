from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest

from postil.paper import Announcement, Paper
from postil.paper_id import PaperId
from postil.search.lexical import LexicalIndex
from postil.search.search import Search
from postil.store.sqlite import SqliteStore

FIRST_DAY = date(2024, 1, 1)


def sample_paper(at: int, title: str = "", **facts: object) -> Paper:
    """Paper number `at` of an endless series; every one has the word `member`."""
    known: dict[str, object] = {
        "abstract": f"Member {at} of a series about subject{at % 7}.",
        "authors": (f"Ada Name{at}",),
        "categories": ("cs.LG",),
        "announced": (Announcement(FIRST_DAY + timedelta(days=at % 300)),),
    }
    paper_id = PaperId("arxiv", f"2401.{at + 1:05}")
    return Paper(paper_id, title or f"Title {at}", **(known | facts))  # type: ignore[arg-type]


@dataclass
class Shelf:
    """A store with its search, as one process has them."""

    folder: Path
    _opened: list[Search] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = SqliteStore.open(self.folder)
        self.search = self.opened()

    def opened(self) -> Search:
        """Another search on the same folder, as a second process would have it."""
        self._opened.append(Search(self.store, LexicalIndex(self.folder / "index")))
        return self._opened[-1]

    def put(self, *papers: Paper) -> None:
        """Store papers and follow."""
        self.store.put(papers)
        self.search.catch_up()

    def found(self, query: str, **options: object) -> list[str]:
        """Titles of what a query finds, in order."""
        return [p.title for p in self.search.find(query, **options).papers]  # type: ignore[arg-type]

    def close(self) -> None:
        for search in self._opened:
            search.close()
        self.store.close()


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    opened = Shelf(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def sample() -> Callable[..., Paper]:
    return sample_paper


@pytest.fixture
def mirrors() -> Callable[[Shelf], None]:
    """A checker: the index holds every paper of the store once, as it is now, and nothing else."""
    return assert_mirrors


def assert_mirrors(shelf: Shelf) -> None:
    search = shelf.opened()
    assert search.catch_up().reason == "current"
    papers = list(shelf.store.papers())
    assert search.status().papers == len(papers)
    everything = search.find("-nothing-has-this-word", limit=len(papers) + 5)
    assert everything.total == len(papers) == len(set(everything.numbers))
    for paper in papers[:: max(1, len(papers) // 50)]:
        found = search.find(f'id:{paper.id} title:"{paper.title}"')
        assert [p.id for p in found.papers] == [paper.id]
