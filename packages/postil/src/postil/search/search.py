"""Searching what is held: a query in, papers out, and the counts that say what was asked.

Words side by side are wishes: any of them may match, and the papers come by rank. A list by date means
nothing when any word may match, so newest and oldest first ask for every word; `Results.required` says which.
"""

import os
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from threading import Lock, Semaphore
from typing import TYPE_CHECKING, TypeVar

from postil.paper import Paper
from postil.search.follow import Follower, FollowReport, ReportProgress
from postil.search.incoming import Pause
from postil.search.lexical import Generation, IndexDamaged, LexicalIndex, Position, guarded
from postil.search.ranking import Ranked, Ranker
from postil.search.translation import Required, has_choice
from postil.store.protocol import Store
from postil.text.query import Node, Not, ParsedQuery, Phrase, Word, describe, parse_query

if TYPE_CHECKING:
    from postil.search.vectors import Vectors

_COUNTS_KEPT = 512
_Answer = TypeVar("_Answer")


class Sort(StrEnum):
    """The order of results."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found.

    Attributes:
        parsed: how the query was read, and what was odd about it.
        papers: the papers asked for, in order.
        numbers: their numbers in the store.
        total: how many papers have any of the words, and meet every condition; those beyond are counted too.
        complete: how many have every word, and meet every condition.
        required: what the list holds: papers with any word (`total` of them) or with every one (`complete`).
        sort: the order of the list. A query without words has no relevance, and is listed newest first.
        offset: how many papers were passed over.
        milliseconds: how long all of it took.
        beyond: how many at the end of the list have none of the words, and were found by their meaning.
    """

    parsed: ParsedQuery
    papers: tuple[Paper, ...]
    numbers: tuple[int, ...]
    total: int
    complete: int
    required: Required
    sort: Sort
    offset: int
    milliseconds: float
    beyond: int = 0

    @property
    def listed(self) -> int:
        """How many papers the whole list has, over all its pages."""
        return self.total if self.required is Required.ANY else self.complete

    @property
    def reading(self) -> str:
        """The query as it was read, in canonical form."""
        return describe(self.parsed)


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """The state of the index: papers in it, changes it has not followed, segments, the last report."""

    papers: int
    behind: int
    segments: int
    report: FollowReport | None


