"""What has happened to a paper: the truth of the stand-in arXiv, before any interface renders it.

All text is as a reader should hold it (Unicode, one line); what arXiv makes of it on the wire is
the interfaces' affair.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from postil.harvest.calendar import EASTERN
from postil.paper import Paper, Version
from postil.paper_id import PaperId

# From the lists' turning to the day's records being shown by OAI-PMH: 20:00 to 22:30 US Eastern.
OAI_AFTER = timedelta(hours=2, minutes=30)
# Replacements above this version are on no list and in no feed; OAI-PMH alone has them.
LAST_LISTED_VERSION = 5


class Action(StrEnum):
    """What a change did."""

    NEW = "new"
    CROSS = "cross"
    REPLACE = "replace"
    RECORD = (
        "record"  # an edit of the record alone, or a paper from before this world: no list has it
    )


@dataclass(frozen=True, slots=True)
class Wording:
    """What a paper says of itself at one time. The first of `categories` is the primary one.

    `affiliation` is the first author's; the interfaces show it where arXiv does, and it is in no
    reader's list of names.
    """

    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    comment: str = ""
    doi: str = ""
    journal_ref: str = ""
    report_no: str = ""
    msc_class: str = ""
    acm_class: str = ""
    license: str = ""
    affiliation: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One change to a paper.

    `day` is the date of the list that announced it, or the day of an edit. `public` is when it can
    first be seen at all, `modified` is what its datestamp is made of. `version` is the paper's
    version from then on, which arrived at `submitted`. `added` are the categories that a cross-list
    added.
    """

    action: Action
    day: date
    public: datetime
    modified: datetime
    version: int
    submitted: datetime
    wording: Wording
    withdrawn: bool = False
    added: tuple[str, ...] = ()

    @property
    def in_oai(self) -> datetime:
        """When OAI-PMH shows it: announced changes two and a half hours later, edits at once."""
        return self.public if self.action is Action.RECORD else self.public + OAI_AFTER

    @property
    def listed(self) -> bool:
        """Whether any list has it."""
        if self.action is Action.RECORD:
            return False
        return self.action is not Action.REPLACE or self.version <= LAST_LISTED_VERSION


@dataclass(frozen=True, slots=True)
class History:
    """A paper's changes, in the order that they became public."""

    id: PaperId
    submitter: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A paper as it stands after some of its changes: what an interface renders.

    `modified` is the last change's, unless somebody touched the record since.
    """

    id: PaperId
    submitter: str
    changes: tuple[Change, ...]
    modified: datetime

    @property
    def current(self) -> Change:
        """The last change."""
        return self.changes[-1]

    @property
    def wording(self) -> Wording:
        """What the paper says now."""
        return self.changes[-1].wording

    @property
    def versions(self) -> tuple[tuple[int, datetime, bool], ...]:
        """Number, arrival and withdrawal of each version, ascending."""
        found = {change.version: change for change in self.changes}
        return tuple((n, c.submitted, c.withdrawn) for n, c in sorted(found.items()))

    def paper(self) -> Paper:
        """What a reader should hold of it, announcements left out."""
        wording = self.wording
        versions = tuple(Version(n, at.date(), gone) for n, at, gone in self.versions)
        return Paper(
            self.id,
            wording.title,
            wording.authors,
            abstract=wording.abstract,
            categories=wording.categories,
            submitted=versions[0].submitted if versions[0].number == 1 else None,
            modified=self.modified.astimezone(UTC).date(),
            versions=versions,
            doi=wording.doi,
            comment=wording.comment,
            journal_ref=wording.journal_ref,
            report_no=wording.report_no,
            license=wording.license,
            submitter=self.submitter,
        )


def evening_before(day: date) -> datetime:
    """When the list of `day` is announced: 20:00 US Eastern on the evening before, in UTC."""
    return datetime.combine(day - timedelta(days=1), time(20), EASTERN).astimezone(UTC)
