"""A paper as HTML, for lists and for its own page; made from strings, as a list page is little else.

A Jinja macro with the same content was the first form and took three quarters of the time of a page: some
twenty calls a card only to learn that a string needs escaping. Here everything that comes from a paper goes
through `escape` or `render_html`, once, and what is handed on as `Markup` is nothing else.
"""

import html
import re
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from postil import categories
from postil.messages import catalogue
from postil.paper import Paper
from postil.text.markup import render_html
from postil.web import addresses
from postil.web.formatting import short_day

_CJK = re.compile(r"[぀-ヿ㐀-鿿]")
_MARKED = re.compile("[&<>\"']").search
_AUTHORS_SHOWN = 8


@lru_cache(maxsize=2048)
def card_html(paper: Paper, level: int, language: str) -> Markup:
    """A paper on a list, under a heading of the given level."""
    title = render_html(paper.title, links=False)
    return Markup(
        f'<article class="paper" data-id="{escape(str(paper.id))}">{withdrawn_html(paper, language)}'
        f'<h{level} class="title" lang="{language_of(paper.title)}">'
        f'<a href="{escape(addresses.paper_path(paper.id))}">{title}</a></h{level}>'
        f"{authors_html(paper.authors, language)}{abstract_html(paper, language)}"
        f'<div class="facts">{_labels(paper.categories, language)}{_date(paper, language)}'
        f"{_place(paper)}{_links(paper, language)}</div></article>\n"
    )


def withdrawn_html(paper: Paper, language: str) -> Markup:
    """The word that says so, where a paper stands withdrawn."""
    if not paper.withdrawn:
        return Markup("")
    return Markup(f'<p class="withdrawn">{_said("paper.withdrawn", language)}</p>')


def title_html(text: str) -> Markup:
    """A title as safe HTML that may stand in a link."""
    return render_html(text, links=False)


def abstract_html(paper: Paper, language: str) -> Markup:
    """The abstract, and the summary with the words that say whose it is."""
    said = ""
    if paper.abstract:
        said = (
            f'<div class="abstract" lang="{language_of(paper.abstract)}">'
            f"<p>{render_html(paper.abstract)}</p></div>"
        )
    if paper.summary:
        said += (
            f'<div class="abstract summary"><p><span class="by">{_said("summary.label", language)}'
            f'</span> <span lang="{language_of(paper.summary)}">{render_html(paper.summary)}</span>'
            "</p></div>"
        )
    return Markup(said)


def language_of(text: str) -> str:
    """The language a browser should take `text` for: Chinese where a fair part of it is."""
    if text.isascii():
        return "en"
    return "zh" if len(_CJK.findall(text)) * 5 > len(text) else "en"


def authors_html(names: tuple[str, ...], language: str) -> Markup:
    """Authors, each a link to a search; from the ninth on they are folded, but never one alone."""
    if not names:
        return Markup("")
    shown = len(names) if len(names) <= _AUTHORS_SHOWN + 1 else _AUTHORS_SHOWN
    listed = ", ".join(map(_author, names[:shown]))
    if folded := names[shown:]:
        more = catalogue(language)("authors.more", count=len(folded))
        rest = ", ".join(map(_author, folded))
        listed += f" <details><summary>{escape(more)}</summary>{rest}</details>"
    return Markup(f'<div class="authors" translate="no">{listed}</div>')


def _author(name: str) -> str:
    return f'<a href="{escape(addresses.author_path(name))}">{escape(name)}</a>'


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


def _labels(codes: tuple[str, ...], language: str) -> str:
    items = "".join(_label_item(code, language) for code in codes)
    return f'<ul class="labels" translate="no">{items}</ul>' if items else ""


@lru_cache(maxsize=1024)
def _label_item(code: str, language: str) -> str:
    found = label(code, language)
    if not found.path:
        return f"<li>{escape(code)}</li>"
    return f'<li><a href="{found.path}" title="{escape(found.name)}">{escape(code)}</a></li>'


def _date(paper: Paper, language: str) -> str:
    """The one date of a card: announced, else submitted, else the year."""
    if paper.announced:
        day, said = paper.announced[0].day, _said("date.announced", language)
    elif paper.submitted:
        day, said = paper.submitted, _said("date.submitted", language)
    elif paper.year:
        return f'<time datetime="{paper.year:04}">{paper.year}</time>'
    else:
        return ""
    return f'<span>{said} <time datetime="{day}">{short_day(day, language)}</time></span>'


def _place(paper: Paper) -> str:
    if paper.id.source == "arxiv":
        return f'<span class="id" translate="no">{escape(str(paper.id))}</span>'
    return f'<span class="venue">{escape(paper.venue)}</span>' if paper.venue else ""


def _links(paper: Paper, language: str) -> str:
    links = " ".join(
        f'<a href="{escape(address)}" rel="noreferrer">{_said(key, language)}</a>'
        for key, address in addresses.outside_links(paper)
        if key != "link.abstract"
    )
    return f'<span class="links">{links}</span>'


@lru_cache(maxsize=256)
def _said(key: str, language: str) -> str:
    """A text of the catalogue that needs no values, escaped."""
    return escape(catalogue(language)(key))


def escape(text: str) -> str:
    """`text` without markup; a look at it first, as most of what a card holds has none."""
    return html.escape(text) if _MARKED(text) else text
