"""A world of papers that somebody has records of: the announcements they tell, or the likeliest ones."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from postil.harvest.calendar import Calendar
from postil.paper import Announcement, AnnouncementKind, Paper
from postil.sources.records import read_record
from postil.testing.history import Action, Change, History, Wording, evening_before
from postil.testing.tex import in_tex
from postil.text.accents import to_unicode
from postil.text.characters import clean

_EARLIEST = datetime(2005, 9, 16, 4, tzinfo=UTC)  # no datestamp of arXiv's is earlier


def recorded_histories(
    records: Iterable[Mapping[str, Any]], calendar: Calendar
) -> Iterator[History]:
    """The history of each paper, once; records of the same paper are merged, those of no archive left out.

    Raises:
        BadRecord: a record is no paper.
    """
    papers: dict[str, Paper] = {}
    for record in records:
        paper = read_record(dict(record))
        held = papers.get(str(paper.id))
        papers[str(paper.id)] = held.updated_by(paper) if held else paper
    places: dict[date, int] = {}
    for paper in sorted(papers.values(), key=lambda p: str(p.id)):
        if paper.id.source == "arxiv":
            yield _history(paper, calendar, places)


def _history(paper: Paper, calendar: Calendar, places: dict[date, int]) -> History:
    wording = _wording(paper)
    changes: list[Change] = []
    for announcement in paper.announced or (_likely(paper, calendar),):
        # The day's records are modified one after the other, within the time that arXiv takes to
        # announce them.
        place = places[announcement.day] = places.get(announcement.day, 0) + 1
        changes.append(_change(paper, announcement, wording, changes, place % 7_200))
    return History(paper.id, paper.submitter or "", tuple(changes))


def _likely(paper: Paper, calendar: Calendar) -> Announcement:
    day = paper.submitted or date(paper.year or 2000, 1, 1)
    day += timedelta(days=1)
    while not calendar.has_list(day):
        day += timedelta(days=1)
    return Announcement(day, AnnouncementKind.NEW)


def _change(
    paper: Paper, announced: Announcement, wording: Wording, earlier: list[Change], place: int
) -> Change:
    action = Action(announced.kind.value)
    due = evening_before(announced.day)
    number = earlier[-1].version if earlier else 1
    if action is Action.REPLACE and earlier:
        number += 1
    known = next((v for v in paper.versions if v.number == number), None)
    day = known.submitted if known and known.submitted else None
    if day is None and number == 1:
        day = paper.submitted
    if day is None and earlier and number == earlier[-1].version:
        day = earlier[-1].submitted.date()
    submitted = datetime.combine(day, time(9, 30), UTC) if day else due - timedelta(hours=12)
    # Who was not seen before a cross-list is added everywhere but in the primary category.
    added = wording.categories[1:] if action is Action.CROSS else ()
    modified = max(due, _EARLIEST) + timedelta(seconds=300 + place)
    return Change(
        action,
        announced.day,
        due,
        modified,
        number,
        submitted,
        wording,
        bool(known and known.withdrawn),
        added,
    )


def _wording(paper: Paper) -> Wording:
    words = Wording(
        _settled(paper.title),
        _settled(paper.abstract or paper.summary),
        tuple(_settled(name.replace(",", " ")) for name in paper.authors),
        paper.categories,
        comment=_settled(paper.comment),
        doi=paper.doi,
        journal_ref=paper.journal_ref,
        report_no=paper.report_no,
        license=paper.license,
    )
    return words if words.categories else replace(words, categories=("cs.OH",))


def _settled(text: str) -> str:
    """`text` as it comes back when it was written in TeX: a few odd ones are not the same at once."""
    return clean(" ".join(to_unicode(in_tex(text)).split()))
