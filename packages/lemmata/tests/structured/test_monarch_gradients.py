"""The third proof: gradients of the product, of the dense matrix and of solving."""

import numpy as np
import pytest

from lemmata.structured import monarch_matmul, monarch_solve, monarch_to_dense, swap_digits
from lemmata.testing import assert_gradient, assert_rejects, torch_gradient

FIRST, SECOND = (2, 3, 8), (4, 4, 2)


def normal(*shape, seed=0, dtype=float):
    draw = np.random.default_rng(seed)
    real = draw.standard_normal(shape)
    return real + 1j * draw.standard_normal(shape) if np.dtype(dtype).kind == "c" else real


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="PyTorch is not installed")


def by_hand(x, B1, B2, g):
    """d <g, y> / dB1 for one x: what reaches block i's output q is read back through B2."""
    k, p, q = B1.shape
    number = B2.shape[0]
    back = np.zeros((k, q))
    for i in range(k):
        for inner in range(q):
            r, j = divmod(i * q + inner, number)
            back[i, inner] = g[j::number] @ B2[j, r]
    return np.array([np.outer(x[i * p : (i + 1) * p], back[i]) for i in range(k)])


def test_the_gradient_of_a_factor_is_what_is_read_back_through_the_other():
    x, B2, g = normal(6), normal(*SECOND, seed=1), normal(8, seed=2)

    def function(B1):
        return float(g @ monarch_matmul(x, B1, B2))

    def checker(gradient):
        assert_gradient(function, gradient, normal(*FIRST, seed=3))

    def right(B1):
        return by_hand(x, B1, B2, g)

    checker(right)
    mistakes = {
        "the sign": lambda B1: -right(B1),
        "one block forgotten": lambda B1: right(B1) * np.array([1, 0])[:, None, None],
        "blocks exchanged": lambda B1: right(B1)[::-1],
        "ranks and blocks confused": lambda B1: (
            right(B1).reshape(2, 3, 2, 4).swapaxes(2, 3).reshape(FIRST)
        ),
    }
    assert_rejects(checker, mistakes)


@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
def test_automatic_differentiation_agrees_with_differences(torch, dtype):
    x, B1, B2 = (
        normal(2, 6, dtype=dtype),
        normal(*FIRST, seed=1, dtype=dtype),
        normal(*SECOND, seed=2, dtype=dtype),
    )
    g = normal(2, 8, seed=3, dtype=dtype)

    def readings(place, parts):
        def function(part):
            is_torch = not isinstance(part, np.ndarray)
            made = [torch.asarray(other) if is_torch else other for other in parts]
            made[place] = part
            weight = torch.asarray(g) if is_torch else g
            total = (weight.conj() * monarch_matmul(*made)).sum()
            return total.real

        return function

    for place, point in enumerate((x, B1, B2)):
        function = readings(place, [x, B1, B2])
        assert_gradient(lambda part, f=function: float(f(part)), torch_gradient(function), point)


def test_second_derivatives_pass_the_library_s_own_check(torch):
    parts = [normal(1, 4), normal(2, 2, 2, seed=1), normal(2, 2, 1, seed=2)]
    leaves = [torch.tensor(part, requires_grad=True) for part in parts]
    assert torch.autograd.gradcheck(monarch_matmul, leaves)
    assert torch.autograd.gradgradcheck(monarch_matmul, leaves)
    assert torch.autograd.gradcheck(monarch_to_dense, leaves[1:])
    assert torch.autograd.gradcheck(lambda x: swap_digits(x, 2), leaves[:1])


def test_solving_is_differentiable_in_everything(torch):
    y = torch.tensor(normal(2, 6), requires_grad=True)
    B1 = torch.tensor(normal(2, 3, 3) + 3 * np.eye(3), requires_grad=True)
    B2 = torch.tensor(normal(3, 2, 2, seed=1) + 3 * np.eye(2), requires_grad=True)
    assert torch.autograd.gradcheck(monarch_solve, (y, B1, B2))
