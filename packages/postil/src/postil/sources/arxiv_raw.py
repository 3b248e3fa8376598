"""One OAI-PMH record of arXiv as a paper: in the form `arXivRaw`, which knows every version, or `arXiv`.

In the form `arXiv` the day `created` is that of the current version, whose number is not told, so it fills
none of the three clocks. `acm-class` holds the MSC class in both forms; neither class is kept.
"""

from collections.abc import Callable
from datetime import date

from postil.paper import Paper, Version
from postil.paper_id import PaperId
from postil.sources import arxiv_fields, fields
from postil.sources.fields import BadRecord
from postil.sources.safe_xml import Element, whole_text, without_namespace

_WITHDRAWN = "I"


def read_metadata(metadata: Element, paper_id: PaperId, modified: date | None) -> Paper:
    """The paper of the one element within the `metadata` of the record of `paper_id`.

    Raises:
        BadRecord: the form is another one, a field is missing or malformed, or the id is another paper's.
    """
    name = without_namespace(metadata.tag)
    reader = _FORMS.get(name)
    if reader is None:
        raise BadRecord(f"the form “{fields.plain(name)[:40]}” is not read here")
    return reader(metadata, paper_id, modified)


def _read_raw(metadata: Element, paper_id: PaperId, modified: date | None) -> Paper:
    found: dict[str, str] = {}
    versions: list[Version] = []
    for element in metadata:
        name = without_namespace(element.tag)
        if name == "version":
            versions.append(_version(element))
        else:
            found[name] = whole_text(element) if len(element) else element.text or ""
    authors = arxiv_fields.split_authors(found.get("authors", ""))
    return _paper(found, paper_id, authors, _in_order(versions), modified)


def _read_arxiv(metadata: Element, paper_id: PaperId, modified: date | None) -> Paper:
    found: dict[str, str] = {}
    authors: list[str] = []
    for element in metadata:
        name = without_namespace(element.tag)
        if name == "authors":
            authors = [_author(author) for author in element]
        else:
            found[name] = whole_text(element)
    if len(authors) > fields.MOST_AUTHORS:
        raise BadRecord(f"“authors” has {len(authors):,} names, more than {fields.MOST_AUTHORS:,}")
    return _paper(found, paper_id, arxiv_fields.tidied(authors), (), modified)


_FORMS: dict[str, Callable[[Element, PaperId, date | None], Paper]] = {
    "arXivRaw": _read_raw,
    "arXiv": _read_arxiv,
}


def _paper(
    found: dict[str, str],
    paper_id: PaperId,
    authors: tuple[str, ...],
    versions: tuple[Version, ...],
    modified: date | None,
) -> Paper:
    if found.get("id", "").strip() != paper_id.key and fields.paper_id(found) != paper_id:
        raise BadRecord(f"the header names {paper_id}, the metadata another paper")
    clean, plain = arxiv_fields.line, fields.plain
    return Paper(
        paper_id,
        fields.title(_line(found, "title", clean, fields.LONGEST_TITLE)),
        authors,
        abstract=_line(found, "abstract", clean, fields.LONGEST_TEXT),
        categories=fields.categories(found.get("categories", "").split()),
        submitted=versions[0].submitted if versions and versions[0].number == 1 else None,
        modified=modified,
        versions=versions,
        doi=_line(found, "doi", plain),
        comment=_line(found, "comments", clean),
        journal_ref=_line(found, "journal-ref", clean),
        report_no=_line(found, "report-no", plain),
        license=_line(found, "license", plain),
        submitter=_line(found, "submitter", clean),
    )


def _line(
    found: dict[str, str],
    name: str,
    clean: Callable[[str], str],
    longest: int = fields.LONGEST_NOTE,
) -> str:
    return clean(fields.text(found, name, longest)) if name in found else ""


def _version(element: Element) -> Version:
    number = arxiv_fields.version_number(element.get("version") or "")
    parts = {without_namespace(part.tag): part.text or "" for part in element}
    created = parts.get("date", "").strip()
    day = arxiv_fields.day_created(created) if created else None
    # A letter for each property of the source: flags such as A and S may stand before it.
    return Version(number, day, _WITHDRAWN in parts.get("source_type", ""))


def _in_order(versions: list[Version]) -> tuple[Version, ...]:
    """The versions by number, each once."""
    numbers = [version.number for version in versions]
    if numbers == list(range(1, len(numbers) + 1)):
        return tuple(versions)
    numbered = {version.number: version for version in versions}
    return tuple(numbered[number] for number in sorted(numbered))


def _author(element: Element) -> str:
    parts = {without_namespace(part.tag): whole_text(part).strip() for part in element}
    return arxiv_fields.full_name(
        parts.get("keyname", ""), parts.get("forenames", ""), parts.get("suffix", "")
    )
