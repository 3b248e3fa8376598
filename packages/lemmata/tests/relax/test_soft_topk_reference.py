"""The first proof: every kind equals its definition, written out plainly, on every array library."""

import numpy as np
import plain_soft_topk as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.relax import conditional, soft_topk
from lemmata.testing import assert_matches_reference, assert_rejects

KINDS = ("sigmoid", "laplace", "euclidean", "subset")
THRESHOLDS = KINDS[:3]


def scores(dtype=float):
    """Normal, spread out, close together, tied, extreme, stacked; all of length 5 or more."""
    draw = np.random.default_rng(3)
    stack = draw.standard_normal((2, 3, 6))
    stack[1, 0] = 2.5
    cases = [
        draw.standard_normal(5),
        5 * draw.standard_normal(12),
        0.01 * draw.standard_normal(9),
        1000 * draw.standard_normal(8),
        np.zeros(7),
        np.array([3.0, 3.0, 3.0, 1.0, 1.0, -2.0]),
        np.array([0.0, 0.0, -40.0, -80.0, 40.0]),
        draw.standard_exponential(15) + 1e3,
        stack,
    ]
    return [case.astype(dtype) for case in cases]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("k", [1, 2, 4])
def test_a_kind_equals_its_definition(library, kind, k, dtype):
    assert_matches_reference(
        library.lift(lambda x: soft_topk(x, k, kind=kind)),
        plain.reference(kind, k),
        scores(dtype),
        roundings=16,
        condition=16,
    )


@pytest.mark.parametrize("kind", THRESHOLDS)
@pytest.mark.parametrize("k", [0.25, 1.5, 4.75])
def test_thresholds_take_a_fractional_k(library, kind, k):
    function = library.lift(lambda x: soft_topk(x, k, 0.3, kind))
    reference = plain.reference(kind, k, 0.3)
    assert_matches_reference(function, reference, scores(), roundings=64, condition=16)


def test_subsets_are_those_of_the_definition_one_by_one():
    for k in (1, 2, 3, 4):
        brute, quick = plain.by_subsets(k), plain.by_recursion(k)
        assert_matches_reference(quick, brute, scores(), roundings=64, condition=16)
        assert_matches_reference(
            lambda x, k=k: soft_topk(x, k, kind="subset"),
            brute,
            scores(),
            roundings=64,
            condition=16,
        )


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    x=st.lists(st.floats(-50, 50, width=32), min_size=2, max_size=9),
    share=st.floats(0.01, 0.99),
    tau=st.sampled_from([0.02, 1.0, 30.0]),
)
def test_whatever_the_scores_a_kind_equals_its_definition(kind, x, share, tau):
    k = max(1, round(share * len(x))) if kind == "subset" else share * len(x)
    row = np.array(x)
    if k < len(x):
        found = soft_topk(row, k, tau, kind)
        np.testing.assert_allclose(found, plain.reference(kind, k, tau)(row), atol=2e-11)


