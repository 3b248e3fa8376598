from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from postil.search.vectors import arranging, lists
from postil.search.vectors.arranging import arrange, is_untidy
from postil.search.vectors.failures import VectorsDamaged
from postil.search.vectors.lists import Lists, assign
from postil.search.vectors.rows import Rows, RowWriter
from postil.search.vectors.state import State, read_state, write_state

WIDTH = 24


def clustered(count: int, seed: int) -> NDArray[np.float32]:
    """Unit vectors around sixty centres, as topics make them."""
    draw = np.random.default_rng(seed)
    centres = np.random.default_rng(99).standard_normal((60, WIDTH))
    found = centres[draw.integers(0, 60, count)] + 0.5 * draw.standard_normal((count, WIDTH))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def written(folder: Path, vectors: NDArray[np.float32]) -> State:
    folder.mkdir()
    state = State("tests", "a store", WIDTH)
    writer = RowWriter(folder, state)
    writer.append(vectors, np.arange(1, len(vectors) + 1))
    writer.close()
    state = replace(state, count=len(vectors), whole=True)
    write_state(folder, state)
    return state


def opened(folder: Path) -> tuple[Rows, Lists]:
    state = read_state(folder)
    assert state
    rows = Rows(folder, state)
    return rows, Lists(folder, rows)


@pytest.fixture
def vectors() -> NDArray[np.float32]:
    return clustered(6_000, 1)


@pytest.fixture
def arranged(tmp_path: Path, vectors: NDArray[np.float32]) -> Path:
    written(tmp_path / "rows-1", vectors)
    return tmp_path / arrange(tmp_path, "rows-1", lambda *_: None)


def truth(vectors: NDArray[np.float32], query: NDArray[np.float32], limit: int) -> list[int]:
    return (np.argsort(-(vectors @ query), kind="stable")[:limit] + 1).tolist()


def recall(folder: Path, vectors: NDArray[np.float32], share: float) -> float:
    """How much of the ten nearest is found, over sixty questions."""
    _, found = opened(folder)
    queries = clustered(60, 2)
    hits = [
        len(set(found.nearest(query, 10, share)[0].tolist()) & set(truth(vectors, query, 10)))
        for query in queries
    ]
    return sum(hits) / 600


def test_without_lists_the_nearest_are_those_that_are_nearest(
    tmp_path: Path, vectors: NDArray[np.float32]
) -> None:
    written(tmp_path / "rows-1", vectors)
    assert recall(tmp_path / "rows-1", vectors, 0.0) > 0.97  # eight bits exchange near ties


def test_lists_hold_every_row_once_and_find_nearly_all_of_the_nearest(
    arranged: Path, vectors: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, found = opened(arranged)
    assert sorted(rows.numbers.tolist()) == list(range(1, 6_001))
    assert np.allclose(rows.vectors(np.arange(1, 6_001)), vectors, atol=0.01)
    assert found.starts[0] == 0
    assert found.starts[-1] == 6_000
    monkeypatch.setattr(lists, "_FEWEST", 0)
    assert recall(arranged, vectors, 0.05) > 0.9
    assert recall(arranged, vectors, 1.0) > 0.97


def test_lists_of_the_wrong_rows_are_told_by_what_they_miss(
    arranged: Path, vectors: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "_FEWEST", 0)
    centres = np.fromfile(arranged / "centres.f32", np.float32).reshape(-1, WIDTH)
    np.roll(centres, 1, axis=0).tofile(arranged / "centres.f32")
    assert recall(arranged, vectors, 0.05) < 0.5


def test_rows_that_came_later_are_found_in_their_lists(
    arranged: Path, vectors: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "_FEWEST", 0)
    rows, found = opened(arranged)
    late = clustered(500, 3)
    writer = RowWriter(arranged, rows.state)
    writer.append(late, np.arange(6_001, 6_501), assign(late, found.centres))
    writer.forget(rows.places(np.array([1, 2])))
    writer.close()
    write_state(arranged, replace(rows.state, count=6_500))
    _, found = opened(arranged)
    for at in range(0, 500, 25):
        numbers, cosines = found.nearest(late[at], 3, 0.02)
        assert numbers[0] == 6_001 + at
        assert cosines[0] > 0.999
    numbers, _ = found.nearest(vectors[0], 7_000, 1.0)
    assert not {1, 2} & set(numbers.tolist())
    assert len(numbers) == 6_498


def test_arranging_leaves_out_rows_that_count_no_more(
    arranged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, _ = opened(arranged)
    writer = RowWriter(arranged, rows.state)
    writer.forget(rows.places(np.arange(1, 101)))
    writer.close()
    again, _ = opened(tmp_path / arrange(tmp_path, arranged.name, lambda *_: None))
    assert sorted(again.numbers.tolist()) == list(range(101, 6_001))


@pytest.mark.parametrize("name", ["centres.f32", "starts.i64", "lists.u16"])
def test_lists_that_are_lost_or_cut_short_are_told(arranged: Path, name: str) -> None:
    content = (arranged / name).read_bytes()
    (arranged / name).write_bytes(content[:-8])
    with pytest.raises(VectorsDamaged):
        opened(arranged)
    (arranged / name).unlink()
    with pytest.raises(VectorsDamaged):
        opened(arranged)


def test_rows_are_arranged_when_too_many_lie_loose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arranging, "EXACT_UP_TO", 1_000)
    state = State("tests", "a store", WIDTH)
    assert not is_untidy(replace(state, count=900))
    assert is_untidy(replace(state, count=1_100))
    assert not is_untidy(replace(state, count=9_000, arranged=7_000))
    assert is_untidy(replace(state, count=9_000, arranged=6_000))


def test_a_large_library_has_lists_and_new_days_join_them(
    folder: Any, agrees: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arranging, "EXACT_UP_TO", 60)
    folder.put(0, 90)
    folder.follow()
    agrees(folder)
    state = folder.space()._opened.rows.state
    assert (state.arranged, state.lists) == (90, 37)
    folder.put(90, 100)
    folder.follow()
    assert folder.space()._opened.rows.state.arranged == 90
    agrees(folder)
