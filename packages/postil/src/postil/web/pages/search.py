"""`/search`: the query, how it was read, and what was found."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from postil.library import Required, Results, Sort
from postil.messages import Catalogue, catalogue
from postil.text.query import Problem
from postil.web import addresses
from postil.web.formatting import number
from postil.web.listing import Entry, Page
from postil.web.parameters import library_of, page_asked, printable, wants_part
from postil.web.preferences import preferences_of
from postil.web.rendering import page

# Each with the key of its explanation in the catalogue.
EXAMPLES = (
    ("attention memory", "words"),
    ('"low rank"', "phrase"),
    ("attention -vision", "without"),
    ("wavelet OR fourier", "either"),
    ("title:attention", "title"),
    ('author:"Drineas"', "author"),
    ("cat:math.NA random", "category"),
    ("date:2020..2024 transformer", "date"),
)


def search(request: Request) -> Response:
    """Answer `?q=`; with no query, show how to ask."""
    query = request.query_params.get("q", "").strip()
    if not query:
        return page(request, "search.html", _unasked())
    library = library_of(request)
    sort = _sort(request)
    at, size = page_asked(request), library.settings.page_size
    found = library.search.find(query, sort=sort, offset=(at - 1) * size, limit=size)
    listed = Page([Entry(p) for p in found.papers], found.listed, at, size)
    values = listed.values(lambda n: addresses.search_path(query, sort=sort.value, page=n))
    if wants_part(request):
        return page(request, "part.html", values)
    texts = catalogue(preferences_of(request).language)
    problems = [_explained(p, texts) for p in found.parsed.problems]
    more = {
        "asked": True,
        "query": query,
        "problems": problems,
        "reading": found.reading if problems else "",
        "count": _counted(found, texts),
        "took": found.milliseconds,
        "sort": found.sort.value,
    }
    return page(request, "search.html", _unasked() | values | more)


def _counted(found: Results, texts: Catalogue) -> tuple[str, str]:
    """What the list holds, and what the other way of counting would find, where that is another number."""
    listed = texts("papers", count=number(found.listed))
    if found.total == found.complete:
        return listed, ""
    if found.required is Required.ANY:
        return listed, texts("search.complete", number=number(found.complete))
    return texts("search.every", papers=listed), texts("search.any", number=number(found.total))


def _explained(problem: Problem, texts: Catalogue) -> str:
    said = texts(f"problem.{problem.code}", fragment=printable(problem.fragment))
    return f"{said} {texts('problem.hint', hint=problem.hint)}" if problem.hint else said


def _sort(request: Request) -> Sort:
    """The asked order; an unknown one is read as the usual one."""
    text = request.query_params.get("sort", "")
    return Sort(text) if text in set(Sort) else Sort.RELEVANCE


def _unasked() -> dict[str, Any]:
    return {
        "asked": False,
        "query": "",
        "problems": [],
        "reading": "",
        "sort": Sort.RELEVANCE.value,
        "sorts": [s.value for s in (Sort.RELEVANCE, Sort.NEWEST, Sort.OLDEST)],
        "examples": EXAMPLES,
        "count": ("", ""),
        "total": 0,
        "here_name": "search",
    }
