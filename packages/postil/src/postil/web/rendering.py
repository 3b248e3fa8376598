"""Templates to pages: one environment, autoescape always on, an undefined name is an error."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from postil.messages import catalogue
from postil.text.markup import render_html
from postil.web import addresses, card, formatting
from postil.web.assets import asset_path, style_sheet
from postil.web.ids import ids_html
from postil.web.preferences import preferences_of

_CURRENT = Markup(' aria-current="page"')


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
        "markup": render_html,
        "title_markup": card.title_html,
        "language_of": card.language_of,
        "number": formatting.number,
        "size": formatting.size,
        "milliseconds": formatting.milliseconds,
    }
    environment.globals |= {
        "asset": asset_path,
        "style_sheet": lambda: Markup(style_sheet()),
        "paper_path": addresses.paper_path,
        "list_path": addresses.list_path,
        "search_path": addresses.search_path,
        "related_path": addresses.related_path,
        "topic_path": addresses.topic_path,
        "ledger_path": addresses.ledger_path,
        "method_path": lambda method: f"/methods/{method.name}",
        "archive_path": addresses.archive_path,
        "outside_links": addresses.outside_links,
        "ids_html": ids_html,
        "card_html": card.card_html,
        "found_card_html": card.found_card_html,
        "authors_html": card.authors_html,
        "abstract_html": card.abstract_html,
        "withdrawn_html": card.withdrawn_html,
    }
    return environment


_ENVIRONMENT = _environment()


@cache
def _key_list(language: str) -> Markup:
    """The list of keys, which stands at the end of every page."""
    template = _ENVIRONMENT.get_template("key_list.html")
    return Markup(template.render(t=catalogue(language)))


_ENVIRONMENT.globals["key_list"] = _key_list


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
        month_alone=lambda month: formatting.month_alone(month, language),
        weekdays=lambda: formatting.weekday_initials(language),
        current=lambda name: _CURRENT if values.get("here_name") == name else "",
        category=lambda code: card.label(code, language),
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
