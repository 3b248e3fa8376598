"""The SQLite store against a dictionary: any run of puts and removals must end in the same papers."""

import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from postil.paper import Announcement, AnnouncementKind, Paper, Version
from postil.paper_id import PaperId
from postil.store.sqlite import SqliteStore

IDS = [PaperId.parse(f"2603.{n:05}") for n in range(1, 5)]
ELSEWHERE = PaperId.parse("shelf:margins")
DAYS = st.sampled_from([date(2026, 3, n) for n in range(1, 4)])

papers = st.builds(
    Paper,
    st.sampled_from(IDS),
    st.sampled_from(["A", "B"]),
    authors=st.sampled_from([(), ("X",), ("Y", "X")]),
    categories=st.sampled_from([(), ("cs.LG",), ("cs.LG", "stat.ML")]),
    modified=st.none() | DAYS,
    announced=st.lists(
        st.builds(Announcement, DAYS, st.sampled_from(AnnouncementKind)), max_size=3
    ).map(tuple),
    versions=st.lists(
        st.builds(Version, st.integers(1, 3), st.none() | DAYS, st.booleans()),
        max_size=3,
        unique_by=lambda v: v.number,
    ).map(tuple),
    year=st.none() | st.just(2026),
    homes=st.lists(st.sampled_from([*IDS, ELSEWHERE]), max_size=2).map(tuple),
)
steps = st.lists(
    st.lists(papers, max_size=4) | st.sets(st.sampled_from(IDS), max_size=2), max_size=6
)


def _found(model: dict[PaperId, Paper]) -> dict[PaperId, Paper]:
    """What ids lead to: papers of their own, else the paper longest held that has it among its homes."""
    homes = {home: p for p in reversed(model.values()) for home in p.homes}
    return {key: paper for key, paper in {**homes, **model}.items() if paper is not None}


@settings(max_examples=60, deadline=None)
@given(steps)
def test_any_run_of_puts_and_removals_ends_as_a_dictionary_would(
    run: list[list[Paper] | set[PaperId]],
) -> None:
    model: dict[PaperId, Paper] = {}
    with tempfile.TemporaryDirectory() as folder, SqliteStore.open(Path(folder)) as store:
        for step in run:
            if isinstance(step, set):
                assert store.remove(list(step)) == len(step & model.keys())
                model = {key: paper for key, paper in model.items() if key not in step}
                continue
            store.put(step)
            for paper in step:
                model[paper.id] = model.get(paper.id, paper).updated_by(paper)
        assert list(store.papers()) == sorted(model.values(), key=lambda paper: str(paper.id))
        assert store.get([*IDS, ELSEWHERE]) == _found(model)
        listed = Counter(day for p in model.values() for day in {a.day for a in p.announced})
        assert {each.day: each.papers for each in store.days()} == listed
        assert {c.paper.id for c in store.changes(0, 100) if c.paper} == model.keys()
        assert store.check() == []
