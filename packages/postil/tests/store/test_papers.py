"""Day lists and calendars, against the same questions answered one paper at a time."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from postil.categories import CategoryExpression, keys
from postil.errors import BadDate, BadId, NotHeld
from postil.paper import Announcement, AnnouncementKind, Paper
from postil.paper_id import PaperId
from postil.store.papers import Papers
from postil.store.sqlite import SqliteStore

CODES = (
    "cs.LG cs.CV cs.NA math.NA math.IT cs.IT stat.ML hep-th astro-ph.GA astro-ph eess.SY".split()
)
FIRST = date(2026, 1, 20)
EXPRESSIONS = [
    None,
    *map(
        CategoryExpression.parse,
        "cs.LG|cs|cs-cs.LG|astro-ph|astro-ph-astro-ph.GA|math.NA+cs.IT|cs.NA-math|hep-th+stat.ML-cs.CV-cs.LG"
        "|-cs|-cs.LG-stat.ML|q-bio|cs.SY".split("|"),
    ),
]


def _corpus() -> list[Paper]:
    """Some 300 papers over 25 days, three of them without any; seeded."""
    chance = random.Random(4)
    days = [FIRST + timedelta(n) for n in range(25) if n not in {3, 11, 12}]
    kinds = list(AnnouncementKind)
    return [
        Paper(
            PaperId.parse(f"2601.{serial:05}"),
            f"Paper {serial}",
            categories=tuple(chance.sample(CODES, chance.randint(1, 4))),
            announced=tuple(
                sorted(
                    Announcement(day, kind)
                    for day in chance.sample(days, chance.randint(1, 3))
                    for kind in chance.sample(kinds, 1)
                )
            ),
        )
        for serial in range(1, 301)
    ]


CORPUS = _corpus()
KINDS = [AnnouncementKind.NEW, AnnouncementKind.CROSS, AnnouncementKind.REPLACE]


def _expected(day: date, expression: CategoryExpression | None) -> list[tuple[int, str, Paper]]:
    """The day's list as the definition says it: each paper once, at its first kind."""
    found = []
    for paper in CORPUS:
        kinds = [KINDS.index(a.kind) for a in paper.announced if a.day == day]
        if kinds and (expression is None or expression.matches(paper.categories)):
            found.append((min(kinds), str(paper.id), paper))
    return sorted(found, key=lambda each: each[:2])


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    store = SqliteStore.open(tmp_path_factory.mktemp("store"))
    store.put(CORPUS)
    return Papers(store)


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_a_days_list_is_what_the_expression_says(
    papers: Papers, expression: CategoryExpression | None
) -> None:
    days = [FIRST + timedelta(n) for n in range(-1, 26)]
    chosen = {day: _expected(day, expression) for day in days}
    for day in days:
        found = papers.day_list(day, expression, limit=1000)
        assert list(found.papers) == [paper for *_, paper in chosen[day]]
        assert found.total == len(chosen[day])
        assert found.listed == len(_expected(day, None))
        assert found.kinds == {
            kind: [code for code, *_ in chosen[day]].count(at) for at, kind in enumerate(KINDS)
        }
        assert found.previous == max((d for d in days if d < day and chosen[d]), default=None)
        assert found.next == min((d for d in days if d > day and chosen[d]), default=None)
    assert papers.latest_day(expression) == max((d for d in days if chosen[d]), default=None)
    for month in (1, 2):
        assert papers.calendar(2026, month, expression) == [
            (d, len(chosen[d])) for d in days if chosen[d] and d.month == month
        ]


def test_pages_of_a_list_join_to_the_whole(papers: Papers) -> None:
    whole = papers.day_list(FIRST, limit=1000).papers
    pages = [papers.day_list(FIRST, None, start, 7).papers for start in range(0, len(whole) + 7, 7)]
    assert tuple(paper for page in pages for paper in page) == whole
    assert len(whole) > 20
    assert pages[-1] == ()


def test_categories_are_counted_under_every_key_of_a_paper(papers: Papers) -> None:
    day = FIRST + timedelta(1)
    counted = Counter(key for *_, p in _expected(day, None) for key in keys(p.categories))
    assert papers.category_counts(day) == counted
    assert papers.category_counts(date(1999, 1, 1)) == {}


def test_a_change_in_the_store_is_seen_at_once(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path)
    papers = Papers(store)
    paper = Paper(PaperId.parse("2601.00001"), "One", announced=(Announcement(FIRST),))
    assert papers.latest_day() is None
    assert papers.calendar(2026, 1) == []
    store.put([paper])
    assert papers.latest_day() == FIRST
    store.put([replace(paper, id=PaperId.parse("2601.00002"))])
    assert papers.calendar(2026, 1) == [(FIRST, 2)]
    store.remove([paper.id])
    assert papers.day_list(FIRST).total == 1
    assert [each.papers for each in papers.days()] == [1]


def test_months_beyond_the_bound_are_dropped_and_answers_stay(
    papers: Papers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postil.store.papers._MOST_ENTRIES", 10)
    papers = Papers(papers._store)
    for _ in range(2):
        for month in (1, 2):
            counted = papers.calendar(2026, month)
            assert [n for _, n in counted] == [len(_expected(day, None)) for day, _ in counted]
    assert list(papers._months) == [(2026, 2)]
    papers.calendar(1999, 1)
    assert list(papers._months) == [(2026, 2)]


def test_a_paper_is_found_by_any_way_of_writing_its_id(papers: Papers) -> None:
    for text in ("2601.00007", "arXiv:2601.00007v3", "https://arxiv.org/abs/2601.00007"):
        assert papers.get(text) == CORPUS[6]
    assert papers.get(CORPUS[6].id) == CORPUS[6]
    with pytest.raises(NotHeld, match=r"2601\.09999"):
        papers.get("2601.09999")
    with pytest.raises(BadId):
        papers.get("nonsense")


def test_several_papers_come_in_the_order_asked_for(papers: Papers) -> None:
    asked = [CORPUS[4].id, PaperId.parse("2601.09999"), CORPUS[1].id, CORPUS[4].id]
    assert papers.several(asked) == [CORPUS[4], CORPUS[1]]


@pytest.mark.parametrize(("year", "month"), [(2026, 0), (2026, 13), (0, 1), (10_000, 1), (-5, 1)])
def test_a_month_that_is_none_is_refused(papers: Papers, year: int, month: int) -> None:
    with pytest.raises(BadDate):
        papers.calendar(year, month)


def test_a_day_at_either_end_of_time_has_an_empty_list(papers: Papers) -> None:
    for day in (date.min, date.max):
        assert papers.day_list(day, EXPRESSIONS[1]).papers == ()
