"""`/`: the search box, the latest day, a few works of the shelf, and the choice of categories."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from postil.categories import CategoryExpression, categories
from postil.errors import BadCategory
from postil.library import Library
from postil.messages import catalogue
from postil.paper_id import PaperId
from postil.web.live import live_path, news
from postil.web.narrowing import picker_groups
from postil.web.pages.shelf import shelf_ids
from postil.web.parameters import day_asked_as, library_of, part_asked
from postil.web.preferences import preferences_of
from postil.web.rendering import page
from postil.web.standing import Standing, standings

_EXAMPLES = ("state space models", '"low rank" cat:math.NA', "author:Shannon")
_COUNTS = 16
_TEASER = 6
_PEEK = 6


def home(request: Request) -> Response:
    """The first page; `?choose=` fills the picker with an expression."""
    library = library_of(request)
    if part_asked(request) == "live":
        return _live(request, library)
    expression = _expression(request, library)
    values = {
        "examples": _EXAMPLES,
        "expression": expression,
        "groups": picker_groups(expression),
        "teaser": library.papers.several(_teaser(shelf_ids())),
        "shelf_total": len(shelf_ids()),
        "change": library.store.last_change(),
        "here_name": "home",
    }
    return page(request, "home.html", values | _latest(request, library, expression))


def _live(request: Request, library: Library) -> Response:
    """The latest day's line as it is now, and what has come since the page in view was made."""
    day = day_asked_as(request, "newest")
    total = library.papers.day_list(day, limit=0).total if day else 0
    found = _standings(request, library, day, total)
    more = news(request, library, day, None, total, "/")
    return page(request, "live.html", {"standings": found, **more})


def _standings(
    request: Request, library: Library, day: date | None, total: int
) -> Sequence[Standing]:
    if day is None:
        return ()
    return standings(library, day, None, total, catalogue(preferences_of(request).language))


def _expression(request: Request, library: Library) -> CategoryExpression:
    """The categories named in the address, else those kept, else those of the settings."""
    kept = preferences_of(request).categories
    for text in (request.query_params.get("choose"), str(kept or ""), library.settings.categories):
        try:
            if text:
                return CategoryExpression.parse(text)
        except BadCategory:
            continue
    return CategoryExpression()


def _latest(request: Request, library: Library, expression: CategoryExpression) -> dict[str, Any]:
    papers = library.papers
    day = papers.latest_day()
    if day is None:
        return {"latest": None, "live": live_path("/", library, None, 0)}
    counts = papers.category_counts(day)
    fullest = sorted(
        ((code, n) for code, n in counts.items() if code in categories()),
        key=lambda item: (-item[1], item[0]),
    )
    total = papers.day_list(day, limit=0).total
    return {
        "latest": day,
        "latest_total": total,
        "standings": _standings(request, library, day, total),
        "live": live_path("/", library, None, total),
        "chosen": papers.day_list(day, expression, limit=_PEEK),
        "counts": fullest[:_COUNTS],
    }


def _teaser(ids: Sequence[PaperId]) -> list[PaperId]:
    """A few works spread evenly over the years."""
    return [ids[i * (len(ids) - 1) // (_TEASER - 1)] for i in range(_TEASER)]
