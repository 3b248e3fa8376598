"""The other proofs of `ridge`: what holds for every fit, gradients, and the cost."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.counting import count
from lemmata.linalg import pinv, ridge
from lemmata.testing import assert_cost_exponent, assert_gradient, assert_rejects, torch_gradient

many = settings(deadline=None, max_examples=40, derandomize=True)
shapes = st.tuples(st.integers(2, 9), st.integers(1, 9))
seeds = st.integers(0, 2**32 - 1)
penalties = st.sampled_from((0.0, 1e-8, 0.05, 1.0, 100.0))


def data(shape, seed, dtype=float):
    draw = np.random.default_rng(seed)
    X, y = draw.standard_normal(shape), draw.standard_normal(shape[0])
    return X.astype(dtype) + 1, y.astype(dtype) - 1


@many
@given(shapes, seeds, penalties, st.booleans())
def test_contributions_of_the_samples_sum_to_every_prediction(shape, seed, penalty, intercept):
    X, y = data(shape, seed)
    fit = ridge(X, y, penalty, intercept=intercept)
    Z = np.random.default_rng(seed).standard_normal((4, shape[1]))
    parts = fit.contributions(Z)
    assert parts.shape == (4, shape[0])
    scale = 1 + np.max(np.abs(parts))
    assert np.allclose(parts.sum(axis=1) + fit.base, fit.predict(Z), atol=1e-9 * scale)
    if intercept:
        total = np.sum(fit.dual_weights)
        assert abs(total) <= 1e-9 * (1 + np.max(np.abs(fit.dual_weights)))


@many
@given(shapes, seeds, st.sampled_from((0.01, 1.0, 10.0)))
def test_dual_weights_are_residuals_over_the_penalty(shape, seed, penalty):
    X, y = data(shape, seed)
    fit = ridge(X, y, penalty)
    assert np.allclose(penalty * fit.dual_weights, fit.residuals, atol=1e-9)
    assert np.allclose(X.T @ fit.dual_weights, fit.weights, atol=1e-8)


@many
@given(shapes, seeds, penalties)
def test_integer_weights_are_repeated_samples(shape, seed, penalty):
    X, y = data(shape, seed)
    times = np.random.default_rng(seed).integers(0, 4, shape[0])
    times[0] += 1
    weighted = ridge(X, y, penalty, sample_weight=times)
    repeated = ridge(np.repeat(X, times, 0), np.repeat(y, times), penalty)
    scale = 1 + np.max(np.abs(repeated.weights))
    assert np.allclose(weighted.weights, repeated.weights, atol=1e-7 * scale)
    assert weighted.effective_dof == pytest.approx(float(repeated.effective_dof), abs=1e-6)


@many
@given(shapes, seeds)
def test_effective_degrees_of_freedom_fall_from_the_rank_to_one(shape, seed):
    X, y = data(shape, seed)
    dof = [float(ridge(X, y, p).effective_dof) for p in (0.0, 0.1, 1.0, 10.0, 1e9)]
    assert dof[0] == pytest.approx(1 + min(shape[0] - 1, shape[1]), abs=1e-8)
    assert all(a >= b - 1e-9 for a, b in pairwise(dof))
    assert dof[-1] == pytest.approx(1, abs=1e-6)


@many
@given(shapes, seeds)
def test_without_a_penalty_it_is_the_pseudo_inverse(shape, seed):
    X, y = data(shape, seed)
    fit = ridge(X, y, 0.0, intercept=False)
    assert np.allclose(fit.weights, pinv(X) @ y, atol=1e-8 * (1 + np.max(np.abs(fit.weights))))


@many
@given(shapes, seeds, st.sampled_from((0.1, 2.0)), st.floats(-1e4, 1e4))
def test_an_intercept_absorbs_any_shift(shape, seed, penalty, shift):
    X, y = data(shape, seed)
    here, there = ridge(X, y, penalty), ridge(X + shift, y - shift, penalty)
    assert np.allclose(here.weights, there.weights, atol=1e-7)
    assert np.allclose(here.loo_residuals, there.loo_residuals, atol=1e-7)


@many
@given(shapes, seeds, st.sampled_from((0.1, 2.0)))
def test_many_targets_are_as_many_fits(shape, seed, penalty):
    X, _ = data(shape, seed)
    Y = np.random.default_rng(seed).standard_normal((shape[0], 3))
    fit = ridge(X, Y, penalty)
    for t in range(3):
        alone = ridge(X, Y[:, t], penalty)
        assert np.allclose(fit.weights[:, t], alone.weights, atol=1e-10)
        assert np.allclose(fit.loo_residuals[:, t], alone.loo_residuals, atol=1e-9)
        assert np.allclose(fit.contributions(X)[..., t], alone.contributions(X), atol=1e-9)


@pytest.mark.parametrize("shape", [(9, 3), (3, 9)])
def test_pytorch_differentiates_weights_and_leave_one_out_residuals(shape):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    X, y = data(shape, 5)

    def loss(A):
        library = type(A).__module__.partition(".")[0]
        target = y if library == "numpy" else __import__("torch").asarray(y)
        fit = ridge(A, target, 0.7)
        return (fit.loo_residuals**2).sum() + (fit.weights**3).sum()

    assert_gradient(loss, torch_gradient(loss), X)
    wrong = {
        "doubled": lambda A: 2 * torch_gradient(loss)(A),
        "of the fit alone": torch_gradient(
            lambda A: (ridge(A, __import__("torch").asarray(y), 0.7).weights ** 3).sum()
        ),
    }
    assert_rejects(lambda gradient: assert_gradient(loss, gradient, X), wrong)


SIZES = (80, 160, 320, 640)


@pytest.mark.parametrize("shape", [lambda n: (n, 20), lambda n: (20, n)], ids=["tall", "wide"])
def test_the_cost_is_linear_in_the_longer_side_whatever_the_targets(shape):
    def flops(function, targets):
        def cost(n):
            draw = np.random.default_rng(0)
            X, Y = draw.standard_normal(shape(n)), draw.standard_normal((shape(n)[0], targets))
            return count(function, X, Y).flops

        return cost

    def fit(X, Y):
        ridge(X, Y, 1.0)

    def kernel_always(X, Y):
        xp = X.__array_namespace__()
        G = X @ xp.matrix_transpose(X) + xp.matrix_transpose(X)[0, 0]
        H = xp.matrix_transpose(X) @ X
        xp.linalg.inv(G), xp.linalg.inv(H)

    assert_cost_exponent(flops(fit, 1), SIZES, 1)
    assert flops(fit, 5)(320) < 2 * flops(fit, 1)(320)
    assert_rejects(
        lambda function: assert_cost_exponent(flops(function, 1), SIZES, 1),
        {"the larger Gram matrix as well": kernel_always},
    )


def test_a_well_conditioned_fit_makes_no_decomposition():
    X, y = data((30, 5), 0)
    calls = count(lambda A, b: ridge(A, b, 1.0), X, y).calls
    assert not {"svd", "eigh", "qr"} & set(calls)
    assert calls["inv"] == 1
