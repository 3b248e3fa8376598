"""Papers as frozen values.

A paper has three clocks, and none is ever derived from another: *submitted* (version 1 arrived at the
archive), *modified* (the archive last changed its record) and *announced* (the archive listed it, on a day
and as new, cross-listed or replaced).
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from postil.paper_id import PaperId


class AnnouncementKind(StrEnum):
    """How a paper stood on a day's list."""

    NEW = "new"
    CROSS = "cross"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True, order=True)
class Announcement:
    """One appearance on a daily list."""

    day: date
    kind: AnnouncementKind = AnnouncementKind.NEW


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """One version of a paper; `submitted` is the day it arrived, where known.

    A withdrawn version has no text: the authors took the paper back with it, and earlier versions stay.
    """

    number: int
    submitted: date | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """What is known of one paper. Empty strings, empty tuples and None mean "not known".

    `title`, `abstract` and `authors` are the archive's text with line wraps removed and accents in Unicode;
    mathematics is still TeX. `summary` is this project's own text about the paper (the starter shelf has
    summaries and no abstracts). The first of `categories` is the primary one. `year` is the year of first
    publication, for works of which no day is known. `homes` are the ids that the same paper has elsewhere.
    """

    id: PaperId
    title: str
    authors: tuple[str, ...] = ()
    abstract: str = ""
    summary: str = ""
    categories: tuple[str, ...] = ()
    submitted: date | None = None
    modified: date | None = None
    announced: tuple[Announcement, ...] = ()
    year: int | None = None
    versions: tuple[Version, ...] = ()
    venue: str = ""
    doi: str = ""
    comment: str = ""
    journal_ref: str = ""
    report_no: str = ""
    license: str = ""
    submitter: str = ""
    topic: str = ""
    homes: tuple[PaperId, ...] = ()

    @property
    def withdrawn(self) -> bool:
        """Whether the paper stands withdrawn: its last version says so, or else the authors' comment."""
        if self.versions and self.versions[-1].withdrawn:
            return True
        return bool(_WITHDRAWN.match(self.comment))

    @property
    def primary(self) -> str:
        """The primary category, or an empty string."""
        return self.categories[0] if self.categories else ""

    @property
    def day_number(self) -> int:
        """The day that the paper sorts and is found by, as the integer yyyymmdd; 0 where nothing is known.

        It is the first announcement, else the submission, else the year alone (yyyy0000). An order to sort
        by, not a claim about any of the three clocks.
        """
        if self.announced:
            return day_number(min(a.day for a in self.announced))
        if self.submitted:
            return day_number(self.submitted)
        return (self.year or 0) * 10_000

    def updated_by(self, newer: "Paper") -> "Paper":
        """This record with what `newer` says, keeping what `newer` does not know.

        Versions are united, and announcements by day: of two on one day the stronger stays (new, then cross,
        then replaced). When both carry `modified` and `newer` is the older record, it only fills blanks.
        Merging the same record again changes nothing.
        """
        stale = bool(self.modified and newer.modified and newer.modified < self.modified)
        first, second = (self, newer) if stale else (newer, self)
        known = {name: getattr(first, name) or getattr(second, name) for name in _PLAIN_FIELDS}
        return replace(
            self,
            announced=_united_announcements(self.announced, newer.announced),
            versions=_united_versions(first.versions, second.versions),
            homes=tuple(sorted({*self.homes, *newer.homes})),
            **known,
        )


_PLAIN_FIELDS = tuple(
    name
    for name in Paper.__dataclass_fields__
    if name not in {"id", "announced", "versions", "homes"}
)
_WITHDRAWN = re.compile(
    r"(?:this (?:paper|article|submission|work|manuscript) (?:has been|is|was) )?withdrawn\b",
    re.IGNORECASE,
)


_STRENGTH = {kind: place for place, kind in enumerate(AnnouncementKind)}


def _united_announcements(
    first: tuple[Announcement, ...], second: tuple[Announcement, ...]
) -> tuple[Announcement, ...]:
    if not second:
        return first
    strongest: dict[date, Announcement] = {}
    for each in (*first, *second):
        held = strongest.get(each.day)
        if held is None or _STRENGTH[each.kind] < _STRENGTH[held.kind]:
            strongest[each.day] = each
    return tuple(sorted(strongest.values()))


def _united_versions(
    first: tuple[Version, ...], second: tuple[Version, ...]
) -> tuple[Version, ...]:
    numbered = {v.number: v for v in second}
    for version in first:
        other = numbered.get(version.number, version)
        numbered[version.number] = version if other == version else _one(version, other)
    return tuple(numbered[number] for number in sorted(numbered))


def _one(first: Version, second: Version) -> Version:
    """One version as two records tell of it."""
    submitted = first.submitted or second.submitted
    return Version(first.number, submitted, first.withdrawn or second.withdrawn)


def day_number(day: date) -> int:
    """The day as the integer yyyymmdd, which sorts as the day does."""
    return day.year * 10_000 + day.month * 100 + day.day
