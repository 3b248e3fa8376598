"""The public arXiv snapshot: every paper's metadata as one JSON object a line.

It knows submission days (of every version) and the day the record was last changed; it knows nothing of
announcements, and none are made up.
"""

from typing import Any

from postil.paper import Paper, Version
from postil.sources import arxiv_fields, fields
from postil.sources.fields import BadRecord, Record


def is_snapshot(record: Record) -> bool:
    """Whether the record is of this form."""
    versions = record.get("versions")
    return (
        "authors_parsed" in record
        or "update_date" in record
        or isinstance(record.get("categories"), str)
        or (
            isinstance(versions, list)
            and any("created" in v for v in versions if isinstance(v, dict))
        )
    )


def read_snapshot(record: Record) -> Paper:
    """The paper of a record of the snapshot.

    Raises:
        BadRecord: a field is missing or malformed.
    """
    clean = arxiv_fields.line
    versions = _versions(record)
    return Paper(
        fields.paper_id(record),
        fields.title(clean(fields.text(record, "title", fields.LONGEST_TITLE))),
        _authors(record),
        abstract=clean(fields.text(record, "abstract", fields.LONGEST_TEXT)),
        categories=fields.categories(fields.text(record, "categories").split()),
        submitted=versions[0].submitted if versions and versions[0].number == 1 else None,
        modified=fields.day(record, "update_date"),
        versions=versions,
        doi=fields.plain(fields.text(record, "doi")),
        comment=clean(fields.text(record, "comments")),
        journal_ref=clean(fields.text(record, "journal-ref")),
        report_no=fields.plain(fields.text(record, "report-no")),
        license=fields.plain(fields.text(record, "license")),
        submitter=clean(fields.text(record, "submitter")),
    )


def _authors(record: Record) -> tuple[str, ...]:
    parsed = fields.items(record, "authors_parsed", fields.MOST_AUTHORS)
    if parsed:
        return arxiv_fields.tidied([_name(parts) for parts in parsed])
    return arxiv_fields.split_authors(fields.text(record, "authors", arxiv_fields.LONGEST_AUTHORS))


def _name(parts: Any) -> str:
    """The name in `[last, first, suffix, affiliation…]`."""
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise BadRecord("“authors_parsed” must hold lists of texts")
    return arxiv_fields.full_name(*parts[:3]) if parts else ""


def _versions(record: Record) -> tuple[Version, ...]:
    found: dict[int, Version] = {}
    for entry in fields.items(record, "versions", fields.MOST_VERSIONS):
        if not isinstance(entry, dict):
            raise BadRecord("“versions” must hold objects with “version” and “created”")
        number = arxiv_fields.version_number(fields.text(entry, "version"))
        created = fields.text(entry, "created")
        found[number] = Version(number, arxiv_fields.day_created(created) if created else None)
    return tuple(found[number] for number in sorted(found))
