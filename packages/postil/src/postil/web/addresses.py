"""Addresses of the reader's own pages, each built in one place."""

import re
from collections.abc import Mapping
from datetime import date
from urllib.parse import quote, quote_plus

from postil.categories import CategoryExpression
from postil.paper import Paper
from postil.paper_id import PaperId

# A list page has a hundred addresses, and nearly all are of characters that need no quoting.
_NEEDS_NOTHING = re.compile(r"[\w./:+-]*", re.ASCII).fullmatch
_NEEDS_NO_CODE = re.compile(r"[\w.-]*", re.ASCII).fullmatch
# The id of a page whose address is too long for one ends in a digest: it leads nowhere.
_DIGEST = re.compile(r".*~[0-9a-f]{16}", re.DOTALL).fullmatch
_OF_ADDRESSES = "/:?=&+,;@!()*$%~"
_PLAIN_NAME = re.compile(r"[\w .-]*", re.ASCII).fullmatch


def paper_path(paper_id: PaperId) -> str:
    """`/arxiv/2405.06147`."""
    return _quoted(paper_id.path, "/:+")


def list_path(
    expression: CategoryExpression, *, day: date | None = None, page: int = 1, **more: str
) -> str:
    """`/arxiv/cs.LG+stat.ML-cs.CV?date=2026-03-17&page=2`."""
    text = str(expression)  # known codes, + and - alone: nothing that an address would need quoted
    path = f"/arxiv/{text}" if text else "/arxiv"
    if day and page == 1 and not more:
        return f"{path}?date={day.isoformat()}"
    return with_query(path, {"date": day.isoformat() if day else "", "page": _page(page), **more})


def search_path(query: str, *, sort: str = "relevance", page: int = 1, **more: str) -> str:
    """`/search?q=…`, with the sort and the page where they are not the usual ones."""
    usual = {"q": query, "sort": "" if sort == "relevance" else sort, "page": _page(page)}
    return with_query("/search", {**usual, **more})


def why_path(search: str, paper_id: PaperId) -> str:
    """The page of a search, of which `search` is the address, with the reasons for one paper told."""
    return f"{search}&why={_in_query(str(paper_id))}"


def author_path(name: str) -> str:
    """The search for everything by one author."""
    if _PLAIN_NAME(name):
        return f"/search?q=author%3A%22{name.replace(' ', '+')}%22"
    unquoted = name.replace('"', "")
    return f"/search?q=author%3A%22{quote_plus(unquoted, errors='replace')}%22"


def related_path(paper_id: PaperId) -> str:
    """`/related/2405.06147`: what is related to a paper."""
    return f"/related/{_quoted(str(paper_id), '/:+')}"


def topic_path(topic: str) -> str:
    """The works of the shelf on one topic."""
    return with_query("/shelf", {"topic": topic})


def ledger_path(
    *, day: date | None = None, expression: CategoryExpression | None = None, **more: str
) -> str:
    """`/ledger?day=2026-02-03` · `/ledger?year=2026&categories=cs.LG`."""
    values = {"day": day.isoformat() if day else "", **more}
    return with_query("/ledger", {**values, "categories": str(expression or "")})


def archive_path(paper_id: PaperId) -> str:
    """The page of a paper at arXiv."""
    return f"https://arxiv.org/abs/{_quoted(paper_id.key, '/')}"


def outside_links(paper: Paper) -> list[tuple[str, str]]:
    """Where else a paper is: pairs of a catalogue key and an address."""
    links = [link for home in (paper.id, *paper.homes) for link in _at_home(home)]
    if paper.doi:
        links.append(("link.doi", f"https://doi.org/{_quoted(paper.doi, '/()')}"))
    return list(dict.fromkeys(links))


def _at_home(paper_id: PaperId) -> list[tuple[str, str]]:
    """The pages of a paper at the source that its id is of."""
    key = _quoted(paper_id.key, "/")
    if paper_id.source == "arxiv":
        base = "https://arxiv.org"
        return [
            ("link.abstract", f"{base}/abs/{key}"),
            ("link.pdf", f"{base}/pdf/{key}"),
            ("link.html", f"{base}/html/{key}"),
        ]
    if paper_id.source == "openreview":
        return [("link.openreview", f"https://openreview.net/forum?id={key}")]
    if paper_id.source == "acl":
        return [("link.acl", f"https://aclanthology.org/{key}")]
    if paper_id.source == "web" and not _DIGEST(paper_id.key):
        return [("link.web", f"https://{quote(paper_id.key, safe=_OF_ADDRESSES)}")]
    return []


def with_query(path: str, values: Mapping[str, str]) -> str:
    """`path` with the values that are not empty as its query."""
    kept = [f"{name}={_in_query(value)}" for name, value in values.items() if value]
    return f"{path}?{'&'.join(kept)}" if kept else path


def extended(path: str, values: Mapping[str, str]) -> str:
    """`path`, which may have a query, with more of it."""
    more = with_query("", values)
    return path + (more.replace("?", "&", 1) if "?" in path else more)


def is_own_path(text: str) -> bool:
    """Whether `text` is a path on this site and nothing that a browser would take elsewhere."""
    return (
        text.startswith("/")
        and not text.startswith(("//", "/\\"))
        and len(text) <= 4000
        and text.isprintable()
        and "\\" not in text
    )


def _quoted(text: str, safe: str) -> str:
    return text if _NEEDS_NOTHING(text) else quote(text, safe=safe)


def _in_query(text: str) -> str:
    return text if _NEEDS_NO_CODE(text) else quote_plus(text, errors="replace")


def _page(page: int) -> str:
    return str(page) if page > 1 else ""
