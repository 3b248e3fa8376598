"""What a source and the door to the network exchange: addresses go out, replies come back, pages are read.

A source is pure. It says which address to ask and reads the reply into papers or a list; it never opens a
connection, waits or retries. All of that belongs to `harvest.door`, so that politeness has one place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from postil.errors import PostilError
from postil.paper import AnnouncementKind, Paper
from postil.paper_id import PaperId


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered. Names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Unreachable(PostilError):
    """No reply: the connection failed, broke off or took too long, or the reply was longer than allowed."""


class Transport(Protocol):
    """One request over the network, or over a stand-in for it."""

    def fetch(self, url: str, headers: Mapping[str, str]) -> Reply:
        """The reply to a GET, whatever its status.

        Raises:
            Unreachable: there was none.
        """


class BadReply(PostilError):
    """The reply is not what was asked for, though the server says it is: ask again later."""


class TokenExpired(BadReply):
    """The server no longer knows how to go on from the given token: begin again from the last day read."""


class NoSuchPaper(PostilError):
    """The server knows no paper of that id; the message is the reason it gives."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not be read as a paper: which it was, as far as that can be told, and why not."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where an arXiv answers; another address (a mirror, a stand-in) can be given for each part.

    `oai` and `api` are whole addresses; `/list/…` and `/catchup/…` follow `listing`, `/rss/…` and `/atom/…`
    follow `feed`.
    """

    oai: str = "https://oaipmh.arxiv.org/oai"
    listing: str = "https://arxiv.org"
    feed: str = "https://rss.arxiv.org"
    api: str = "https://export.arxiv.org/api/query"

    @classmethod
    def at(cls, base: str) -> "Upstream":
        """All four parts at one address, as the stand-in serves them."""
        base = base.rstrip("/")
        return cls(f"{base}/oai", base, base, f"{base}/api/query")


@dataclass(frozen=True, slots=True)
class OaiPage:
    """One page of OAI-PMH records.

    `token` asks for the next page and is empty on the last one. `last_datestamp` is the latest day on which
    any record of this page was modified, and None on a page without records.
    """

    papers: tuple[Paper, ...] = ()
    deleted: tuple[PaperId, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    token: str = ""
    last_datestamp: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a day's list. `paper` is what the list itself tells of it: a page of replacements has no
    abstracts. `version` is None where the list does not say it."""

    id: PaperId
    kind: AnnouncementKind
    paper: Paper | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class DayPage:
    """One page of one list on one day, from a listing page, a catch-up page or a feed.

    `claimed` is how many entries of each kind the page says that the whole list has (over all its pages); an
    empty mapping where it makes no claim, as a feed does not. `next_page` is the number of the following
    page, or None. A list without entries on a day without announcement has `day` and nothing else.
    """

    day: date
    entries: tuple[Entry, ...] = ()
    claimed: Mapping[AnnouncementKind, int] = field(default_factory=dict)
    next_page: int | None = None
    rejected: tuple[Rejected, ...] = ()
