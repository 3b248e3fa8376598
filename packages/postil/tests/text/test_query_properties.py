from hypothesis import given, settings
from hypothesis import strategies as st

from postil.text.query import MOST_TERMS, describe, leaves, parse_query

SIGNS = """( ) " - + OR AND NOT | * . , $ : _ a 1 ² \\" \\ ： “ é 新词算法 Müller OR, low-rank C++""".split()
FIELDS = """title: author: abstract: cat: date: id: id:" foo: cs.LG cs.LG+stat.ML-cs.CV hep-th 2026 2026-03
    2026-02..2026-01 ..2026 2026-01-31.. 2405.06147 shelf:a-1 arxiv: https://arxiv.org/abs/2405.06147""".split()
ODD = [" ", "\x00", "\ud800", "e\u0301", "=\u0338", "\u017f\u0307"]
FRAGMENTS = st.sampled_from([*SIGNS, *FIELDS, *ODD])
QUERIES = st.one_of(
    st.text(max_size=80),
    st.lists(FRAGMENTS, max_size=25).map("".join),
    st.lists(st.one_of(FRAGMENTS, st.text(max_size=4)), max_size=25).map(" ".join),
)


@settings(max_examples=400, deadline=None)
@given(QUERIES)
def test_the_description_of_any_query_reads_as_the_same_query(text: str) -> None:
    parsed = parse_query(text)
    again = parse_query(describe(parsed))
    assert again.root == parsed.root
    assert describe(again) == describe(parsed)


@settings(max_examples=200, deadline=None)
@given(QUERIES)
def test_problems_point_into_the_query_and_come_in_its_order(text: str) -> None:
    positions = [problem.position for problem in parse_query(text).problems]
    assert positions == sorted(positions)
    assert all(0 <= position <= len(text) for position in positions)


@settings(max_examples=20, deadline=None)
@given(st.lists(FRAGMENTS, min_size=300, max_size=4000).map(" ".join))
def test_a_query_of_any_length_stays_bounded(text: str) -> None:
    # one piece may fall into several words, and an expression of categories into several codes
    assert sum(1 for _ in leaves(parse_query(text).root)) <= MOST_TERMS + 10


@settings(max_examples=200, deadline=None)
@given(QUERIES)
def test_what_is_left_of_a_query_can_be_encoded(text: str) -> None:
    describe(parse_query(text)).encode("utf-8")
