from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postil.paper import Announcement, Paper
from postil.paper_id import PaperId
from postil.search.search import Required, Sort

PAPERS = {
    "2001.00001": Paper(
        PaperId("arxiv", "2001.00001"),
        "Sparse Attention Is Not All That We Need",
        ("Ada Lovelace", "Wei Zhang"),
        "We study sparse attention in transformers with low-rank memory. Models such as GPT-4 differ.",
        categories=("cs.LG", "cs.NA"),
        announced=(Announcement(date(2026, 1, 5)), Announcement(date(2026, 3, 9))),
    ),
    "2001.00002": Paper(
        PaperId("arxiv", "2001.00002"),
        "Attention for Graphs",
        ("Kurt Gödel", "Jürgen Müller"),
        "Graphs of sparse data. Written in C++ and tested against GPT4.",
        categories=("stat.ML",),
        submitted=date(2025, 12, 31),
    ),
    "2001.00003": Paper(
        PaperId("arxiv", "2001.00003"),
        "Measuring $\\Lambda_c$ decays",
        ("A. Lovelace", "Wei Xu"),
        "The study of decays of charmed baryons, with the naïve transformer of Poincar\\'e.",
        categories=("hep-ex",),
        announced=(Announcement(date(2026, 2, 3)),),
    ),
    "shelf:old-1936": Paper(
        PaperId("shelf", "old-1936"),
        "The approximation of one matrix by another",
        ("Carl Eckart", "Gale Young"),
        summary="Shows which matrix of lower rank lies nearest. 新词算法与矩阵。",
        year=1936,
        venue="Psychometrika",
        topic="matrices",
    ),
}


@pytest.fixture
def library(shelf: Any) -> Any:
    shelf.put(*PAPERS.values())
    return shelf


@pytest.fixture
def ids(library: Any) -> Callable[..., set[str]]:
    return lambda query, **options: {
        str(p.id) for p in library.search.find(query, **options).papers
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("attention", "1 2"),
        ("Attentions", "1 2"),
        ("sparse decays", "1 2 3"),
        ("+sparse decays", "1 2"),
        ("sparse AND transformer", "1"),
        ("sparse -transformer", "2"),
        ("-attention", "3 old"),
        ("transformer OR matrix", "1 3 old"),
        ("(decays OR graphs) attention", "2"),
        ('"sparse attention"', "1"),
        ('"attention sparse"', ""),
        ('"sparse attentions"', ""),
        ('"SPARSE DATA"', "2"),
        ('title:"attention"', "1 2"),
        ("title:sparse", "1"),
        ("abstract:attention", "1"),
        ("abstract:studies", "1 3"),
        ("abstract:graph", "2"),
        ("title:graph", "2"),
        ("naive", "3"),
        ("naïve", "3"),
        ("poincaré", "3"),
        ('"lambda c"', "3"),
        ("$\\Lambda_c$", "3"),
        ("psychometrika", "old"),
        ("low-rank", "1 old"),
        ("GPT-4", "1 2"),
        ("gpt4", "1 2"),
        ("C++", "2"),
        ("新词", "old"),
        ("算", "old"),
        ("矩阵算法", "old"),
        ('"新词算法"', "old"),
        ('"算法新词"', ""),
        ("author:lovelace", "1 3"),
        ('author:"Lovelace, Ada"', "1 3"),
        ('author:"Byron Lovelace"', ""),
        ('author:"Wei Lovelace"', ""),
        ("author:godel", "2"),
        ("author:Mueller", "2"),
        ("lovelace", "1 3"),
        ("cat:cs.LG", "1"),
        ("cat:cs", "1"),
        ("cat:math.NA", "1"),
        ("cat:cs.NA", "1"),
        ("cat:stat+hep-ex", "2 3"),
        ("cat:math", "1"),
        ("date:2026", "1 3"),
        ("date:2026-03", "1"),
        ("date:2026-01-05", "1"),
        ("date:2026-02", "3"),
        ("date:2025-12..2026-02-03", "1 2 3"),
        ("date:..2000", "old"),
        ("date:1936", "old"),
        ("date:1936-01", ""),
        ("date:2027..", ""),
        ("id:2001.00002", "2"),
        ("arxiv.org/abs/2001.00003v2", "3"),
        ("shelf:old-1936", "old"),
        ("attention -cat:cs date:2025", "2"),
        ("is", "1"),
        ("title:is", "1"),
        ("abstract:is", ""),
        ("title:of", "old"),
        ("+of matrix", "2 3 old"),
        ("one-of-the-decays", "3 old"),
        ("nosuchword", ""),
    ],
)
def test_a_query_finds_exactly_what_it_asks_for(
    ids: Callable[..., set[str]], query: str, expected: str
) -> None:
    short = {"old": "shelf:old-1936"}
    assert ids(query) == {short.get(name, f"2001.0000{name}") for name in expected.split()}


