"""The public arXiv snapshot: every paper's metadata as one JSON object a line.

It knows submission days (of every version) and the day the record was last changed; it knows nothing of
announcements, and none are made up.
"""

import re
from datetime import date
from functools import lru_cache
from typing import Any

from postil.paper import Paper, Version
from postil.sources import fields
from postil.sources.fields import BadRecord, Record

_MONTHS = {
    name: number
    for number, name in enumerate(
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1
    )
}
_CREATED = re.compile(
    r"(?:[A-Z][a-z]{2},\s+)?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})\s+\d\d:\d\d:\d\d(?: [A-Z]{3}| [+-]\d{4})?",
    re.ASCII,
)
_VERSION = re.compile(r"v?([1-9]\d{0,2})", re.ASCII)
_AFFILIATION = re.compile(r"\([^()]*\)")
_BETWEEN_NAMES = re.compile(r",? and |[,;] ")
_LONGEST_AUTHORS = 500_000


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
    clean = fields.without_tex_accents
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
        names = [_name(parts) for parts in parsed]
    else:
        # In one line first: a split at runs of spaces takes quadratic time on a long run.
        written = fields.plain(fields.text(record, "authors", _LONGEST_AUTHORS))
        written = _AFFILIATION.sub("", written)
        names = [fields.without_tex_accents(name) for name in _BETWEEN_NAMES.split(written)]
    return tuple(name for name in names if name)


def _name(parts: Any) -> str:
    """First name, last name, suffix, from `[last, first, suffix, affiliation…]`."""
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise BadRecord("“authors_parsed” must hold lists of texts")
    last, first, suffix = (*parts[:3], "", "", "")[:3]
    written = " ".join(part for part in (first, last, suffix) if part)
    if len(written) > fields.LONGEST_NAME:
        raise BadRecord(f"“authors_parsed” holds a name of {len(written):,} characters")
    return fields.without_tex_accents(written)


def _versions(record: Record) -> tuple[Version, ...]:
    found: dict[int, Version] = {}
    for entry in fields.items(record, "versions", fields.MOST_VERSIONS):
        if not isinstance(entry, dict):
            raise BadRecord("“versions” must hold objects with “version” and “created”")
        match = _VERSION.fullmatch(fields.text(entry, "version"))
        if not match:
            raise BadRecord("“version” must be v1, v2 and so on")
        created = fields.text(entry, "created")
        number = int(match[1])
        found[number] = Version(number, _day_created(created) if created else None)
    return tuple(found[number] for number in sorted(found))


@lru_cache(maxsize=20_000)
def _day_created(text: str) -> date:
    """The day of `Mon, 2 Apr 2007 19:18:42 GMT`."""
    match = _CREATED.fullmatch(text.strip())
    if not match or match[2] not in _MONTHS:
        raise BadRecord("“created” must be written as Mon, 2 Apr 2007 19:18:42 GMT")
    return fields.a_day(int(match[3]), _MONTHS[match[2]], int(match[1]), "created")
