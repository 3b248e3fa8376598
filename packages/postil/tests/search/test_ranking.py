"""Words and meaning together, seen from outside: a search whose vectors are drawn at random."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from zlib import crc32

import numpy as np
import pytest
from numpy.typing import NDArray

from postil.paper import Paper
from postil.paper_id import PaperId
from postil.search import ranking
from postil.search.lexical import LexicalIndex
from postil.search.search import Search, Sort

WIDTH = 6
COUNT = 330


class Random:
    """Vectors that say nothing: whatever holds with them holds with any."""

    width = WIDTH

    def __init__(self, name: str = "lsa", seed: int = 5) -> None:
        self.name = name
        self.seed = seed
        self.is_ready = True
        self.asked: list[str] = []

    def ready(self) -> bool:
        return self.is_ready

    def of_query(self, text: str) -> NDArray[np.float32] | None:
        self.asked.append(text)
        return self._row(crc32(text.encode()))

    def of_papers(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        return np.array([self._row(int(n)) for n in numbers], np.float32).reshape(-1, WIDTH)

    def scores(self, query: NDArray[np.float32], numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        return self.of_papers(numbers) @ query

    def nearest(
        self, query: NDArray[np.float32], limit: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        numbers = np.arange(1, COUNT + 1)
        cosines = self.scores(query, numbers)
        best = np.argsort(-cosines, kind="stable")[:limit]
        return numbers[best], cosines[best]

    def _row(self, at: int) -> NDArray[np.float32]:
        row = np.random.default_rng((self.seed, at)).normal(size=WIDTH).astype(np.float32)
        return row / np.float32(np.linalg.norm(row))


TITLES = ("Sparse Attention for Long Texts", "A Study of Sparse Graphs", "Notes on Texts")


@pytest.fixture
def filled(shelf: Any, sample: Callable[..., Paper]) -> Any:
    shelf.put(
        *(
            sample(
                n,
                title=f"{TITLES[n % 3]} {n}",
                abstract=f"Member {n} says {'sparse ' * (n % 5)}things of texts. Odd{n % 2}.",
                authors=("Kurt Godel",) if n % 50 == 0 else (f"Ada Name{n}",),
                categories=("cs.LG",) if n % 4 else ("math.ST",),
            )
            for n in range(COUNT)
        )
    )
    return shelf


@pytest.fixture
def meaning(filled: Any) -> Iterator[Callable[..., Search]]:
    opened: list[Search] = []

    def search(*spaces: Random) -> Search:
        opened.append(Search(filled.store, LexicalIndex(filled.folder / "index"), spaces))
        return opened[-1]

    yield search
    for each in opened:
        each.close()


QUERIES = ["sparse texts", "member", "sparse -odd1", "cat:math sparse texts", "+sparse things"]


def test_meaning_changes_the_order_and_nothing_else(filled: Any, meaning: Any) -> None:
    fused, words = meaning(Random()), filled.search
    for query in QUERIES:
        one, other = (s.find(query, limit=COUNT) for s in (fused, words))
        assert (one.total, one.complete, one.beyond) == (other.total, other.complete, 0)
        assert sorted(one.numbers) == sorted(other.numbers)
        assert one.numbers != other.numbers
        assert len(one.numbers) == one.total


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("spaces", [(), (Random(),)], ids=["words", "fused"])
@pytest.mark.parametrize("large", [0, COUNT + 1], ids=["large", "small"])
def test_pages_neither_overlap_nor_leave_a_gap(
    meaning: Any, query: str, spaces: tuple[Random, ...], large: int
) -> None:
    search = meaning(*spaces)
    search.large = large
    whole = search.find(query, limit=COUNT).numbers
    assert len(set(whole)) == len(whole) == search.find(query).total
    for size in (7, 100, 199, 201):
        pages = [
            search.find(query, offset=at, limit=size).numbers for at in range(0, len(whole), size)
        ]
        assert tuple(n for page in pages for n in page) == whole
    assert search.rank(query, len(whole)) == whole
    assert search.rank(query, 12) == whole[:12]


def test_searches_at_once_find_what_each_finds_alone(filled: Any, meaning: Any) -> None:
    alone = {
        query: (found.numbers, found.total, found.complete)
        for query in QUERIES
        for found in [filled.search.find(query)]
    }
    search = meaning()
    search.large = 0
    with ThreadPoolExecutor(8) as readers:
        asked = [*QUERIES * 8]
        for query, found in zip(asked, readers.map(search.find, asked), strict=True):
            assert (found.numbers, found.total, found.complete) == alone[query]


@pytest.mark.parametrize(
    "query",
    [
        '"sparse attention"',
        "author:godel",
        "cat:math.ST",
        "date:2024-02",
        "id:2401.00007",
        "-sparse",
    ],
)
def test_conditions_alone_are_not_put_in_another_order(
    filled: Any, meaning: Any, query: str
) -> None:
    space = Random()
    found = meaning(space).find(query, limit=COUNT)
    assert found.numbers == filled.search.find(query, limit=COUNT).numbers
    assert space.asked == []


def test_lists_by_date_are_by_date(filled: Any, meaning: Any) -> None:
    fused = meaning(Random())
    for sort in (Sort.NEWEST, Sort.OLDEST):
        found = fused.find("sparse texts", sort=sort, limit=COUNT)
        assert found.numbers == filled.search.find("sparse texts", sort=sort, limit=COUNT).numbers


@pytest.mark.parametrize(
    "query", ["sparse attention for long texts 33", "study of sparse graphs", "godel sparse texts"]
)
def test_what_a_question_names_is_where_its_words_put_it_or_higher(
    filled: Any, meaning: Any, query: str
) -> None:
    words = filled.search.rank(query, 1)
    for seed in range(20):
        assert meaning(Random(seed=seed)).rank(query, 1) == words


def test_a_small_word_that_is_a_name_too_is_no_name_beside_words(filled: Any, meaning: Any) -> None:
    filled.put(Paper(PaperId("arxiv", "2402.00001"), "On Will", ("Will He",)))
    assert meaning(Random()).find("will he find sparse texts").total == COUNT


def test_a_space_that_is_not_ready_changes_nothing(filled: Any, meaning: Any) -> None:
    space = Random()
    space.is_ready = False
    found = meaning(space).find("sparse texts", limit=COUNT)
    assert found.numbers == filled.search.find("sparse texts", limit=COUNT).numbers


def test_further_pages_are_ranked_once(meaning: Any) -> None:
    space = Random()
    fused = meaning(space)
    for at in (0, 20, 40):
        fused.find("sparse texts", offset=at)
    assert space.asked == ["sparse texts"]


def test_what_is_left_out_is_not_asked_for(meaning: Any) -> None:
    space = Random()
    meaning(space).find('long "sparse attention" title:texts -odd1 cat:math')
    assert space.asked == ["long sparse attention texts"]


def test_a_model_finds_beyond_the_words_where_these_find_little(meaning: Any) -> None:
    near = meaning(Random("model")).find("unheard", limit=COUNT)
    assert 0 < near.beyond == near.total == len(near.numbers) <= ranking.FEW
    assert near.complete == 0
    page = meaning(Random("model")).find("unheard", limit=3, offset=2)
    assert page.numbers == near.numbers[2:5]


def test_what_is_found_beyond_the_words_meets_every_condition(meaning: Any) -> None:
    found = meaning(Random("model")).find("unheard cat:math.ST -odd1", limit=COUNT)
    assert found.beyond
    assert {paper.primary for paper in found.papers} == {"math.ST"}
    assert not any("Odd1" in paper.abstract for paper in found.papers)
    assert meaning(Random("model")).find("+unheard", limit=COUNT).total == 0
    assert meaning(Random("model")).find("unheard", sort=Sort.NEWEST).total == 0


def test_vectors_of_the_librarys_own_words_add_nothing_to_what_words_find(meaning: Any) -> None:
    assert meaning(Random("lsa")).find("unheard").total == 0