def test_papers_with_any_word_and_with_every_word_are_counted(library: Any) -> None:
    found = library.search.find("sparse transformer")
    assert (found.total, found.complete, found.listed) == (3, 1, 3)
    assert found.required is Required.ANY
    assert str(found.papers[0].id) == "2001.00001"


def test_function_words_are_neither_required_nor_enough(library: Any) -> None:
    found = library.search.find("what is the sparse attention of graphs")
    assert (found.total, found.complete) == (2, 1)


def test_a_word_in_the_title_counts_for_more(library: Any) -> None:
    assert library.found("attention graphs")[0] == "Attention for Graphs"


def test_a_part_of_a_title_finds_that_paper_first(shelf: Any, sample: Callable[..., Paper]) -> None:
    rivals = [
        sample(n, title="Need attention need attention need", abstract="All attention. " * 5)
        for n in range(20)
    ]
    shelf.put(*rivals, *PAPERS.values())
    assert shelf.found("is not all that we need")[0] == PAPERS["2001.00001"].title


def test_newest_and_oldest_require_every_word_and_say_so(library: Any) -> None:
    found = library.search.find("study sparse", sort=Sort.NEWEST)
    assert found.required is Required.EVERY
    assert (found.total, found.complete, found.listed) == (3, 1, 1)
    days = [p.day_number for p in library.search.find("-nothing", sort=Sort.OLDEST).papers]
    assert days == sorted(days) == [19360000, 20251231, 20260105, 20260203]


def test_conditions_without_words_are_listed_newest_first(library: Any) -> None:
    found = library.search.find("date:2025..")
    assert found.sort is Sort.NEWEST
    assert [str(p.id) for p in found.papers] == ["2001.00003", "2001.00001", "2001.00002"]


def test_pages_follow_each_other_without_gap_or_overlap(
    shelf: Any, sample: Callable[..., Paper]
) -> None:
    shelf.put(*(sample(n) for n in range(60)))
    for sort in Sort:
        whole = shelf.search.find("member", sort=sort, limit=60).numbers
        pages = [
            shelf.search.find("member", sort=sort, offset=at, limit=25).numbers
            for at in (0, 25, 50)
        ]
        assert tuple(number for page in pages for number in page) == whole
        assert len(set(whole)) == 60


def test_ranking_alone_gives_the_numbers_that_finding_gives(library: Any) -> None:
    assert (
        library.search.rank("sparse attention") == library.search.find("sparse attention").numbers
    )


def test_an_empty_query_finds_nothing(library: Any) -> None:
    found = library.search.find("  ")
    assert (found.papers, found.total, found.parsed.problems) == ((), 0, ())


def test_the_reading_is_given_beside_the_problems(library: Any) -> None:
    found = library.search.find('cat:cs.LGG "sparse attention')
    assert found.reading == '"sparse attention"'
    assert [p.code for p in found.parsed.problems] == ["bad_category", "unbalanced_quote"]
    assert found.total == 1


def test_markup_in_a_query_is_text(library: Any) -> None:
    assert library.search.find("<script>alert(1)</script> sparse").total == 2


@pytest.mark.parametrize(
    "query", ["x " * 5_000, "(" * 10_000, '"' * 9_999, "-" * 10_000, "é" * 20_000]
)
def test_a_monstrous_query_is_answered(library: Any, query: str) -> None:
    assert library.search.find(query).total >= 0


WORDS = ["sparse", "attention", "graphs", "decays", "matrix", "study", "transformer", "gpt-4", "is"]
SIGNS = ["", "", "", "-", "+", "title:", "abstract:", "OR ", "AND "]
TERMS = st.tuples(st.sampled_from(SIGNS), st.sampled_from(WORDS)).map("".join)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(TERMS, min_size=1, max_size=6).map(" ".join))
def test_every_reading_is_part_of_the_wider_one(library: Any, query: str) -> None:
    if "-" in query.replace("gpt-4", ""):
        return
    wide = library.search.find(query)
    strict = library.search.find(query, sort=Sort.NEWEST)
    assert strict.complete == wide.complete <= wide.total == strict.total
    assert set(strict.numbers) <= set(wide.numbers)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(max_size=60))
def test_no_text_makes_a_search_fail(library: Any, query: str) -> None:
    for sort in Sort:
        library.search.find(query, sort=sort)
