"""What a store of papers promises, whatever database is behind it.

The contract in tests/store/test_store_contract.py is written against this protocol alone, so that a second
store (PostgreSQL, for a server) joins by passing it. Removal is in the protocol because the log must be
able to say it to the indexes; marks, notes and jobs are not, as they belong to other tables and other days.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from postil.paper import AnnouncementKind, Paper
from postil.paper_id import PaperId
from postil.store.editions import Edition
from postil.store.ledger import LedgerRows

# The archive's order within a day's list.
KINDS = (AnnouncementKind.NEW, AnnouncementKind.CROSS, AnnouncementKind.REPLACE)


@dataclass(frozen=True, slots=True)
class Written:
    """What one `put` did; the three sum to the number of records given."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Written") -> "Written":
        return Written(
            self.added + other.added,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
        )


@dataclass(frozen=True, slots=True)
class DayCount:
    """A day of announcements and how many papers it lists, each counted once."""

    day: date
    papers: int


class Listed(NamedTuple):
    """One announcement as a day's list needs it; a tuple, as a month has tens of thousands."""

    day: date
    number: int
    kind: AnnouncementKind
    categories: tuple[str, ...]


class Heading(NamedTuple):
    """What stands over a paper's abstract."""

    title: str
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A paper's latest change; `paper` is None where the paper was removed."""

    sequence: int
    number: int
    paper: Paper | None


@dataclass(frozen=True, slots=True)
class Counts:
    """What a store holds, for the status page."""

    papers: int
    announcements: int
    versions: int
    days: int
    first_day: date | None
    last_day: date | None


class Store(Protocol):
    """Papers, where they were announced, and a log of what changed.

    Every paper has a *number*: a small positive integer that never changes and is never given out again.
    Reads may come from any thread, and go on while one writer writes. Every method raises a
    `DataFolderError` when the storage underneath fails.
    """

    def writing(self) -> AbstractContextManager[None]:
        """Be the only writer until the block ends; a thread that holds it may ask again.

        Raises:
            DataFolderBusy: another process is the writer.
        """

    def atomically(self) -> AbstractContextManager[None]:
        """Let all writes of the block be committed together at its end, or be undone if it fails.

        This thread is the only writer until then. A block inside another one joins it; if it fails and
        the outer one goes on, it is undone alone. This thread reads what it wrote in the block, every other
        thread what was there before (`papers` is always of what was committed).

        Raises:
            DataFolderBusy: another process is the writer.
        """

    def put(self, papers: Sequence[Paper]) -> Written:
        """Merge `papers` into what is held (`Paper.updated_by`), all of them or none.

        A record that adds nothing to what is held is unchanged: nothing is written or logged for it. Only
        papers of the same own id are merged; which papers of two archives are one is not the store's to say.
        """

    def remove(self, ids: Sequence[PaperId]) -> int:
        """Forget the papers of these own ids, and log that; returns how many were held."""

    def get(self, ids: Sequence[PaperId]) -> dict[PaperId, Paper]:
        """The papers that `ids` lead to, as asked for.

        An id leads to the paper that has it as its own, else to the first that was given it as a home.
        """

    def load(self, numbers: Sequence[int]) -> list[Paper]:
        """The papers with these numbers, in this order; unknown numbers are left out."""

    def headings(self, numbers: Sequence[int]) -> list[Heading]:
        """Titles and authors alone of the papers with these numbers, as `load`; a quarter of its time."""

    def numbers(self, ids: Sequence[PaperId]) -> dict[PaperId, int]:
        """The numbers of the papers that `ids` lead to, as asked for; see `get`."""

    def editions(self, paper_id: PaperId) -> list[Edition]:
        """The earlier wordings of the paper that `paper_id` leads to, oldest first.

        A `put` keeps one when it changes the title, the authors, the abstract, the comment or the categories
        of a held paper whose record was modified on an earlier day than the new one.
        """

    @property
    def ledger(self) -> LedgerRows:
        """Who listed what on which day, and what is not there."""

    def days(self) -> list[DayCount]:
        """Every day with announcements, oldest first."""

    def listed(self, first: date, last: date) -> list[Listed]:
        """The announcements from `first` to `last`: by day, then new, cross, replace, then id."""

    def count(self) -> int:
        """How many papers are held."""

    def counts(self) -> Counts:
        """How much of everything is held."""

    def changes(self, after: int, limit: int) -> list[Change]:
        """The log after sequence number `after`: each paper's latest change only, ascending."""

    def last_change(self) -> int:
        """The greatest sequence number of the log; 0 while it is empty."""

    def papers(self) -> Iterator[Paper]:
        """Every paper as of the first step, ordered by the text of its id."""

    def remember(self, key: str, value: str) -> None:
        """Keep a small fact beside the papers."""

    def recall(self, key: str) -> str | None:
        """The fact kept under `key`, or None."""

    def check(self) -> list[str]:
        """What is wrong with the storage, a line each; an empty list when it is sound."""

    def close(self) -> None:
        """Let go of the storage; the store must not be used afterwards."""
