"""The harvest of one library: run in this process or another, watched from any."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from urllib.parse import urlsplit

from postil.categories import CategoryExpression
from postil.clock import Stopped
from postil.errors import BadInput, DataFolderBusy, PostilError
from postil.harvest.ledger import Ledger
from postil.harvest.outside import Outside
from postil.harvest.state import HarvestState, pause, read_state, resume
from postil.settings import Settings
from postil.sources.exchange import Upstream
from postil.store.lock import ProcessLock
from postil.store.protocol import Store

LOCK_NAME = "harvest.lock"
_TRY_AGAIN = 20.0  # seconds between two tries to be the one that harvests
_log = logging.getLogger(__name__)


class Harvest:
    """The harvest of one library's store."""

    def __init__(self, store: Store, settings: Settings, outside: Outside) -> None:
        self._store = store
        self._settings = settings
        self._outside = outside
        self._lists = followed_lists(settings)
        self._lock = ProcessLock(settings.data / LOCK_NAME)

    @property
    def ledger(self) -> Ledger:
        """Whether each day's list is whole."""
        outside = self._outside
        return Ledger(self._store.ledger, outside.clock, outside.calendar, self._lists)

    def state(self) -> HarvestState:
        """How the harvest stands, whichever process runs it."""
        return read_state(self._store, self._outside.clock.now())

    def pause(self) -> None:
        """Let every harvest of this library rest until `resume`."""
        pause(self._store)

    def resume(self) -> None:
        """Let harvests go on."""
        resume(self._store)

    def run(
        self,
        *,
        once: bool = False,
        first: date | None = None,
        last: date | None = None,
        archive_set: str = "",
        show: Callable[[HarvestState], None] = lambda _: None,
    ) -> None:
        """Harvest in this thread, until stopped or with `once` until there is nothing left to ask for.

        Args:
            once: stop as soon as nothing is to be asked for now.
            first, last: read every record modified on these days first, whatever was read before.
            archive_set: harvest only this set, such as cs or physics:hep-th; ids are then not
            audited for gaps. show: called with the state whenever it changes.

        Raises:
            DataFolderBusy: another process harvests into this folder.
            Stopped: the clock was stopped.
        """
        self._lock.acquire()
        try:
            # Late, as only a process that harvests needs any of it.
            from postil.harvest.run import Harvester
            from postil.harvest.steps import Plan

            house = urlsplit(self._settings.arxiv).netloc.replace(":", "-") or "arxiv"
            door = self._outside.door(house, self._settings)
            plan = Plan(self._lists, self._outside.calendar, archive_set)
            harvester = Harvester(self._store, door, plan, upstream=self._upstream(), show=show)
            if first is not None:
                harvester.want(first, last)
            harvester.run(once=once)
        finally:
            self._lock.release()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Harvest in the background until the block ends, unless another process does it already."""
        clock = self._outside.clock

        def harvest() -> None:
            with suppress(Stopped):
                while True:
                    try:
                        self.run()
                    except DataFolderBusy:
                        _log.debug("another process harvests")
                    except PostilError as error:
                        _log.warning("%s", error)
                    clock.sleep(_TRY_AGAIN)

        thread = threading.Thread(target=harvest, name="harvest", daemon=True)
        thread.start()
        try:
            yield
        finally:
            clock.stop()
            thread.join(timeout=5.0)

    def _upstream(self) -> Upstream:
        return Upstream.at(self._settings.arxiv) if self._settings.arxiv else Upstream()


def followed_lists(settings: Settings) -> tuple[str, ...]:
    """The lists to read: as set, or else the followed categories and the archives that they belong to.

    Raises:
        BadInput: a name is not that of a category or an archive.
    """
    if settings.lists:
        names = [name.strip() for name in settings.lists.split("+")]
    else:
        codes = CategoryExpression.parse(settings.categories).included
        names = [*codes, *(code.partition(".")[0] for code in codes)]
    for name in names:
        if not name.replace(".", "").replace("-", "").replace("_", "").isalnum():
            raise BadInput(f"“{name}” in the setting lists is not the name of a list of arXiv.")
        if name.startswith("grp_"):
            raise BadInput(f"{name} has no page of its newest list: name its archives, as hep-th.")
    return tuple(dict.fromkeys(names))
