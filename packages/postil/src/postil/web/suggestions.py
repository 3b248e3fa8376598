"""Suggestions as the search box shows them: marked up, named and counted in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from markupsafe import Markup, escape

from postil.categories import categories
from postil.library import Kind, Suggestion
from postil.messages import LANGUAGES, Catalogue, catalogue
from postil.text.markup import render_html, render_plain
from postil.web import addresses
from postil.web.formatting import number


@dataclass(frozen=True, slots=True)
class Option:
    """One line under the search box.

    Attributes:
        kind: what it is.
        html: what it says.
        query: what the box would hold.
        path: the page it leads to, where it is a paper.
        name: the category's name.
        label: what kind of thing it is, or how many papers it has.
    """

    kind: str
    html: Markup
    query: str
    path: str
    name: str
    label: str


@cache
def category_names() -> Mapping[str, Sequence[str]]:
    """The names of each category in every language."""
    tables = [catalogue(language) for language in LANGUAGES]
    return {
        code: tuple(
            dict.fromkeys([known.name, *(t.get(f"category.{code}", known.name) for t in tables)])
        )
        for code, known in categories().items()
    }


def options(found: Sequence[Suggestion], texts: Catalogue) -> list[Option]:
    """The lines for what was suggested."""
    return [_option(each, texts) for each in found]


def _option(each: Suggestion, texts: Catalogue) -> Option:
    html = render_html(each.text, links=False) if each.paper else escape(each.text)
    name = (
        texts.get(f"category.{each.text}", _english(each.text))
        if each.kind is Kind.CATEGORY
        else ""
    )
    label = texts(f"suggest.{each.kind}") if each.kind is not Kind.PHRASE or not each.papers else ""
    if each.papers:
        label = " · ".join(filter(None, [label, texts("papers", count=number(each.papers))]))
    path = addresses.paper_path(each.paper) if each.paper else ""
    return Option(each.kind.value, html, each.query, path, name, label)


def _english(code: str) -> str:
    known = categories().get(code)
    return known.name if known else ""


def record(each: Suggestion) -> dict[str, object]:
    """A suggestion as JSON can hold it."""
    said: dict[str, object] = {"kind": each.kind.value, "text": each.text, "query": each.query}
    if each.paper:
        said |= {"text": render_plain(each.text), "id": str(each.paper)}
    if each.papers:
        said["papers"] = each.papers
    return said
