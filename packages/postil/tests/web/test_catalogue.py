import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import postil.web
from postil.categories import categories, groups
from postil.harvest.calendar import arxiv_calendar
from postil.library import DayState
from postil.messages import Catalogue, catalogue
from postil.store.ledger import FEED, LISTING
from postil.text.query import ProblemCode
from postil.web.year import MARKS

WEB = Path(postil.web.__file__).parent
# Keys that are put together from a part and a name, with every name they can be put together from.
COMPOSED = {
    "kind.": ["new", "cross", "replace"],
    "paper.kind.": ["new", "cross", "replace"],
    "keys.": ["next", "previous", "open", "search", "days", "fold", "year", "help"],
    "theme.": ["auto", "light", "dark"],
    "sort.": ["relevance", "newest", "oldest"],
    "example.": ["words", "phrase", "without", "either", "title", "author", "category", "date"],
    "link.": ["abstract", "pdf", "html", "doi", "openreview", "acl", "web"],
    "link_at.": ["abstract", "pdf", "html", "doi", "openreview", "acl", "web"],
    "state.": [state.name.lower() for state in DayState],
    "mark.": [mark for mark in MARKS if mark != "weekend"],
    "column.": ["announced", "held", "missing", "late", "sources", "completed"],
    "source.": [LISTING, FEED],
    "harvest.": ["running", "paused", "still"],
    "change.": ["removed", "added", "authors", "comment", "categories"],
    "status.": ["papers", "days", "span", "index", "size", "version"],
    "status.meaning_": ["lsa", "model"],
    "status.doing.": ["learning", "encoding", "arranging"],
    "repair.": "missing damaged other_format other_store ahead miscounted asked".split(),
    "problem.": [code.value for code in ProblemCode],
    "methods.trouble.": ["missing", "long", "busy", "failed"],
    "methods.room.": "linalg structured relax optimize attention ssm norm heads arena numbers".split(),
    "suggest.": "phrase author category date field paper".split(),
    "place.": "text title abstract byline title_row row lsa model".split(),
    "why.": ["word", "place", "score"],
    "error.": [
        f"{kind}.{part}"
        for kind in ("bad", "refused", "missing", "held", "method", "large", "folder", "failed")
        for part in ("title", "advice")
    ],
}


def own(language: str) -> Catalogue:
    """The catalogue of a language without the names that only it has."""
    texts = catalogue(language).texts
    named = ("category.", "group.", "topic.", "holiday.")
    return Catalogue(language, {k: v for k, v in texts.items() if not k.startswith(named)})


def used() -> Iterator[str]:
    for path in [*WEB.rglob("*.html"), *WEB.rglob("*.py")]:
        yield from re.findall(
            r"""\b(?:t|texts|_said|catalogue\(language\)|phrase)\(\s*(?:texts,\s*)?['"]([\w.]+)['"](?!\s*~)""",
            path.read_text("utf-8"),
        )
        yield from re.findall(
            r"""['"]((?:narrow|link)\.(?!html\b)\w+|link\.html)['"]""", path.read_text("utf-8")
        )
    yield from (start + name for start, names in COMPOSED.items() for name in names)


def test_both_languages_have_the_same_keys() -> None:
    assert set(own("en").texts) == set(own("zh").texts)


def test_every_key_that_is_used_exists() -> None:
    assert set(used()) <= set(own("en").texts)


def test_every_key_that_exists_is_used() -> None:
    assert set(own("en").texts) <= set(used())


@pytest.mark.parametrize("key", sorted(own("en").texts))
def test_both_languages_put_the_same_values_into_a_text(key: str) -> None:
    def values(text: str | tuple[str, str]) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", "".join(text)))

    assert values(catalogue("en").texts[key]) == values(catalogue("zh").texts[key])


def test_counts_choose_between_one_and_many() -> None:
    texts = catalogue("en")
    assert texts("papers", count="1") == "1 paper"
    assert texts("papers", count="1,075") == "1,075 papers"
    assert catalogue("zh")("papers", count="1") == "1 篇论文"


def test_a_missing_key_is_an_error_and_not_an_empty_text() -> None:
    with pytest.raises(KeyError):
        catalogue("en")("no.such.key")


def test_every_category_and_group_has_a_chinese_name() -> None:
    texts = catalogue("zh").texts
    assert {k.removeprefix("category.") for k in texts if k.startswith("category.")} == set(
        categories()
    )
    assert {k.removeprefix("group.") for k in texts if k.startswith("group.")} == {
        g.key for g in groups()
    }


def test_every_holiday_has_a_chinese_name() -> None:
    texts = catalogue("zh").texts
    named = {k.removeprefix("holiday.") for k in texts if k.startswith("holiday.")}
    assert named == set(arxiv_calendar().holidays.values())
