"""A paper with several homes is found by any of their ids, and takes no other paper's."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from postil.paper import Paper
from postil.paper_id import PaperId
from postil.store.papers import Papers
from postil.store.protocol import Store
from postil.store.sqlite import SqliteStore

ARXIV = PaperId.parse("2603.00001")
OTHER = PaperId.parse("2603.00002")
REVIEW = PaperId("openreview", "aB3_x-9zQ")
ANTHOLOGY = PaperId("acl", "2023.acl-long.1")
PAPER = Paper(ARXIV, "On margins", homes=(ANTHOLOGY, REVIEW))


def a_paper_is_found_by_every_home(store: Store) -> None:
    store.put([PAPER])
    asked = [ARXIV, REVIEW, ANTHOLOGY, OTHER]
    assert store.get(asked) == dict.fromkeys(asked[:3], PAPER)
    number = store.numbers([ARXIV])[ARXIV]
    assert store.numbers(asked) == dict.fromkeys(asked[:3], number)


def homes_are_united_and_stay(store: Store) -> None:
    store.put([replace(PAPER, homes=(REVIEW,)), Paper(OTHER, "Other")])
    store.put([replace(PAPER, homes=(ANTHOLOGY,))])
    store.put([replace(PAPER, homes=())])
    assert store.get([ARXIV])[ARXIV].homes == (ANTHOLOGY, REVIEW)
    assert store.put([PAPER]).unchanged == 1


def a_home_that_is_held_as_a_paper_of_its_own_is_not_stolen(store: Store) -> None:
    own = Paper(REVIEW, "The submission itself")
    store.put([own])
    store.put([PAPER])
    assert store.get([REVIEW, ARXIV]) == {REVIEW: own, ARXIV: PAPER}
    assert store.remove([REVIEW]) == 1
    assert store.get([REVIEW]) == {REVIEW: PAPER}
    store.put([own])
    assert store.get([REVIEW]) == {REVIEW: own}


def of_two_papers_the_first_keeps_the_home(store: Store) -> None:
    store.put([PAPER])
    store.put([Paper(OTHER, "Other", homes=(REVIEW,))])
    assert store.get([REVIEW]) == {REVIEW: PAPER}
    assert store.get([OTHER])[OTHER].homes == (REVIEW,)
    store.remove([ARXIV])
    assert store.get([REVIEW])[REVIEW].id == OTHER


def a_home_is_no_handle_to_remove_a_paper_by(store: Store) -> None:
    store.put([PAPER])
    assert store.remove([REVIEW]) == 0
    assert store.count() == 1


def homes_go_with_their_paper(store: Store) -> None:
    store.put([PAPER])
    store.remove([ARXIV])
    assert store.get([ARXIV, REVIEW, ANTHOLOGY]) == {}
    store.put([Paper(ARXIV, "On margins")])
    assert store.get([ARXIV])[ARXIV].homes == ()


CHECKS: list[Callable[[Store], None]] = [
    a_paper_is_found_by_every_home,
    homes_are_united_and_stay,
    a_home_that_is_held_as_a_paper_of_its_own_is_not_stolen,
    of_two_papers_the_first_keeps_the_home,
    a_home_is_no_handle_to_remove_a_paper_by,
    homes_go_with_their_paper,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_store_keeps_the_homes_of_papers(check: Callable[[Store], None], tmp_path: Path) -> None:
    with SqliteStore.open(tmp_path) as store:
        check(store)
        assert store.check() == []


class KnowsOwnIdsOnly(SqliteStore):
    def get(self, ids: Sequence[PaperId]) -> dict[PaperId, Paper]:
        return {key: paper for key, paper in super().get(ids).items() if paper.id == key}


class LosesHomes(SqliteStore):
    def put(self, papers: Sequence[Paper]) -> object:  # type: ignore[override]
        if not all(paper.homes for paper in papers):
            self.remove([paper.id for paper in papers])
        return super().put(papers)


class StealsHomes(SqliteStore):
    def get(self, ids: Sequence[PaperId]) -> dict[PaperId, Paper]:
        homes = {home: paper for paper in self.papers() for home in paper.homes}
        return super().get(ids) | {key: homes[key] for key in ids if key in homes}


class GivesHomesToTheLast(SqliteStore):
    def get(self, ids: Sequence[PaperId]) -> dict[PaperId, Paper]:
        homes = {home: p for p in self.load(range(1, 100)) for home in p.homes}
        own = super().get(ids)
        return {key: p if p.id == key else homes[key] for key, p in own.items()}


class RemovesByHomes(SqliteStore):
    def remove(self, ids: Sequence[PaperId]) -> int:
        return super().remove([paper.id for paper in self.get(ids).values()])


class GivesHomesToWhoeverReturns(SqliteStore):
    def put(self, papers: Sequence[Paper]) -> object:  # type: ignore[override]
        self.gone = getattr(self, "gone", {})
        return super().put([replace(p, homes=p.homes or self.gone.get(p.id, ())) for p in papers])

    def remove(self, ids: Sequence[PaperId]) -> int:
        self.gone = {paper.id: paper.homes for paper in self.get(ids).values()}
        return super().remove(ids)


WRONG: list[tuple[type[SqliteStore], Callable[[Store], None]]] = [
    (KnowsOwnIdsOnly, a_paper_is_found_by_every_home),
    (LosesHomes, homes_are_united_and_stay),
    (StealsHomes, a_home_that_is_held_as_a_paper_of_its_own_is_not_stolen),
    (GivesHomesToTheLast, of_two_papers_the_first_keeps_the_home),
    (RemovesByHomes, a_home_is_no_handle_to_remove_a_paper_by),
    (GivesHomesToWhoeverReturns, homes_go_with_their_paper),
]


@pytest.mark.parametrize(("wrong", "check"), WRONG, ids=lambda each: each.__name__)
def test_the_contract_rejects_a_store_that_is_wrong_about_homes(
    wrong: type[SqliteStore], check: Callable[[Store], None], tmp_path: Path
) -> None:
    with wrong.open(tmp_path) as store, pytest.raises(AssertionError):
        check(store)


def test_a_paper_asked_for_by_two_of_its_ids_comes_once(tmp_path: Path) -> None:
    with SqliteStore.open(tmp_path) as store:
        store.put([PAPER, Paper(OTHER, "Other")])
        found = Papers(store).several([REVIEW, OTHER, ARXIV])
        assert [paper.id for paper in found] == [ARXIV, OTHER]
        assert Papers(store).get(REVIEW) == PAPER
