"""The first proof of `ridge`: least squares, and leave-one-out by really leaving one out."""

import numpy as np
import plain_pseudo_inverse as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.linalg import ridge, ridge_path
from lemmata.testing import assert_rejects

many = settings(deadline=None, max_examples=30, derandomize=True)
PENALTIES = (0.0, 1e-14, 1e-6, 0.1, 3.0, 1e4)


@st.composite
def problems(draw):
    """X (n, d), y (n, t), penalty, intercept, sample weights or None; X of full rank."""
    n, d, t = draw(st.integers(3, 9)), draw(st.integers(1, 8)), draw(st.integers(1, 3))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    twist = draw(st.sampled_from((0, 1j)))
    X = generator.standard_normal((n, d)) + twist * generator.standard_normal((n, d)) + 3
    y = generator.standard_normal((n, t)) + twist * generator.standard_normal((n, t)) - 2
    s = generator.uniform(0.5, 2, n) if draw(st.booleans()) else None
    return X, y, draw(st.sampled_from(PENALTIES)), draw(st.booleans()), s


def condition(X, penalty, intercept):
    A = X - X.mean(0) if intercept else X
    sigma = np.linalg.svd(A, compute_uv=False)
    kept = sigma[sigma > 1e-9 * sigma[0]]
    return np.sqrt((sigma[0] ** 2 + penalty) / (kept[-1] ** 2 + penalty)) if kept.size else 1.0


def close(found, expected, limit):
    scale = max(1e-3, np.max(np.abs(expected)))
    return np.max(np.abs(found - expected)) <= limit * scale


def fitted(library, X, y, penalty, intercept=True, s=None):
    weights = None if s is None else library.make(s)
    return ridge(
        library.make(X), library.make(y), penalty, intercept=intercept, sample_weight=weights
    )


def test_the_fit_equals_least_squares_at_every_shape_penalty_and_weight(library):
    @many
    @given(problems())
    def check(problem):
        X, y, penalty, intercept, s = problem
        limit = 1e-11 * condition(X, penalty, intercept) ** 2
        fit = fitted(library, *problem)
        w, b = plain.ridge(*problem)
        assert close(library.back(fit.predict(library.make(X))), X @ w + b, limit)
        assert close(library.back(fit.weights), w, limit)
        assert close(library.back(fit.intercept), b, limit)
        assert close(library.back(fit.residuals), y - X @ w - b, limit * np.max(np.abs(y)))
        assert close(library.back(fit.leverages), plain.leverages(X, penalty, intercept, s), limit)

    check()


@many
@given(problems())
def test_leave_one_out_equals_leaving_one_out(problem):
    X, _, penalty, intercept, _ = problem
    others = [np.delete(X, i, 0) for i in range(len(X))]
    worst = max(condition(Z, penalty, intercept) for Z in (X, *others))
    found = ridge(*problem[:3], intercept=intercept, sample_weight=problem[4]).loo_residuals
    # the residuals of nearly singular fits are differences of large numbers
    assert close(found, plain.loo_residuals(*problem), 1e-11 * worst**4)


def test_every_route_is_taken_and_agrees():
    draw = np.random.default_rng(0)
    routes = {}
    for n, d in ((20, 4), (4, 20)):
        X, y = draw.standard_normal((n, d)), draw.standard_normal(n)
        for penalty in (1.0, 1e-9, 0.0):
            fit = ridge(X, y, penalty)
            w = plain.ridge(X, y, penalty)[0]
            np.testing.assert_allclose(fit.weights, w, atol=1e-9)
            routes[n, penalty] = fit.route
    assert routes[20, 1.0] == routes[20, 1e-9] == "primal"
    assert routes[4, 1.0] == "dual"
    assert routes[20, 0.0] == routes[4, 0.0] == routes[4, 1e-9] == "svd"


def test_ill_conditioned_data_keep_their_digits():
    draw = np.random.default_rng(1)
    X = draw.standard_normal((30, 6)) @ np.diag(10.0 ** -np.arange(6))
    y = X @ np.ones(6)
    fit = ridge(X, y, 1e-13)
    assert fit.route == "svd"
    np.testing.assert_allclose(fit.weights, plain.ridge(X, y, 1e-13)[0], rtol=1e-9)


def test_a_stack_is_fitted_matrix_by_matrix(library):
    draw = np.random.default_rng(2)
    X, y, s = (
        draw.standard_normal((3, 2, 7, 4)),
        draw.standard_normal((3, 2, 7)),
        np.ones((3, 2, 7)),
    )
    for penalty in (0.5, 0.0):
        fit = fitted(library, X, y, penalty, True, s)
        assert fit.weights.shape == (3, 2, 4)
        assert fit.effective_dof.shape == (3, 2)
        for i in np.ndindex(3, 2):
            alone = ridge(X[i], y[i], penalty)
            np.testing.assert_allclose(library.back(fit.weights)[i], alone.weights, atol=1e-12)
            np.testing.assert_allclose(
                library.back(fit.loo_residuals)[i], alone.loo_residuals, atol=1e-12
            )


@pytest.mark.parametrize("shape", [(12, 4), (4, 12)])
def test_scores_of_a_path_are_those_of_the_definition(shape):
    draw = np.random.default_rng(3)
    X, y = draw.standard_normal(shape), draw.standard_normal((shape[0], 2))
    penalties = (0.0, 1e-3, 1.0, 30.0)
    for intercept in (True, False):
        path = ridge_path(X, y, penalties, intercept=intercept)
        for i, penalty in enumerate(penalties):
            loo = plain.loo_residuals(X, y, penalty, intercept)
            assert path.loo_error[i] == pytest.approx(np.mean(loo**2), rel=1e-8)
            assert path.effective_dof[i] == pytest.approx(
                sum(plain.leverages(X, penalty, intercept)), rel=1e-8
            )
            if penalty:
                expected = plain.gcv(X, y, penalty, intercept)
                assert path.gcv[i] == pytest.approx(expected, rel=1e-8)
        assert path.best == int(np.argmin(path.loo_error))
        best = ridge(X, y, penalties[path.best], intercept=intercept)
        np.testing.assert_allclose(path.fit.weights, best.weights, atol=1e-10)
        chosen = ridge_path(X, y, penalties, select="gcv", intercept=intercept)
        assert chosen.best == int(np.argmin(path.gcv))


def test_the_comparison_rejects_every_known_mistake():
    draw = np.random.default_rng(4)
    X, y = draw.standard_normal((8, 3)) + 2, draw.standard_normal((8, 2)) + 1

    def checker(function):
        for penalty in (0.3, 2.0):
            expected = plain.loo_residuals(X, y, penalty)
            assert close(function(X, y, penalty), expected, 1e-10)

    checker(lambda X, y, p: ridge(X, y, p).loo_residuals)
    assert_rejects(checker, plain.WRONG_LOO)
