from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from postil.search import fusion
from postil.search.fusion import Candidates, Question

Order = Callable[[Candidates, list[Question]], NDArray[np.intp]]


@dataclass
class Drawn:
    """A space of drawn vectors: papers 1 to n, those in `bare` without one."""

    rows: NDArray[np.float32]
    name: str = "lsa"
    bare: frozenset[int] = field(default_factory=frozenset)

    @property
    def width(self) -> int:
        return self.rows.shape[1]

    def ready(self) -> bool:
        return True

    def of_query(self, text: str) -> NDArray[np.float32] | None:
        return self.rows[0] if text else None

    def of_papers(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        found = self.rows[numbers - 1].copy()
        found[[n in self.bare for n in numbers.tolist()]] = 0
        return found

    def scores(self, query: NDArray[np.float32], numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        found = self.rows[numbers - 1] @ query
        found[[n in self.bare for n in numbers.tolist()]] = np.nan
        return found

    def nearest(
        self, query: NDArray[np.float32], limit: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        cosines = self.rows @ query
        best = np.argsort(-cosines)[:limit]
        return best + 1, cosines[best]


def drawn(count: int = 40, seed: int = 3, **facts: object) -> Drawn:
    rows = np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return Drawn(rows, **facts)  # type: ignore[arg-type]


def asked(space: Drawn, like: int) -> list[Question]:
    return [Question(space, space.rows[like - 1])]


def candidates(count: int = 40, named: tuple[int, ...] = (), flat: bool = False) -> Candidates:
    words = np.full(count, 5.0) if flat else np.linspace(9.0, 1.0, count)
    numbers = np.arange(1, count + 1)
    return Candidates(numbers, words, np.isin(numbers, named))


def check_meaning_moves(order: Order) -> None:
    """Words being equal, the nearest paper is first; words far ahead are not overtaken."""
    assert order(candidates(flat=True), asked(drawn(), like=30))[0] == 29
    words = np.array([100.0, *[1.0] * 39])
    far_ahead = Candidates(np.arange(1, 41), words, np.zeros(40, bool))
    assert order(far_ahead, asked(drawn(), like=30))[0] == 0


def check_named_are_never_pushed_down(order: Order) -> None:
    for like in range(1, 41):
        ranked = order(candidates(named=(7, 20)), asked(drawn(), like)).tolist()
        assert set(ranked[: ranked.index(6)]) <= set(range(6))
        assert ranked.index(6) < ranked.index(19)
        assert all(ranked.index(19) < ranked.index(at) for at in range(20, 40))


def check_missing_vectors(order: Order) -> None:
    """A paper without a vector is neither last for it nor first, and no vectors at all change nothing."""
    space = drawn(bare=frozenset({11}))
    ranked = order(candidates(flat=True), asked(space, like=30)).tolist()
    assert 3 < ranked.index(10) < 36
    nothing = drawn(bare=frozenset(range(1, 41)))
    assert order(candidates(), asked(nothing, like=30)).tolist() == list(range(40))


CHECKS = [check_meaning_moves, check_named_are_never_pushed_down, check_missing_vectors]


@pytest.mark.parametrize("check", CHECKS)
def test_the_order_of_words_and_meaning(check: Callable[[Order], None]) -> None:
    check(fusion.order)


def _words_alone(found: Candidates, questions: list[Question]) -> NDArray[np.intp]:
    return np.argsort(-found.words, kind="stable")


def _meaning_alone(found: Candidates, questions: list[Question]) -> NDArray[np.intp]:
    cosines = questions[0].space.scores(questions[0].vector, found.numbers)
    return np.argsort(-np.nan_to_num(cosines, nan=-1.0), kind="stable")


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        (_words_alone, check_meaning_moves),
        (_meaning_alone, check_meaning_moves),
        (_meaning_alone, check_named_are_never_pushed_down),
        (_meaning_alone, check_missing_vectors),
    ],
)
def test_the_checks_reject_words_alone_and_meaning_alone(
    wrong: Order, check: Callable[[Order], None]
) -> None:
    with pytest.raises(AssertionError):
        check(wrong)


def test_shares_are_on_the_simplex_and_words_keep_a_part() -> None:
    for spaces, shares in fusion.SHARES.items():
        assert set(shares) == spaces
        assert all(share > 0 for share in shares.values())
        assert sum(shares.values()) < 1


def test_vectors_that_all_lie_close_count_as_those_that_do_not() -> None:
    apart = drawn()
    # the same papers seen in a cone: a large common part beside what tells them apart
    cone = np.concatenate([apart.rows * 0.4, np.full((40, 1), 0.916515)], axis=1)
    close = Drawn(cone.astype(np.float32))
    numbers = np.arange(1, 41)
    scores = [fusion.meaning(asked(space, 30)[0], numbers) for space in (apart, close)]
    np.testing.assert_allclose(scores[0], scores[1], atol=0.05)
    assert scores[0].max() == pytest.approx(1.0)


def test_feedback_moves_the_question_towards_the_first_papers() -> None:
    space = drawn()
    question = asked(space, 30)[0]
    moved = fusion.fed_back(question, np.arange(1, 41))
    first = space.rows[:5].mean(axis=0)
    assert moved.vector @ first > question.vector @ first
    assert np.linalg.norm(moved.vector) == pytest.approx(1.0)
    bare = drawn(bare=frozenset(range(1, 41)))
    kept = fusion.fed_back(asked(bare, 30)[0], np.arange(1, 41))
    np.testing.assert_allclose(kept.vector, bare.rows[29], atol=1e-6)


def test_no_candidates_have_no_order() -> None:
    assert fusion.order(candidates(0), asked(drawn(), 3)).tolist() == []


def test_a_space_that_knows_nothing_of_a_text_is_not_asked() -> None:
    assert fusion.questions([drawn()], "") == []
    assert len(fusion.questions([drawn()], "words")) == 1


def test_a_space_that_is_exchanged_under_a_question_changes_nothing() -> None:
    class Exchanged(Drawn):
        def of_papers(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
            return np.ones((len(numbers), 3), np.float32)

        def scores(
            self, query: NDArray[np.float32], numbers: NDArray[np.int64]
        ) -> NDArray[np.float32]:
            return np.full(len(numbers), np.nan, np.float32)

    ranked = fusion.order(candidates(), asked(Exchanged(drawn().rows), 30))
    assert ranked.tolist() == list(range(40))
