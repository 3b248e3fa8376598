"""Comparisons: intervals over seeds, equal steps, a run that was stopped goes on, an honest verdict."""

import math

import plain_arena as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.arena import Comparison, Interval, Plan, compare, digits  # noqa: E402 - need PyTorch
from lemmata.attention import Attention, Rotary  # noqa: E402
from lemmata.errors import ArgumentError  # noqa: E402
from lemmata.ssm import S4D  # noqa: E402
from lemmata.testing import assert_rejects  # noqa: E402

QUANTILES = {2: 12.706205, 3: 4.302653, 4: 3.182446, 5: 2.776445}  # of Student's t, from a table
MAKERS = {"attention": lambda: Attention(8, 2, rotary=Rotary(4)), "s4d": lambda: S4D(8, 4)}
PLAN = Plan(steps=6, batch=4, warmup=1, every=3)


@settings(max_examples=50, deadline=None)
@given(values=st.lists(st.floats(-10, 10), min_size=2, max_size=5))
def test_an_interval_is_that_of_student(values):
    found = Interval.of(values)
    mean, half = plain.interval(values, QUANTILES[len(values)])
    assert found.mean == pytest.approx(mean, abs=1e-12)
    assert found.high - found.mean == pytest.approx(half, rel=1e-6, abs=1e-12)
    assert found.mean - found.low == pytest.approx(half, rel=1e-6, abs=1e-12)


def test_wrong_intervals_are_rejected():
    def checker(interval):
        for values in ([0.0, 1.0], [0.2, 0.5, 0.9], [1.0, 2.0, 4.0, 8.0]):
            mean, half = plain.interval(values, QUANTILES[len(values)])
            assert interval(values) == pytest.approx((mean, half), rel=1e-5)

    def with_parts(quantile=None, less=1, root=True):
        def interval(values):
            n, mean = len(values), sum(values) / len(values)
            variance = sum((v - mean) ** 2 for v in values) / (n - less)
            quant = QUANTILES[n] if quantile is None else quantile
            return mean, quant * math.sqrt(variance / (n if root else 1))

        return interval

    checker(with_parts())
    wrong = {
        "of the normal law": with_parts(quantile=1.96),
        "biased variance": with_parts(less=0),
        "of the values, not the mean": with_parts(root=False),
    }
    assert_rejects(checker, wrong)


def test_an_interval_covers_the_truth_nineteen_times_of_twenty():
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(2000, 3, generator=generator, dtype=torch.float64).tolist()
    share = sum(i.low < 0 < i.high for i in map(Interval.of, rows)) / 2000
    assert share == pytest.approx(0.95, abs=0.015)


def test_one_seed_has_no_interval_and_none_is_refused():
    one = Interval.of([0.5])
    assert one.low == -math.inf
    assert str(one) == "0.500 (one seed)"
    with pytest.raises(ArgumentError, match="values must be one at least"):
        Interval.of([])


def made(scratch, pretrained):
    return Comparison("x", 0.1, scratch, pretrained)


def test_gaps_are_paired_by_seed_and_the_gain_is_the_mean():
    found = made({"a": (0.5, 0.6), "b": (0.8, 1.0)}, {"a": (0.9, 1.0), "b": (0.9, 1.1)})
    assert found.gap(found.scratch).mean == pytest.approx(0.35)
    assert found.gap(found.scratch) == Interval.of([0.8 - 0.5, 1.0 - 0.6])
    assert found.gain.mean == pytest.approx(0.25)
    assert found.narrowing.mean == pytest.approx((0.3 - 0.0 + 0.4 - 0.1) / 2)
    assert "that is no more than the choice" in found.verdict


def test_a_verdict_says_whichever_way_it_falls_and_no_more_than_the_seeds():
    wide = made({"a": (0.5, 0.5), "b": (0.6, 0.6)}, {"a": (0.5, 0.51), "b": (0.8, 0.81)})
    assert "the gap widens" in wide.verdict
    unsure = made({"a": (0.5, 0.7), "b": (0.6, 0.8)}, {"a": (0.9, 0.5), "b": (0.9, 0.6)})
    assert "do not settle whether it helps" in unsure.verdict
    assert "do not settle how the gap changes" in unsure.verdict
    assert "than the choice" not in unsure.verdict
    sure = made({"a": (0.3, 0.31), "b": (0.5, 0.51)}, {"a": (0.8, 0.81), "b": (0.8, 0.811)})
    for said in ("the gap narrows", "it helps", "that is more than the choice"):
        assert said in sure.verdict
    harm = made({"a": (0.8, 0.81), "b": (0.8, 0.81)}, {"a": (0.3, 0.31), "b": (0.3, 0.31)})
    assert "it does harm" in harm.verdict
    one = made({"a": (0.3,), "b": (0.5,)}, {"a": (0.8,), "b": (0.8,)})
    assert "do not settle whether it helps" in one.verdict


@pytest.fixture(scope="module")
def task():
    return digits("drawn", train=40, test=20)


def test_both_ways_take_the_same_number_of_steps(task):
    told = []
    compare(
        MAKERS, task, PLAN, seeds=(0, 1), tell=lambda *said: told.append((*said[:3], said[3].step))
    )
    for name in MAKERS:
        for seed in (0, 1):
            last = {}
            for who, which, stage, step in told:
                if (who, which) == (name, seed):
                    last[stage] = step
            assert last == {"scratch": 6, "pretraining": 3, "pretrained": 3}


@pytest.mark.parametrize("objective", ["causal", "masked"])
def test_a_comparison_that_was_stopped_goes_on(task, tmp_path, objective):
    more = {"seeds": (0, 1), "objective": objective}
    whole = compare(MAKERS, task, PLAN, **more)

    class Stopped(Exception):
        pass

    def stop(name, seed, stage, progress):
        if (name, seed, stage, progress.step) == ("attention", 1, "pretrained", 3):
            raise Stopped

    with pytest.raises(Stopped):
        compare(MAKERS, task, PLAN, **more, folder=tmp_path / "runs", tell=stop)
    left = []
    again = compare(
        MAKERS,
        task,
        PLAN,
        **more,
        folder=tmp_path / "runs",
        tell=lambda *said: left.append(said[:2]),
    )
    assert again == whole
    assert set(left) == {("s4d", 0), ("s4d", 1)}
    assert set(again.scratch) == set(MAKERS)
    assert all(len(found) == 2 for found in again.pretrained.values())


def test_a_comparison_leaves_the_random_state_as_it_was(task):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    compare({"s4d": MAKERS["s4d"]}, task, PLAN, seeds=(0,))
    assert torch.equal(torch.rand(3), expected)


def test_bad_input_is_named(task):
    with pytest.raises(ArgumentError, match="makers and seeds must be one at least"):
        compare({}, task, PLAN)
    with pytest.raises(ArgumentError, match="pretraining must leave steps on both sides"):
        compare(MAKERS, task, PLAN, pretraining=1.0)
