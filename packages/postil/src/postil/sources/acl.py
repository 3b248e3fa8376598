"""The ACL Anthology: one XML file a collection, in its public repository under `data/xml/`.

Titles and abstracts are mixed content. All their text is kept and joined without spaces of our own, so that
capitals marked as fixed stay part of their word; formulas stay TeX between dollars. Front matter is no paper.
An id is made from collection, volume and paper as the Anthology makes it: the link in a file may be absent.
"""

import re
from dataclasses import dataclass
from datetime import date

from postil.errors import BadId
from postil.paper import Paper, Version
from postil.paper_id import PaperId
from postil.sources import fields
from postil.sources.exchange import BadReply, Rejected
from postil.sources.fields import BadRecord
from postil.sources.safe_xml import Element, child, local_name, parse_xml, shown

LARGEST = 64 << 20

_OLD_COLLECTION = re.compile(r"[A-Z]\d\d", re.ASCII)
_YEAR = re.compile(r"(?:1[6-9]|2[01])\d\d", re.ASCII)
_NUMBER = re.compile(r"[1-9]\d{0,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Collection:
    """The papers of one file, and what in it could not be read as one."""

    id: str
    papers: tuple[Paper, ...]
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class _Volume:
    """What the papers of a volume share."""

    collection: str
    id: str
    title: str
    place: str
    month: str
    year: int | None
    ingested: date | None


def read_collection(body: bytes) -> Collection:
    """Read a file of the Anthology.

    Raises:
        BadReply: this is no XML, or no collection.
    """
    root = parse_xml(body, largest=LARGEST)
    name = root.get("id") or ""
    if local_name(root) != "collection" or not name:
        raise BadReply(f"This is no collection of the ACL Anthology but “{shown(root.tag, 60)}”.")
    papers: list[Paper] = []
    rejected: list[Rejected] = []
    for element in root:
        if local_name(element) != "volume":
            continue
        volume = _volume(name, element)
        for each in element:
            if local_name(each) != "paper":
                continue
            try:
                papers.append(_paper(volume, each))
            except (BadRecord, BadId) as error:
                rejected.append(Rejected(_key(volume, each.get("id") or "?"), str(error)))
    return Collection(name, tuple(papers), tuple(rejected))


def mixed_text(element: Element | None) -> str:
    """The text of an element and everything in it; what is marked as TeX stands between dollars."""
    return fields.plain("".join(_pieces(element))) if element is not None else ""


def _pieces(element: Element) -> list[str]:
    formula = local_name(element) == "tex-math"
    pieces = ["$" if formula else "", element.text or ""]
    for each in element:
        pieces += _pieces(each)
        pieces.append(each.tail or "")
    if formula:
        pieces.append("$")
    return pieces


def _volume(collection: str, element: Element) -> _Volume:
    meta = child(element, "meta")

    def said(name: str) -> str:
        return mixed_text(child(meta, name)) if meta is not None else ""

    year = said("year")
    title = said("booktitle") or said("journal-title")
    if number := said("journal-volume"):
        issue = said("journal-issue")
        title = f"{title} {number}({issue})" if issue else f"{title} {number}"
    return _Volume(
        collection,
        element.get("id") or "",
        title,
        said("address"),
        said("month"),
        int(year) if _YEAR.fullmatch(year) else None,
        _day(element.get("ingest-date")),
    )


def _paper(volume: _Volume, element: Element) -> Paper:
    parts = {local_name(each): each for each in element}
    said = {name: mixed_text(parts.get(name)) for name in ("title", "abstract", "doi", "year")}
    year = int(said["year"]) if _YEAR.fullmatch(said["year"]) else volume.year
    day = volume.ingested
    return Paper(
        PaperId.parse(_key(volume, element.get("id") or "?")),
        fields.title(fields.text(said, "title", fields.LONGEST_TITLE)),
        _authors(element),
        abstract=fields.text(said, "abstract", fields.LONGEST_TEXT),
        # Old volumes were taken in decades after they appeared: that day would put them among the new ones.
        submitted=day if day and (year is None or day.year <= year) else None,
        year=year,
        versions=_versions(element),
        venue=volume.title,
        doi=said["doi"],
        comment=_comment(element),
        journal_ref=_reference(volume, mixed_text(parts.get("pages")), year),
    )


def _key(volume: _Volume, paper: str) -> str:
    """`acl:2023.acl-long.1`, or as it was before 2020: `acl:P18-1001`, `acl:W18-0101`."""
    if not _OLD_COLLECTION.fullmatch(volume.collection):
        return f"acl:{volume.collection}-{volume.id}.{paper}"
    numbers = [int(part) for part in (volume.id, paper) if _NUMBER.fullmatch(part)]
    if len(numbers) < 2:
        return f"acl:{volume.collection}-{volume.id}.{paper}"
    # Workshops have two digits for the volume; so have one conference's workshops within its collection.
    many = volume.collection.startswith("W") or volume.collection == "C69"
    if many or (volume.collection == "D19" and numbers[0] >= 5):
        return f"acl:{volume.collection}-{numbers[0]:02}{numbers[1]:02}"
    return f"acl:{volume.collection}-{numbers[0]}{numbers[1]:03}"


def _authors(element: Element) -> tuple[str, ...]:
    written = []
    for each in element:
        if local_name(each) == "author":
            # Beside the name there may be its other spellings and an affiliation.
            written.append(
                " ".join(
                    filter(None, (mixed_text(child(each, part)) for part in ("first", "last")))
                )
            )
    return fields.names({"authors": written}, fields.without_tex_accents)


def _versions(element: Element) -> tuple[Version, ...]:
    """The revisions; a paper that was never revised has none."""
    found = {}
    for each in element:
        if local_name(each) == "revision" and _NUMBER.fullmatch(number := each.get("id") or ""):
            found[int(number)] = Version(int(number), _day(each.get("date")))
    return tuple(found[number] for number in sorted(found))


def _comment(element: Element) -> str:
    """Retraction first, so that the paper counts as withdrawn, then errata and awards."""
    said: list[str] = []
    for each in element:
        text = mixed_text(each)
        when = f" on {day}" if (day := _day(each.get("date"))) else ""
        match local_name(each):
            case "retracted":
                said.insert(0, f"Withdrawn{when}: {text}" if text else f"Withdrawn{when}.")
            case "removed":
                said.insert(0, f"Withdrawn from the Anthology{when}: {text}")
            case "erratum":
                said.append(f"Erratum{when}: https://aclanthology.org/{text}.pdf")
            case "award":
                said.append(f"Award: {text}.")
    return " ".join(said)[: fields.LONGEST_NOTE]


def _reference(volume: _Volume, pages: str, year: int | None) -> str:
    """`Proceedings of …, pages 1–11, Melbourne, July 2018`; nothing where the pages are not known."""
    if not pages:
        return ""
    when = " ".join(filter(None, (volume.month, str(year or ""))))
    parts = (volume.title, f"pages {pages}" if re.search(r"\D", pages) else f"page {pages}")
    return ", ".join(filter(None, (*parts, volume.place, when)))[: fields.LONGEST_NOTE]


def _day(text: str | None) -> date | None:
    try:
        return fields.day_of((text or "").strip(), "date") if text else None
    except BadRecord:
        return None
