"""Ids on a page: those missing lead to arXiv, those held to their own pages, and many in a row a range."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from postil.messages import Catalogue
from postil.paper_id import PaperId
from postil.web import addresses
from postil.web.formatting import number

_LINK = Markup('<a href="{}"{}>{}</a>')
_OUTSIDE = Markup(' rel="noreferrer"')


def ids_html(ids: Sequence[PaperId], limit: int, texts: Catalogue, *, held: bool = False) -> Markup:
    """The first `limit` of `ids` as links, and how many more there are; never one more alone."""
    shown = ids if len(ids) <= limit + 1 else ids[:limit]
    links = Markup(" ").join(
        _LINK.format(addresses.paper_path(paper_id), "", str(paper_id))
        if held
        else _LINK.format(addresses.archive_path(paper_id), _OUTSIDE, str(paper_id))
        for paper_id in shown
    )
    left = len(ids) - len(shown)
    more = Markup(" {}").format(texts("ledger.more_ids", count=number(left))) if left else ""
    return Markup('<span class="ids" translate="no">{}</span>{}').format(links, more)


@dataclass(frozen=True, slots=True)
class IdRange:
    """Ids in a row, the first and the last of them included."""

    first: PaperId
    last: PaperId
    count: int


def ranges_of(ids: Sequence[PaperId]) -> list[IdRange]:
    """The ranges of `ids`, in order. Only new-style ids of one month follow one another."""
    found = []
    for _, group in groupby(enumerate(sorted(ids)), key=lambda item: _origin(*item)):
        row = [paper_id for _, paper_id in group]
        found.append(IdRange(row[0], row[-1], len(row)))
    return found


def _origin(index: int, paper_id: PaperId) -> tuple[str, int]:
    """The same for ids in a row and for no others: where a row through this id began."""
    month, dot, serial = paper_id.key.partition(".")
    if paper_id.source != "arxiv" or not dot or not serial.isdecimal():
        return str(paper_id), index
    return month, int(serial) - index
