"""What the ledger keeps, whatever database is behind it: who listed what on which day, and what is not there.

The ledger proves completeness; it never decides it. Its rows say what each source claimed, which of those
papers are held since when, and which ids the archive itself skipped. `harvest.ledger` judges them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from postil.paper import Announcement, AnnouncementKind
from postil.paper_id import PaperId

# The names that sources have in the ledger.
LISTING, FEED = "listing", "feed"
# What is named or held longer after the first reading of its list is late.
LATE_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One reading of one list by one source at one moment, as it goes into the ledger.

    `claimed` is the list's own count by kind, over all its pages; empty where the source makes none.
    """

    day: date
    list_name: str
    source: str
    seen: datetime
    entries: Sequence[tuple[PaperId, AnnouncementKind]]
    claimed: Mapping[AnnouncementKind, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tally:
    """One list on one day, as all sources together saw it.

    `announced` is the list's own count (None where no source made one), `listed` how many distinct papers
    any source named, `held` how many of those the store has, `missing` the others. `late` are those that were
    first named, or first held, more than `LATE_AFTER` after the list was first read. `sources` counts the
    papers each source named. `first_seen` is when the list was first read, `completed` when its last paper
    was both named and held: None while any is missing, and blind to papers that nobody named, of which
    `announced` may tell. `missing` and `late` are in the order of the ids as texts.
    """

    day: date
    list_name: str
    announced: int | None
    listed: int
    held: int
    missing: tuple[PaperId, ...]
    late: tuple[PaperId, ...]
    sources: Mapping[str, int]
    first_seen: datetime
    completed: datetime | None


@dataclass(frozen=True, slots=True)
class Absence:
    """An id that the archive itself does not have, or not yet: the reason it gave, and when it was asked."""

    id: PaperId
    reason: str
    asked: datetime
    times: int = 1


class LedgerRows(Protocol):
    """The ledger's part of a store. Methods that write join `Store.atomically` where one is open."""

    def record(self, sighting: Sighting) -> None:
        """Add a reading. An entry keeps the moment that it was first named; the list's count is the latest.

        A paper that the store has when it is first named is held since that moment.
        """

    def settle(self, now: datetime) -> int:
        """Stamp every listed paper that is held by now and was not before; returns how many."""

    def tallies(self, first: date, last: date) -> list[Tally]:
        """Every list of every day from `first` to `last`, by day, then name.

        What is held is as the last `record` or `settle` found it, less what was removed from the store since.
        """

    def namings(self, name: str, first: date, last: date) -> list[tuple[date, str, PaperId]]:
        """Which source named which paper on which day's list of this name; by day, source and id."""

    def announcements(self, ids: Sequence[PaperId]) -> Mapping[PaperId, tuple[Announcement, ...]]:
        """What the lists say of these papers, held or not: one announcement a day, of the strongest kind."""

    def distinct(
        self, first: date, last: date, names: Sequence[str]
    ) -> Mapping[date, tuple[int, int]]:
        """How many papers the lists of these names have together, each once: listed, and held.

        Days on which none of these lists was read are left out.
        """

    def unheld(self, limit: int) -> list[tuple[PaperId, datetime]]:
        """Papers that a list named and the store lacks, with the moment first named; oldest first."""

    def serials(self, year: int, month: int) -> list[int]:
        """The serial numbers of the month's new-style ids that are held, ascending."""

    def note_absence(self, paper_id: PaperId, reason: str, asked: datetime) -> None:
        """Remember that the archive was asked for an id and had nothing; a later time counts up.

        The same or an earlier moment again changes nothing.
        """

    def absences(self, year: int, month: int) -> list[Absence]:
        """The absent ids of a month, by id. An id that is held meanwhile is no longer absent."""
