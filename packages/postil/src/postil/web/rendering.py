"""Templates to pages: one environment, autoescape always on, an undefined name is an error."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from postil import __version__, categories
from postil.paper import Paper
from postil.text.markup import render_html
from postil.web import addresses, formatting
from postil.web.assets import asset_path
from postil.web.catalogue import catalogue
from postil.web.preferences import preferences_of

_CJK = re.compile(r"[぀-ヿ㐀-鿿]")
_AUTHORS_SHOWN = 8
_CURRENT = Markup(' aria-current="page"')


@lru_cache(maxsize=4096)
def markup(text: str) -> Markup:
    """An abstract as safe HTML."""
    return render_html(text)


@lru_cache(maxsize=4096)
def title_markup(text: str) -> Markup:
    """A title as safe HTML that may stand in a link."""
    return render_html(text, links=False)


def language_of(text: str) -> str:
    """The language a browser should take `text` for: Chinese where a fair part of it is."""
    if text.isascii():
        return "en"
    return "zh" if len(_CJK.findall(text)) * 5 > len(text) else "en"


def authors_in_view(paper: Paper) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The authors that are shown, and those folded away; one author is never folded alone."""
    names = paper.authors
    if len(names) <= _AUTHORS_SHOWN + 1:
        return names, ()
    return names[:_AUTHORS_SHOWN], names[_AUTHORS_SHOWN:]


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("postil.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {
        "markup": markup,
        "title_markup": title_markup,
        "language_of": language_of,
        "number": formatting.number,
        "size": formatting.size,
        "milliseconds": formatting.milliseconds,
    }
    environment.globals |= {
        "version": __version__,
        "asset": asset_path,
        "paper_path": addresses.paper_path,
        "list_path": addresses.list_path,
        "search_path": addresses.search_path,
        "author_path": addresses.author_path,
        "topic_path": addresses.topic_path,
        "outside_links": addresses.outside_links,
        "authors_in_view": authors_in_view,
    }
    return environment


_ENVIRONMENT = _environment()


def page(
    request: Request, template: str, values: Mapping[str, Any], *, status: int = 200
) -> Response:
    """Render `template` for the reader who asked."""
    preferences = preferences_of(request)
    texts = catalogue(preferences.language)
    language = preferences.language
    html = _ENVIRONMENT.get_template(template).render(
        **values,
        t=texts,
        language=language,
        preferences=preferences,
        here=_here(request),
        long_day=lambda day: formatting.long_day(day, language),
        short_day=lambda day: formatting.short_day(day, language),
        month_name=lambda year, month: formatting.month_name(year, month, language),
        weekdays=lambda: formatting.weekday_initials(language),
        current=lambda name: _CURRENT if values.get("here_name") == name else "",
        category=lambda code: label(code, language),
    )
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Language": "zh-Hans" if language == "zh" else "en",
        "Vary": "Accept-Language, Cookie",
    }
    return HTMLResponse(html, status_code=status, headers=headers)


def _here(request: Request) -> str:
    """The page's own path and query, for coming back to it."""
    query = request.url.query
    path = quote(request.url.path, safe="/:+,@=") + (f"?{query}" if query else "")
    return path if addresses.is_own_path(path) else "/"


@dataclass(frozen=True, slots=True)
class Label:
    """A category on a page: its name in the reader's language and its list; both empty if it is unknown."""

    name: str
    path: str


@lru_cache(maxsize=1024)
def label(code: str, language: str) -> Label:
    """The label of a category as a paper has it."""
    known = categories.categories().get(categories.canonical(code))
    if known is None:
        return Label("", "")
    name = catalogue(language).get(f"category.{known.code}", known.name)
    return Label(name, addresses.list_path(categories.CategoryExpression((known.code,))))
