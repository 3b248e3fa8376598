"""`/`: the search box, the latest day, a few works of the shelf, and the choice of categories."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from postil.categories import CategoryExpression
from postil.errors import BadCategory
from postil.library import Library
from postil.paper import Paper
from postil.web.narrowing import picker_groups
from postil.web.parameters import library_of
from postil.web.preferences import preferences_of
from postil.web.rendering import page

_EXAMPLES = ("state space models", '"low rank" cat:math.NA', "author:Shannon")
_COUNTS = 16
_TEASER = 6


def home(request: Request) -> Response:
    """The first page; `?choose=` fills the picker with an expression."""
    library = library_of(request)
    expression = _expression(request, library)
    works = library.papers.shelf()
    values = {
        "examples": _EXAMPLES,
        "expression": expression,
        "groups": picker_groups(expression),
        "teaser": _teaser(works),
        "shelf_total": len(works),
        "here_name": "home",
    }
    return page(request, "home.html", values | _latest(library, expression))


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


def _latest(library: Library, expression: CategoryExpression) -> dict[str, Any]:
    papers = library.papers
    day = papers.latest_day(CategoryExpression())
    if day is None:
        return {"latest": None}
    counts = papers.category_counts(day)
    fullest = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {
        "latest": day,
        "latest_total": papers.day_list(day, CategoryExpression(), offset=0, limit=0).total,
        "latest_chosen": papers.day_list(day, expression, offset=0, limit=0).total,
        "counts": fullest[:_COUNTS],
    }


def _teaser(works: list[Paper]) -> list[Paper]:
    """A few works spread evenly over the years."""
    ordered = sorted(works, key=lambda work: (work.day_number, work.id))
    if len(ordered) <= _TEASER:
        return ordered
    return [ordered[i * (len(ordered) - 1) // (_TEASER - 1)] for i in range(_TEASER)]