@pytest.mark.parametrize(("n", "k"), [(40, 20), (300, 7), (120, 119)])
def test_longer_rows_equal_the_recursion(n, k):
    draw = np.random.default_rng(n)
    for size in (0.1, 1, 10, 1000):
        x = size * draw.standard_normal(n)
        found = soft_topk(x, k, kind="subset")
        np.testing.assert_allclose(found, plain.by_recursion(k)(x), atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_that_are_worked_through_in_blocks_equal_the_same_rows_whole(kind):
    x = np.random.default_rng(0).standard_normal(40_000)
    k = 300
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    whole = soft_topk(torch.asarray(x), k, kind=kind).numpy()
    np.testing.assert_allclose(soft_topk(x, k, kind=kind), whole, atol=1e-13)


def test_the_comparison_rejects_known_mistakes_of_the_laplace_kind():
    def checker(function_of_k):
        for k in (1, 2, 4):
            assert_matches_reference(
                function_of_k(k),
                plain.reference("laplace", k),
                scores(),
                roundings=64,
                condition=16,
            )

    checker(lambda k: lambda x: soft_topk(x, k, kind="laplace"))
    close = np.array([[0.1, 0.0, -0.1, 0.2, 0.05]])
    right = plain.by_threshold(plain.laplace, 4)(close)
    np.testing.assert_allclose(plain.laplace_closed_form(4)(close), right, atol=1e-12)
    mistakes = {
        "m = 1..n-1 only": lambda k: plain.laplace_closed_form(k, inside_only=True),
        "no conjugate": lambda k: plain.laplace_closed_form(k, conjugate=False),
        "the logistic law": lambda k: plain.by_threshold(plain.logistic, k),
        "softmax at k = 1": lambda k: plain.scaled_softmax(k),
    }
    assert_rejects(checker, mistakes)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("k", [1, 4, 40, 2097])
def test_long_rows_of_coins_that_are_nearly_sure_give_the_same(library, dtype, k):
    x = (2 * np.random.default_rng(k).standard_normal(2100)).astype(dtype)
    found = library.lift(lambda x: soft_topk(x, k, kind="subset"))(x)
    wide = x.astype(float)
    # what is left out of the many is a choice of few, and the recursion is exact for few
    expected = plain.by_recursion(k)(wide) if k < 50 else 1 - plain.by_recursion(2100 - k)(-wide)
    eps = float(np.finfo(dtype).eps)
    np.testing.assert_allclose(found, expected, rtol=1000 * eps, atol=10 * eps)


def by_series_and_without(size, k, monkeypatch):
    x = size * np.random.default_rng(7).standard_normal(20_000)
    by_series = soft_topk(x, k, kind="subset")
    with monkeypatch.context() as patch:
        patch.setattr(conditional, "LONG", 10**9)
        return by_series, soft_topk(x, k, kind="subset")


@pytest.mark.parametrize("size", [0.01, 1.0, 10.0, 1000.0])
@pytest.mark.parametrize("k", [1, 200, 7000, 19_000])
def test_series_for_all_points_give_what_every_point_by_itself_gives(size, k, monkeypatch):
    found, expected = by_series_and_without(size, k, monkeypatch)
    np.testing.assert_allclose(found, expected, rtol=2e-13, atol=1e-14)


@pytest.mark.parametrize("wrong", [{"TERMS": 3}, {"NEAR": 0.5}])
def test_series_that_are_cut_short_would_be_noticed(wrong, monkeypatch):
    for name, value in wrong.items():
        monkeypatch.setattr(conditional, name, value)
    found, expected = by_series_and_without(100.0, 200, monkeypatch)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(found, expected, rtol=2e-13, atol=1e-14)


def test_the_comparison_rejects_known_mistakes_of_the_subset_kind():
    long = 10 * np.random.default_rng(1).standard_normal((1, 60))

    def checker(function_of_k):
        for k in (2, 4):
            reference = plain.by_recursion(k)
            assert_matches_reference(
                function_of_k(k), reference, [*scores(), long], roundings=64, condition=16
            )

    checker(lambda k: lambda x: soft_topk(x, k, kind="subset"))
    mistakes = {
        "subtraction": plain.subtractive_recursion,
        "iterated softmax": plain.weighted_iterated_softmax,
        "independent coins": lambda k: plain.by_threshold(plain.logistic, k),
        "k softmax": plain.scaled_softmax,
    }
    assert_rejects(checker, mistakes)


def test_the_comparison_rejects_a_temperature_that_comes_too_late():
    def checker(function):
        assert_matches_reference(
            function, plain.by_threshold(plain.logistic, 2, 0.5), scores()[:3], roundings=64
        )

    checker(lambda x: soft_topk(x, 2, 0.5))
    mistakes = {
        "too late": plain.temperature_too_late(plain.logistic, 2, 0.5),
        "upside down": plain.by_threshold(plain.logistic, 2, 2.0),
        "not at all": plain.by_threshold(plain.logistic, 2),
    }
    assert_rejects(checker, mistakes)
