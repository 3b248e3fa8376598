"""The harvest of one library: run in this process or another, watched from any."""

import logging
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

import postil
from postil.categories import CategoryExpression
from postil.clock import Clock, Stopped, SystemClock
from postil.errors import BadInput, DataFolderBusy, PostilError
from postil.harvest.calendar import Calendar, arxiv_calendar
from postil.harvest.decide import Plan
from postil.harvest.door import Door
from postil.harvest.ledger import Ledger
from postil.harvest.run import Harvester
from postil.harvest.state import HarvestState, pause, read_state, resume
from postil.harvest.turn import Turn, machine_turn
from postil.settings import Settings
from postil.sources.exchange import Transport, Upstream
from postil.store.lock import ProcessLock
from postil.store.protocol import Store

LOCK_NAME = "harvest.lock"
_TRY_AGAIN = 20.0  # seconds between two tries to be the one that harvests
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outside:
    """What lies outside a library: the time, arXiv's calendar, the network and the turns taken at it.

    `transport` and `turn` are made when first needed where they are None.
    """

    clock: Clock
    calendar: Calendar
    transport: Transport | None = None
    turn: Turn | None = None

    @classmethod
    def real(cls) -> "Outside":
        """The world as it is."""
        return cls(SystemClock(), arxiv_calendar())


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
            plan = Plan(self._lists, self._outside.calendar, archive_set)
            harvester = Harvester(
                self._store, self._door(), plan, upstream=self._upstream(), show=show
            )
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

    def _door(self) -> Door:
        # Late, as only a process that harvests needs the network.
        from postil.harvest.http import HttpTransport

        clock = self._outside.clock
        house = urlsplit(self._settings.arxiv).netloc.replace(":", "-") or "arxiv"
        return Door(
            self._outside.transport or HttpTransport(),
            self._outside.turn or machine_turn(house, clock),
            clock,
            user_agent(self._settings),
            random.Random(),
        )


def user_agent(settings: Settings) -> str:
    """Who asks, and how to reach them."""
    contact = settings.contact.strip()
    if not contact.isprintable() or any(c in contact for c in "()\\"):
        raise BadInput("The setting contact must be an e-mail address or a web page.")
    told = contact or "no contact given"
    return f"Postil/{postil.__version__} (reader of arXiv; {told})"


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
