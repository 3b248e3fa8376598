"""arXiv's RSS and Atom feeds of the day: who is announced, and as what.

A feed is no proof of completeness: it is rebuilt at midnight US Eastern, lives for one day, and leaves out
replacements above version 5, edits of the abstract alone and what goes beyond 2,000 entries.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from postil.errors import BadInput
from postil.paper import AnnouncementKind, Paper
from postil.paper_id import PaperReference
from postil.sources import arxiv_fields, fields
from postil.sources.exchange import BadReply, DayPage, Entry, Rejected
from postil.sources.fields import BadRecord
from postil.sources.safe_xml import Element, child, local_name, parse_xml, shown, whole_text

_EASTERN = ZoneInfo("America/New_York")
_KINDS = {
    "new": AnnouncementKind.NEW,
    "cross": AnnouncementKind.CROSS,
    "replace": AnnouncementKind.REPLACE,
    "replace-cross": AnnouncementKind.REPLACE,
}
_ABSTRACT = re.compile(r"^\s*arXiv:(\S{1,60}) Announce Type:\s+\S+\s+Abstract:", re.IGNORECASE)


def feed_url(base: str, lists: Sequence[str], form: Literal["rss", "atom"] = "rss") -> str:
    """The address of one feed of several archives and categories together."""
    return f"{base}/{form}/{quote('+'.join(lists), safe='+')}"


def read_feed(body: bytes) -> DayPage:
    """The entries of a feed, and the day they are announced on; it makes no claim of how many there are.

    Raises:
        BadReply: the reply is no feed, says no day, or says that something went wrong.
    """
    root = parse_xml(body)
    channel = child(root, "channel") if local_name(root) == "rss" else root
    if channel is None or local_name(channel) not in {"channel", "feed"}:
        raise BadReply(f"The reply is “{shown(local_name(root), 40)}” instead of a feed.")
    items = [each for each in channel if local_name(each) in {"item", "entry"}]
    title = _texts(channel).get("title", "")
    if title.startswith("Feed error"):
        told = _texts(channel)
        words = shown(told.get("description") or told.get("subtitle") or title)
        raise BadReply(f"arXiv's feed says: {words}")
    entries: dict[object, Entry] = {}
    rejected: list[Rejected] = []
    for item in items:
        found = _Item.read(item)
        try:
            entry = found.entry()
        except BadInput as wrong:
            rejected.append(Rejected(shown(found.name, 80), str(wrong)))
        else:
            entries.setdefault(entry.id, entry)
    return DayPage(_day(channel, items), tuple(entries.values()), rejected=tuple(rejected))


def _texts(element: Element) -> dict[str, str]:
    """The text of every child by its local name, the first of each."""
    found: dict[str, str] = {}
    for each in element:
        found.setdefault(local_name(each), whole_text(each).strip())
    return found


@dataclass(frozen=True, slots=True)
class _Item:
    """One item or entry as it is written."""

    texts: dict[str, str]
    categories: list[str]

    @classmethod
    def read(cls, item: Element) -> "_Item":
        terms = [
            each.get("term") or whole_text(each).strip()
            for each in item
            if local_name(each) == "category"
        ]
        return cls(_texts(item), terms)

    @property
    def name(self) -> str:
        """The id as it is written, with its version: Atom has an `id` where RSS has a `guid`."""
        return self.texts.get("guid") or self.texts.get("id") or self.texts.get("link", "")

    def entry(self) -> Entry:
        reference = arxiv_fields.reference(self.name)
        kind = _KINDS.get(self.texts.get("announce_type", ""))
        if kind is None:
            told = shown(self.texts.get("announce_type", ""), 40)
            raise BadRecord(f"the announce type “{told}” is not known")
        return Entry(reference.id, kind, self._paper(reference), reference.version)

    def _paper(self, reference: PaperReference) -> Paper | None:
        """What the item tells of its paper; None where that is too little or cannot be read."""
        found, clean = self.texts, arxiv_fields.line
        told = found.get("description") or found.get("summary", "")
        head = _ABSTRACT.match(told)
        try:
            return Paper(
                reference.id,
                fields.title(clean(fields.text(found, "title", fields.LONGEST_TITLE))),
                arxiv_fields.split_authors(found.get("creator", "")),
                abstract=clean(
                    fields.text({"abstract": told[head.end() :]}, "abstract", fields.LONGEST_TEXT)
                )
                if head
                else "",
                categories=arxiv_fields.own_categories(self.categories),
                doi=fields.plain(fields.text(found, "DOI")),
                journal_ref=clean(fields.text(found, "journal_reference")),
                license=fields.plain(fields.text(found, "rights")),
            )
        except BadRecord:
            return None


def _day(channel: Element, items: list[Element]) -> date:
    """The day of the feed in US Eastern: RSS says it of the whole feed, Atom of its entries."""
    told = _texts(channel)
    first = _texts(items[0]) if items else {}
    for written in (
        told.get("pubDate"),
        first.get("published"),
        first.get("pubDate"),
        told.get("updated"),
        told.get("lastBuildDate"),
    ):
        if written and (moment := _moment(written)):
            return moment.astimezone(_EASTERN).date()
    raise BadReply("The feed does not say which day it is of.")


def _moment(written: str) -> datetime | None:
    try:
        read = datetime.fromisoformat if written[:1].isdigit() else parsedate_to_datetime
        found = read(written)
        fields.a_day(found.year, found.month, found.day, "pubDate")
    except (ValueError, OverflowError, BadRecord):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
