"""arXiv's pages of a day's list: the latest (`/list/cs.LG/new`), or one of `/catchup/cs.LG/2026-02-03`.

The only place where arXiv itself counts what it announces, and the first to show it. The text on these pages
is typeset (Greek letters, shortened addresses), so it tells of a paper until OAI-PMH has the archive's own
words. Lists of more than a hundred authors are cut off there without a word; such a paper is given none.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from postil.errors import BadInput
from postil.paper import AnnouncementKind, Paper
from postil.paper_id import PaperReference
from postil.sources import arxiv_fields, fields
from postil.sources.exchange import BadReply, DayPage, Entry, Rejected
from postil.sources.fields import BadRecord
from postil.sources.safe_xml import Element, parse_html, shown

PAGE_SIZE = 2_000
_AUTHORS_SHOWN = 100
_KINDS = {
    "new": AnnouncementKind.NEW,
    "cross": AnnouncementKind.CROSS,
    "replacement": AnnouncementKind.REPLACE,
}
_RANKS = {kind: rank for rank, kind in enumerate(AnnouncementKind)}
_HEADING = re.compile(
    r"(?:showing new listings for|catchup results for .{1,200} on) (.+)", re.IGNORECASE
)
_SECTION = re.compile(
    r"(new|cross|replacement)[- ]?\w* ?\((?:\w+, )?showing (?:\w+ )?[\d,]{1,9} of ([\d,]{1,9}) ",
    re.IGNORECASE | re.ASCII,
)
_TOTAL = re.compile(r"total of ([\d,]{1,9}) entries", re.IGNORECASE | re.ASCII)
_CODE = re.compile(r"\(([A-Za-z.-]{2,30})\) ?(?:;|$)", re.ASCII)
_VERSION = re.compile(r"\[v([1-9]\d{0,2})\]", re.ASCII)
_PAGE = re.compile(r"[?&]page=(\d{1,4})(?!\d)", re.ASCII)
_SKIP = re.compile(r"[?&]skip=(\d{1,7})&show=(\d{1,7})(?!\d)", re.ASCII)
_PLACE = re.compile(r"(\d{1,7})(-\d{1,7})?", re.ASCII)
_SHORTENED = re.compile(r"this \w{3,5} URL")


def new_url(base: str, list_name: str, page: int = 1) -> str:
    """The address of the latest day's list of a category or an archive; a group has no such list."""
    url = f"{base}/list/{list_name}/new"
    return url if page == 1 else f"{url}?skip={(page - 1) * PAGE_SIZE}&show={PAGE_SIZE}"


def catchup_url(base: str, list_name: str, day: date, page: int = 1) -> str:
    """The address of an earlier day's list, 90 days back at most, with abstracts."""
    return f"{base}/catchup/{list_name}/{day.isoformat()}?abs=True&page={page}"


def read_listing(body: bytes) -> DayPage:
    """One page of a day's list. Each paper stands there once, with the strongest kind it has on the page.

    Raises:
        BadReply: the page is no list, is cut off, or its counts contradict each other.
    """
    root = parse_html(body)
    front = list(_before_the_list(root))
    day = _day(front)
    if day is None:
        title = next((shown(_text(found), 80) for found in root.iter("title")), "")
        raise BadReply(f"The page is no list of a day; its title is “{title}”.")
    entries: dict[object, Entry] = {}
    rejected: list[Rejected] = []
    for found in _lines(root):
        if isinstance(found, Rejected):
            rejected.append(found)
        elif found.id not in entries or _rank(found) < _rank(entries[found.id]):
            entries[found.id] = found
    next_page, alone = _paging(front)
    claimed = _claimed(root, front, alone)
    return DayPage(day, tuple(entries.values()), claimed, next_page, tuple(rejected))


def _rank(entry: Entry) -> int:
    return _RANKS[entry.kind]


def _before_the_list(root: Element) -> Iterator[Element]:
    """What stands above the entries: heading, counts and pages, but no words of a paper."""
    for element in root.iter():
        if element.tag in {"dl", "dt", "dd"}:
            return
        yield element


def _day(front: list[Element]) -> date | None:
    for element in front:
        if element.tag in {"h1", "h2", "h3"} and (match := _HEADING.search(_text(element))):
            return arxiv_fields.day_within(match[1])
    return None


def _lines(root: Element) -> Iterator[Entry | Rejected]:
    """The entries in the page's order; each term (`dt`) takes the definition (`dd`) that follows it."""
    kind: AnnouncementKind | None = None
    term: Element | None = None
    for element in root.iter("h3", "dt", "dd"):
        if term is not None:
            yield _entry(term, element if element.tag == "dd" else None, kind)
        term = element if element.tag == "dt" else None
        if element.tag == "h3" and (match := _SECTION.match(_text(element))):
            kind = _KINDS[match[1].lower()]
    if term is not None:
        yield _entry(term, None, kind)


