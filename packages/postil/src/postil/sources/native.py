"""Our own form of a record: everything a `Paper` holds, and what `postil export` writes.

Its text is taken as it stands (accents are Unicode already), so that export, import and export again give
the same bytes.
"""

from typing import Any

from postil.errors import BadId
from postil.paper import Announcement, AnnouncementKind, Paper, Version
from postil.paper_id import PaperId
from postil.sources import fields
from postil.sources.fields import BadRecord, Record

_NOTES = ("venue", "doi", "comment", "journal_ref", "report_no", "license", "submitter", "topic")
_MOST_HOMES = 100
_KINDS = {kind.value: kind for kind in AnnouncementKind}


def read_native(record: Record) -> Paper:
    """The paper of a record in our own form.

    Raises:
        BadRecord: a field is missing or malformed.
    """
    year = record.get("year")
    return Paper(
        fields.paper_id(record),
        fields.title(fields.plain(fields.text(record, "title", fields.LONGEST_TITLE))),
        fields.names(record, fields.plain),
        abstract=fields.plain(fields.text(record, "abstract", fields.LONGEST_TEXT)),
        summary=fields.plain(fields.text(record, "summary", fields.LONGEST_TEXT)),
        categories=fields.categories(fields.texts(record, "categories", fields.MOST_CATEGORIES)),
        submitted=fields.day(record, "submitted"),
        modified=fields.day(record, "modified"),
        announced=_announced(record),
        year=None
        if year is None
        else fields.whole_number(year, "year", fields.EARLIEST_YEAR, fields.LATEST_YEAR),
        versions=_versions(record),
        homes=_homes(record),
        **{name: fields.plain(fields.text(record, name)) for name in _NOTES},
    )


def write_native(paper: Paper) -> dict[str, Any]:
    """The record of `paper`: fields in a fixed order, empty ones left out."""
    record = {
        "id": str(paper.id),
        "title": paper.title,
        "authors": list(paper.authors),
        "abstract": paper.abstract,
        "summary": paper.summary,
        "categories": list(paper.categories),
        "submitted": paper.submitted and paper.submitted.isoformat(),
        "modified": paper.modified and paper.modified.isoformat(),
        "announced": [{"day": a.day.isoformat(), "kind": a.kind.value} for a in paper.announced],
        "year": paper.year,
        "versions": [_version_record(version) for version in paper.versions],
        **{name: getattr(paper, name) for name in _NOTES},
        "homes": [str(home) for home in paper.homes],
    }
    return {name: value for name, value in record.items() if value}


def _version_record(version: Version) -> dict[str, Any]:
    record: dict[str, Any] = {"number": version.number}
    if version.submitted is not None:
        record["submitted"] = version.submitted.isoformat()
    if version.withdrawn:
        record["withdrawn"] = True
    return record


def _announced(record: Record) -> tuple[Announcement, ...]:
    found = set()
    for entry in fields.items(record, "announced", fields.MOST_VERSIONS):
        if not isinstance(entry, dict) or (day := fields.day(entry, "day")) is None:
            raise BadRecord("“announced” must hold objects with a “day”")
        kind = _KINDS.get(fields.text(entry, "kind") or "new")
        if kind is None:
            raise BadRecord("“kind” must be new, cross or replace")
        found.add(Announcement(day, kind))
    return tuple(sorted(found))


def _versions(record: Record) -> tuple[Version, ...]:
    found: dict[int, Version] = {}
    for entry in fields.items(record, "versions", fields.MOST_VERSIONS):
        if not isinstance(entry, dict):
            raise BadRecord("“versions” must hold objects with a “number”")
        number = fields.whole_number(entry.get("number"), "number", 1, fields.MOST_VERSIONS)
        withdrawn = entry.get("withdrawn", False)
        if not isinstance(withdrawn, bool):
            raise BadRecord("“withdrawn” must be true or false")
        found[number] = Version(number, fields.day(entry, "submitted"), withdrawn)
    return tuple(found[number] for number in sorted(found))


def _homes(record: Record) -> tuple[PaperId, ...]:
    try:
        return tuple(sorted(set(map(PaperId.parse, fields.texts(record, "homes", _MOST_HOMES)))))
    except BadId as error:
        raise BadRecord(str(error)) from error
