"""A paper as HTML, for lists and for its own page; made from strings, as a list page is little else.

A Jinja macro with the same content was the first form and took three quarters of the time of a page: some
twenty calls a card only to learn that a string needs escaping. Here everything that comes from a paper goes
through `escaped` or `render_html`, once, and what is handed on as `Markup` is nothing else.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from markupsafe import Markup

from postil import categories
from postil.library import NOBODY, Explanation, Marks, NameMarks, Part
from postil.messages import catalogue
from postil.paper import Paper
from postil.text.markup import escaped, render_html
from postil.web import addresses
from postil.web.formatting import short_day

_CJK = re.compile(r"[぀-ヿ㐀-鿿]")
_AUTHORS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Found:
    """What a card says of the search that found its paper.

    Attributes:
        marks: what the query marks.
        why_path: where the reasons are told; empty where the list is not by relevance.
        why: the reasons, where they were asked for.
    """

    marks: Marks
    why_path: str = ""
    why: Explanation | None = None


@lru_cache(maxsize=2048)
def card_html(paper: Paper, level: int, language: str) -> Markup:
    """A paper on a list, under a heading of the given level."""
    return _card(paper, level, language, None)


def found_card_html(paper: Paper, level: int, language: str, found: Found) -> Markup:
    """The same with the words marked that a search has found; not kept, as hardly any search comes again."""
    return _card(paper, level, language, found)


def _card(paper: Paper, level: int, language: str, found: Found | None) -> Markup:
    marks = found.marks if found else None
    title = render_html(paper.title, links=False, marker=marks.title if marks else None)
    place = f' id="{escaped(why_anchor(paper))}"' if found else ""
    return Markup(
        f'<article class="paper" data-id="{escaped(str(paper.id))}"{place}>'
        f"{withdrawn_html(paper, language)}"
        f'<h{level} class="title" lang="{language_of(paper.title)}">'
        f'<a href="{escaped(addresses.paper_path(paper.id))}">{title}</a></h{level}>'
        f"{authors_html(paper.authors, language, marks)}{abstract_html(paper, language, marks)}"
        f'<div class="facts">{_labels(paper.categories, language)}{_date(paper, language)}'
        f"{_place(paper)}{_links(paper, language)}{_why(found, language)}</div>"
        f"{why_html(found.why, language) if found and found.why else ''}</article>\n"
    )


def why_anchor(paper: Paper) -> str:
    """The name of a paper's card in the address of a list."""
    return f"p-{paper.id}"


def _why(found: Found | None, language: str) -> str:
    if found is None or not found.why_path:
        return ""
    return f'<a class="ask" href="{escaped(found.why_path)}">{_said("why.ask", language)}</a>'


def _said_of(part: Part) -> str:
    return part.said


def _why_rows(said: str, parts: list[Part], language: str) -> str:
    """What one word added, a row for each place where it stands."""
    named = escaped(said) or _said("why.all", language)
    head = f'<th scope="rowgroup" rowspan="{len(parts)}">{named}</th>'
    return "".join(
        f"<tr>{'' if at else head}<td>{_placed(part.place, language)}</td>"
        f"<td>{part.score:.3f}</td></tr>"
        for at, part in enumerate(parts)
    )


def _placed(place: str, language: str) -> str:
    return _said(f"place.{place}", language)


def why_html(why: Explanation, language: str) -> Markup:
    """Why a paper was found: what each word added to its score, and where it stood."""
    texts = catalogue(language)
    rows = "".join(
        _why_rows(said, list(parts), language) for said, parts in groupby(why.parts, _said_of)
    )
    total = (
        f'<tr class="sum"><th scope="row">{_said("why.sum", language)}</th><td></td>'
        f"<td>{why.score:.3f}</td></tr>"
    )
    heads = "".join(
        f'<th scope="col">{escaped(texts(f"why.{name}"))}</th>'
        for name in ("word", "place", "score")
    )
    said = (
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}{total}</tbody></table>"
        if why.parts
        else f"<p>{_said('why.conditions', language)}</p>"
    )
    return Markup(
        f'<details class="why" open><summary>{_said("why.title", language)}</summary>{said}</details>'
    )


def withdrawn_html(paper: Paper, language: str) -> Markup:
    """The word that says so, where a paper stands withdrawn."""
    if not paper.withdrawn:
        return Markup("")
    return Markup(f'<p class="withdrawn">{_said("paper.withdrawn", language)}</p>')


def title_html(text: str) -> Markup:
    """A title as safe HTML that may stand in a link."""
    return render_html(text, links=False)


def abstract_html(paper: Paper, language: str, marks: Marks | None = None) -> Markup:
    """The abstract, and the summary with the words that say whose it is."""
    said, marker = "", marks.abstract if marks else None
    if paper.abstract:
        said = (
            f'<div class="abstract" lang="{language_of(paper.abstract)}">'
            f"<p>{render_html(paper.abstract, marker=marker)}</p></div>"
        )
    if paper.summary:
        said += (
            f'<div class="abstract summary"><p><span class="by">{_said("summary.label", language)}'
            f'</span> <span lang="{language_of(paper.summary)}">'
            f"{render_html(paper.summary, marker=marker)}</span>"
            "</p></div>"
        )
    return Markup(said)


def language_of(text: str) -> str:
    """The language a browser should take `text` for: Chinese where a fair part of it is."""
    if text.isascii():
        return "en"
    return "zh" if len(_CJK.findall(text)) * 5 > len(text) else "en"


def authors_html(names: tuple[str, ...], language: str, marks: Marks | None = None) -> Markup:
    """Authors, each a link to a search; from the ninth on they are folded, but never one alone.

    Whom a search has asked for is marked, and the first of them shown wherever they stand.
    """
    if not names:
        return Markup("")
    meant = marks.authors if marks else NOBODY
    shown = len(names) if len(names) <= _AUTHORS_SHOWN + 1 else _AUTHORS_SHOWN
    listed = ", ".join(_author(name, meant) for name in names[:shown])
    if folded := names[shown:]:
        if found := meant.meant_among(folded):
            listed += f", … {', '.join(_author(name, meant) for name in found)}"
        more = catalogue(language)("authors.more", count=len(folded))
        rest = ", ".join(_author(name, meant) for name in folded)
        listed += f" <details><summary>{escaped(more)}</summary>{rest}</details>"
    return Markup(f'<div class="authors" translate="no">{listed}</div>')


def _author(name: str, meant: NameMarks) -> str:
    said = escaped(name)
    if meant.is_meant(name):
        said = f"<mark>{said}</mark>"
    return f'<a href="{escaped(addresses.author_path(name))}">{said}</a>'


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
        return f"<li>{escaped(code)}</li>"
    return f'<li><a href="{found.path}" title="{escaped(found.name)}">{escaped(code)}</a></li>'


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
        return f'<span class="id" translate="no">{escaped(str(paper.id))}</span>'
    return f'<span class="venue">{escaped(paper.venue)}</span>' if paper.venue else ""


def _links(paper: Paper, language: str) -> str:
    links = " ".join(
        f'<a href="{escaped(address)}" rel="noreferrer">{_said(key, language)}</a>'
        for key, address in addresses.outside_links(paper)
        if key != "link.abstract"
    )
    near = f'<a href="{escaped(addresses.related_path(paper.id))}">{_said("link.related", language)}</a>'
    return f'<span class="links">{links} {near}</span>'


@lru_cache(maxsize=256)
def _said(key: str, language: str) -> str:
    """A text of the catalogue that needs no values, escaped."""
    return escaped(catalogue(language)(key))
