from collections.abc import Callable
from math import log2

import pytest

from postil.search.metrics import ndcg, percentile, recall, reciprocal_rank

GRADES = {"a": 3, "b": 2, "c": 1, "d": 0, "e": -1}
RANKING = ["d", "b", "x", "a", "e"]
# worked out by hand: b at rank 2 and a at rank 4; at best a, b, c at 1, 2, 3
EXPECTED_NDCG = (2 / log2(3) + 3 / log2(5)) / (3 + 2 / log2(3) + 1 / 2)


def check_ndcg(measure: Callable[..., float]) -> None:
    assert measure(RANKING, GRADES) == pytest.approx(EXPECTED_NDCG)
    assert measure(["a", "b", "c"], GRADES) == pytest.approx(1.0)
    assert measure(["b", "a"], GRADES, 1) == pytest.approx(2 / 3)
    assert measure([], GRADES) == 0.0
    assert measure(["d"], {"d": 0}) == 0.0
    assert measure(["x"] * 10 + ["a"], GRADES) == 0.0


def _with(
    gain: Callable[[int], float], discount: Callable[[int], float], ideal_of_found: bool
) -> Callable[..., float]:
    def measure(ranking: list[str], judgements: dict[str, int], depth: int = 10) -> float:
        gains = [gain(max(0, judgements.get(d, 0))) for d in ranking[:depth]]
        pool = [judgements.get(d, 0) for d in ranking] if ideal_of_found else judgements.values()
        ideal = sorted((gain(max(0, g)) for g in pool), reverse=True)[:depth]
        best = sum(g / discount(rank) for rank, g in enumerate(ideal, 1))
        return sum(g / discount(rank) for rank, g in enumerate(gains, 1)) / best if best else 0.0

    return measure


WRONG = {
    "exponential gains": _with(lambda g: 2**g - 1, lambda r: log2(r + 1), False),
    "binary gains": _with(lambda g: float(g > 0), lambda r: log2(r + 1), False),
    "discount from the second rank": _with(float, lambda r: max(1.0, log2(r)), False),
    "ideal of what was found": _with(float, lambda r: log2(r + 1), True),
    "no discount": _with(float, lambda r: 1.0, False),
}


def test_ndcg_is_as_worked_out_by_hand() -> None:
    check_ndcg(ndcg)


@pytest.mark.parametrize("name", WRONG)
def test_the_check_of_ndcg_rejects_other_measures(name: str) -> None:
    with pytest.raises(AssertionError):
        check_ndcg(WRONG[name])


def test_the_wrong_measures_are_right_when_set_right() -> None:
    check_ndcg(_with(float, lambda r: log2(r + 1), False))


def test_recall_counts_relevant_documents_only() -> None:
    assert recall(RANKING, GRADES) == pytest.approx(2 / 3)
    assert recall(RANKING, GRADES, 3) == pytest.approx(1 / 3)
    assert recall(RANKING, {"d": 0}) == 0.0


def test_reciprocal_rank_is_that_of_the_first_relevant_document() -> None:
    assert reciprocal_rank(RANKING, GRADES) == pytest.approx(1 / 2)
    assert reciprocal_rank(["x"] * 10 + ["a"], GRADES) == 0.0
    assert reciprocal_rank(["x"] * 9 + ["a"], GRADES) == pytest.approx(1 / 10)


def test_a_percentile_is_one_of_the_values() -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert [percentile(values, share) for share in (0.5, 0.99, 0.2, 0.0)] == [3.0, 5.0, 1.0, 1.0]
    assert percentile(list(range(1, 101)), 0.99) == 99
    assert percentile([], 0.5) == 0.0
