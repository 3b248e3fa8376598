"""arXiv's search API over a world, for lists of ids: a feed of the papers it knows, without the others."""

import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from html import escape as escape_attribute
from xml.sax.saxutils import escape

from postil.errors import BadId
from postil.paper_id import PaperReference
from postil.testing.history import Standing
from postil.testing.world import Holdings

_MOST = 30_000
_NAMESPACES = (
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
    'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom"'
)
_ID = re.compile(r"\d{4}\.\d{4,5}(?:v\d+)?|[a-z-]+(?:\.[A-Z]{2})?/\d{7}(?:v\d+)?", re.ASCII)


class ApiError(Exception):
    """What the API refuses, with the HTTP status; its message is the document that arXiv sends."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def api_feed(holdings: Holdings, now: datetime, lag: timedelta, params: Mapping[str, str]) -> str:
    """The reply to `/api/query?id_list=…`, from an index that is `lag` behind.

    Raises:
        ApiError: a parameter is malformed.
    """
    wanted = [text for text in params.get("id_list", "").split(",") if text]
    start, most = _number(params, "start", 0, now), _number(params, "max_results", 10, now)
    if start + most > _MOST:
        raise ApiError(400, error_feed(now, "max_results must be no more than 30000"))
    found = []
    for text in wanted:
        if not _ID.fullmatch(text):
            raise ApiError(400, error_feed(now, f"incorrect id format for {text}"))
        standing = _standing(holdings, now - lag, text)
        if standing:
            found.append(standing)
    entries = "".join(map(_entry, found[start : start + most]))
    return feed_around(now, params, len(found), entries)


def feed_around(now: datetime, params: Mapping[str, str], total: int, entries: str) -> str:
    """The feed's document, with its claim of how many papers match in all."""
    start, most = params.get("start", "0"), params.get("max_results", "10")
    ids = params.get("id_list", "")
    asked = f"search_query=&id_list={ids}&start={start}&max_results={most}"
    key = b64encode(sha1(asked.encode(), usedforsecurity=False).digest()).decode().rstrip("=")
    link = (
        f"https://arxiv.org/api/query?search_query=&start={start}&max_results={most}&id_list={ids}"
    )
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<feed {_NAMESPACES}>\n"
        f"  <id>https://arxiv.org/api/{key}</id>\n  <title>arXiv Query: {escape(asked)}</title>\n"
        f"  <updated>{_moment(now)}</updated>\n"
        f'  <link href="{escape_attribute(link)}" type="application/atom+xml"/>\n'
        f"  <opensearch:itemsPerPage>{most}</opensearch:itemsPerPage>\n"
        f"  <opensearch:totalResults>{total}</opensearch:totalResults>\n"
        f"  <opensearch:startIndex>{start}</opensearch:startIndex>\n{entries}</feed>\n"
    )


def error_feed(now: datetime, message: str) -> str:
    """A feed with one entry, titled Error."""
    where = f"https://arxiv.org/api/errors#{escape(message.replace(' ', '_'))}"
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<feed {_NAMESPACES}>\n"
        "  <id>https://arxiv.org/</id>\n  <title>arXiv Search Results</title>\n"
        f"  <updated>{_moment(now)}</updated>\n"
        "  <opensearch:itemsPerPage>1</opensearch:itemsPerPage>\n"
        "  <opensearch:totalResults>1</opensearch:totalResults>\n"
        "  <opensearch:startIndex>0</opensearch:startIndex>\n"
        f"  <entry>\n    <id>{where}</id>\n    <title>Error</title>\n"
        f"    <updated>{_moment(now)}</updated>\n"
        f'    <link href="{where}" rel="alternate" type="text/html"/>\n'
        f"    <summary>{escape(message)}</summary>\n"
        "    <author>\n      <name>arXiv api core</name>\n    </author>\n  </entry>\n</feed>\n"
    )


def _standing(holdings: Holdings, at: datetime, text: str) -> Standing | None:
    try:
        reference = PaperReference.parse(text)
    except BadId:
        return None
    standing = holdings.standing(reference.id, at)
    if standing is None or reference.version is None:
        return standing
    changes = tuple(c for c in standing.changes if c.version <= reference.version)
    if not changes or changes[-1].version != reference.version:
        return None
    return Standing(standing.id, standing.submitter, changes, changes[-1].modified)


def _entry(standing: Standing) -> str:
    words = standing.wording
    versions = standing.versions
    number, updated, _ = versions[-1]
    key = f"{standing.id.key}v{number}"
    categories = "".join(
        f'    <category term="{code}" scheme="http://arxiv.org/schemas/atom"/>\n'
        for code in words.categories
    )
    doi = (
        f'    <link rel="related" href="https://doi.org/{words.doi}" title="doi"/>\n'
        if words.doi
        else ""
    )
    return (
        f"  <entry>\n    <id>http://arxiv.org/abs/{key}</id>\n    <title>{escape(words.title)}</title>\n"
        f"    <updated>{_moment(updated)}</updated>\n"
        f'    <link href="https://arxiv.org/abs/{key}" rel="alternate" type="text/html"/>\n'
        f'    <link href="https://arxiv.org/pdf/{key}" rel="related" type="application/pdf" title="pdf"/>\n'
        f"{doi}    <summary>{escape(words.abstract)}</summary>\n{categories}"
        f"    <published>{_moment(versions[0][1])}</published>\n"
        f"{_optional('comment', words.comment)}"
        f'    <arxiv:primary_category term="{words.categories[0]}"/>\n'
        f"{_optional('journal_ref', words.journal_ref)}{_authors(standing)}"
        f"{_optional('doi', words.doi)}  </entry>\n"
    )


def _authors(standing: Standing) -> str:
    words, text = standing.wording, ""
    for position, name in enumerate(words.authors):
        house = (
            f"      <arxiv:affiliation>{escape(words.affiliation)}</arxiv:affiliation>\n"
            if words.affiliation and not position
            else ""
        )
        text += f"    <author>\n      <name>{escape(name)}</name>\n{house}    </author>\n"
    return text


def _optional(name: str, text: str) -> str:
    return f"    <arxiv:{name}>{escape(text)}</arxiv:{name}>\n" if text else ""


def _number(params: Mapping[str, str], name: str, default: int, now: datetime) -> int:
    text = params.get(name, "")
    if text and not text.isdecimal():
        raise ApiError(400, error_feed(now, f"{name} must be an integer"))
    return int(text) if text else default


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
