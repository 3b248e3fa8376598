"""softmax, sparsemax and entmax: equal to their definitions, with the right gradients."""

import math

import numpy as np
import plain_simplex_maps as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.errors import ArgumentError, NonFiniteError, ShapeError
from lemmata.relax import entmax, project_simplex, soft_topk, softmax, sparsemax
from lemmata.testing import (
    assert_gradient,
    assert_matches_reference,
    assert_rejects,
    torch_gradient,
)

ALPHAS = (1.05, 1.25, 1.5, 1.9, 2, 2.5, 4)


def scores(dtype=float):
    draw = np.random.default_rng(12)
    stack = draw.standard_normal((2, 3, 6))
    stack[1, 2] = 7.0
    cases = [
        draw.standard_normal(1),
        2 * draw.standard_normal(7),
        0.05 * draw.standard_normal(20),
        100 * draw.standard_normal(9),
        np.zeros(5),
        np.array([1.0, 1.0, 0.0, 0.0, -9.0]),
        stack,
    ]
    return [case.astype(dtype) for case in cases]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_equals_its_definition(library, dtype):
    assert_matches_reference(library.lift(softmax), plain.softmax(), scores(dtype), condition=100)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("alpha", ALPHAS)
def test_entmax_equals_its_definition(library, alpha, dtype):
    assert_matches_reference(
        library.lift(lambda x: entmax(x, alpha)),
        plain.entmax(alpha),
        scores(dtype),
        condition=64 / (alpha - 1),
    )


@settings(max_examples=60, deadline=None)
@given(
    x=st.lists(st.floats(-30, 30, width=32), min_size=1, max_size=20),
    alpha=st.floats(1.01, 5),
)
def test_entmax_of_anything_is_a_probability_and_optimal(x, alpha):
    x = np.array(x)
    p = entmax(x, alpha)
    assert np.all(p >= 0)
    assert p.sum() == pytest.approx(1, rel=1e-11)
    # stationarity: x_i - p_i^(alpha - 1) / (alpha - 1) is the same on the support, no less off it
    level = x - p ** (alpha - 1) / (alpha - 1)
    support = p > 1e-9
    assert np.ptp(level[support]) < 1e-6
    assert np.all(level[~support] <= level[support].max() + 1e-6)


def test_the_comparison_rejects_known_mistakes_of_entmax():
    def checker(function):
        assert_matches_reference(function, plain.entmax(1.5), scores(), condition=128)

    checker(entmax)
    assert_rejects(checker, plain.WRONG_ENTMAX)


def test_the_family_meets_softmax_and_sparsemax():
    x = np.random.default_rng(1).standard_normal((4, 15))
    np.testing.assert_array_equal(entmax(x, 1), softmax(x))
    np.testing.assert_array_equal(entmax(x, 2), sparsemax(x))
    np.testing.assert_allclose(sparsemax(x), project_simplex(x), atol=1e-15)
    np.testing.assert_allclose(sparsemax(x), plain.project_simplex()(x), atol=1e-14)
    for distance in (1e-3, 1e-6, 1e-9, 1e-12):
        np.testing.assert_allclose(entmax(x, 1 + distance), softmax(x), atol=2 * distance + 1e-14)
        np.testing.assert_allclose(entmax(x, 2 - distance), sparsemax(x), atol=9 * distance + 1e-14)


def test_euclidean_top_1_is_sparsemax():
    x = np.random.default_rng(2).standard_normal((3, 8))
    np.testing.assert_allclose(soft_topk(x, 1, kind="euclidean"), sparsemax(x), atol=1e-15)


@pytest.mark.parametrize("alpha", [1, *ALPHAS])
def test_masks_axes_shifts_and_sizes(library, alpha):
    x = np.random.default_rng(3).standard_normal((4, 5, 6))
    x[:, 2, :] = -np.inf
    p = library.lift(lambda x: entmax(x, alpha, axis=1))(x)
    np.testing.assert_array_equal(p[:, 2, :], 0)
    np.testing.assert_allclose(p.sum(1), 1, rtol=1e-12)
    alone = entmax(np.delete(x, 2, axis=1), alpha, axis=1)
    np.testing.assert_allclose(np.delete(p, 2, axis=1), alone, atol=1e-14)
    np.testing.assert_allclose(entmax(x + 32, alpha, axis=1), p, atol=1e-12)
    assert entmax(np.array([1.7e308, -1.7e308, 0.0]), alpha).tolist() == [1, 0, 0]


