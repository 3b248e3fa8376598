"""What a harvest may ask for: values that `decide` returns and `run` does, and their words for a reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from postil.harvest.calendar import Calendar
from postil.harvest.known import OaiRun
from postil.paper_id import PaperId

CATCHUP_REACH = timedelta(days=90)
"""How far back arXiv shows the lists of earlier days."""


@dataclass(frozen=True, slots=True)
class ReadList:
    """Read the newest list of this name, or one of its later pages."""

    name: str
    page: int = 1


@dataclass(frozen=True, slots=True)
class ReadCatchup:
    """Read the list of an earlier day."""

    name: str
    day: date
    page: int = 1


@dataclass(frozen=True, slots=True)
class ReadRecords:
    """Read the next page of a run over the archive's records; a run without a token begins."""

    run: OaiRun


@dataclass(frozen=True, slots=True)
class ReadFeed:
    """Read today's feed of a list."""

    name: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """Ask for single papers."""

    ids: tuple[PaperId, ...]


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """Ask the archive's record of one paper: the last word on whether it exists."""

    id: PaperId


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is to be asked before `until`; `why` is what comes then."""

    until: datetime
    why: str


Step = ReadList | ReadCatchup | ReadRecords | ReadFeed | LookUp | ReadRecord


@dataclass(frozen=True, slots=True)
class Plan:
    """What the reader wants: which lists, which set of the archive (empty for all of it)."""

    lists: tuple[str, ...]
    calendar: Calendar
    archive_set: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    """The ledger's open questions.

    `wanting` are papers that a list named and the store lacks; `gaps` ids in between those held, neither held
    nor explained; `unread` the lists (name, day) of past days that no listing was read of, or that claimed
    more papers than they named; `read_once` those of the last days that were read on their own evening only.
    """

    wanting: Sequence[PaperId] = ()
    gaps: Sequence[PaperId] = ()
    unread: Sequence[tuple[str, date]] = ()
    read_once: Sequence[tuple[str, date]] = ()


def kind_of(step: Step) -> str:
    """The kind of a step, for counting failures: one source that fails must not hold up the others."""
    match step:
        case ReadList(name):
            return f"list {name}"
        case ReadCatchup():
            return "earlier lists"
        case ReadRecords():
            return "records"
        case ReadFeed(name):
            return f"feed {name}"
        case LookUp():
            return "search"
        case ReadRecord():
            return "record"


def purpose_of(step: Step) -> str:
    """What waiting for a step is waiting for."""
    match step:
        case ReadList(name) | ReadCatchup(name):
            return f"the list of {name}"
        case ReadRecords():
            return "the archive's records"
        case ReadFeed():
            return "the feed"
        case LookUp() | ReadRecord():
            return "papers that are wanting"


def words_of(step: Step) -> str:
    """What a step asks for, as the progress shows it."""
    match step:
        case ReadList(name, page):
            return f"reading the newest list of {name}" + (f", page {page}" if page > 1 else "")
        case ReadCatchup(name, day):
            return f"reading the list of {name} of {day}"
        case ReadRecords(run):
            reached = run.seen or run.first
            return f"reading the archive's records from {run.first} to {run.last}: at {reached}"
        case ReadFeed(name):
            return f"reading the feed of {name}"
        case LookUp(ids):
            return f"asking for {len(ids)} papers that are wanting"
        case ReadRecord(paper_id):
            return f"asking for {paper_id}"
