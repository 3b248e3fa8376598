"""What changed between the editions of a paper that are kept, word by word, the latest change first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from markupsafe import Markup

from postil.library import Edition
from postil.messages import catalogue
from postil.paper import Paper
from postil.text.differences import Kind, compare
from postil.text.markup import render_html
from postil.web.formatting import phrase

# What is compared only as a whole, in the order of a paper's page.
_WHOLE = ("authors", "comment", "categories")


@dataclass(frozen=True, slots=True)
class Change:
    """One edition became the next on `day`; `said` is what happened, in a few words.

    `title` and `abstract` show the change in place and are empty where nothing changed; `also` names what
    else did, as keys of the catalogue.
    """

    day: date | None
    said: Markup
    title: Markup
    abstract: Markup
    also: Sequence[str]


def changes_of(paper: Paper, editions: Sequence[Edition], language: str) -> list[Change]:
    """The changes that lead from the first edition kept to what the paper says now."""
    states = [*editions, _now(paper)]
    steps = zip(editions, states[1:], strict=True)
    return [_change(before, after, language) for before, after in steps][::-1]


def _now(paper: Paper) -> Edition:
    return Edition(
        version=paper.versions[-1].number if paper.versions else None,
        modified=paper.modified,
        replaced=None,
        title=paper.title,
        authors=paper.authors,
        abstract=paper.abstract,
        comment=paper.comment,
        categories=paper.categories,
    )


def _change(before: Edition, after: Edition, language: str) -> Change:
    title = differences_html(before.title, after.title, language)
    abstract = differences_html(before.abstract, after.abstract, language)
    also = [name for name in _WHOLE if getattr(before, name) != getattr(after, name)]
    said = _said(before, after, bool(title), bool(abstract), bool(also), language)
    return Change(before.replaced, said, title, abstract, also)


def _said(
    before: Edition, after: Edition, title: bool, abstract: bool, also: bool, language: str
) -> Markup:
    texts = catalogue(language)
    if before.version and after.version and before.version < after.version:
        return phrase(texts, "change.version", before=before.version, after=after.version)
    if abstract and not title and not also:
        return phrase(texts, "change.abstract_only")
    return phrase(texts, "change.record")


@lru_cache(maxsize=256)
def differences_html(old: str, new: str, language: str) -> Markup:
    """Both wordings with what went and what came marked; empty where nothing did or `old` is not known."""
    if old.split() == new.split() or not old.strip():
        return Markup("")
    texts = catalogue(language)
    parts = []
    for stretch in compare(old, new):
        shown = render_html(stretch.text)
        if stretch.kind is Kind.SAME:
            parts.append(shown)
            continue
        element = "del" if stretch.kind is Kind.REMOVED else "ins"
        told = texts("change.removed" if stretch.kind is Kind.REMOVED else "change.added")
        parts.append(
            Markup("<{0}><span class='unseen'>{1} </span>{2}</{0}>").format(
                Markup(element), told, shown
            )
        )
    return Markup("").join(parts)
