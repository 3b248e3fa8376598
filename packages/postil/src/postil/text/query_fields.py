"""The values that fields of a query take: dates, categories, ids and names."""

import re
from datetime import date

from postil.categories import CategoryExpression, nearest
from postil.errors import BadCategory, BadDate, BadId
from postil.paper_id import PaperId
from postil.text.query_tree import (
    FIRST_DAY,
    LAST_DAY,
    And,
    Category,
    DateRange,
    Identifier,
    Node,
    Not,
    Or,
    last_day_of,
)

_DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_RANGE = re.compile(r"\.\.+|…|~|～")
FIRST_YEAR, LAST_YEAR = 1000, 2999

FIELD_NAMES = {
    "title": "title",
    "ti": "title",
    "标题": "title",
    "题目": "title",
    "abstract": "abstract",
    "abs": "abstract",
    "摘要": "abstract",
    "author": "author",
    "authors": "author",
    "au": "author",
    "作者": "author",
    "cat": "cat",
    "category": "cat",
    "分类": "cat",
    "类别": "cat",
    "date": "date",
    "日期": "date",
    "id": "id",
    "编号": "id",
}


def read_dates(text: str) -> tuple[DateRange, bool]:
    """The days that `text` names, and whether its two ends had to be exchanged.

    Raises:
        BadDate: not a year, month or day, nor a range of them.
    """
    ends = _RANGE.split(text)
    if len(ends) == 1:
        return DateRange(*_span(text)), False
    if len(ends) != 2 or not (ends[0] or ends[1]):
        raise BadDate(_HOW)
    first = _span(ends[0]) if ends[0] else (FIRST_DAY, FIRST_DAY)
    last = _span(ends[1]) if ends[1] else (LAST_DAY, LAST_DAY)
    if first[0] > last[1]:
        return DateRange(last[0], first[1]), True
    return DateRange(first[0], last[1]), False


_HOW = "A date is written 2026, 2026-03, 2026-03-17 or 2026-01..2026-03."


def _span(text: str) -> tuple[int, int]:
    """First and last day number of a year, a month or a day."""
    match = _COMPACT.fullmatch(text) or _DATE.fullmatch(text)
    if not match or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        raise BadDate(_HOW)
    year, month, day = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    if match[2] is None:
        return year * 10_000, year * 10_000 + 1231
    if not 1 <= month <= 12:
        raise BadDate(_HOW)
    start = year * 10_000 + month * 100
    if match[3] is None:
        return start, start + last_day_of(year, month)
    try:
        date(year, month, day)
    except ValueError:
        raise BadDate(_HOW) from None
    return start + day, start + day


def read_categories(text: str) -> Node:
    """`cs.LG`, an archive, or an expression such as `cs.LG+stat.ML-cs.CV`.

    Raises:
        BadCategory: a part of it is no category; `nearest_category` may know what was meant.
    """
    expression = CategoryExpression.parse(text)
    included: tuple[Node, ...] = tuple(map(Category, expression.included))
    excluded: tuple[Node, ...] = tuple(Not(Category(code)) for code in expression.excluded)
    chosen = (Or(included),) if len(included) > 1 else included
    parts = (*chosen, *excluded)
    return And(parts) if len(parts) > 1 else parts[0]


def nearest_category(text: str) -> str:
    """The known code that a mistyped one most resembles, or an empty string."""
    near = nearest(text)
    return near[0] if near else ""


def read_id(text: str) -> Identifier | None:
    """The paper that `text` names, or None where it is no id."""
    try:
        return Identifier(PaperId.parse(text))
    except BadId:
        return None


__all__ = [
    "FIELD_NAMES",
    "BadCategory",
    "BadDate",
    "nearest_category",
    "read_categories",
    "read_dates",
    "read_id",
]
