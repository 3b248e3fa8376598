"""The pure parts of the pages: dates and numbers, months, expressions, citations, addresses."""

from datetime import date

import pytest

from postil.categories import CategoryExpression
from postil.paper import Announcement, Paper
from postil.paper_id import PaperId
from postil.web import formatting
from postil.web.addresses import list_path, outside_links
from postil.web.citation import bibtex, metadata
from postil.web.month import month_of, neighbour
from postil.web.narrowing import chosen_expression, narrowing_rows, with_state

DAY = date(2026, 2, 3)


def test_days_are_written_as_each_language_writes_them() -> None:
    assert formatting.long_day(DAY, "en") == "Tuesday, 3 February 2026"
    assert formatting.long_day(DAY, "zh") == "2026年2月3日 星期二"
    assert formatting.short_day(DAY, "en") == "3 Feb 2026"
    assert formatting.month_name(2026, 2, "zh") == "2026年2月"


@pytest.mark.parametrize(
    ("octets", "said"),
    [(0, "0 bytes"), (999, "999 bytes"), (1_500, "1.5 kB"), (340_000, "340 kB"), (999_900, "1.0 MB"),
     (1_200_000_000, "1.2 GB"), (5_000_000_000_000, "5000 GB")],
)  # fmt: skip
def test_sizes_are_short(octets: int, said: str) -> None:
    assert formatting.size(octets) == said


def test_a_month_is_laid_out_in_weeks_from_monday() -> None:
    month = month_of(2026, 2, {DAY: 1075, date(2026, 2, 4): 10})
    assert month.weeks[0] == (None,) * 6 + (date(2026, 2, 1),)
    assert all(len(week) == 7 for week in month.weeks)
    assert [month.strength(date(2026, 2, d)) for d in (3, 4, 5)] == [4, 1, 0]


def test_months_turn_over_the_year_and_stop_at_the_ends() -> None:
    assert neighbour(2026, 1, -1) == (2025, 12)
    assert neighbour(2026, 12, 1) == (2027, 1)
    assert neighbour(1991, 1, -1) is None
    assert neighbour(9998, 12, 1) is None


def test_a_category_moves_between_its_three_states() -> None:
    expression = CategoryExpression.parse("cs.LG+stat.ML-cs.CV")
    assert str(with_state(expression, "cs.CV", "in")) == "cs.LG+stat.ML+cs.CV"
    assert str(with_state(expression, "cs.LG", "out")) == "stat.ML-cs.CV-cs.LG"
    assert str(with_state(expression, "stat.ML", "")) == "cs.LG-cs.CV"


def test_rows_begin_with_the_named_categories_and_go_on_with_the_fullest() -> None:
    rows = narrowing_rows(
        CategoryExpression.parse("stat.ML-cs.CV"),
        {"cs.LG": 9, "cs.CL": 5, "cs.CV": 7, "cs.AI": 9},
        lambda e: list_path(e, day=DAY),
        2,
    )
    assert [(r.code, r.count, r.state) for r in rows] == [
        ("stat.ML", 0, "in"), ("cs.CV", 7, "out"), ("cs.AI", 9, ""), ("cs.LG", 9, ""),
    ]  # fmt: skip
    assert rows[0].include == "/arxiv/-cs.CV?date=2026-02-03"
    assert rows[2].exclude == "/arxiv/stat.ML-cs.CV-cs.AI?date=2026-02-03"


def test_a_sent_picker_names_only_real_categories() -> None:
    sent = [("cs.LG", "in"), ("x", "in"), ("cs.CV", "out"), ("cs.AI", "sideways")]
    assert str(chosen_expression(sent)) == "cs.LG-cs.CV"


PAPER = Paper(
    PaperId("arxiv", "2602.00001"),
    title="Costs & {benefits of $O(n_k)$",
    authors=("José Núñez", "B. C. Second"),
    categories=("cs.LG",),
    announced=(Announcement(DAY),),
)


def test_bibtex_escapes_its_own_characters_and_keeps_formulas() -> None:
    entry = bibtex(PAPER)
    assert entry.startswith("@misc{nunez2026costs,\n")
    assert r"{{Costs \& {benefits of $O(n_k)$}}}" in entry
    assert "José Núñez and B. C. Second" in entry
    assert "eprint        = {2602.00001}" in entry
    assert entry.count("{") == entry.count("}")


def test_a_published_work_is_an_article_with_its_doi() -> None:
    work = Paper(
        PaperId("shelf", "x-1936"),
        "A work",
        ("An Author",),
        year=1936,
        venue="Annals",
        doi="10.1/x",
    )
    assert bibtex(work).startswith("@article{author1936work,")
    assert "doi           = {10.1/x}" in bibtex(work)
    assert ("citation_date", "1936") in metadata(work)
    assert "citation_arxiv_id" not in dict(metadata(work))


def test_a_work_without_authors_or_date_still_has_an_entry() -> None:
    assert bibtex(Paper(PaperId("shelf", "x"), "數學")).startswith("@misc{anon,")


def test_a_doi_cannot_break_out_of_its_address() -> None:
    hostile = Paper(PaperId("shelf", "x"), "T", doi='10.1/x" onclick="alert(1)')
    assert outside_links(hostile) == [
        ("link.doi", "https://doi.org/10.1/x%22%20onclick%3D%22alert(1)")
    ]
