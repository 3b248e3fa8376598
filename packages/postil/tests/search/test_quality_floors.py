"""Ranking scores no less than it did: the floors that benchmarks/postil/quality.py --raise has raised."""

import json
import os
from itertools import pairwise
from pathlib import Path

import pytest

from postil.search.evaluation import evaluate_collection
from postil.settings import Settings

ROOT = Path(__file__).parents[4]
SHARED = Path(os.environ.get("POSTIL_SHARED") or ROOT.parent / "shared")
FLOORS: dict[str, dict[str, list[tuple[str, float]]]] = json.loads(
    (ROOT / "benchmarks" / "postil" / "quality_floors.json").read_text(encoding="utf-8")
)
# bm25s, the better of with and without stop words, from benchmarks/postil/quality.py
BM25 = {"cranfield": 0.3606, "cisi": 0.3814}
WAYS = {"postil, words": False, "postil": True}


def check_only_raised(history: list[tuple[str, float]]) -> None:
    assert history
    days, values = zip(*history, strict=True)
    assert list(days) == sorted(days)
    assert all(one < other for one, other in pairwise(values))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", BM25)
def test_floors_are_only_ever_raised(name: str, way: str) -> None:
    check_only_raised(FLOORS[name][way])
    assert FLOORS[name][way][-1][1] >= BM25[name] + (0.03 if WAYS[way] else 0.015)


@pytest.mark.parametrize(
    "wrong", [[], [("2026-11-22", 0.4), ("2026-11-23", 0.3)], [("2027", 0.3), ("2026", 0.4)]]
)
def test_the_check_of_floors_rejects_lowered_ones(wrong: list[tuple[str, float]]) -> None:
    with pytest.raises((AssertionError, ValueError)):
        check_only_raised(wrong)


@pytest.mark.shared
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", BM25)
def test_ranking_scores_no_less_than_it_did(name: str, way: str, tmp_path: Path) -> None:
    folder = SHARED / "data" / "ir" / name
    if not folder.is_dir():
        pytest.skip("the folder of shared data is not beside the checkout")
    settings = Settings(data=tmp_path, meaning=WAYS[way])
    assert evaluate_collection(folder, settings=settings).ndcg_10 >= FLOORS[name][way][-1][1]
