"""The fourth proof: every kind is linear in n, forward and backward, in operations counted."""

import numpy as np
import pytest

from lemmata.counting import count
from lemmata.relax import entmax, project_capped_simplex, project_simplex, soft_topk
from lemmata.testing import assert_cost_exponent, assert_rejects

KINDS = ("sigmoid", "laplace", "euclidean", "subset")
SIZES = (4000, 16_000, 64_000)


def normal(n, size=1.0):
    return size * np.random.default_rng(0).standard_normal(n)


def flops(function, size=1.0):
    return lambda n: count(function, normal(n, size)).flops


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1.0, 1000.0])
def test_a_kind_is_linear_in_n_whether_k_is_small_or_grows_with_n(kind, size):
    for k in (lambda n: 50, lambda n: n // 100, lambda n: n // 2):
        cost = flops(lambda x, k=k: soft_topk(x, k(x.shape[-1]), kind=kind), size)
        # one round more or less; of more coins in a subset more are served by series
        assert_cost_exponent(cost, SIZES, 1, within=0.35 if kind == "subset" else 0.3)


@pytest.mark.parametrize("kind", KINDS)
def test_few_passes_suffice(kind):
    exponentials = []
    for size in (0.01, 1.0, 100.0, 1e4):
        for k in (1, 10, 1000, 9000, 2.5):
            if k == int(k) or kind != "subset":
                tally = count(lambda x, k=k: soft_topk(x, k, kind=kind), normal(10_000, size))
                exponentials.append(tally.calls["exp"])
                assert tally.calls["partition"] <= 2
                assert not tally.calls["sort"]
    assert max(exponentials) <= {"sigmoid": 9, "laplace": 9, "euclidean": 0, "subset": 45}[kind]


def test_the_hard_form_needs_no_more_than_a_partition_and_a_look():
    tally = count(lambda x: soft_topk(x, 10, hard=True), normal(10_000))
    assert tally.calls["partition"] == 1
    assert not tally.calls["exp"]
    assert tally.flops < 15 * 10_000


def test_projections_and_sparse_maps_are_linear_in_n():
    functions = {
        "simplex, few": project_simplex,
        "simplex, many": lambda v: project_simplex(v, 0.2 * v.shape[-1]),
        "capped": lambda v: project_capped_simplex(v, v.shape[-1] // 10),
        "capped at a third": lambda v: project_capped_simplex(v, v.shape[-1] / 10, 1 / 3),
        "entmax": entmax,
        "entmax 1.2": lambda v: entmax(v, 1.2),
    }
    for function in functions.values():
        assert_cost_exponent(flops(function), SIZES, 1, within=0.2)
        assert not count(function, normal(9000)).calls["sort"]


def test_a_short_row_is_one_sort_and_few_calls():
    functions = {project_simplex: 45, lambda v: project_capped_simplex(v, 100, 0.7): 60}
    for function, most in functions.items():
        calls = count(function, normal(2000)).calls
        assert calls["sort"] + calls["argsort"] == 1
        assert sum(calls.values()) <= most


def test_the_counter_rejects_costs_that_are_not_linear():
    def pairwise_differences(x):
        xp = x.__array_namespace__()
        return xp.sum(x[:, None] > x[None, :], axis=-1)

    def sigmoid_by_steps(x):  # as many steps as it takes to walk there
        xp = x.__array_namespace__()
        for _ in range(x.shape[-1] // 500):
            x = x - xp.exp(-xp.abs(x))
        return x

    def checker(function):
        assert_cost_exponent(flops(function), (1000, 2000, 4000), 1, within=0.15)

    checker(lambda x: soft_topk(x, 10))
    assert_rejects(checker, {"pairs": pairwise_differences, "a walk": sigmoid_by_steps})


@pytest.mark.parametrize("kind", KINDS)
def test_the_gradient_is_linear_in_n(kind):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    from torch.utils._python_dispatch import TorchDispatchMode

    class Elements(TorchDispatchMode):
        written = 0

        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            answer = function(*args, **(kwargs or {}))
            if isinstance(answer, torch.Tensor):
                self.written += answer.numel()
            return answer

    def cost(n):
        x = torch.asarray(normal(n)).requires_grad_()
        p = soft_topk(x, n // 100, kind=kind)
        with Elements() as elements:
            torch.autograd.grad(p, x, torch.ones_like(p).cumsum(0))
        return elements.written

    assert_cost_exponent(cost, SIZES, 1)
    assert cost(10_000) < 10_000 * (700 if kind == "subset" else 60)
