"""`/arxiv/cs.LG+stat.ML-cs.CV?date=2026-03-17`: one day's list, by category expression."""

from collections.abc import Iterator
from datetime import date
from itertools import islice, repeat
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from postil.categories import CategoryExpression, categories
from postil.library import DayList, Library, Sort
from postil.messages import catalogue
from postil.web import addresses
from postil.web.listing import Entry, Page
from postil.web.live import live_path, news
from postil.web.month import month_of, neighbour
from postil.web.narrowing import narrowing_rows
from postil.web.parameters import (
    day_asked,
    library_of,
    month_asked,
    page_asked,
    part_asked,
    wants_part,
)
from postil.web.preferences import preferences_of
from postil.web.rendering import page
from postil.web.standing import standings

_NARROWING_ROWS = 14


def every_category(request: Request) -> Response:
    """`/arxiv`: the latest day whole; `?categories=` is what the box for expressions sends."""
    typed = request.query_params.get("categories", "").strip()
    if typed:
        expression = CategoryExpression.parse(typed)
        address = addresses.list_path(expression, day=day_asked(request))
        return RedirectResponse(address, status_code=303)
    return day_list(request, CategoryExpression())


def day_list(request: Request, expression: CategoryExpression) -> Response:
    """The asked day, or the latest that has papers for the expression, or else all its papers."""
    library = library_of(request)
    number = page_asked(request)
    day = day_asked(request) or library.papers.latest_day(expression)
    if day is None:
        return _never_announced(request, library, expression, number)
    if part_asked(request) == "live":
        return page(request, "live.html", _live(request, library, day, expression))
    size = library.settings.page_size
    part = wants_part(request)
    found = library.papers.day_list(day, expression, offset=(number - 1) * size, limit=size)
    values = _page(found, number, size, part=part).values(
        lambda n: addresses.list_path(expression, day=day, page=n)
    )
    if part:
        return page(request, "part.html", values)
    return page(request, "day.html", values | _frame(request, library, found, expression))


def _page(found: DayList, number: int, size: int, *, part: bool) -> Page:
    kinds = list(islice(_kinds(found), max(found.offset - 1, 0), None))
    # A part goes below cards in view: the kind of the last of them tells whether its section goes on.
    before = kinds.pop(0) if found.offset and kinds else ""
    entries = [Entry(paper, kind) for paper, kind in zip(found.papers, kinds, strict=False)]
    sections = {kind.value: count for kind, count in found.kinds.items() if count}
    return Page(
        entries,
        found.total,
        number,
        size,
        sections if len(sections) > 1 else None,
        before if part else "",
    )


def _kinds(found: DayList) -> Iterator[str]:
    """The kind of every paper of the whole list: the archive's order is by kind first."""
    for kind, count in found.kinds.items():
        yield from repeat(kind.value, count)


def _frame(
    request: Request, library: Library, found: DayList, expression: CategoryExpression
) -> dict[str, Any]:
    """What stands around the cards: the day's header, the calendar and the categories."""
    day = found.day
    year, month = month_asked(request, day)
    counts = dict(library.papers.calendar(year, month, expression))
    in_categories = library.papers.category_counts(day)
    texts = catalogue(preferences_of(request).language)
    return {
        "expression": expression,
        "expression_text": str(expression),
        "day": day,
        "previous_day": found.previous,
        "next_day": found.next,
        "month": month_of(year, month, counts),
        "earlier": neighbour(year, month, -1),
        "later": neighbour(year, month, 1),
        "standings": standings(library, day, expression, found.total, texts),
        "live": live_path(
            addresses.list_path(expression, day=day), library, expression, found.total
        ),
        "change": library.store.last_change(),
        "narrowing": narrowing_rows(
            expression,
            {code: n for code, n in in_categories.items() if code in categories()},
            lambda e: addresses.list_path(e, day=day),
            _NARROWING_ROWS,
        ),
        "here_name": "latest",
    }


def _live(
    request: Request, library: Library, day: date, expression: CategoryExpression
) -> dict[str, Any]:
    """The header's line as it is now, and what has come since the page in view was made."""
    texts = catalogue(preferences_of(request).language)
    total = library.papers.day_list(day, expression, limit=0).total
    return {
        "standings": standings(library, day, expression, total, texts),
        **news(request, library, day, expression, total, addresses.list_path(expression, day=day)),
    }


def _never_announced(
    request: Request, library: Library, expression: CategoryExpression, number: int
) -> Response:
    """All papers of an expression that no day's list has, newest first."""
    size = library.settings.page_size
    found = library.search.find(
        _as_query(expression), sort=Sort.NEWEST, offset=(number - 1) * size, limit=size
    )
    listed = Page([Entry(p) for p in found.papers], found.listed, number, size)
    values = listed.values(lambda n: addresses.list_path(expression, page=n))
    if wants_part(request):
        return page(request, "part.html", values)
    more = {
        "expression": expression,
        "expression_text": str(expression),
        "day": None,
        "here_name": "latest",
    }
    return page(request, "day.html", values | more)


def _as_query(expression: CategoryExpression) -> str:
    """The expression in the query language."""
    wanted = " OR ".join(f"cat:{code}" for code in expression.included)
    unwanted = "".join(f" -cat:{code}" for code in expression.excluded)
    return f"({wanted}){unwanted}" if wanted else unwanted.strip()
