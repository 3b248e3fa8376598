"""A harvest of the stand-in arXiv in virtual time, and what became of the truth.

The same harvester, store and ledger as in the reader; only the clock, the network and the turn's
file are ours.
"""

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from postil.harvest.calendar import arxiv_calendar
from postil.harvest.door import Door
from postil.harvest.known import read_known
from postil.harvest.run import Harvester
from postil.harvest.steps import Plan
from postil.harvest.turn import Turn
from postil.paper import AnnouncementKind, Paper
from postil.paper_id import PaperId
from postil.sources.exchange import Transport, Upstream
from postil.store.ledger import Tally
from postil.store.protocol import Store
from postil.store.sqlite import SqliteStore
from postil.testing.clock import VirtualClock
from postil.testing.faults import Fault
from postil.testing.server import FakeArxiv, FakeTransport
from postil.testing.taxonomy import strongest_kind
from postil.testing.world import World

BASE = "http://arxiv.test"
# What must be exactly the archive's own; `modified` is a day of OAI's, and is compared as well.
COMPARED = (
    "title",
    "abstract",
    "authors",
    "categories",
    "versions",
    "announced",
    "comment",
    "doi",
    "journal_ref",
    "withdrawn",
)


@dataclass(slots=True)
class Outcome:
    """What a harvest made of the truth at its end.

    `lost` are papers of the truth that are not held, `invented` papers held that were never public,
    `altered` papers and
    the fields that are not as arXiv has them. `arrived` is when each paper was first held.
    """

    lost: list[PaperId] = field(default_factory=list)
    invented: list[PaperId] = field(default_factory=list)
    altered: list[tuple[PaperId, str]] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)
    arrived: dict[PaperId, datetime] = field(default_factory=dict)
    papers: int = 0
    requests: int = 0
    closest: float = math.inf
    overlaps: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def exact(self) -> bool:
        """Whether all of the truth is held, and nothing else."""
        return not (self.lost or self.invented or self.altered or self.problems)


@dataclass
class Simulation:
    """One library that harvests one stand-in, from `start` on.

    `folder` is the data folder, `start` the virtual moment at which the first harvest begins,
    `lists` those that are followed, `seed` that of the faults and of the harvest's own dice, and
    `since` the first day
    that the library cares for (the day before `start`). `latency` is in seconds.
    """

    folder: Path
    world: World
    start: datetime
    lists: Sequence[str]
    faults: Iterable[Fault] = ()
    seed: int = 0
    since: date | None = None
    latency: float = 0.2
    page_size: int = 2_500

    def __post_init__(self) -> None:
        self.lists = tuple(self.lists)
        self.clock = VirtualClock(self.start)
        self.fake = FakeArxiv(
            self.world, self.clock, faults=self.faults, seed=self.seed, page_size=self.page_size
        )
        # Some faults change the truth itself.
        self.world = self.fake.world
        self.transport: Transport = FakeTransport(self.fake, self.latency)
        self._since = self.since or self.start.date() - timedelta(days=1)
        self._dice = random.Random(self.seed)
        self._arrived: dict[PaperId, datetime] = {}
        self._followed = 0

    def run(self, until: datetime) -> None:
        """Harvest until a virtual moment, then stop, as if the machine were switched off."""
        with SqliteStore.open(self.folder) as store, store.writing():
            harvester = self._harvester(store)
            while self.clock.now() < until:
                wait = harvester.step()
                self._follow(store)
                if wait is not None:
                    self.clock.advance_to(min(wait.until, until))

    def run_once(self) -> None:
        """Harvest until nothing is left to ask for now."""
        with SqliteStore.open(self.folder) as store:
            harvester = self._harvester(store)
            while harvester.step() is None:
                self._follow(store)

    def run_to_end_of_records(self) -> None:
        """Harvest until the archive's records were read once."""
        with SqliteStore.open(self.folder) as store, store.writing():
            harvester = self._harvester(store)
            while read_known(store, self._since).read_at is None:
                wait = harvester.step()
                if wait is not None:
                    self.clock.advance_to(wait.until)

    def held(self) -> int:
        """How many papers are held."""
        with SqliteStore.open(self.folder) as store:
            return store.count()

    def sleep(self, until: datetime) -> None:
        """Let time pass with the machine switched off."""
        self.clock.advance_to(until)

    def outcome(self) -> Outcome:
        """The store beside the truth, at this moment."""
        log = self.fake.log
        with SqliteStore.open(self.folder) as store:
            truth = self.world.truth(self.clock.now(), self.lists)
            outcome = compared(store, truth, self._since)
            outcome.tallies = store.ledger.tallies(date(1991, 1, 1), date(2199, 1, 1))
        outcome.arrived = dict(self._arrived)
        outcome.requests = len(log)
        outcome.closest = log.spacing()
        outcome.overlaps = len(log.overlaps())
        return outcome

    def lateness(self) -> list[timedelta]:
        """How long each paper announced since the start was public before it was held, ascending.

        Public on one of the followed lists, or where it is on none of them, in OAI-PMH.
        """
        found = []
        for paper_id, arrived in self._arrived.items():
            history = self.world.histories.get(paper_id)
            if history and (first := history.changes[0]).listed:
                followed = strongest_kind(first, self.lists) is not None
                public = first.public if followed else first.in_oai
                if public >= self.start:
                    found.append(arrived - public)
        return sorted(found)

    def _harvester(self, store: Store) -> Harvester:
        door = Door(
            self.transport,
            Turn(self.folder / "arxiv.turn", self.clock),
            self.clock,
            "Postil/simulation",
            self._dice,
        )
        plan = Plan(tuple(self.lists), arxiv_calendar())
        return Harvester(store, door, plan, upstream=Upstream.at(BASE), since=self._since)

    def _follow(self, store: Store) -> None:
        """Note the moment at which papers are first held."""
        if store.last_change() == self._followed:
            return
        for change in store.changes(self._followed, 1_000_000):
            if change.paper is not None:
                self._arrived.setdefault(change.paper.id, self.clock.now())
            self._followed = change.sequence


def compared(store: Store, truth: Mapping[PaperId, Paper], since: date) -> Outcome:
    """A store beside the truth; what last changed before `since` may be held or not."""
    outcome = Outcome(problems=store.check())
    held: dict[PaperId, Paper] = {}
    for paper in store.papers():
        if paper.id in held:
            outcome.problems.append(f"{paper.id} is held twice")
        held[paper.id] = paper
    outcome.papers = len(held)
    wanted = {i for i, p in truth.items() if p.announced or not p.modified or p.modified >= since}
    outcome.lost = sorted(wanted - held.keys())
    outcome.invented = sorted(held.keys() - truth.keys())
    for paper_id, paper in truth.items():
        if (mine := held.get(paper_id)) is not None:
            outcome.altered += [(paper_id, name) for name in differences(mine, paper)]
    return outcome


def differences(held: Paper, truth: Paper) -> list[str]:
    """The names of the fields in which a held paper is not the true one."""
    found = [
        name
        for name in COMPARED
        if name != "announced" and getattr(held, name) != getattr(truth, name)
    ]
    same_days = _kinds(held) == _kinds(truth)
    return found if same_days else [*found, "announced"]


def _kinds(paper: Paper) -> dict[date, AnnouncementKind]:
    """The strongest kind of each day."""
    order = list(AnnouncementKind)
    weakest_first = sorted(paper.announced, key=lambda a: order.index(a.kind), reverse=True)
    return {announcement.day: announcement.kind for announcement in weakest_first}
