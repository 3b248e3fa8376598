"""The third proof of `pinv`: Golub and Pereyra's derivative, by formula and on PyTorch."""

import numpy as np
import plain_pseudo_inverse as plain
import pytest

from lemmata.linalg import pinv, pinv_with_rank
from lemmata.testing import assert_gradient, assert_rejects

CASES = {
    "tall": (5, 3, 3, False),
    "wide": (3, 5, 3, False),
    "square": (4, 4, 4, False),
    "complex": (5, 3, 3, True),
    "complex wide": (2, 4, 2, True),
}


def matrix(m, n, rank, is_complex, seed=0):
    draw = np.random.default_rng(seed)
    factors = [draw.standard_normal(s) for s in ((m, rank), (rank, n))]
    if is_complex:
        factors = [f + 1j * draw.standard_normal(f.shape) for f in factors]
    return factors[0] @ factors[1]


def weighed(A, inverse):
    """A real function of the inverse, and the gradient with respect to the inverse."""
    draw = np.random.default_rng(9)
    G = draw.standard_normal(A.shape[::-1]) + (1j * draw.standard_normal(A.shape[::-1]))
    G = G if A.dtype.kind == "c" else G.real
    return np.sum(np.real(np.conj(G) * inverse)), G


def torch_gradient_of(function, A, G):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    leaf = torch.tensor(A, requires_grad=True)
    (found,) = torch.autograd.grad(function(leaf), leaf, torch.tensor(G))
    return found.resolve_conj().numpy()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_values_move_as_golub_and_pereyra_say(case):
    A = matrix(*case)
    G = weighed(A, pinv(A))[1]
    assert_gradient(lambda X: weighed(X, pinv(X))[0], lambda X: plain.gradient(X, G), A)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_pytorch_has_the_same_gradient(case):
    A = matrix(*case)
    G = weighed(A, pinv(A))[1]
    np.testing.assert_allclose(torch_gradient_of(pinv, A, G), plain.gradient(A, G), atol=1e-9)


def test_the_gradient_of_a_deficient_matrix_is_that_among_matrices_of_its_rank():
    draw = np.random.default_rng(4)
    L, R, dL, dR = (draw.standard_normal(s) for s in ((5, 2), (2, 4), (5, 2), (2, 4)))
    A, G = L @ R, draw.standard_normal((4, 5))
    along = dL @ R + L @ dR
    h = 1e-5
    moved = [pinv_with_rank((L + t * dL) @ (R + t * dR)) for t in (h, -h)]
    assert [int(m.rank) for m in moved] == [2, 2]
    slope = (moved[0].inverse - moved[1].inverse) / (2 * h)
    np.testing.assert_allclose(plain.derivative(A, along), slope, atol=1e-6)
    gradient = torch_gradient_of(pinv, A, G)
    assert np.sum(gradient * along) == pytest.approx(np.sum(G * slope), rel=1e-6)


def test_repeated_singular_values_are_harmless():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    for A in (torch.eye(4, 3, dtype=torch.float64), torch.zeros(2, 3, dtype=torch.float64)):
        gradient = torch_gradient_of(pinv, A.numpy(), np.ones(A.T.shape))
        np.testing.assert_allclose(gradient, plain.gradient(A.numpy(), np.ones(A.T.shape)))


@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (2, 3, 3)])
def test_it_can_be_differentiated_twice_and_in_stacks(shape):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    for dtype in (torch.float64, torch.complex128):
        generator = torch.Generator().manual_seed(1)
        A = torch.randn(*shape, dtype=dtype, generator=generator, requires_grad=True)
        assert torch.autograd.gradcheck(pinv, A)
        assert torch.autograd.gradgradcheck(pinv, A)


def test_rank_and_cutoff_are_constants():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    found = pinv_with_rank(torch.eye(3, requires_grad=True))
    assert found.inverse.requires_grad
    assert not found.singular_values.requires_grad
    assert not found.cutoff.requires_grad


def test_the_gradient_checker_rejects_every_known_mistake():
    A = matrix(5, 3, 3, False)
    wide = matrix(3, 5, 3, False)

    def checker(gradient):
        for X in (A, wide):
            G = weighed(X, pinv(X))[1]
            assert_gradient(lambda Z: weighed(Z, pinv(Z))[0], lambda Z, G=G: gradient(Z, G), X)

    checker(plain.gradient)
    assert_rejects(checker, plain.WRONG_GRADIENT)
