"""The third proof: the gradient of the singular values, by formula and by PyTorch."""

import numpy as np
import pytest

from lemmata.linalg import truncated_svd
from lemmata.testing import assert_gradient, assert_rejects, torch_gradient

WEIGHTS = np.array([1.0, -0.5, 2.0])


def matrix(m=9, n=6, dtype=float):
    draw = np.random.default_rng(2)
    A = draw.standard_normal((m, n)).astype(dtype)
    return A + 1j * draw.standard_normal((m, n)) if np.dtype(dtype).kind == "c" else A


def weighted(A, **choice):
    s = truncated_svd(A, 3, "gram", rng=0, **choice).s
    return s[0] * WEIGHTS[0] + s[1] * WEIGHTS[1] + s[2] * WEIGHTS[2]


def by_formula(A):
    """sum_i w_i u_i v_i*: first-order perturbation of simple singular values."""
    U, _, Vh = np.linalg.svd(A, full_matrices=False)
    return (U[:, :3] * WEIGHTS) @ Vh[:3]


def test_singular_values_move_as_the_formula_says():
    for A in (matrix(), matrix(6, 9), matrix(dtype=complex)):
        assert_gradient(weighted, by_formula, A)


@pytest.mark.parametrize("center", [False, True])
def test_autograd_agrees_with_differences(center):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    for A in (matrix(), matrix(6, 9), matrix(dtype=complex), 1e-60 * matrix()):
        scale = np.abs(A).max()
        assert_gradient(
            lambda X, s=scale: weighted(X * s, center=center),
            lambda X, s=scale: s * torch_gradient(lambda Y: weighted(Y, center=center))(X * s),
            A / scale,
        )


def test_the_gradient_checker_rejects_every_known_mistake():
    mistakes = {
        "the sign": lambda A: -by_formula(A),
        "transposed weights": lambda A: by_formula(A)[::-1],
        "of the squares": lambda A: 2 * A,
        "one part in ten thousand": lambda A: 1.0001 * by_formula(A),
        "zero": np.zeros_like,
        "NaN": lambda A: np.nan * by_formula(A),
    }
    assert_gradient(weighted, by_formula, matrix())
    assert_rejects(lambda gradient: assert_gradient(weighted, gradient, matrix()), mistakes)


def test_vectors_are_constants_to_differentiation():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    result = truncated_svd(torch.tensor(matrix(), requires_grad=True), 3, rng=0)
    assert result.s.requires_grad
    assert not result.U.requires_grad
    assert not result.Vt.requires_grad
