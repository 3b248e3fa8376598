from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from postil.errors import BadFile
from postil.search.comparison import Run, compare, interval

JUDGED = {"q1": {"a": 1}, "q2": {"a": 1, "b": 1}, "q3": {"c": 1}, "unjudged": {"a": 0}}
OURS = Run("ours", {"q1": ["a"], "q2": ["a", "b"], "q3": ["x"]})
THEIRS = Run("theirs", {"q1": ["x", "a"], "q2": ["b", "a"], "q3": ["c"], "q9": ["a"]})


def test_a_comparison_is_query_by_query() -> None:
    found = compare(OURS, THEIRS, JUDGED)
    assert (found.better, found.worse, found.against) == (1, 1, "theirs")
    # q1: 1 against 1 / log2(3); q3: 0 against 1
    assert found.mean == pytest.approx(2 / 3)
    assert found.difference == pytest.approx((1 - 0.6309297535714575 - 1) / 3)
    assert [query for query, _, _ in found.queries] == ["q1", "q2", "q3"]
    assert found.low < found.difference < found.high
    assert found.record()["queries"] == {
        "q1": [1.0, pytest.approx(0.6309297535714575)],
        "q2": [1.0, 1.0],
        "q3": [0.0, 1.0],
    }


def test_a_run_is_written_and_read_as_trec_has_it(tmp_path: Path) -> None:
    path = tmp_path / "ours.txt"
    OURS.write(path)
    assert path.read_text().splitlines()[1:3] == ["q2 Q0 a 1 2 ours", "q2 Q0 b 2 1 ours"]
    assert Run.read(path).rankings == OURS.rankings
    path.write_text("q Q0 second 2 0.5 other\nq Q0 first 1 0.7 other\n")
    assert Run.read(path).rankings == {"q": ["first", "second"]}


@pytest.mark.parametrize("line", ["q Q0 a 1 0.5", "q Q0 a one 0.5 name"])
def test_what_is_no_run_is_refused_in_one_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "run.txt"
    path.write_text(line)
    with pytest.raises(BadFile, match="line 1"):
        Run.read(path)
    with pytest.raises(BadFile, match="cannot be read"):
        Run.read(tmp_path / "absent.txt")
    with pytest.raises(BadFile, match="cannot be written"):
        OURS.write(tmp_path / "absent" / "run.txt")


def test_nothing_relevant_cannot_be_compared() -> None:
    with pytest.raises(BadFile, match="relevant"):
        compare(OURS, THEIRS, {"q1": {"a": 0}})


Interval = Callable[[Sequence[float]], tuple[float, float]]


def check_interval(of: Interval) -> None:
    """Near the interval of the normal distribution, whatever the sign, and the same every time."""
    draw = np.random.default_rng(8)
    for mean in (0.05, -0.05):
        values = draw.normal(mean, 0.2, 400)
        low, high = of(values.tolist())
        half = 1.96 * values.std() / 20
        assert low == pytest.approx(values.mean() - half, abs=0.002)
        assert high == pytest.approx(values.mean() + half, abs=0.002)
        assert of(values.tolist()) == (low, high)


def _one_sided(values: Sequence[float]) -> tuple[float, float]:
    low, high = interval(values)
    return low, max(high, 0.2)


def _spread_of_values(values: Sequence[float]) -> tuple[float, float]:
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def test_the_interval_is_that_of_the_mean() -> None:
    check_interval(interval)


@pytest.mark.parametrize("wrong", [_one_sided, _spread_of_values])
def test_the_check_of_intervals_rejects_others(wrong: Interval) -> None:
    with pytest.raises(AssertionError):
        check_interval(wrong)
