"""Rows of the ledger's tables: a day, or one list on a day, with the same columns."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from postil.library import DayLine, Tally
from postil.messages import Catalogue
from postil.paper_id import PaperId
from postil.web import addresses
from postil.web.formatting import long_day, moment_html, number
from postil.web.standing import mark_of, standing

_UNKNOWN = "–"
_NOTHING = Markup("")
_SHAPE = Markup('<span class="square {}" aria-hidden="true"></span> ')


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `note` stands in place of the numbers where there are none.

    `sources` are pairs of what a source is called and whether it named every paper; else how many it named
    is part of what it is called.
    """

    head: Markup
    note: Markup = _NOTHING
    announced: str = ""
    held: str = ""
    missing: Sequence[PaperId] = ()
    late: Sequence[PaperId] = ()
    sources: Sequence[tuple[str, bool]] = ()
    completed: Markup = _NOTHING


def day_row(line: DayLine, texts: Catalogue, now: datetime) -> Row:
    """A day over all its lists."""
    link = Markup('<a href="{}">{}</a>').format(
        addresses.ledger_path(day=line.day), long_day(line.day, texts.language)
    )
    head = _SHAPE.format(mark_of(line, now)) + link
    if line.announced is None or not line.tallies:
        return Row(head, standing(line, texts, now, linked=False).text)
    counted: Counter[str] = Counter()
    for tally in line.tallies:
        counted.update(tally.sources)
    return Row(
        head,
        announced=number(line.announced),
        held=number(line.held),
        missing=line.missing,
        late=line.late,
        sources=_sources(counted, sum(t.listed for t in line.tallies), texts),
        completed=_completed(line.completed, line, texts),
    )


def list_row(tally: Tally, line: DayLine, texts: Catalogue) -> Row:
    """One list of a day."""
    return Row(
        Markup('<span translate="no">{}</span>').format(tally.list_name),
        announced=_UNKNOWN if tally.announced is None else number(tally.announced),
        held=number(tally.held),
        missing=tally.missing,
        late=tally.late,
        sources=_sources(tally.sources, tally.listed, texts),
        completed=_completed(tally.completed, line, texts),
    )


def _sources(counted: Mapping[str, int], listed: int, texts: Catalogue) -> list[tuple[str, bool]]:
    found = []
    for source, papers in sorted(counted.items()):
        name = texts.get(f"source.{source}", source)
        agrees = papers == listed
        said = name if agrees else texts("ledger.source_named", source=name, number=number(papers))
        found.append((said, agrees))
    return found


def _completed(moment: datetime | None, line: DayLine, texts: Catalogue) -> Markup:
    if moment is None:
        return Markup(_UNKNOWN)
    return moment_html(moment, texts, known_day=line.day - timedelta(days=1))
