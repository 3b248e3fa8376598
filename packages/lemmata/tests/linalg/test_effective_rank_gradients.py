"""The third proof: gradients. By formula on NumPy, by automatic differentiation on PyTorch."""

import math

import numpy as np
import plain_effective_rank as plain
import pytest

from lemmata.linalg import effective_rank
from lemmata.testing import assert_gradient, assert_rejects, torch_gradient

FAMILY = [(q, power) for q in (0.5, 0.9, 1, 1.3, 2, 3) for power in (1, 2)]


def matrix(m=5, n=4, dtype=float):
    draw = np.random.default_rng(2)
    A = draw.standard_normal((m, n)).astype(dtype)
    return A + 1j * draw.standard_normal((m, n)) if np.dtype(dtype).kind == "c" else A


def turned(sigma, m=6, n=5):
    draw = np.random.default_rng(4)
    U, V = (np.linalg.qr(draw.standard_normal((side, side)))[0] for side in (m, n))
    return (U[:, : len(sigma)] * sigma) @ V[:, : len(sigma)].T


def of(**choice):
    return lambda A: effective_rank(A, **choice)


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="PyTorch is not installed")


@pytest.mark.parametrize(("q", "power"), FAMILY)
def test_the_values_move_as_the_formula_says(q, power):
    for A in (matrix(), matrix(4, 6), matrix(dtype=complex), turned([2.0, 2.0, 1.0, 1.0, 1.0])):
        assert_gradient(of(q=q, power=power), plain.hill_gradient(q, power), A)


def test_the_gradient_checker_rejects_every_known_mistake():
    right = plain.hill_gradient(1, 1)

    def by_sigma(change):
        def gradient(A):
            U, sigma, Vh = np.linalg.svd(A, full_matrices=False)
            p = sigma / sigma.sum()
            return (U * change(p, -np.sum(p * np.log(p)), sigma.sum())) @ Vh

        return gradient

    mistakes = {
        "the sign": lambda A: -right(A),
        "the entropy left out": by_sigma(lambda p, h, s: np.exp(h) * -np.log(p) / s),
        "the gradient of the entropy": by_sigma(lambda p, h, s: (-np.log(p) - h) / s),
        "the sum left out": by_sigma(lambda p, h, s: np.exp(h) * (-np.log(p) - h)),
        "binary logarithms": by_sigma(lambda p, h, s: np.exp(h) * (-np.log2(p) - h) / s),
        "one part in ten thousand": lambda A: right(A) * 1.0001,
        "of power 2": plain.hill_gradient(1, 2),
        "of another order": plain.hill_gradient(1.01, 1),
        "one column": lambda A: right(A) * np.array([0.0, 1.0, 1.0, 1.0]),
        "zero": np.zeros_like,
        "transposed": lambda A: right(A).T,
        "NaN": lambda A: right(A) * math.nan,
    }

    def checker(gradient):
        assert_gradient(effective_rank, gradient, matrix())

    checker(right)
    assert_rejects(checker, mistakes)


DIFFERENTIABLE = {
    "entropy": {"kind": "entropy"},
    "participation": {"kind": "participation"},
    "stable": {"kind": "stable"},
    "nuclear": {"kind": "nuclear"},
    "centred": {"kind": "entropy", "center": True},
    "centred, no svd": {"kind": "participation", "center": True},
    **{f"q={q}, power={power}": {"q": q, "power": power} for q, power in FAMILY},
}


@pytest.mark.parametrize("choice", DIFFERENTIABLE.values(), ids=DIFFERENTIABLE)
def test_autograd_agrees_with_differences_at_a_general_matrix(torch, choice):
    for A in (matrix(), matrix(4, 6), 1e-150 * matrix(), matrix(dtype=complex)):
        scale = np.abs(A).max()
        # differences of a matrix near 1e-150 are taken in its own units
        assert_gradient(
            lambda X, s=scale: effective_rank(X * s, **choice),
            lambda X, s=scale: s * torch_gradient(of(**choice))(X * s),
            A / scale,
        )


@pytest.mark.parametrize(("q", "power"), FAMILY)
def test_autograd_agrees_where_singular_values_are_repeated(torch, q, power):
    A = turned([3.0, 3.0, 1.0, 1.0, 1.0])
    gradient = torch_gradient(of(q=q, power=power))
    assert_gradient(of(q=q, power=power), gradient, A)
    np.testing.assert_allclose(gradient(A), plain.hill_gradient(q, power)(A), atol=1e-12)


@pytest.mark.parametrize("q", [1, 1.3, 2, 3, math.inf])
def test_energies_are_differentiable_where_singular_values_are_zero(torch, q):
    A = turned([3.0, 2.0, 2.0])
    assert_gradient(of(q=q, power=2), torch_gradient(of(q=q, power=2)), A)


@pytest.mark.parametrize("q", [0.5, 1, 2, math.inf])
def test_at_a_kink_the_gradient_is_that_among_matrices_of_the_same_rank(torch, q):
    draw = np.random.default_rng(9)
    L, R, dL, dR = (draw.standard_normal((side, 2)) for side in (6, 5, 6, 5))

    def along(t):
        return effective_rank((L + t * dL) @ (R + t * dR).T, q=q, power=1)

    gradient = torch_gradient(of(q=q, power=1))(L @ R.T)
    h = 1e-5
    slope = (along(h) - along(-h)) / (2 * h)
    assert np.vdot(gradient, dL @ R.T + L @ dR.T) == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize("choice", DIFFERENTIABLE.values(), ids=DIFFERENTIABLE)
def test_the_gradient_at_the_zero_matrix_is_zero(torch, choice):
    A = np.zeros((2, 4, 3))
    A[0] = matrix(4, 3)
    gradient = torch_gradient(lambda X: effective_rank(X, **choice).sum())(A)
    assert np.any(gradient[0])
    assert not np.any(gradient[1])


def test_a_stack_has_the_gradients_of_its_matrices(torch):
    A = np.random.default_rng(6).standard_normal((3, 5, 4))
    whole = torch_gradient(lambda X: effective_rank(X).sum())(A)
    np.testing.assert_allclose(whole, [torch_gradient(effective_rank)(a) for a in A], atol=1e-14)


def test_given_singular_values_have_gradients_too(torch):
    from lemmata.linalg import effective_rank_from_spectrum

    sigma = np.array([1.0, 3.0, 2.0, 2.0])
    for kind in ("entropy", "participation", "stable", "nuclear"):

        def function(s, kind=kind):
            return effective_rank_from_spectrum(s, kind)

        assert_gradient(function, torch_gradient(function), sigma)
    with_zeros = torch_gradient(effective_rank_from_spectrum)(np.array([0.0, 2.0, 1.0]))
    assert with_zeros[0] == 0
    assert np.all(np.isfinite(with_zeros))
