"""Relevance feedback: its equation, its account of itself, and what is refused."""

import numpy as np
import plain_pseudo_inverse as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.counting import count
from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError
from lemmata.linalg import feedback
from lemmata.testing import assert_cost_exponent, assert_rejects

many = settings(deadline=None, max_examples=40, derandomize=True)


def rows(n, d, seed, shift=0.0):
    X = np.random.default_rng(seed).standard_normal((n, d)) + shift
    return X / np.linalg.norm(X, axis=1, keepdims=True)


def test_the_direction_is_that_of_the_equation(library):
    @many
    @given(st.integers(1, 5), st.integers(1, 9), st.integers(1, 12), st.integers(0, 9999))
    def check(likes, others, d, seed):
        liked, background = rows(likes, d, seed, 0.5), rows(others, d, seed + 1)
        for penalty in (0.1, 1.0):
            found = feedback(library.make(liked), library.make(background), penalty)
            expected = plain.feedback(liked, background, penalty)
            np.testing.assert_allclose(library.back(found.weights), expected, atol=1e-9)

    check()


@many
@given(st.integers(1, 5), st.integers(1, 9), st.integers(1, 12), st.integers(0, 9999))
def test_the_explanations_sum_to_the_scores(likes, others, d, seed):
    found = feedback(rows(likes, d, seed, 0.5), rows(others, d, seed + 1))
    Z = rows(6, d, seed + 2)
    because, against = found.explain(Z)
    assert because.shape == (6, likes)
    assert against.shape == (6, others)
    np.testing.assert_allclose(because.sum(1) + against.sum(1), found.score(Z), atol=1e-12)


def test_what_is_like_what_was_liked_comes_first_and_says_because_of_which():
    basis = np.eye(6)
    found = feedback(basis[:2], basis[2:5])
    scores = found.score(basis)
    assert scores[:2].min() > scores[5] > scores[2:5].max()
    because, _ = found.explain(basis[:2])
    np.testing.assert_array_equal(because.argmax(axis=1), [0, 1])


def test_scores_of_the_samples_are_those_of_fits_without_them():
    liked, background = rows(3, 8, 0, 1.0), rows(6, 8, 1)
    found = feedback(liked, background, 0.5)
    X, y = np.vstack([liked, background]), np.array([1.0] * 3 + [0.0] * 6) - 3 / 9
    held_out = y - plain.loo_residuals(X, y, 0.5, intercept=False)
    np.testing.assert_allclose(found.liked_scores, held_out[:3], atol=1e-10)
    np.testing.assert_allclose(found.background_scores, held_out[3:], atol=1e-10)


def test_single_precision_stays_single():
    liked, background = rows(3, 8, 0).astype(np.float32), rows(6, 8, 1).astype(np.float32)
    found = feedback(liked, background)
    assert found.weights.dtype == found.score(background).dtype == np.float32


LIKED, BACKGROUND = rows(2, 4, 0), rows(3, 4, 1)
REFUSED = {
    "nothing liked": (ShapeError, (LIKED[:0], BACKGROUND), "liked must be one matrix"),
    "no background": (ShapeError, (LIKED, BACKGROUND[:0]), "background must be one matrix"),
    "other features": (ShapeError, (LIKED, BACKGROUND[:, :3]), "background must be one matrix"),
    "a vector": (ShapeError, (LIKED[0], BACKGROUND), "liked must have shape"),
    "a stack": (ShapeError, (LIKED[None], BACKGROUND), "liked must be one matrix"),
    "a list": (DtypeError, ([[1.0]], BACKGROUND), "liked must be an array"),
    "NaN": (NonFiniteError, (LIKED * np.nan, BACKGROUND), "NaN"),
    "no penalty": (ArgumentError, (LIKED, BACKGROUND, 0.0), "penalty must be positive"),
}


@pytest.mark.parametrize(("error", "given", "message"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused(error, given, message):
    with pytest.raises(error, match=message):
        feedback(*given)


def test_the_cost_is_linear_in_the_features():
    def flops(d):
        return count(feedback, rows(5, d, 0), rows(40, d, 1)).flops

    assert_cost_exponent(flops, (2000, 4000, 8000), 1)


def test_the_comparison_rejects_every_known_mistake():
    liked, background = rows(3, 8, 0, 1.0), rows(6, 8, 1)
    X, y = np.vstack([liked, background]), np.array([1.0] * 3 + [0.0] * 6)

    def checker(function):
        expected = plain.feedback(liked, background, 0.7)
        np.testing.assert_allclose(function(liked, background), expected, atol=1e-10)

    checker(lambda a, b: feedback(a, b, 0.7).weights)
    wrong = {
        "targets not centred": lambda a, b: plain.ridge(X, y, 0.7, intercept=False)[0],
        "samples centred too": lambda a, b: plain.ridge(X, y, 0.7)[0],
        "no penalty": lambda a, b: plain.ridge(X, y - y.mean(), 0.0, intercept=False)[0],
        "the mean of what was liked": lambda a, b: a.mean(0),
        "the difference of means": lambda a, b: a.mean(0) - b.mean(0),
        "the sides confused": lambda a, b: plain.feedback(b, a, 0.7),
        "a penalty for each sample": lambda a, b: plain.feedback(a, b, 0.7 * 9),
    }
    assert_rejects(checker, wrong)
