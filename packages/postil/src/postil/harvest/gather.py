"""Gather from sources beside arXiv: a page at a time, a pause after each, and on from there after a kill.

Papers and the address of the next page are one transaction of the store, rows and theirs one step of the
table. So a kill at any point costs at most one page, which is asked for again. The door that is asked through
keeps the distance between requests over all processes and rests when told to; the pause here is this run's.
"""

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

from postil.clock import Clock
from postil.errors import DataFolderBusy, PostilError
from postil.harvest.door import Refused
from postil.harvest.gathered import Gathered, GatheredRows, Gathering, Show
from postil.harvest.identity import Homes, Placed
from postil.harvest.paper_sources import PaperSource
from postil.sources.exchange import BadReply, Rejected, Reply, Unreachable
from postil.sources.paged_json import MOST_PAGES, Recipe, RowsPage, read_rows
from postil.sources.tables import Table
from postil.store.protocol import Store, Written

PAUSE = 3.0
_TRIES = 5
_MOST_PARTS = 1_000  # of one series of pages of papers
_BUSY_TRIES, _BUSY_PAUSE = 60, 1.0

T = TypeVar("T")


class Getter(Protocol):
    """Asks for a page, politely; `harvest.door.Door` is one."""

    def get(self, url: str) -> Reply:
        """The reply, of status 200.

        Raises:
            PostilError: there is none; `Unreachable`, `BadReply` and some `Refused` may pass.
        """


def gather_papers(
    store: Store,
    source: PaperSource,
    getter: Getter,
    clock: Clock,
    homes: Homes | None = None,
    show: Show = lambda _: None,
) -> Gathered:
    """Put all papers of a source into the store.

    Args:
        store: where to.
        source: what to ask for.
        getter: how to ask.
        clock: waits between requests.
        homes: finds the papers that are held under another id; without it none is looked for.
        show: called after each page and each failure.

    Raises:
        PostilError: a page could not be had; what came before it is kept, and another run goes on from there.
    """
    key = f"gather {source.name}"
    resumed_at = store.recall(key) or ""
    asking = _Asking(getter, clock, PAUSE, show)
    url = resumed_at or source.first
    written, joined, rejected, pages = Written(), 0, list[Rejected](), 0
    met: set[str] = set()
    while url and url not in met and pages < _MOST_PARTS:
        met.add(url)
        page = asking.page(url, partial(source.read, url))
        placed = [homes.place(p) if homes else Placed(p) for p in page.papers]
        url = "" if page.following in met else page.following
        written += _patiently(clock, partial(_write, store, placed, key, url))
        joined += sum(each.match is not None for each in placed)
        rejected += page.rejected
        pages += 1
        asking.count(len(page.papers), page.total)
    return Gathered(pages, written, joined, tuple(rejected), bool(resumed_at))


def gather_rows(
    recipe: Recipe, table: Table, getter: Getter, clock: Clock, show: Show = lambda _: None
) -> GatheredRows:
    """Fill a table from the pages that a recipe names.

    Raises:
        PostilError: a page could not be had; the table holds all before it, and another run goes on there.
    """
    asking = _Asking(getter, clock, recipe.pause, show)
    start = table.position()
    page, pages, added, repeated = start.next_page, 0, 0, 0
    before: tuple[object, ...] | None = None
    while page is not None:
        found = asking.page(recipe.address(page), partial(_rows, recipe, page))
        # Beyond their end some servers give the last page again, for ever.
        again = found.last is None and recipe.last is None and found.rows == before
        before = found.rows
        following = _page_after(recipe, page, found, ended=again or not found.rows)
        new = table.add(found.rows, following)
        added += new
        repeated += len(found.rows) - new
        page = following
        pages += 1
        asking.count(len(found.rows), None)
    return GatheredRows(pages, added, repeated, start.rows + added, start.next_page != recipe.first)


def _rows(recipe: Recipe, page: int, reply: Reply) -> RowsPage:
    found = read_rows(recipe, reply)
    if not found.rows and found.last is not None and page < found.last:
        raise BadReply(f"Page {page:,} of {found.last:,} has no rows.")
    return found


def _page_after(recipe: Recipe, page: int, found: RowsPage, *, ended: bool) -> int | None:
    last = min(n for n in (recipe.last, found.last, MOST_PAGES) if n is not None)
    return None if ended or page >= last else page + 1


def _write(store: Store, placed: list[Placed], key: str, following: str) -> Written:
    """One page and the address of the next, both or neither."""
    with store.atomically():
        written = store.put([each.paper for each in placed])
        if gone := [each.gone for each in placed if each.gone]:
            store.remove(gone)
        store.remember(key, following)
    return written


def _patiently(clock: Clock, write: Callable[[], Written]) -> Written:
    """Write when no other process does: a harvest has the store for a moment only, an import for longer."""
    for _ in range(_BUSY_TRIES):
        try:
            return write()
        except DataFolderBusy:
            clock.sleep(_BUSY_PAUSE)
    return write()


class _Asking:
    """One page after another: the pause between them, and another try where that may help."""

    def __init__(self, getter: Getter, clock: Clock, pause: float, show: Show) -> None:
        self._getter, self._clock, self._pause, self._show = getter, clock, pause, show
        self._ended: float | None = None
        self._state = Gathering()

    def page(self, url: str, read: Callable[[Reply], T]) -> T:
        """The page, read.

        Raises:
            PostilError: it could not be had, in five tries where more than one makes sense.
        """
        for left in reversed(range(_TRIES)):
            self._wait()
            try:
                return read(self._asked(url))
            except (Unreachable, BadReply, Refused) as error:
                if not left or (isinstance(error, Refused) and not _passing(error.status)):
                    raise _further(error) from error
                self._tell(str(error))
        raise AssertionError("the last try returns or raises")

    def count(self, records: int, total: int | None) -> None:
        """Say that a page is in."""
        done = self._state
        self._state = Gathering(done.pages + 1, done.records + records, total)
        self._show(self._state)

    def _tell(self, trouble: str) -> None:
        done = self._state
        self._state = Gathering(done.pages, done.records, done.total, trouble)
        self._show(self._state)

    def _asked(self, url: str) -> Reply:
        try:
            return self._getter.get(url)
        finally:
            self._ended = self._clock.now().timestamp()

    def _wait(self) -> None:
        if self._ended is None:
            return
        # A clock that was put back must not make the wait longer than the pause.
        passed = max(0.0, self._clock.now().timestamp() - self._ended)
        if passed < self._pause:
            self._clock.sleep(self._pause - passed)


def _passing(status: int) -> bool:
    return status in (408, 425, 429) or status >= 500


def _further(error: PostilError) -> PostilError:
    """The same error, with the word that nothing is lost."""
    message = f"{error} What came before is kept: run the same command later, and it goes on."
    return Refused(error.status, message) if isinstance(error, Refused) else type(error)(message)
