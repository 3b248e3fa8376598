"""`/search`: the query, how it was read, and what was found."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from postil.library import Sort
from postil.web import addresses
from postil.web.catalogue import catalogue
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
    number, size = page_asked(request), library.settings.page_size
    found = library.search.find(query, sort=sort, offset=(number - 1) * size, limit=size)
    listed = Page([Entry(p) for p in found.papers], found.total, number, size)
    values = listed.values(lambda n: addresses.search_path(query, sort=sort.value, page=n))
    if wants_part(request):
        return page(request, "part.html", values)
    texts = catalogue(preferences_of(request).language)
    problems = [
        texts(f"problem.{p.code}", fragment=printable(p.fragment)) for p in found.parsed.problems
    ]
    more = {
        "asked": True,
        "query": query,
        "problems": problems,
        "reading": found.reading if problems else "",
        "complete": found.complete,
        "took": found.milliseconds,
        "sort": sort.value,
    }
    return page(request, "search.html", _unasked() | values | more)


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
        "total": 0,
        "here_name": "search",
    }
