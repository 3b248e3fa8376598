"""Earlier wordings of papers: kept when the archive changed them, and only then."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postil.paper import Paper, Version
from postil.paper_id import PaperId
from postil.store import merging
from postil.store.editions import Edition
from postil.store.protocol import Store
from postil.store.sqlite import SqliteStore

ID, OTHER = PaperId.parse("2603.00001"), PaperId.parse("2603.00002")
HOME = PaperId("openreview", "aB3_x-9zQ")
FIRST, SECOND, THIRD = (date(2026, 3, n) for n in (1, 9, 20))
PAPER = Paper(
    ID,
    "On margins",
    ("A. Writer", "Ångström, Å."),
    abstract="Notes\non $\\alpha$.",
    comment="12 pages",
    categories=("cs.DL", "math.HO"),
    modified=FIRST,
    versions=(Version(1, FIRST),),
    homes=(HOME,),
)
EDITION = Edition(
    1, FIRST, SECOND, PAPER.title, PAPER.authors, PAPER.abstract, PAPER.comment, PAPER.categories
)
WORDINGS: list[dict[str, object]] = [
    {"title": "On wide margins"},
    {"authors": ("A. Writer",)},
    {"abstract": "More notes."},
    {"comment": "14 pages"},
    {"categories": ("cs.DL",)},
]


def the_old_wording_is_kept_when_the_archive_changes_it(store: Store) -> None:
    for wording in WORDINGS:
        store.put([PAPER])
        store.put([replace(PAPER, **wording, modified=SECOND)])  # type: ignore[arg-type]
        assert store.editions(ID) == [EDITION]
        store.remove([ID])


def wordings_come_oldest_first_with_their_versions(store: Store) -> None:
    store.put([PAPER])
    second = replace(PAPER, abstract="Two.", modified=SECOND, versions=(Version(2, SECOND),))
    store.put([second])
    store.put([replace(second, title="Three", modified=THIRD)])
    assert store.editions(ID) == [
        EDITION,
        replace(EDITION, version=2, modified=SECOND, replaced=THIRD, abstract="Two."),
    ]
    assert store.editions(HOME) == store.editions(ID)


def what_is_no_wording_makes_no_edition(store: Store) -> None:
    store.put([PAPER])
    versions = (Version(2, SECOND, withdrawn=True),)
    store.put([replace(PAPER, journal_ref="J. 1", versions=versions, modified=SECOND)])
    assert store.editions(ID) == []


def a_stale_record_makes_no_edition(store: Store) -> None:
    store.put([replace(PAPER, modified=SECOND, comment="")])
    store.put([replace(PAPER, title="An old title", modified=FIRST)])
    assert store.get([ID])[ID].comment == "12 pages"
    assert store.editions(ID) == []


def another_form_of_the_same_record_makes_no_edition(store: Store) -> None:
    store.put([PAPER])
    store.put([replace(PAPER, title="On Margins")])
    store.put([replace(PAPER, title="On margins, undated", modified=None)])
    store.put([Paper(OTHER, "Undated"), replace(PAPER, id=OTHER, modified=SECOND)])
    assert store.editions(ID) == store.editions(OTHER) == []
    assert store.editions(PaperId.parse("2603.09999")) == []


def a_batch_is_its_records_one_after_another(store: Store) -> None:
    later = replace(PAPER, title="On wide margins", modified=SECOND)
    store.put([PAPER, Paper(OTHER, "Other"), later, replace(later, title="Wide", modified=THIRD)])
    assert [edition.title for edition in store.editions(ID)] == ["On margins", "On wide margins"]
    assert store.editions(OTHER) == []


def editions_go_with_their_paper(store: Store) -> None:
    store.put([PAPER])
    store.put([replace(PAPER, title="On wide margins", modified=SECOND)])
    store.remove([ID])
    assert store.editions(ID) == []
    store.put([PAPER])
    assert store.editions(ID) == []


CHECKS: list[Callable[[Store], None]] = [
    the_old_wording_is_kept_when_the_archive_changes_it,
    wordings_come_oldest_first_with_their_versions,
    what_is_no_wording_makes_no_edition,
    a_stale_record_makes_no_edition,
    another_form_of_the_same_record_makes_no_edition,
    a_batch_is_its_records_one_after_another,
    editions_go_with_their_paper,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_store_keeps_editions(store: Store, check: Callable[[Store], None]) -> None:
    check(store)


days = st.none() | st.sampled_from([FIRST, SECOND, THIRD])
records = st.builds(
    Paper,
    st.sampled_from([ID, OTHER]),
    st.sampled_from(["One", "Two"]),
    authors=st.sampled_from([(), ("A",), ("A", "B")]),
    abstract=st.sampled_from(["", "Notes."]),
    categories=st.sampled_from([(), ("cs.DL",), ("cs.DL", "math.HO")]),
    modified=days,
    versions=st.lists(st.builds(Version, st.integers(1, 3), days), max_size=2).map(tuple),
    comment=st.sampled_from(["", "12 pages"]),
    doi=st.sampled_from(["", "10.1000/1"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(records, max_size=4), max_size=5))
def test_any_run_of_batches_keeps_the_editions_of_its_records_one_by_one(
    batches: list[list[Paper]],
) -> None:
    held: dict[PaperId, Paper] = {}
    kept: dict[PaperId, list[Edition]] = {ID: [], OTHER: []}
    for record in (record for batch in batches for record in batch):
        old = held.get(record.id, record)
        new = held[record.id] = old.updated_by(record)
        if not old.modified or not record.modified or record.modified <= old.modified:
            continue
        words = (old.title, old.authors, old.abstract, old.comment, old.categories)
        if words != (new.title, new.authors, new.abstract, new.comment, new.categories):
            version = max((v.number for v in old.versions), default=None)
            kept[old.id].append(Edition(version, old.modified, record.modified, *words))
    with tempfile.TemporaryDirectory() as folder, SqliteStore.open(Path(folder)) as store:
        for batch in batches:
            store.put(batch)
        assert {paper_id: store.editions(paper_id) for paper_id in kept} == kept
        assert store.check() == []


Judge = Callable[[Paper, Paper, Paper], Edition | None]


JUDGED: Judge = merging.replaced_wording


def keeps_stale(held: Paper, merged: Paper, newer: Paper) -> Edition | None:
    stale = held.modified and newer.modified and newer.modified < held.modified
    return replace(EDITION, title=held.title) if stale else JUDGED(held, merged, newer)


def keeps_other_forms(held: Paper, merged: Paper, newer: Paper) -> Edition | None:
    same = held.modified == newer.modified
    return replace(EDITION, title=held.title) if same else JUDGED(held, merged, newer)


def keeps_what_is_no_wording(held: Paper, merged: Paper, newer: Paper) -> Edition | None:
    return EDITION if held.modified != newer.modified else None


def keeps_titles_only(held: Paper, merged: Paper, newer: Paper) -> Edition | None:
    return JUDGED(held, merged, newer) if held.title != merged.title else None


def keeps_the_new_wording(held: Paper, merged: Paper, newer: Paper) -> Edition | None:
    found = JUDGED(held, merged, newer)
    return found and replace(found, abstract=merged.abstract, title=merged.title)


def names_the_new_version(held: Paper, merged: Paper, newer: Paper) -> Edition | None:
    found = JUDGED(held, merged, newer)
    return found and replace(found, version=merged.versions[-1].number)


WRONG: list[tuple[Judge, Callable[[Store], None]]] = [
    (keeps_stale, a_stale_record_makes_no_edition),
    (keeps_other_forms, another_form_of_the_same_record_makes_no_edition),
    (keeps_what_is_no_wording, what_is_no_wording_makes_no_edition),
    (keeps_titles_only, the_old_wording_is_kept_when_the_archive_changes_it),
    (keeps_the_new_wording, the_old_wording_is_kept_when_the_archive_changes_it),
    (names_the_new_version, wordings_come_oldest_first_with_their_versions),
]


@pytest.mark.parametrize(("wrong", "check"), WRONG, ids=lambda each: each.__name__)
def test_the_contract_rejects_a_wrong_judgement(
    wrong: Judge,
    check: Callable[[Store], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(merging, "replaced_wording", wrong)
    with SqliteStore.open(tmp_path) as store, pytest.raises(AssertionError):
        check(store)


class GivesTheNewestFirst(SqliteStore):
    def editions(self, paper_id: PaperId) -> list[Edition]:
        return super().editions(paper_id)[::-1]


class KeepsOneOfABatch(SqliteStore):
    def put(self, papers: Sequence[Paper]) -> object:  # type: ignore[override]
        return super().put(list({paper.id: paper for paper in papers}.values()))


class KeepsEditionsOfTheRemoved(SqliteStore):
    def editions(self, paper_id: PaperId) -> list[Edition]:
        self.seen = [*getattr(self, "seen", ()), *super().editions(paper_id)]
        return self.seen

    def remove(self, ids: Sequence[PaperId]) -> int:
        self.editions(ids[0])
        return super().remove(ids)


WRONG_STORES: list[tuple[type[SqliteStore], Callable[[Store], None]]] = [
    (GivesTheNewestFirst, wordings_come_oldest_first_with_their_versions),
    (KeepsOneOfABatch, a_batch_is_its_records_one_after_another),
    (KeepsEditionsOfTheRemoved, editions_go_with_their_paper),
]


@pytest.mark.parametrize(("wrong", "check"), WRONG_STORES, ids=lambda each: each.__name__)
def test_the_contract_rejects_a_store_that_is_wrong_about_editions(
    wrong: type[SqliteStore], check: Callable[[Store], None], tmp_path: Path
) -> None:
    with wrong.open(tmp_path) as store, pytest.raises(AssertionError):
        check(store)