def _entry(
    term: Element, definition: Element | None, kind: AnnouncementKind | None
) -> Entry | Rejected:
    words = _text(term)
    try:
        reference = _reference(term)
        if kind is None:
            raise BadRecord("the entry stands under no heading")
    except BadInput as wrong:
        return Rejected(shown(words, 80), str(wrong))
    version = reference.version
    if version is None and (match := _VERSION.search(words)):
        version = int(match[1])
    paper = None if definition is None else _paper(reference, definition)
    return Entry(reference.id, kind, paper, version)


def _reference(term: Element) -> PaperReference:
    for link in term.iter("a"):
        _, found, written = (link.get("href") or "").partition("/abs/")
        if found:
            return arxiv_fields.reference(written)
    raise BadRecord("the entry has no link to a paper")


def _paper(reference: PaperReference, definition: Element) -> Paper | None:
    """What the entry tells of its paper; None where that is too little or cannot be read."""
    found = {name: _text(element) for element in definition.iter() if (name := _part(element))}
    authors = arxiv_fields.split_authors(found.get("authors", ""))
    clean = arxiv_fields.line
    try:
        return Paper(
            reference.id,
            fields.title(clean(fields.text(found, "title", fields.LONGEST_TITLE))),
            authors if len(authors) < _AUTHORS_SHOWN else (),
            abstract=clean(fields.text(found, "abstract", fields.LONGEST_TEXT)),
            categories=fields.categories(_CODE.findall(found.get("subjects", ""))),
            comment=clean(fields.text(found, "comments")),
            journal_ref=clean(fields.text(found, "journal-ref")),
        )
    except BadRecord:
        return None


def _part(element: Element) -> str:
    """Which part of an entry an element is, by its class; empty if none."""
    for name in (element.get("class") or "").split():
        if name.startswith("list-"):
            return name.removeprefix("list-")
        if name == "mathjax" and element.tag == "p":
            return "abstract"
    return ""


def _text(element: Element) -> str:
    pieces: list[str] = []
    _gather(element, pieces)
    return fields.plain("".join(pieces))


def _gather(element: Element, pieces: list[str]) -> None:
    pieces.append(element.text or "")
    for part in element:
        if part.tag == "a" and _SHORTENED.fullmatch(part.text or ""):
            pieces.append(part.get("href") or "")
        elif part.tag == "br":
            pieces.append(" ")
        elif "descriptor" not in (part.get("class") or ""):
            _gather(part, pieces)
        pieces.append(part.tail or "")


def _paging(front: list[Element]) -> tuple[int | None, bool]:
    """The number of the page that follows, if any, and whether this page is the only one."""
    linked: set[int] = set()
    here = 1
    for element in front:
        place = _PLACE.fullmatch(fields.plain(element.text or ""))
        if not place:
            continue
        address = element.get("href") or ""
        if element.tag == "span":
            here = (int(place[1]) - 1) // PAGE_SIZE + 1 if place[2] else int(place[1])
        elif page := _PAGE.search(address):
            linked.add(int(page[1]))
        elif skipped := _SKIP.search(address):
            linked.add(int(skipped[1]) // max(1, int(skipped[2])) + 1)
    return (here + 1 if any(page > here for page in linked) else None), not linked


def _claimed(root: Element, front: list[Element], alone: bool) -> Mapping[AnnouncementKind, int]:
    """The page's own counts by kind; a section that is all on other pages is what the total has left over.

    Raises:
        BadReply: the counts contradict each other.
    """
    claimed: dict[AnnouncementKind, int] = {}
    for heading in root.iter("h3"):
        if match := _SECTION.match(_text(heading)):
            claimed[_KINDS[match[1].lower()]] = _number(match[2])
    match = _TOTAL.search(
        fields.plain(" ".join(f"{each.text or ''} {each.tail or ''}" for each in front))
    )
    left = _number(match[1]) - sum(claimed.values()) if match else 0
    unseen = [kind for kind in AnnouncementKind if kind not in claimed]
    if left > 0 and len(unseen) == 1:
        claimed[unseen[0]] = left
    elif left < 0 or (left and (alone or not unseen)):
        raise BadReply("The page's count of its entries is not the sum of those of its sections.")
    return claimed


def _number(digits: str) -> int:
    return int(digits.replace(",", "") or 0)
