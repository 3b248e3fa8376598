"""The sources beside arXiv whose records are papers, as series of pages: what to ask first, and what next."""

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from postil.errors import BadInput
from postil.paper import Paper
from postil.sources import acl, openreview, weblog
from postil.sources.exchange import BadReply, Rejected, Reply


@dataclass(frozen=True, slots=True)
class PapersPage:
    """The papers of one page.

    `following` is the next one's address, empty on the last; `total` is how many papers there are
    in all, where the source says it.
    """

    papers: tuple[Paper, ...]
    rejected: tuple[Rejected, ...] = ()
    following: str = ""
    total: int | None = None


class PaperSource(Protocol):
    """A series of pages of papers."""

    @property
    def name(self) -> str:
        """What the position in the series is kept under; the same for the same series."""

    @property
    def first(self) -> str:
        """The address of the first page."""

    def read(self, url: str, reply: Reply) -> PapersPage:
        """Read the page that `url` led to.

        Raises:
            BadReply: it is not what was asked for.
        """


@dataclass(frozen=True, slots=True)
class Venue:
    """The submissions of a venue at OpenReview, such as `ICLR.cc/2025/Conference`."""

    venue: str
    base: str = openreview.BASE

    def __post_init__(self) -> None:
        openreview.check_venue(self.venue)
        check_address(self.base)

    @property
    def name(self) -> str:
        """OpenReview, where, and which venue."""
        return f"openreview {self.base} {self.venue}"

    @property
    def first(self) -> str:
        """The first thousand notes."""
        return openreview.notes_url(self.venue, 0, self.base)

    def read(self, url: str, reply: Reply) -> PapersPage:
        """A page of notes.

        Not its length tells the last one, as a server may give fewer at once than it was asked for, but the
        count or, without one, an empty page.
        """
        page = openreview.read_notes(reply.body)
        offset = int(parse_qs(urlsplit(url).query)["offset"][0])
        if not page.notes and offset < (page.count or 0):
            raise BadReply(f"OpenReview gives nothing after {offset:,} of {page.count:,} notes.")
        after = offset + page.notes
        last = not page.notes or (page.count is not None and after >= page.count)
        following = "" if last else openreview.notes_url(self.venue, after, self.base)
        return PapersPage(page.papers, page.rejected, following, page.count)


@dataclass(frozen=True, slots=True)
class Anthology:
    """One XML file of the ACL Anthology, by its address or its path."""

    first: str

    @property
    def name(self) -> str:
        """The Anthology, and which file."""
        return f"acl {self.first}"

    def read(self, url: str, reply: Reply) -> PapersPage:
        """The whole file."""
        found = acl.read_collection(reply.body)
        return PapersPage(found.papers, found.rejected)


@dataclass(frozen=True, slots=True)
class Weblog:
    """A weblog's feed, and its older parts where it names them."""

    first: str

    def __post_init__(self) -> None:
        check_address(self.first)

    @property
    def name(self) -> str:
        """A weblog, and which."""
        return f"weblog {self.first}"

    def read(self, url: str, reply: Reply) -> PapersPage:
        """A part of the feed."""
        found = weblog.read_feed(reply.body, url, reply.headers.get("content-type", ""))
        return PapersPage(found.papers, found.rejected, found.next_page)


def check_address(url: str) -> str:
    """`url`, if it is one of the web.

    Raises:
        BadInput: it is not.
    """
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and not parts.username
    except ValueError:
        good = False
    if not good or not url.isprintable() or " " in url:
        raise BadInput("An address must be written as https://example.org/feed.")
    return url
