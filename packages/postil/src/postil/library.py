"""Puts the parts together and owns no behaviour: `.papers`, `.search`, `.harvest`, and the ways in.

Pages, commands and other programs see this module, the text functions and the values, and nothing deeper; the
types that the parts answer with are handed on from here.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import postil
from postil import shelf
from postil.clock import Clock
from postil.harvest.gathered import Gathered, GatheredRows, Gathering
from postil.harvest.ledger import DayLine, DayState, Ledger, MonthOfIds
from postil.harvest.outside import Outside
from postil.harvest.service import Harvest
from postil.harvest.state import HarvestState
from postil.paper import Paper
from postil.paper_id import PaperId
from postil.search.corrections import Correction
from postil.search.explanation import Explanation, Part
from postil.search.help import Help
from postil.search.lexical import LexicalIndex
from postil.search.marks import Marks
from postil.search.name_marks import NOBODY, NameMarks
from postil.search.related import Related, Relatives
from postil.search.search import Results, Search, Sort
from postil.search.suggest import Kind, Suggestion
from postil.search.translation import Required
from postil.search.vectors.background import making_vectors, worker_command
from postil.search.vectors.spaces import Spaces, SpaceStatus
from postil.search.watch import watching
from postil.settings import Settings
from postil.sources.daily import DateIs
from postil.sources.records import read_record, write_record
from postil.status import Status, folder_bytes
from postil.store.editions import Edition
from postil.store.ledger import Tally
from postil.store.papers import DayList, Papers
from postil.store.protocol import Store, Written
from postil.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from postil.harvest.gather_service import Gather
    from postil.harvest.importing import Imported, Progress
    from postil.search.comparison import Comparison, Run
    from postil.search.evaluation import Evaluation

__all__ = [
    "NOBODY",
    "Comparison",
    "Correction",
    "DateIs",
    "DayLine",
    "DayList",
    "DayState",
    "Edition",
    "Evaluation",
    "Explanation",
    "Gathered",
    "GatheredRows",
    "Gathering",
    "HarvestState",
    "Imported",
    "Kind",
    "Library",
    "Marks",
    "MonthOfIds",
    "NameMarks",
    "Outside",
    "Papers",
    "Part",
    "Progress",
    "Related",
    "Relatives",
    "Required",
    "Results",
    "Run",
    "Search",
    "Sort",
    "SpaceStatus",
    "Status",
    "Suggestion",
    "Tally",
    "Written",
    "compare_runs",
    "evaluate_collection",
    "explanation_record",
    "paper_record",
    "read_run",
    "relatives_record",
    "status_record",
]


def paper_record(paper: Paper) -> dict[str, object]:
    """A paper as a record of Postil's own form."""
    return write_record(paper)


def status_record(library: "Library") -> dict[str, object]:
    """How a library and its vectors are, as JSON can hold it."""
    return library.status().record() | {"vectors": [s.record() for s in library.spaces.status()]}


def explanation_record(why: Explanation | None) -> dict[str, object]:
    """Why a paper was found, as JSON can hold it; a paper that was not has no score."""
    if why is None:
        return {"score": None, "parts": []}
    parts = [{"said": p.said, "place": p.place.value, "score": p.score} for p in why.parts]
    return {"score": why.score, "parts": parts}


def relatives_record(found: Relatives) -> dict[str, object]:
    """What is related to a paper, as JSON can hold it."""
    return {
        "id": str(found.paper.id),
        "title": found.paper.title,
        "keywords": [{"text": k.text, "weight": round(k.weight, 4)} for k in found.keywords],
        "spaces": list(found.spaces),
        "milliseconds": round(found.milliseconds, 2),
        "related": [
            {
                "score": round(each.score, 4),
                "shares": list(each.shares),
                "paper": paper_record(each.paper),
            }
            for each in found.papers
        ],
    }


def evaluate_collection(
    folder: Path, progress: Callable[[int, int], None], *, settings: Settings
) -> "Evaluation":
    """What ranking scores on a judged collection, as `search.evaluation` says."""
    # Late, as are the two that follow: only one command measures.
    from postil.search import evaluation

    return evaluation.evaluate_collection(folder, progress, settings=settings)


def read_run(path: Path) -> "Run":
    """A run in TREC's form, by whatever made it, as `search.comparison` says."""
    from postil.search.comparison import Run

    return Run.read(path)


