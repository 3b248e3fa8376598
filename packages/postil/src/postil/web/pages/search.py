"""`/search`: the query, how it was read, and what was found."""

from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from postil.errors import BadId
from postil.library import Correction, Library, Required, Results, Sort
from postil.messages import Catalogue, catalogue
from postil.paper import Paper
from postil.paper_id import PaperId
from postil.text.query import Problem
from postil.web import addresses
from postil.web.card import Found, why_anchor, why_html
from postil.web.formatting import number
from postil.web.listing import Entry, Page
from postil.web.parameters import library_of, page_asked, part_asked, printable, wants_part
from postil.web.preferences import preferences_of
from postil.web.rendering import page
from postil.web.suggestions import category_names, options

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
    if part_asked(request) == "suggest":
        return _suggestions(request)
    query = request.query_params.get("q", "").strip()
    if part_asked(request) == "why":
        return _why(request, query)
    if not query:
        return page(request, "search.html", _unasked())
    library = library_of(request)
    sort = _sort(request)
    at, size = page_asked(request), library.settings.page_size
    found = library.search.find(query, sort=sort, offset=(at - 1) * size, limit=size)
    listed = Page([Entry(p) for p in found.papers], found.listed, at, size)
    values = listed.values(lambda n: addresses.search_path(query, sort=sort.value, page=n))
    values["found"] = _cards(request, library, query, found, at)
    if wants_part(request):
        return page(request, "part.html", values)
    texts = catalogue(preferences_of(request).language)
    problems = [_explained(p, texts) for p in found.parsed.problems]
    more = {
        "asked": True,
        "query": query,
        "problems": problems,
        **_meant(library.help.correct(query, found=found.listed) if at == 1 else None),
        "reading": found.reading if problems else "",
        "count": _counted(found, texts),
        "took": found.milliseconds,
        "sort": found.sort.value,
    }
    return page(request, "search.html", _unasked() | values | more)


def _cards(
    request: Request, library: Library, query: str, found: Results, at: int
) -> Callable[[Paper], Found]:
    """What the card of each paper says of this search."""
    marks = library.help.marks(query)
    asked = request.query_params.get("why", "")
    here = addresses.search_path(query, page=at)

    def of(paper: Paper) -> Found:
        if found.sort is not Sort.RELEVANCE:
            return Found(marks)
        path = f"{addresses.why_path(here, paper.id)}#{why_anchor(paper)}"
        why = library.help.explain(query, paper.id) if str(paper.id) == asked else None
        return Found(marks, path, why)

    return of


def _suggestions(request: Request) -> Response:
    """`?part=suggest&q=`: the lines under the search box."""
    texts = catalogue(preferences_of(request).language)
    query = request.query_params.get("q", "")
    found = options(library_of(request).help.suggest(query, category_names()), texts)
    said = texts("suggest.said", count=len(found)) if found else texts("suggest.none")
    return page(request, "suggestions.html", {"suggestions": found, "said": said})


def _why(request: Request, query: str) -> Response:
    """`?part=why&q=&why=ID`: why a paper was found, for its card in view."""
    try:
        paper = PaperId.parse(request.query_params.get("why", ""))
    except BadId:
        raise HTTPException(404) from None
    why = library_of(request).help.explain(query, paper)
    if why is None:
        raise HTTPException(404)
    said = why_html(why, preferences_of(request).language)
    return page(request, "why.html", {"why": said})


def _meant(correction: Correction | None) -> dict[str, Any]:
    """Another query that may have been meant, its changed words set off."""
    if correction is None:
        return {"meant": None}
    said = escape(correction.query)
    for _, word in correction.words:
        shown = escape(word)
        said = Markup(said.replace(shown, Markup("<em>{}</em>").format(word), 1))
    return {"meant": correction, "meant_html": said}


def _counted(found: Results, texts: Catalogue) -> tuple[str, str]:
    """What the list holds, and what the other way of counting would find, where that is another number."""
    listed = texts("papers", count=number(found.listed))
    if found.beyond:
        return listed, texts("search.beyond", number=number(found.beyond))
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
        "meant": None,
        "reading": "",
        "sort": Sort.RELEVANCE.value,
        "sorts": [s.value for s in (Sort.RELEVANCE, Sort.NEWEST, Sort.OLDEST)],
        "examples": EXAMPLES,
        "count": ("", ""),
        "total": 0,
        "here_name": "search",
    }
