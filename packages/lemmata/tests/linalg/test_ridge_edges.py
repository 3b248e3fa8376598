"""What `ridge` and `ridge_path` refuse, and what they answer at the edges."""

import dataclasses
import math

import numpy as np
import pytest

from lemmata.errors import ArgumentError, DtypeError, LemmataError, NonFiniteError, ShapeError
from lemmata.linalg import ridge, ridge_path

X = np.random.default_rng(0).standard_normal((6, 3))
Y = X @ np.array([1.0, -2.0, 0.5]) + 4


def test_the_answer_has_the_precision_and_the_shape_of_the_data(library):
    for dtype in (np.float32, np.float64, np.complex64, np.complex128):
        fit = ridge(library.make(X.astype(dtype)), library.make(Y.astype(dtype)), 0.1)
        real = np.empty(0, dtype).real.dtype
        for name in ("weights", "residuals", "loo_residuals", "dual_weights", "intercept"):
            assert library.back(getattr(fit, name)).dtype == dtype
        for name in ("leverages", "effective_dof"):
            assert library.back(getattr(fit, name)).dtype == real
        assert tuple(fit.weights.shape) == (3,)
        assert tuple(fit.loo_residuals.shape) == (6,)
        np.testing.assert_allclose(library.back(fit.weights), ridge(X, Y, 0.1).weights, rtol=1e-4)


def test_single_precision_goes_through_the_svd_sooner():
    A = X * np.array([1.0, 1.0, 0.05])
    assert ridge(A, Y, 1e-3).route == "primal"
    assert ridge(A.astype(np.float32), Y.astype(np.float32), 1e-6).route == "svd"


def test_integers_become_floating():
    fit = ridge(np.arange(6).reshape(3, 2), np.array([1, 2, 3]), 1)
    assert fit.weights.dtype == np.float64


def test_one_sample_and_an_intercept_predict_the_target_and_leave_nothing_to_leave_out():
    for penalty in (1.0, 0.0):
        fit = ridge(X[:1], Y[:1], penalty)
        np.testing.assert_allclose(fit.predict(X), np.full(6, Y[0]))
        assert math.isnan(fit.loo_residuals[0])
        alone = ridge(X[:1], Y[:1], penalty, intercept=False)
        np.testing.assert_allclose(alone.loo_residuals, Y[:1])


def test_a_sample_that_alone_has_a_feature_is_predicted_without_it():
    A = np.c_[X, np.eye(6)[:, 0] * 100]
    for penalty in (1.0, 1e-6, 1e-12):
        y = Y + np.arange(6) % 2
        others = ridge(A[1:, :3], y[1:], penalty)
        expected = y[0] - others.predict(A[:1, :3])[0]
        assert ridge(A, y, penalty).loo_residuals[0] == pytest.approx(expected, rel=1e-7)


def test_samples_of_weight_zero_are_predicted_and_change_nothing():
    s = np.array([1.0, 0.0, 1.0, 1.0, 0.0, 1.0])
    for penalty in (0.3, 0.0):
        fit, kept = ridge(X, Y, penalty, sample_weight=s), ridge(X[s > 0], Y[s > 0], penalty)
        np.testing.assert_allclose(fit.weights, kept.weights, atol=1e-12)
        np.testing.assert_allclose(fit.loo_residuals[s == 0], fit.residuals[s == 0])
        np.testing.assert_allclose(fit.loo_residuals[s > 0], kept.loo_residuals, atol=1e-11)


def test_zero_and_deficient_data_have_the_fit_of_least_norm():
    zero = ridge(np.zeros((4, 2)), np.arange(4.0), 0.0)
    np.testing.assert_allclose(zero.weights, 0)
    np.testing.assert_allclose(zero.intercept, 1.5)
    twice = ridge(np.c_[X[:, :1], X[:, :1]], Y, 0.0)
    np.testing.assert_allclose(twice.weights[0], twice.weights[1])


def test_a_stack_of_none_is_a_stack_of_no_fits():
    fit = ridge(np.zeros((0, 5, 3)), np.zeros((0, 5)), 1.0)
    assert fit.weights.shape == (0, 3)
    assert fit.loo_residuals.shape == (0, 5)


def test_a_result_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ridge(X, Y).penalty = 2.0


REFUSED = {
    "lists": (DtypeError, ([[1.0]], Y), {}, "X must be an array"),
    "a vector": (ShapeError, (Y, Y), {}, r"X must have shape"),
    "no samples": (ShapeError, (X[:0], Y[:0]), {}, "a sample and a feature"),
    "no features": (ShapeError, (X[:, :0], Y), {}, "a sample and a feature"),
    "no targets": (ShapeError, (X, np.zeros((6, 0))), {}, "y must hold a target"),
    "too few targets": (ShapeError, (X, Y[:3]), {}, r"y must have shape \(6,\)"),
    "a row of targets": (ShapeError, (X, Y[None]), {}, "y must have shape"),
    "NaN": (NonFiniteError, (X * np.nan, Y), {}, "X of shape"),
    "an infinite target": (NonFiniteError, (X, Y + np.inf), {}, "y of shape"),
    "a negative penalty": (ArgumentError, (X, Y, -1.0), {}, "penalty must be finite"),
    "a NaN penalty": (ArgumentError, (X, Y, np.nan), {}, "penalty must be finite"),
    "negative weights": (ArgumentError, (X, Y), {"sample_weight": -np.ones(6)}, "non-negative"),
    "no weight at all": (ArgumentError, (X, Y), {"sample_weight": np.zeros(6)}, "positive sum"),
    "few weights": (ShapeError, (X, Y), {"sample_weight": np.ones(5)}, r"shape \(6,\)"),
    "complex weights": (DtypeError, (X, Y), {"sample_weight": 1j * np.ones(6)}, "must be real"),
}


@pytest.mark.parametrize(("error", "given", "named", "message"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused_in_one_line(error, given, named, message):
    with pytest.raises(error, match=message) as caught:
        ridge(*given, **named)
    assert isinstance(caught.value, LemmataError)
    assert "\n" not in str(caught.value)


def test_arrays_of_two_libraries_are_refused():
    strict = pytest.importorskip("array_api_strict")
    with pytest.raises(DtypeError, match="y must be an array of the same library"):
        ridge(X, strict.asarray(Y))


def test_predictions_want_the_features_of_the_fit():
    with pytest.raises(ShapeError, match="X must have 3 features"):
        ridge(X, Y).predict(X[:, :2])


REFUSED_PATHS = {
    "no penalty": (ArgumentError, (X, Y, ()), {}, "at least one"),
    "another choice": (ArgumentError, (X, Y, (1.0,)), {"select": "aic"}, "select must be"),
    "a stack": (ShapeError, (X[None], Y[None], (1.0,)), {}, "one matrix"),
    "one sample": (ArgumentError, (X[:1], Y[:1], (1.0,)), {}, "no penalty has a score"),
}


@pytest.mark.parametrize(
    ("error", "given", "named", "message"), REFUSED_PATHS.values(), ids=REFUSED_PATHS
)
def test_paths_that_make_no_sense_are_refused(error, given, named, message):
    with pytest.raises(error, match=message):
        ridge_path(*given, **named)


def test_of_equal_scores_the_larger_penalty_is_taken():
    path = ridge_path(np.zeros((4, 2)), np.arange(4.0), (0.1, 10.0, 1.0))
    assert path.best == 1
