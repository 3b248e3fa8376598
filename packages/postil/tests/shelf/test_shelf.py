"""The form of the starter shelf: what every entry has, and which papers must stand on it."""

import re
from collections import Counter

import pytest

from postil import shelf
from postil.categories import known_code
from postil.paper_id import PaperId
from postil.text.markup import render_html

RECORDS = list(shelf.records())
KEYS = "id title authors year submitted categories venue doi topic summary".split()
FORMULA = re.compile(r"(?<!\\)\$(.+?)(?<!\\)\$", re.DOTALL)
# The papers behind the methods that the project is about; those without an id here are asked for by title.
REQUIRED_IDS = """
2008.07669 2111.00396 2206.11893 2405.06147 2202.10447 2204.00595 2405.04434 2104.09864 2011.04006 2310.02980
2406.11838 2503.10622 2503.21708 2512.10938 2304.09871 0909.4061 1706.03762 1911.02150 2305.13245 2312.00752
2310.12109 1412.6980 2010.07468 2207.14484 1906.08707 2210.01941 2503.06242 1602.02068 1305.5870 1603.09320
""".split()
REQUIRED_TITLES = [
    "effective rank",
    "approximation of one matrix by another of lower rank",
    "fast monte carlo algorithms for matrices",
    "generalized inverse for matrices",
    "quadratic programming",
    "cur matrix decompositions",
    "probabilistic relevance framework",
    "latent semantic analysis",
]


def ids(records):
    return [record["id"] for record in records]


def test_at_least_two_hundred_papers_from_the_thirties_to_this_year():
    years = [record["year"] for record in RECORDS]
    assert len(RECORDS) >= 200
    assert min(years) < 1940 and max(years) == 2026


def test_every_id_is_canonical_and_stands_once():
    assert [str(PaperId.parse(text)) for text in ids(RECORDS)] == ids(RECORDS)
    assert [text for text, times in Counter(ids(RECORDS)).items() if times > 1] == []
    titles = Counter(record["title"].casefold() for record in RECORDS)
    assert [title for title, times in titles.items() if times > 1] == []


@pytest.mark.parametrize("record", RECORDS, ids=ids(RECORDS))
def test_an_entry_has_its_facts_in_order(record):
    assert list(record) == [key for key in KEYS if key in record]
    assert {"id", "title", "authors", "year", "categories", "topic", "summary"} <= set(record)
    assert all(record.values()) and all(record["authors"])
    assert all(known_code(code) for code in record["categories"])
    if "submitted" in record:
        assert record["id"][0].isdigit() or "/" in record["id"]
        assert abs(int(record["submitted"][:4]) - record["year"]) <= 1


@pytest.mark.parametrize("record", RECORDS, ids=ids(RECORDS))
def test_an_arxiv_id_agrees_with_the_year(record):
    month = PaperId.parse(record["id"]).month
    if month and "submitted" in record:
        year, number = map(int, record["submitted"].split("-")[:2])
        # The id is given out when the paper is announced, at most a few days after it arrived.
        assert 0 <= (month[0] - year) * 12 + month[1] - number <= 1


@pytest.mark.parametrize("record", RECORDS, ids=ids(RECORDS))
def test_a_summary_has_eighty_to_one_hundred_and_fifty_words(record):
    assert 80 <= len(record["summary"].split()) <= 150


@pytest.mark.parametrize("record", RECORDS, ids=ids(RECORDS))
def test_every_formula_of_a_summary_renders(record):
    html = str(render_html(record["summary"]))
    assert html.count("<math") >= len(FORMULA.findall(record["summary"]))
    assert 'class="tex' not in html


def test_a_third_of_the_summaries_has_mathematics():
    assert sum(bool(FORMULA.search(r["summary"])) for r in RECORDS) >= len(RECORDS) / 3


@pytest.mark.parametrize("text", REQUIRED_IDS)
def test_a_paper_behind_a_method_is_on_the_shelf(text):
    assert text in ids(RECORDS)


@pytest.mark.parametrize("title", REQUIRED_TITLES)
def test_an_older_paper_behind_a_method_is_on_the_shelf(title):
    assert any(title in record["title"].casefold() for record in RECORDS)