def compare_runs(
    ours: "Run", theirs: "Run", judgements: Mapping[str, Mapping[str, int]]
) -> "Comparison":
    """How two runs differ, as `search.comparison` says."""
    from postil.search.comparison import compare

    return compare(ours, theirs, judgements)


@dataclass(frozen=True)
class Library:
    """Everything that a page or a command may ask; close it, or use it in a `with` statement."""

    settings: Settings
    store: Store
    papers: Papers
    search: Search
    spaces: Spaces
    help: Help
    related: Related
    harvest: Harvest
    outside: Outside

    @classmethod
    def open(cls, settings: Settings, outside: Outside | None = None) -> "Library":
        """Open the data folder, creating it where there is none, and repair its index if need be.

        Args:
            settings: where it is, and how the reader wants it.
            outside: the world that it harvests from; the real one by default.

        Raises:
            BadInput: a setting cannot be used.
            DataFolderError: the folder cannot be used; the message says why.
        """
        outside = outside or Outside.real()
        store = SqliteStore.open(settings.data)
        try:
            harvest = Harvest(store, settings, outside)
            index = LexicalIndex(settings.data / "index")
            spaces = Spaces(store, settings.data / "vectors", settings)
            search = Search(store, index, spaces.all)
            related = Related(store, index, spaces.all)
            helps = Help(store, index, spaces.all)
            search.catch_up()
        except BaseException:
            store.close()
            raise
        papers = Papers(store)
        return cls(settings, store, papers, search, spaces, helps, related, harvest, outside)

    @property
    def clock(self) -> Clock:
        """The only "now"."""
        return self.outside.clock

    @cached_property
    def gather(self) -> "Gather":
        """The ways to sources beside arXiv."""
        # Late, as reading their forms takes more to load than all the rest.
        from postil.harvest.gather_service import Gather

        return Gather(self.store, self.settings, self.outside)

    @property
    def ledger(self) -> Ledger:
        """Whether each day's list is whole."""
        return self.harvest.ledger

    def editions(self, paper_id: PaperId) -> list[Edition]:
        """Earlier wordings of a paper, oldest first."""
        return self.store.editions(paper_id)

    def import_files(
        self,
        paths: Sequence[str | os.PathLike[str]],
        *,
        date_is: DateIs = DateIs.AUTO,
        progress: Callable[["Progress"], None] = lambda _: None,
    ) -> "Imported":
        """Put the records of files into the store; `search.catch_up` then makes them findable.

        Raises:
            BadFile: a file cannot be opened; nothing was imported.
            DataFolderError: the store cannot be written; the batches before are kept.
        """
        # Late, as reading files loads what a reader who harvests never needs.
        from postil.harvest.importing import import_files

        rejects = self.settings.data / "rejects"
        imported = import_files(
            self.store, paths, rejects_folder=rejects, date_is=date_is, progress=progress
        )
        # A list may have named papers that were missing until now.
        self.store.ledger.settle(self.clock.now())
        return imported

    def load_shelf(self) -> Written:
        """Put the starter shelf into the store; a second time changes nothing."""
        return self.store.put([read_record(record) for record in shelf.records()])

    def following(self) -> AbstractContextManager[None]:
        """Keep the index up with the store in the background, for as long as the block runs."""
        return watching(self.search)

    def making_vectors(self) -> AbstractContextManager[None]:
        """Keep the vectors up with the store in another process, for as long as the block runs."""
        return making_vectors(self.spaces, worker_command(self.settings.data))

    def opening_vectors(self) -> AbstractContextManager[None]:
        """Keep open the newest vectors that another process has made, for as long as the block runs."""
        return making_vectors(self.spaces, None)

    def status(self) -> Status:
        """What is held, and how the parts are."""
        held, index = self.store.counts(), self.search.status()
        data = self.settings.data
        return Status(
            postil.__version__,
            data,
            held.papers,
            held.announcements,
            held.versions,
            held.days,
            held.first_day,
            held.last_day,
            index.papers,
            index.behind,
            _repair(self.search),
            sum(path.stat().st_size for path in data.glob("postil.db*")),
            folder_bytes(data / "index"),
            folder_bytes(data / "vectors"),
        )

    def close(self) -> None:
        """Let go of the index and the store."""
        self.search.close()
        self.store.close()

    def __enter__(self) -> "Library":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _repair(search: Search) -> str:
    report = search.status().report
    return report.reason.value if report and report.rebuilt else ""
