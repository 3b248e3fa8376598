"""Quotation marks mean that string of words: judged by a scan that shares no code with the index."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from postil import shelf as starter
from postil.paper import Paper
from postil.search.lexical import LexicalIndex
from postil.search.search import Search
from postil.sources.records import read_record
from postil.store.sqlite import SqliteStore
from postil.testing.quotations import KINDS, Scanned, asked, drawn

POSTS = Path(__file__).parent / "posts.jsonl"


@pytest.fixture(scope="module")
def papers() -> list[Paper]:
    posts = POSTS.read_text(encoding="utf-8").splitlines()
    return [read_record(r) for r in [*starter.records(), *map(json.loads, posts)]]


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory, papers: list[Paper]) -> Iterator[Search]:
    with SqliteStore.open(tmp_path_factory.mktemp("quoted")) as store:
        store.put(papers)
        opened = Search(store, LexicalIndex(store.folder / "index"))
        opened.catch_up()
        yield opened
        opened.close()


def differing(
    papers: list[Paper], find: Callable[[str], set[str]], strings: list[str]
) -> list[str]:
    """The strings for which a search and the scan find different papers."""
    scanned = {str(paper.id): Scanned.of(paper) for paper in papers}
    return [
        string
        for string in strings
        if find(string) != {name for name, paper in scanned.items() if paper.has(asked(string))}
    ]


def test_quoted_searches_find_what_a_scan_finds(search: Search, papers: list[Paper]) -> None:
    def find(string: str) -> set[str]:
        return {str(p.id) for p in search.find(f'"{string}"', limit=1_000).papers}

    strings = drawn(papers, 200, seed=7)
    assert sum(1 for string in strings if not find(string)) > 40
    assert not differing(papers, find, strings)


@pytest.mark.parametrize("lax", ["any word", "every word", "stems"])
def test_the_scan_tells_a_search_that_is_less_exact(
    search: Search, papers: list[Paper], lax: str
) -> None:
    def find(string: str) -> set[str]:
        plain = string.replace("-", " ").lower()
        query = {"any word": plain, "every word": plain.replace(" ", " AND "), "stems": f"+{plain}"}
        return {str(p.id) for p in search.find(query[lax], limit=1_000).papers}

    assert len(differing(papers, find, drawn(papers, 60, seed=8))) > 20


def test_every_kind_of_string_is_drawn(papers: list[Paper]) -> None:
    assert len(drawn(papers, 100, seed=9)) == 100
    assert len({kind.__name__ for kind in KINDS}) == 9


SAYS = {
    "signs": ("Written in C++ and C#", "Tools. Made for PointNet++ users of the S4 layer."),
    "letter": ("Written in C and F", "A vitamin C study. Made in 1972."),
    "bounds": (r"Sorting in $O(n\log n)$ steps", r"Decays of $\Lambda_c$ and the $H_0$ tension."),
    "names": ("GPT-4 and k-means in 3D", "An f-divergence; Node.js, TCP/IP and Newton's laws."),
    "lookalikes": ("GPT 40 and means of k", "A divergence of f. Newtons law, in 3 D."),
    "ligatures": ("Eﬃcient ﬂows", "Ｆｕｌｌ ｗｉｄｔｈ and Poincaré's naïve œuvre, Łódź"),
    "chinese": ("新詞演算法", "2018年的天象。記錄天象"),
}


@pytest.fixture
def said(shelf: Any, sample: Callable[..., Paper]) -> Any:
    shelf.put(
        *(
            sample(at, title=title, abstract=abstract, topic=name)
            for at, (name, (title, abstract)) in enumerate(SAYS.items())
        )
    )
    return lambda query: {p.topic for p in shelf.search.find(query).papers}


@pytest.mark.parametrize(
    ("string", "names"),
    [
        ("C++", "signs"),
        ("c#", "signs"),
        ("C", "letter bounds"),
        ("PointNet++", "signs"),
        ("PointNet++ users", "signs"),
        ("PointNet users", ""),
        ("S4 layer", "signs"),
        ("tools made", ""),
        ("tools. Made", "signs"),
        ("O(n log n)", "bounds"),
        (r"$O(n\log n)$ steps", "bounds"),
        ("lambda c", "bounds"),
        (r"\Lambda_c", "bounds"),
        ("Λ_c", "bounds"),
        ("H_0 tension", "bounds"),
        ("H0 tension", "bounds"),
        ("GPT-4", "names"),
        ("gpt 4", "names"),
        ("gpt4", ""),
        ("k-means", "names"),
        ("3D", "names"),
        ("3 D", "lookalikes"),
        ("f-divergence", "names"),
        ("node.js", "names"),
        ("tcp/ip", "names"),
        ("Newton’s laws", "names"),
        ("newtons law", "lookalikes"),
        ("efficient flows", "ligatures"),
        ("full width", "ligatures"),
        ("poincare's naive oeuvre", "ligatures"),
        ("Lodz", "ligatures"),
        ("新词演算法", "chinese"),
        ("词法", ""),
        ("天象记录", ""),
        ("记录天象", "chinese"),
    ],
)
def test_a_string_is_found_as_it_is_written(
    said: Callable[[str], set[str]], string: str, names: str
) -> None:
    assert said(f'"{string}"') == set(names.split())


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("C++", {"signs"}),
        ("+gpt4", {"names"}),
        ("+GPT-4", {"names"}),
        ("+kmeans", {"names"}),
        ("+3-D", {"names", "lookalikes"}),
        (r"+\Lambda_c", {"bounds"}),
        ("+H_0", {"bounds"}),
        ("+H₀", {"bounds"}),
        ("+pointnet", {"signs"}),
    ],
)
def test_a_name_is_found_however_it_is_typed(
    said: Callable[[str], set[str]], query: str, first: set[str]
) -> None:
    assert said(query) == first
