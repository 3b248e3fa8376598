"""The ledger of the SQLite store against sets and dictionaries: any run of events ends in the same rows."""

import tempfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from postil.paper import AnnouncementKind, Paper
from postil.paper_id import PaperId
from postil.store.ledger import LATE_AFTER, Sighting, Tally
from postil.store.protocol import Store
from postil.store.sqlite import SqliteStore

DAYS = [date(2026, 3, 17), date(2026, 3, 18)]
LISTS = ["cs", "math", "stat"]
KINDS = list(AnnouncementKind)
IDS = [PaperId.parse(f"2603.0000{n}") for n in range(1, 6)]
START = datetime(2026, 3, 17, tzinfo=UTC)

moments = st.integers(0, 200).map(lambda minutes: START + timedelta(minutes=minutes))
sightings = st.builds(
    Sighting,
    st.sampled_from(DAYS),
    st.sampled_from(LISTS),
    st.sampled_from(["listing", "feed"]),
    moments,
    st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(KINDS)), max_size=4),
    st.dictionaries(st.sampled_from(KINDS), st.integers(0, 9), max_size=2),
)
some_ids = st.sets(st.sampled_from(IDS), max_size=3)
events = st.one_of(
    sightings,
    st.tuples(st.just("put"), some_ids),
    st.tuples(st.just("remove"), some_ids),
    moments,
)


@dataclass
class Entry:
    """A paper on a list."""

    named: datetime
    kind: int
    held: datetime | None
    sources: set[str] = field(default_factory=set)


@dataclass
class Model:
    """The ledger as its docstrings say it, without any index or kept count."""

    papers: set[PaperId] = field(default_factory=set)
    seen: dict[tuple[date, str], datetime] = field(default_factory=dict)
    claims: dict[tuple[date, str], tuple[datetime, int]] = field(default_factory=dict)
    entries: dict[tuple[date, str, PaperId], Entry] = field(default_factory=dict)

    def record(self, s: Sighting) -> None:
        at = (s.day, s.list_name)
        self.seen[at] = min(s.seen, self.seen.get(at, s.seen))
        if s.claimed and (at not in self.claims or self.claims[at][0] <= s.seen):
            self.claims[at] = (s.seen, sum(s.claimed.values()))
        for paper_id, kind in s.entries:
            held = s.seen if paper_id in self.papers else None
            entry = self.entries.setdefault((*at, paper_id), Entry(s.seen, KINDS.index(kind), held))
            entry.named = min(entry.named, s.seen)
            entry.kind = min(entry.kind, KINDS.index(kind))
            entry.sources.add(s.source)

    def settle(self, now: datetime) -> int:
        stamped = set()
        for (_, _, paper_id), entry in self.entries.items():
            if entry.held is None and paper_id in self.papers:
                entry.held = now
                stamped.add(paper_id)
        return len(stamped)

    def remove(self, ids: set[PaperId]) -> None:
        self.papers -= ids
        for (_, _, paper_id), entry in self.entries.items():
            if paper_id in ids:
                entry.held = None

    def tally(self, day: date, name: str) -> Tally:
        own = {key[2]: e for key, e in self.entries.items() if key[:2] == (day, name)}
        first = self.seen[day, name]
        missing = tuple(sorted(paper_id for paper_id, e in own.items() if e.held is None))
        arrived = {paper_id: max(e.named, e.held or e.named) for paper_id, e in own.items()}
        sources = [source for e in own.values() for source in e.sources]
        return Tally(
            day,
            name,
            self.claims[day, name][1] if (day, name) in self.claims else None,
            len(own),
            len(own) - len(missing),
            missing,
            tuple(sorted(p for p, when in arrived.items() if when > first + LATE_AFTER)),
            {source: sources.count(source) for source in sources},
            first,
            None if missing else max([first, *arrived.values()]),
        )

    def unheld(self) -> list[tuple[PaperId, datetime]]:
        wanted = {key[2] for key in self.entries} - self.papers
        first = {p: min(e.named for key, e in self.entries.items() if key[2] == p) for p in wanted}
        return sorted(first.items(), key=lambda pair: (pair[1], pair[0]))

    def distinct(self, names: list[str]) -> dict[date, tuple[int, int]]:
        found = {}
        for day in {day for day, name in self.seen if name in names}:
            own = [(key[2], e) for key, e in self.entries.items() if key[0] == day]
            listed = {key[2] for key in self.entries if key[0] == day and key[1] in names}
            held = {paper_id for paper_id, e in own if e.held is not None}
            found[day] = (len(listed), len(listed & held))
        return found

    def announced(self) -> dict[tuple[PaperId, date], int]:
        found: dict[tuple[PaperId, date], int] = {}
        for (day, _, paper_id), e in self.entries.items():
            found[paper_id, day] = min(e.kind, found.get((paper_id, day), e.kind))
        return found

    def namings(self, name: str) -> list[tuple[date, str, PaperId]]:
        own = [(key, e) for key, e in self.entries.items() if key[1] == name]
        return sorted((key[0], source, key[2]) for key, e in own for source in e.sources)


def _happen(event: object, store: Store, model: Model) -> None:
    """Let an event happen to both."""
    match event:
        case Sighting():
            store.ledger.record(event)
            model.record(event)
        case datetime():
            assert store.ledger.settle(event) == model.settle(event)
        case ("put", set(ids)):
            store.put([Paper(paper_id, "On margins") for paper_id in ids])
            model.papers |= ids
        case ("remove", set(ids)):
            store.remove(list(ids))
            model.remove(ids)
        case _:
            raise AssertionError(event)


@settings(max_examples=80, deadline=None)
@given(st.lists(events, max_size=14))
def test_any_run_of_events_ends_in_the_tallies_of_the_model(run: list[object]) -> None:
    model = Model()
    with tempfile.TemporaryDirectory() as folder, SqliteStore.open(Path(folder)) as store:
        for event in run:
            _happen(event, store, model)
        ledger = store.ledger
        assert ledger.tallies(*DAYS) == [model.tally(*at) for at in sorted(model.seen)]
        assert ledger.unheld(99) == model.unheld()
        for names in (LISTS, ["cs"], ["math", "stat"]):
            assert ledger.distinct(*DAYS, names) == model.distinct(names)
        assert {
            (paper_id, each.day): KINDS.index(each.kind)
            for paper_id, known in ledger.announcements(IDS).items()
            for each in known
        } == model.announced()
        for name in LISTS:
            assert ledger.namings(name, *DAYS) == model.namings(name)
        assert store.check() == []
