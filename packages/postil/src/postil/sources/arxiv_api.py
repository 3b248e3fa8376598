"""arXiv's search interface, asked for single papers by id.

It answers errors with status 200 and now and then a page without entries, so an answer without papers is
never taken for "there are none": what it does not answer, OAI-PMH is asked for.
"""

from collections.abc import Sequence
from datetime import date
from urllib.parse import urlencode

from postil.errors import BadInput
from postil.paper import Paper, Version
from postil.paper_id import PaperId
from postil.sources import arxiv_fields, fields
from postil.sources.exchange import BadReply, NoSuchPaper
from postil.sources.safe_xml import Element, child, local_name, parse_xml, shown, whole_text

MOST_IDS = 100
_ERRORS = "/api/errors"


def lookup_url(base: str, ids: Sequence[PaperId]) -> str:
    """The address that answers for up to 100 papers.

    Raises:
        ValueError: there are none, or more.
    """
    if not 0 < len(ids) <= MOST_IDS:
        raise ValueError(f"ask for 1 to {MOST_IDS} papers at a time, not {len(ids)}")
    asked = {"id_list": ",".join(paper_id.key for paper_id in ids), "max_results": len(ids)}
    return f"{base}?{urlencode(asked, safe=',/')}"


def read_answer(body: bytes, asked: Sequence[PaperId]) -> tuple[Paper, ...]:
    """The papers of an answer, each once; ids that were asked for and not answered are not among them.

    Raises:
        NoSuchPaper: one paper was asked for, and its id is none that arXiv knows.
        BadReply: the reply is an error, has no entries, or has papers that nobody asked for.
    """
    root = parse_xml(body)
    if local_name(root) != "feed":
        raise BadReply(
            f"The reply is “{shown(local_name(root), 40)}” instead of an answer to a search."
        )
    entries = [each for each in root if local_name(each) == "entry"]
    if not entries:
        total = child(root, "totalResults")
        said = shown(whole_text(total), 20) if total is not None else "no count"
        raise BadReply(f"The answer has no entries (it says: {said}).")
    wanted = frozenset(asked)
    found: dict[PaperId, Paper] = {}
    for entry in entries:
        _complain_of_error(entry, asked)
        try:
            paper = _paper(entry)
        except BadInput:
            continue
        if paper.id not in wanted:
            raise BadReply(f"The answer has {paper.id}, which was not asked for.")
        found[paper.id] = paper
    return tuple(found.values())


def _complain_of_error(entry: Element, asked: Sequence[PaperId]) -> None:
    name = child(entry, "id")
    if name is None or _ERRORS not in whole_text(name):
        return
    summary = child(entry, "summary")
    words = shown(whole_text(summary)) if summary is not None else "no reason given"
    # With several ids the error does not say what the others are.
    unknown = len(asked) == 1 and "incorrect id format" in words
    raise (NoSuchPaper if unknown else BadReply)(f"arXiv's search answered with an error: {words}")


def _paper(entry: Element) -> Paper:
    found: dict[str, str] = {}
    codes: list[str] = []
    authors: list[str] = []
    for each in entry:
        name = local_name(each)
        if name == "category":
            codes.append(each.get("term") or "")
        elif name == "primary_category":
            codes.insert(0, each.get("term") or "")
        elif name == "author":
            written = child(each, "name")
            authors.append("" if written is None else whole_text(written))
        else:
            found.setdefault(name, whole_text(each).strip())
    reference = arxiv_fields.reference(found.get("id", ""))
    published, updated = _day(found, "published"), _day(found, "updated")
    versions: dict[int, date | None] = {1: published} if published else {}
    if reference.version:
        versions.setdefault(reference.version, updated)
    clean = arxiv_fields.line
    return Paper(
        reference.id,
        fields.title(clean(fields.text(found, "title", fields.LONGEST_TITLE))),
        arxiv_fields.tidied([clean(name) for name in authors[: fields.MOST_AUTHORS + 1]]),
        abstract=clean(fields.text(found, "summary", fields.LONGEST_TEXT)),
        categories=arxiv_fields.own_categories(codes),
        submitted=published,
        versions=tuple(Version(number, versions[number]) for number in sorted(versions)),
        doi=fields.plain(fields.text(found, "doi")),
        comment=clean(fields.text(found, "comment")),
        journal_ref=clean(fields.text(found, "journal_ref")),
    )


def _day(found: dict[str, str], name: str) -> date | None:
    """The day of a moment as 2021-04-20T16:07:14Z."""
    written = fields.text(found, name).partition("T")[0]
    return fields.day_of(written, name) if written else None
