"""`/`: the search box, the latest day, a few works of the shelf, and the choice of categories."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from postil.categories import CategoryExpression, categories
from postil.errors import BadCategory
from postil.library import Library
from postil.paper_id import PaperId
from postil.web.narrowing import picker_groups
from postil.web.pages.shelf import shelf_ids
from postil.web.parameters import library_of
from postil.web.preferences import preferences_of
from postil.web.rendering import page

_EXAMPLES = ("state space models", '"low rank" cat:math.NA', "author:Shannon")
_COUNTS = 16
_TEASER = 6
_PEEK = 6


def home(request: Request) -> Response:
    """The first page; `?choose=` fills the picker with an expression."""
    library = library_of(request)
    expression = _expression(request, library)
    values = {
        "examples": _EXAMPLES,
        "expression": expression,
        "groups": picker_groups(expression),
        "teaser": library.papers.several(_teaser(shelf_ids())),
        "shelf_total": len(shelf_ids()),
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
    day = papers.latest_day()
    if day is None:
        return {"latest": None}
    counts = papers.category_counts(day)
    fullest = sorted(
        ((code, n) for code, n in counts.items() if code in categories()),
        key=lambda item: (-item[1], item[0]),
    )
    return {
        "latest": day,
        "latest_total": papers.day_list(day, limit=0).total,
        "chosen": papers.day_list(day, expression, limit=_PEEK),
        "counts": fullest[:_COUNTS],
    }


def _teaser(ids: Sequence[PaperId]) -> list[PaperId]:
    """A few works spread evenly over the years."""
    return [ids[i * (len(ids) - 1) // (_TEASER - 1)] for i in range(_TEASER)]