@pytest.mark.parametrize("alpha", [1.2, 1.5, 2, 3])
def test_long_rows_give_what_short_ones_do(alpha):
    x = np.random.default_rng(4).standard_normal((2, 50_000))
    p = entmax(x, alpha)
    np.testing.assert_allclose(p.sum(-1), 1, rtol=1e-12)
    head = np.argsort(x[0])[-1500:]
    if alpha > 1.2:
        np.testing.assert_allclose(p[0, head], entmax(x[0, head], alpha), atol=1e-13)


@pytest.mark.parametrize("alpha", [1, 1.0001, 1.3, 1.5, 2, 2.5])
def test_gradients_are_those_of_the_closed_form(alpha):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    x = np.array([0.4, 1.3, 0.9, -0.8, 0.1, -3.0])
    g = np.array([1.0, -2.0, 0.5, 3.0, 1.5, 4.0])

    def by_formula(x):
        p = entmax(x, alpha)
        s = np.where(p > 0, np.where(p > 0, p, 1.0) ** (2 - alpha), 0.0)
        return s * (g - (s @ g) / s.sum())

    def weighted(x):
        return (entmax(x, alpha) * (torch.asarray(g) if isinstance(x, torch.Tensor) else g)).sum()

    assert_gradient(weighted, by_formula, x)
    np.testing.assert_allclose(torch_gradient(weighted)(x), by_formula(x), atol=1e-12)
    point = torch.asarray(x).requires_grad_()
    assert torch.autograd.gradgradcheck(lambda x: entmax(x, alpha), point)
    mistakes = {
        "no rank-1 term": lambda x: np.where(entmax(x, alpha) > 0, g, 0.0),
        "zero": np.zeros_like,
        "NaN": lambda x: by_formula(x) * math.nan,
    }
    assert_rejects(lambda gradient: assert_gradient(weighted, gradient, x), mistakes)


@pytest.mark.parametrize("alpha", [1, 1.5, 1.7, 2])
def test_masks_and_half_precision_keep_the_gradient_finite(alpha):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        x = torch.tensor([-1000.0, -1005.0, -math.inf, -1000.5]).to(dtype).requires_grad_()
        p = entmax(x, alpha)
        (gradient,) = torch.autograd.grad((p * torch.arange(4)).sum(), x)
        assert p.dtype == gradient.dtype == dtype
        assert torch.all(torch.isfinite(p))
        assert torch.all(torch.isfinite(gradient))
        assert float(p.detach().sum()) == pytest.approx(1, abs=1e-2)
        assert not gradient[2]


def test_without_the_entmax_package_nothing_changes(monkeypatch):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    from lemmata.relax import package_torch

    x = torch.asarray(np.random.default_rng(5).standard_normal((3, 300)))
    with_it = [sparsemax(x), entmax(x), project_simplex(x, 7.5)]
    monkeypatch.setattr(package_torch, "is_there", lambda: False)
    for one, other in zip(with_it, [sparsemax(x), entmax(x), project_simplex(x, 7.5)], strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), atol=1e-14)


def test_edges_and_refusals():
    assert softmax(np.zeros((0, 3))).shape == (0, 3)
    assert entmax(np.zeros((0, 3))).shape == (0, 3)
    assert softmax(np.array([1, 1])).tolist() == [0.5, 0.5]
    assert sparsemax(np.ones(4, np.float16)).dtype == np.float16
    for call, error, message in (
        (lambda: softmax(np.zeros((2, 0))), ShapeError, r"x of shape \(2, 0\) has no scores"),
        (lambda: entmax(np.ones(2), 0.5), ArgumentError, "alpha must be finite and at least 1"),
        (lambda: entmax(np.ones(2), math.inf), ArgumentError, "alpha must be finite"),
        (lambda: softmax(np.array([math.nan, 1])), NonFiniteError, "x of shape"),
        (lambda: sparsemax(np.array([-math.inf] * 2)), ArgumentError, "every score masked"),
    ):
        with pytest.raises(error, match=message):
            call()
