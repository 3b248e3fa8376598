"""The third and fourth proofs: right gradients for the choice made, and what a choice costs."""

import numpy as np
import pytest

from lemmata.counting import count
from lemmata.linalg import cur, interpolative
from lemmata.testing import assert_cost_exponent, assert_gradient, assert_rejects, torch_gradient

K = 4


def normal(*shape):
    return np.random.default_rng(0).standard_normal(shape)


def flops(method, shape_of):
    def cost(size):
        A = normal(*shape_of(size))
        return count(lambda A: interpolative(A, K, method=method, rng=0), A).flops

    return cost


@pytest.mark.parametrize("method", ["cpqr", "srrqr", "rpchol", "sketch"])
def test_a_choice_costs_a_few_passes_over_the_matrix(method):
    assert_cost_exponent(flops(method, lambda n: (n, n)), (50, 100, 200, 400), 2, within=0.15)
    assert_cost_exponent(flops(method, lambda n: (n, 30)), (100, 200, 400, 800), 1, within=0.15)


def test_greedy_column_subset_selection_costs_a_gram_matrix():
    assert_cost_exponent(flops("css", lambda n: (n, n)), (100, 200, 400, 800), 3, within=0.35)
    assert_cost_exponent(flops("css", lambda n: (n, 30)), (100, 200, 400, 800), 1)
    assert_cost_exponent(flops("css", lambda n: (30, n)), (100, 200, 400, 800), 1)


def test_pivoted_qr_stops_after_k_columns():
    A = normal(300, 200)
    full = 4 * 300 * 200**2 - 4 * 200**3 / 3
    assert count(lambda A: interpolative(A, K, method="cpqr"), A).flops < 0.2 * full


def test_the_counter_rejects_a_full_factorisation():
    def checker(method):
        cost = method if callable(method) else flops(method, lambda n: (n, n))
        assert_cost_exponent(cost, (50, 100, 200, 400), 2, within=0.15)

    def full(size):
        return count(lambda A: A.__array_namespace__().linalg.qr(A), normal(size, size)).flops

    checker("cpqr")
    assert_rejects(checker, {"all columns": full, "the Gram matrix": "css"})


def held(find):
    """A function of the choice as it is differentiated: real, with every entry in it."""
    weights = {}

    def total(answer):
        shape = tuple(answer.shape)
        weight = weights.setdefault(shape, np.random.default_rng(1).standard_normal(shape))
        if isinstance(answer, np.ndarray):
            return np.sum(weight * answer).real
        import torch

        return torch.sum(torch.asarray(weight) * answer).real

    return lambda A: total(find(A))


FUNCTIONS = {
    "Z": lambda A: interpolative(A, 3).Z,
    "the approximation": lambda A: interpolative(A, 3, method="srrqr").to_dense(),
    "rows": lambda A: interpolative(A, 3, method="cpqr", axis="rows").to_dense(),
    "CUR by projection": lambda A: cur(A, 3).to_dense(),
    "CUR by cross": lambda A: cur(A, (4, 3), "cross").to_dense(),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("complex_", [False, True])
def test_gradients_are_right_for_the_choice_made(name, complex_):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    A = normal(7, 6) * np.geomspace(1, 5, 6)
    A = A + 1j * A[::-1] ** 2 if complex_ else A
    function = held(FUNCTIONS[name])
    assert_gradient(function, torch_gradient(function), A)


def test_the_check_of_gradients_rejects_the_error_left_out():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    A = normal(7, 6)
    picks = interpolative(A, 3).indices.tolist()
    others = [j for j in range(6) if j not in picks]

    def function(A):
        return np.sum(interpolative(A, 3).Z ** 2)

    def without_the_residual(A):
        leaf = torch.tensor(A, requires_grad=True)
        C = leaf[:, picks]
        inverse = torch.linalg.pinv(C.detach())
        step = inverse @ (leaf[:, others] - C @ (inverse @ leaf.detach()[:, others]))
        Z = (inverse @ leaf.detach()[:, others]) + step - step.detach()
        return torch.autograd.grad((Z**2).sum(), leaf)[0].numpy()

    def checker(gradient):
        assert_gradient(function, gradient, A)

    checker(torch_gradient(lambda A: (interpolative(A, 3).Z ** 2).sum()))
    assert_rejects(
        checker,
        {
            "the residual's part left out": without_the_residual,
            "zero": np.zeros_like,
            "half of it": lambda A: (
                torch_gradient(lambda A: (interpolative(A, 3).Z ** 2).sum())(A) / 2
            ),
        },
    )