class Search:
    """Finds papers of a store through an index that follows it, and through vectors where there are any.

    Attributes:
        large: from how many papers on a search takes two processors where it can.
    """

    large = 500_000

    def __init__(self, store: Store, index: LexicalIndex, spaces: Sequence["Vectors"] = ()) -> None:
        self._store = store
        self._index = index
        self._ranker = Ranker(spaces)
        self._follower = Follower(store, index)
        self._counts: OrderedDict[tuple[Position, Node], tuple[int, int]] = OrderedDict()
        self._counts_lock = Lock()
        processors = os.cpu_count() or 1
        self._aside = ThreadPoolExecutor(processors, "count")
        self._spare = Semaphore(processors // 2)
        self._report: FollowReport | None = None

    def find(
        self,
        query: str,
        *,
        sort: Sort = Sort.RELEVANCE,
        offset: int = 0,
        limit: int = 20,
    ) -> Results:
        """The papers that answer a query.

        A query that asks for nothing finds nothing. Never raises for what `query` holds.

        Raises:
            IndexDamaged: the index cannot be read; `catch_up` repairs it.
            DataFolderError: the store cannot be read.
        """
        started = time.perf_counter()
        parsed = parse_query(query)
        generation = self._index.generation()
        order = Sort.NEWEST if sort is Sort.RELEVANCE and not _ranks(parsed.root) else sort
        required = Required.ANY if order is Sort.RELEVANCE else Required.EVERY
        ranked, total, complete = Ranked((), 0), 0, 0
        if parsed.root is not None and generation is not None:
            page = partial(self._listed, generation, parsed.root, order, offset, limit)
            ranked, total, complete = self._found(generation, parsed.root, page)
        papers = tuple(self._store.load(ranked.numbers)) if ranked.numbers else ()
        milliseconds = (time.perf_counter() - started) * 1000
        return Results(
            parsed,
            papers,
            ranked.numbers,
            total,
            complete,
            required,
            order,
            offset,
            milliseconds,
            ranked.beyond,
        )

    def rank(self, query: str, limit: int = 20) -> tuple[int, ...]:
        """The store numbers of the papers that answer a query best; nothing is counted or loaded."""
        root, generation = parse_query(query).root, self._index.generation()
        if root is None or generation is None:
            return ()
        return self._asked(lambda: self._ranker.first(generation, root, limit))

    def _found(
        self, generation: Generation, root: Node, page: Callable[[bool], Ranked]
    ) -> tuple[Ranked, int, int]:
        """A page of papers, how many have any word, and how many have every one.

        In a large library the engine counts on another processor while it ranks on this one, which is sooner
        done and more work. Where other searches take that processor, or the library is small, it ranks and
        counts in one pass.
        """
        large = generation.searcher.num_docs >= self.large
        if large and self._spare.acquire(blocking=False):
            try:
                counted = self._aside.submit(self._counted, generation, root)
                ranked = self._asked(lambda: page(False))
                total, complete = counted.result()
            finally:
                self._spare.release()
        else:
            ranked = self._asked(lambda: page(True))
            with_words = None if ranked.total is None else ranked.total - ranked.beyond
            total, complete = self._counted(generation, root, with_words)
        return ranked, total if ranked.total is None else ranked.total, complete

    def _listed(
        self,
        generation: Generation,
        root: Node,
        order: Sort,
        offset: int,
        limit: int,
        counting: bool,
    ) -> Ranked:
        if order is Sort.RELEVANCE:
            return self._ranker.page(generation, root, limit, offset, counting=counting)
        demands = generation.translator.query(root, Required.EVERY)
        numbers = generation.dated(demands, limit, offset, newest=order is Sort.NEWEST)
        return Ranked(numbers, None)

    def _asked(self, question: Callable[[], _Answer]) -> _Answer:
        """The engine's answer; an index that fails to give one is not asked again."""
        try:
            return guarded(question)
        except IndexDamaged:
            self._index.distrust()
            raise

    def _counted(
        self, generation: Generation, root: Node, total: int | None = None
    ) -> tuple[int, int]:
        """How many papers have any word, and how many have every one; kept for a query's further pages."""
        key = (generation.position, root)
        with self._counts_lock:
            if key in self._counts:
                self._counts.move_to_end(key)
                return self._counts[key]
        countable = generation.translator.countable
        if total is None:
            total = self._asked(lambda: generation.count(countable(root, Required.ANY)))
        complete = total
        if has_choice(root):
            complete = self._asked(lambda: generation.count(countable(root, Required.EVERY)))
        with self._counts_lock:
            self._counts[key] = total, complete
            while len(self._counts) > _COUNTS_KEPT:
                self._counts.popitem(last=False)
        return total, complete

    def catch_up(
        self, progress: ReportProgress | None = None, pause: Pause = lambda: False
    ) -> FollowReport:
        """Bring the index up to the store, repairing or rebuilding it where it must be.

        Before many changes are committed `pause` is asked to wait a moment for more; False if none may come.

        Raises:
            DataFolderFull: there is no room; what was searchable before still is.
        """
        self._report = self._follower.catch_up(progress or _quiet, pause)
        return self._report

    def reindex(self, progress: ReportProgress | None = None) -> int:
        """Build the index anew while the old one serves; returns how many papers it holds.

        Raises:
            DataFolderError: another process is at it, or the folder is full or read-only.
        """
        self._report = self._follower.rebuild(progress or _quiet)
        return self.status().papers

    def status(self) -> IndexStatus:
        """How the index is."""
        generation = self._index.generation()
        last = self._store.last_change()
        if generation is None:
            return IndexStatus(0, last, 0, self._report)
        searcher = generation.searcher
        behind = max(0, last - generation.position.sequence)
        return IndexStatus(searcher.num_docs, behind, searcher.num_segments, self._report)

    def close(self) -> None:
        """Let go of the index; the store is its owner's to close."""
        self._aside.shutdown()
        self._index.close()


def _ranks(node: Node | None) -> bool:
    """Whether something in the tree tells one match from another."""
    match node:
        case None | Not():
            return False
        case Word() | Phrase():
            return True
        case _:
            return any(map(_ranks, getattr(node, "children", ())))


def _quiet(done: int, total: int) -> None:
    pass
