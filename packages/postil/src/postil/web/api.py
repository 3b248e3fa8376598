"""`/api/v1/`: the same answers as JSON, for programs. Records have the form that export writes."""

from datetime import date
from http import HTTPStatus
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from postil.categories import CategoryExpression
from postil.errors import BadInput
from postil.library import Sort, explanation_record, paper_record, relatives_record, status_record
from postil.paper_id import PaperId
from postil.web.ledger_records import line_record, month_record
from postil.web.parameters import (
    categories_asked,
    day_from,
    library_of,
    month_asked,
    page_asked,
    year_asked,
)
from postil.web.suggestions import category_names, record

_LARGEST_PAGE = 200
_MOST_RELATED = 50


def search(request: Request) -> Response:
    """`?q=&sort=&page=&size=`: what was found, and how the query was read."""
    size = _size(request)
    query = request.query_params.get("q", "")
    sort = request.query_params.get("sort", Sort.RELEVANCE.value)
    if sort not in set(Sort):
        raise BadInput(f"The order must be one of {', '.join(Sort)}.")
    found = library_of(request).search.find(
        query, sort=Sort(sort), offset=(page_asked(request) - 1) * size, limit=size
    )
    meant = library_of(request).help.correct(query, found=found.listed)
    return _json(
        {
            "query": query,
            "reading": found.reading,
            "problems": [
                {"code": p.code, "position": p.position, "fragment": p.fragment}
                for p in found.parsed.problems
            ],
            "meant": meant.query if meant else None,
            "listed": found.listed,
            "total": found.total,
            "complete": found.complete,
            "beyond": found.beyond,
            "milliseconds": round(found.milliseconds, 2),
            "papers": [paper_record(p) for p in found.papers],
        }
    )


def suggest(request: Request) -> Response:
    """`?q=&size=`: what a query typed so far may become."""
    query = request.query_params.get("q", "")
    found = library_of(request).help.suggest(query, category_names(), min(_size(request, "8"), 25))
    return _json({"query": query, "suggestions": [record(each) for each in found]})


def why(request: Request) -> Response:
    """`?q=&id=`: what each word of a query added to a paper's score; the parts add up to it."""
    query, paper_id = request.query_params.get("q", ""), request.query_params.get("id", "")
    found = library_of(request).help.explain(query, PaperId.parse(paper_id))
    return _json({"query": query, "id": paper_id, **explanation_record(found)})


def paper(request: Request) -> Response:
    """One paper, by any way of writing its id."""
    paper_id = PaperId.parse(request.path_params["id"])
    return _json(paper_record(library_of(request).papers.get(paper_id)))


def related(request: Request) -> Response:
    """`?size=`: what is related to a paper, with its keywords and what each one shares."""
    paper_id = PaperId.parse(request.path_params["id"])
    library = library_of(request)
    held = library.papers.get(paper_id)
    return _json(relatives_record(library.related.of(held.id, min(_size(request), _MOST_RELATED))))


def days(request: Request) -> Response:
    """Every day with announcements and how many papers each lists."""
    counts = library_of(request).papers.days()
    return _json({"days": [{"day": c.day.isoformat(), "papers": c.papers} for c in counts]})


def day(request: Request) -> Response:
    """`?categories=&page=&size=`: one day's list."""
    text = request.query_params.get("categories", "")
    expression = CategoryExpression.parse(text) if text else CategoryExpression()
    size = _size(request)
    found = library_of(request).papers.day_list(
        day_from(request.path_params["day"]),
        expression,
        offset=(page_asked(request) - 1) * size,
        limit=size,
    )
    return _json(
        {
            "day": found.day.isoformat(),
            "categories": str(expression),
            "total": found.total,
            "papers": [paper_record(p) for p in found.papers],
        }
    )


def ledger(request: Request) -> Response:
    """`?day=`, `?month=` or `?year=`, with `&categories=`: whether all is held; else the newest day."""
    asked, expression = request.query_params, categories_asked(request)
    kept = library_of(request).ledger
    if asked.get("year"):
        year = year_asked(request, 0)
        lines = kept.year(year, expression)
        days = [line_record(line, lists=False) for line in lines]
        return _json({"year": year, "lists": list(kept.lists), "days": days})
    if asked.get("month"):
        return _json(month_record(kept.month(*month_asked(request, date.min))))
    day = day_from(asked["day"]) if asked.get("day") else None
    return _json(line_record(kept.line(day, expression)))


def routes() -> list[BaseRoute]:
    """The addresses of the API."""
    base = "/api/v1"
    return [
        Route(f"{base}/search", search),
        Route(f"{base}/suggest", suggest),
        Route(f"{base}/why", why),
        Route(f"{base}/papers/{{id:path}}", paper),
        Route(f"{base}/related/{{id:path}}", related),
        Route(f"{base}/days", days),
        Route(f"{base}/days/{{day}}", day),
        Route(f"{base}/ledger", ledger),
        Route(f"{base}/status", status),
    ]


def status(request: Request) -> Response:
    """What is held, as on the page about it."""
    return _json(status_record(library_of(request)))


def failure(code: int, detail: str) -> Response:
    """An error as JSON: one line for a person under `error`."""
    return _json({"error": detail or HTTPStatus(code).phrase}, code)


def _size(request: Request, usual: str = "25") -> int:
    text = request.query_params.get("size", usual)
    if text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= _LARGEST_PAGE:
        return int(text)
    raise BadInput(f"The size of a page must lie from 1 to {_LARGEST_PAGE}.")


def _json(value: Any, status_code: int = 200) -> Response:
    return Response(
        orjson.dumps(value),
        status_code,
        headers={"Cache-Control": "private, no-cache"},
        media_type="application/json",
    )
