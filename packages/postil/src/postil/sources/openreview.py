"""OpenReview: the notes of a venue, page by page, as papers.

Version 2 of its interface wraps every value in an object, version 1 does not; both are read. Only notes that
open a forum are papers, replies are not. An id at another archive counts only where a field about the
submission itself gives it; an abstract may well name somebody else's paper.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import orjson

from postil.errors import BadId, BadInput
from postil.paper import Paper
from postil.paper_id import PaperId
from postil.sources import fields
from postil.sources.exchange import BadReply, Rejected, Reply
from postil.sources.fields import BadRecord

BASE = "https://api2.openreview.net"
PAGE = 1_000  # notes; the interface gives no more at once

_VENUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.-]+)*", re.ASCII)
_WITHDRAWN = re.compile(r"withdraw", re.IGNORECASE)
_DESK_REJECTED = re.compile(r"desk[ _-]?reject", re.IGNORECASE)
_ELSEWHERE = ("arxiv", "preprint", "html", "pdf", "ee", "url", "doi")
_DOI = re.compile(
    r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(?P<doi>10\.\d{4,9}/\S{1,200})", re.IGNORECASE
)
_NAMELESS = frozenset({"", "anonymous", "anonymous authors", "anonymous author(s)", "anon."})

Note = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NotesPage:
    """One page of a venue's notes.

    `notes` is how many the page has, replies and rejected ones among them: the next page's offset is so much
    further. `count` is how many the venue has, where the reply says it.
    """

    papers: tuple[Paper, ...]
    rejected: tuple[Rejected, ...]
    notes: int
    count: int | None


def check_venue(venue: str) -> str:
    """`venue`, if it is written as OpenReview writes a venue's id: `ICLR.cc/2025/Conference`.

    Raises:
        BadInput: it is not.
    """
    if len(venue) > 200 or not _VENUE.fullmatch(venue):
        raise BadInput(
            f"“{fields.plain(venue)[:60]}” is not a venue's id at OpenReview: write it as "
            "ICLR.cc/2025/Conference."
        )
    return venue


def notes_url(venue: str, offset: int, base: str = BASE) -> str:
    """The address of a page of a venue's notes, oldest first, so that a new one moves no other."""
    asked = {
        "content.venueid": venue,
        "limit": PAGE,
        "offset": offset,
        "sort": "tcdate:asc",
        "count": "true",
    }
    return f"{base.rstrip('/')}/notes?{urlencode(asked, safe='/:')}"


def read_notes(body: bytes) -> NotesPage:
    """Read one page.

    Raises:
        BadReply: this is no page of notes.
    """
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadReply("OpenReview's reply is not JSON: ask again later.") from error
    notes = found.get("notes") if isinstance(found, dict) else None
    if not isinstance(notes, list):
        raise BadReply(f"OpenReview's reply has no notes{_told(found)}: ask again later.")
    papers, rejected = [], []
    for note in notes:
        try:
            if (paper := read_note(note)) is not None:
                papers.append(paper)
        except (BadRecord, BadId) as error:
            rejected.append(Rejected(_id_of(note), str(error)))
    count = found.get("count")
    return NotesPage(
        tuple(papers), tuple(rejected), len(notes), count if type(count) is int else None
    )


def read_note(note: object) -> Paper | None:
    """The paper that a note submits; None where the note is a reply, or was deleted.

    Raises:
        BadRecord: a field is missing or malformed.
    """
    if not isinstance(note, dict) or not isinstance(note.get("content"), dict):
        raise BadRecord("a note must be an object with “content”")
    forum = note.get("forum") or note.get("id")
    if note.get("replyto") or forum != note.get("id") or note.get("ddate"):
        return None
    if not isinstance(forum, str):
        raise BadRecord("the field “id” is missing")
    content = {name: _bare(value) for name, value in note["content"].items()}
    clean = fields.without_tex_accents
    submitted = _day(note, "tcdate") or _day(note, "cdate")
    doi, homes = _elsewhere(content)
    return Paper(
        PaperId.parse(f"openreview:{forum}"),
        fields.title(clean(fields.text(content, "title", fields.LONGEST_TITLE))),
        _authors(content),
        abstract=clean(fields.text(content, "abstract", fields.LONGEST_TEXT)),
        submitted=submitted,
        modified=_day(note, "tmdate") or _day(note, "mdate"),
        venue=clean(_text_or_none(content, "venue")),
        doi=doi,
        comment=_standing(content),
        homes=homes,
    )


def with_retry_after(reply: Reply, now: datetime) -> Reply:
    """`reply` as it is, or with the `Retry-After` that OpenReview's refusal says in its body instead."""
    if reply.status != 429 or "retry-after" in reply.headers:
        return reply
    try:
        told = orjson.loads(reply.body)["details"]["resetTime"]
        moment = datetime.fromisoformat(told)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return reply
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    # A second more: the limit is counted by their clock, not by ours.
    seconds = max(1, int((moment - now).total_seconds()) + 2)
    return replace(reply, headers={**reply.headers, "retry-after": str(seconds)})


def _bare(value: object) -> object:
    """A value of version 2 taken out of its object; a plain one of version 1 as it stands."""
    return value.get("value") if isinstance(value, dict) else value


def _authors(content: Note) -> tuple[str, ...]:
    """The authors; none where they are still hidden from readers."""
    if isinstance(content.get("authors"), str):
        content = {"authors": content["authors"].split(",")}
    names = fields.names(content, fields.without_tex_accents)
    return tuple(name for name in names if name.lower() not in _NAMELESS)


def _standing(content: Note) -> str:
    """What became of a submission that its venue does not carry, in words that the reader knows."""
    venue = _text_or_none(content, "venue")
    told = f"{_text_or_none(content, 'venueid').rpartition('/')[2]} {venue}"
    if _WITHDRAWN.search(told):
        return "Withdrawn from the venue by its authors."
    return "Rejected by the venue without review." if _DESK_REJECTED.search(told) else ""


def _elsewhere(content: Note) -> tuple[str, tuple[PaperId, ...]]:
    """The DOI and the ids at other archives that fields about the submission name."""
    doi, homes = "", set()
    for text in _named(content):
        if not doi and (match := _DOI.fullmatch(text)):
            doi = match["doi"]
        with suppress(BadId):
            if (held := PaperId.parse(text)).source in ("arxiv", "acl"):
                homes.add(held)
    return doi, tuple(sorted(homes))


def _named(content: Note) -> Iterator[str]:
    for name in _ELSEWHERE:
        if isinstance(text := content.get(name), str):
            yield text.strip()


def _text_or_none(content: Note, name: str) -> str:
    """A field of text where it is text; what a venue puts there otherwise is not ours to judge."""
    found = content.get(name)
    return fields.plain(found)[: fields.LONGEST_NOTE] if isinstance(found, str) else ""


def _day(note: Note, name: str) -> date | None:
    """The day, in UTC, of a time in milliseconds since 1970."""
    found = note.get(name)
    if found is None:
        return None
    if not isinstance(found, int) or isinstance(found, bool) or not 0 < found < 7_000_000_000_000:
        raise BadRecord(f"“{name}” must be a time in milliseconds since 1970")
    return datetime.fromtimestamp(found / 1000, UTC).date()


def _id_of(note: object) -> str:
    found = note.get("id") if isinstance(note, dict) else None
    return f"openreview:{fields.plain(found)[:40]}" if isinstance(found, str) else ""


def _told(found: object) -> str:
    """OpenReview's own message, where its reply is an error."""
    message = found.get("message") if isinstance(found, dict) else None
    return f" (“{fields.plain(message)[:200]}”)" if isinstance(message, str) else ""
