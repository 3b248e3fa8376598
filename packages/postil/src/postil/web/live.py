"""What a page in view asks for when it hears that something changed: its line anew, and what has come since.

The events say only that there is news; the words are made here, in the reader's language, like all others.
"""

from datetime import date
from typing import Any

from starlette.requests import Request

from postil.categories import CategoryExpression
from postil.library import Library
from postil.web import addresses
from postil.web.parameters import count_asked, day_asked_as


def live_path(
    path: str, library: Library, expression: CategoryExpression | None, shown: int
) -> str:
    """Where a page asks: its own address, with what it shows and the newest day that it knows of."""
    newest = library.papers.latest_day(expression)
    known = {"part": "live", "shown": str(shown), "newest": newest.isoformat() if newest else ""}
    return addresses.extended(path, known)


def news(
    request: Request,
    library: Library,
    day: date | None,
    expression: CategoryExpression | None,
    total: int,
    path: str,
) -> dict[str, Any]:
    """A day that is newer than the newest that the page knew, or else more papers on the day it shows."""
    known, shown = day_asked_as(request, "newest"), count_asked(request, "shown")
    newest = library.papers.latest_day(expression)
    if newest is not None and (known is None or newest > known):
        papers = library.papers.day_list(newest, expression, limit=0).total
        where = addresses.list_path(expression or CategoryExpression(), day=newest)
        return {"new_day": newest, "new_papers": papers, "news_path": where}
    more = total - shown if day is not None else 0
    return {"new_day": None, "new_papers": max(more, 0), "news_path": path}
