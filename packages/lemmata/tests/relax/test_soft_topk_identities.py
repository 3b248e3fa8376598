"""The second proof: what makes a smooth top-k, on small rows and on a million scores."""

import numpy as np
import plain_soft_topk as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.relax import project_capped_simplex, soft_topk, softmax
from lemmata.testing import assert_rejects

KINDS = ("sigmoid", "laplace", "euclidean", "subset")


def assert_is_soft_topk(function, k, rows):
    """In [0, 1], of sum k, rising with the score, equal for equals, moved by no shift."""
    for x in rows:
        p = function(x)
        assert np.all((p >= 0) & (p <= 1)), "an entry is outside [0, 1]"
        np.testing.assert_allclose(p.sum(), k, rtol=1e-12)
        order = np.argsort(x)
        assert np.all(np.diff(p[order]) >= -1e-13), "a lower score has more mass"
        for s in x:
            equals = p[x == s]
            assert np.ptp(equals) <= 1e-14, "equal scores have unequal mass"
        np.testing.assert_allclose(function(x + 8.0), p, atol=1e-13)


def rows_for(k):
    draw = np.random.default_rng(k)
    tied = draw.integers(0, 4, 12).astype(float)
    return [
        draw.integers(-64, 64, 9) / 16,
        tied,
        20 * tied,
        np.round(100 * draw.standard_normal(30)),
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("k", [1, 2, 5])
def test_every_kind_is_a_smooth_top_k(kind, k):
    assert_is_soft_topk(lambda x: soft_topk(x, k, kind=kind), k, rows_for(k))


def test_the_definition_of_a_smooth_top_k_rejects_known_mistakes():
    k = 2

    def checker(function):
        assert_is_soft_topk(function, k, rows_for(k))

    late = plain.temperature_too_late(plain.logistic, k, 0.5)
    mistakes = {
        "k times softmax": plain.scaled_softmax(k),
        "weighted iterated softmax": plain.weighted_iterated_softmax(k),
        "the first of equals": plain.first_of_equals(k),
        "the temperature applied after the threshold": late,
        "no threshold": lambda x: 1 / (1 + np.exp(-x)),
        "the lowest instead": lambda x: soft_topk(-x, k),
        "rounded": lambda x: np.round(soft_topk(x, k), 3),
    }
    assert_rejects(checker, mistakes)


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    x=st.lists(st.integers(-4000, 4000), min_size=1, max_size=25, unique=True),
    k=st.integers(0, 25),
)
def test_it_tends_to_the_indicator_as_the_temperature_falls(kind, x, k):
    row = np.array(x, float)
    k = min(k, len(x))
    indicator = plain.first_of_equals(k)(row)
    np.testing.assert_allclose(soft_topk(row, k, 1e-2, kind), indicator, atol=1e-12)
    np.testing.assert_array_equal(soft_topk(row, k, kind=kind, hard=True), indicator)


@pytest.mark.parametrize("kind", KINDS)
def test_choosing_k_is_leaving_out_the_others(kind):
    x = 2 * np.random.default_rng(4).standard_normal((3, 11))
    for k in (1, 4, 10):
        left_out = soft_topk(-x, 11 - k, 0.7, kind)
        np.testing.assert_allclose(soft_topk(x, k, 0.7, kind), 1 - left_out, atol=1e-13)


def test_one_subset_of_one_is_softmax():
    x = 3 * np.random.default_rng(5).standard_normal((4, 9))
    np.testing.assert_allclose(soft_topk(x, 1, kind="subset"), softmax(x), atol=1e-14)


def test_laplace_at_one_is_softmax_only_while_no_probability_exceeds_a_half():
    even = np.array([0.3, 0.0, 0.2])
    np.testing.assert_allclose(soft_topk(even, 1, kind="laplace"), softmax(even), atol=1e-14)
    one = np.array([3.0, 0.0, 0.0])
    assert softmax(one)[0] == pytest.approx(0.9094, abs=5e-5)
    assert soft_topk(one, 1, kind="laplace")[0] == pytest.approx(0.8422, abs=5e-5)


def test_euclidean_is_the_projection_of_the_scores_over_tau():
    x = np.random.default_rng(6).standard_normal((2, 20))
    expected = project_capped_simplex(x / 0.2, 3.5)
    np.testing.assert_allclose(soft_topk(x, 3.5, 0.2, "euclidean"), expected, atol=1e-14)


def test_the_subtractive_recursion_is_nan_where_this_is_right():
    x = 10 * np.random.default_rng(0).standard_normal((1, 1000))
    assert np.all(np.isnan(plain.subtractive_recursion(10)(x)))
    right = soft_topk(x, 10, kind="subset")
    np.testing.assert_allclose(right, plain.by_recursion(10)(x), atol=1e-12)


def test_the_weighted_iterated_softmax_tends_to_one_and_a_half():
    p = plain.weighted_iterated_softmax(2)(np.array([[20.0, 0.0]]))
    np.testing.assert_allclose(p, [[1.5, 0.5]], atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3, 1e8])
def test_a_hundred_thousand_scores_of_any_size(kind, size):
    x = size * np.random.default_rng(7).standard_normal(100_000)
    p = soft_topk(x, 1000, kind=kind)
    assert np.all((p >= 0) & (p <= 1))
    assert p.sum() == pytest.approx(1000, rel=1e-13)


@pytest.mark.parametrize("kind", KINDS)
def test_a_million_scores_in_single_precision(kind):
    x = np.random.default_rng(8).standard_normal(1_000_000).astype(np.float32)
    p = soft_topk(x, 5000, kind=kind)
    assert p.dtype == np.float32
    assert p.sum(dtype=float) == pytest.approx(5000, rel=1e-5)
