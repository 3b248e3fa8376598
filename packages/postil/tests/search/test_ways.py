"""Ranking in two parts and counting in fewer terms are the whole query, and no other."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tantivy import Query

from postil.paper import Paper
from postil.search.lexical import Generation
from postil.search.translation import Required, Ways, has_choice
from postil.search.wishes import Loose, Wishes
from postil.text.query import parse_query

WORDS = (
    *("sparse", "attention", "attentions", "memory", "the", "of", "deep", "GPT-4", "GPT-35", "35"),
    *("godel", "li", "wei", "1931", "2024", "k-means", "T_c", "注意力", "机制", "x"),
    *("title:sparse", "abstract:memory", "-deep", "+memory", "cat:cs.LG", '"sparse attention"'),
)
NAMED = (
    "sparse attention",
    "deep memory",
    "the memory of attention",
    "godel 1931",
    "li wei",
    "wei li sparse",
)
AUTHORS = (*(("Kurt Godel",), ("Wei Li", "Ada One"), ("Eve Name",)) * 3, ("Deep Memory",))


@pytest.fixture
def generation(shelf: Any, sample: Callable[..., Paper]) -> Generation:
    said = [word for word in WORDS if not set(word) & set(':+"') and word[0] != "-"]
    shelf.put(
        *(
            sample(
                n,
                title=" ".join(said[(n * step + n // 7) % len(said)] for step in (1, 3, 5)),
                abstract=" ".join(said[n * step % len(said)] for step in range(2, 2 + n % 9)),
                authors=AUTHORS[n % 10],
                announced=(),
                year=(1931, 2024)[n % 2],
            )
            for n in range(260)
        )
    )
    found: Generation = shelf.search._index.generation()
    return found


def scores(generation: Generation, ways: Ways, limit: int) -> dict[int, float]:
    return {number: round(score, 4) for number, score in generation.scored(ways, limit)}


def alike(generation: Generation, query: str, ways: Ways | None = None, limit: int = 300) -> bool:
    """Whether the parts rank as the whole query does."""
    root = parse_query(query).root
    if root is None:
        return True
    whole = scores(generation, Ways(generation.translator.query(root, Required.ANY)), limit)
    parts = scores(generation, ways or generation.translator.ways(root), limit)
    near = pytest.approx(list(whole.values()), abs=3e-4)
    return list(parts.values()) == near and (limit < 300 or parts == pytest.approx(whole, abs=3e-4))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=5), limit=st.sampled_from([7, 300])
)
def test_both_parts_rank_as_the_whole(generation: Generation, words: list[str], limit: int) -> None:
    assert alike(generation, " ".join(words), limit=limit)


def test_what_words_name_together_is_lifted_as_in_the_whole(generation: Generation) -> None:
    for query in NAMED:
        assert all(alike(generation, query, limit=limit) for limit in (3, 20, 300))


def test_either_part_alone_is_noticed(generation: Generation) -> None:
    for query in NAMED:
        ways = generation.translator.ways(parse_query(query).root)
        assert ways.lifted is not None
        assert not alike(generation, query, Ways(ways.words))
        assert not alike(generation, query, Ways(ways.lifted))


def counted_alike(generation: Generation, query: str) -> bool:
    translator, root = generation.translator, parse_query(query).root
    if root is None:
        return True
    return all(
        generation.count(translator.countable(root, required))
        == generation.count(translator.query(root, required))
        for required in Required
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=5))
def test_fewer_terms_find_as_many_papers(generation: Generation, words: list[str]) -> None:
    assert counted_alike(generation, " ".join(words))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.sampled_from((*WORDS, "OR", "(")), min_size=1, max_size=5))
def test_without_a_choice_any_word_and_every_word_find_the_same(
    generation: Generation, words: list[str]
) -> None:
    root = parse_query(" ".join(words)).root
    if root is not None and not has_choice(root):
        asked = {generation.count(generation.translator.query(root, r)) for r in Required}
        assert len(asked) == 1


def test_a_count_without_papers_by_the_authors_named_is_noticed(
    generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert counted_alike(generation, "deep memory")

    def words_alone(wishes: Wishes, telling: list[Loose]) -> list[Query]:
        return [query for terms, field, _ in telling for query in wishes._having(terms, field)]

    monkeypatch.setattr(Wishes, "finding", words_alone)
    assert not counted_alike(generation, "deep memory")
