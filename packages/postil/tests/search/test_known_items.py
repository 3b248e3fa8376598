"""What a reader looks for and knows to be there comes first: among the shelf, and among Chinese posts."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from postil import shelf as starter
from postil.search.lexical import LexicalIndex
from postil.search.search import Search
from postil.sources.records import read_record
from postil.store.sqlite import SqliteStore
from postil.text import chinese

HERE = Path(__file__).parent
POSTS = [
    read_record(json.loads(line))
    for line in (HERE / "posts.jsonl").read_text(encoding="utf-8").splitlines()
]
ITEMS = [
    tuple(line.split("\t"))
    for line in (HERE / "known_items.tsv").read_text(encoding="utf-8").splitlines()[1:]
]
AT_HAND = [(paper, query) for haystack, paper, query in ITEMS if haystack != "records"]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    with SqliteStore.open(tmp_path_factory.mktemp("known")) as store:
        store.put([read_record(record) for record in starter.records()])
        store.put(POSTS)
        yield store


def searched(held: SqliteStore, name: str) -> Search:
    search = Search(held, LexicalIndex(held.folder / name))
    search.catch_up()
    return search


@pytest.fixture(scope="module")
def search(held: SqliteStore) -> Iterator[Search]:
    opened = searched(held, "index")
    yield opened
    opened.close()


def found(search: Search, query: str) -> list[str]:
    return [str(paper.id) for paper in search.find(query, limit=10).papers]


def test_there_are_sixty_known_items_and_no_post_says_a_query_as_it_is() -> None:
    assert len(ITEMS) == len(set(ITEMS)) == 60
    for query in ("2018天象", "新词算法"):
        assert not any(query in post.title + post.abstract for post in POSTS)


@pytest.mark.parametrize(("paper", "query"), AT_HAND, ids=[query for _, query in AT_HAND])
def test_a_known_item_comes_first(search: Search, paper: str, query: str) -> None:
    assert found(search, query)[0] == paper


CHINESE = [
    ("2018天象", "post-sky-2018"),
    ("2018年天象", "post-sky-2018"),
    ("2018年的天象", "post-sky-2018"),
    ("新词算法", "post-words"),
    ("新詞算法", "post-words"),
    ("和服的歷史", "post-kimono"),
    ("机器学习 梯度消失", "post-gradient"),
    ("為什麼梯度消失", "post-gradient"),
    ("数据结构 红黑树", "post-tree"),
    ("神经网络怎么写古诗", "post-poems"),
]


@pytest.mark.parametrize(("query", "paper"), CHINESE)
def test_a_chinese_question_finds_its_post_first(search: Search, query: str, paper: str) -> None:
    assert found(search, query)[0] == f"shelf:{paper}"


@pytest.mark.parametrize(
    ("built_with", "asked_with"), [(True, False), (False, True), (False, False)]
)
def test_nothing_is_lost_where_the_segmenter_is_missing(
    held: SqliteStore, monkeypatch: pytest.MonkeyPatch, built_with: bool, asked_with: bool
) -> None:
    def present(there: bool) -> None:
        chinese.words_of_query.cache_clear()
        from postil.search.analysis import word_terms

        word_terms.cache_clear()
        monkeypatch.setattr(chinese, "segmenters", whole if there else lambda: None)

    whole = chinese.segmenters
    present(built_with)
    search = searched(held, f"index-{built_with}-{asked_with}")
    present(asked_with)
    try:
        for query, paper in CHINESE:
            assert f"shelf:{paper}" in found(search, query)
        for query, paper in (CHINESE[0], *CHINESE[5:]):
            assert found(search, query)[0] == f"shelf:{paper}"
    finally:
        search.close()
        present(True)


def test_words_as_the_segmenter_sees_them_come_before_what_only_looks_like_them(
    search: Search,
) -> None:
    assert found(search, "和服") == ["shelf:post-kimono", "shelf:post-pricing"]
    assert found(search, "天象").index("shelf:post-chess") == 3
