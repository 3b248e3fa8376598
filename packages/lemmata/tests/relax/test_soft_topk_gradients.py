"""The third proof: gradients, by formula on NumPy and by PyTorch, once and twice."""

import math

import numpy as np
import plain_soft_topk as plain
import pytest

from lemmata.relax import soft_topk
from lemmata.testing import assert_gradient, assert_rejects, torch_gradient

KINDS = ("sigmoid", "laplace", "euclidean", "subset")
SCORES = np.array([0.3, -1.1, 2.0, 0.7, -0.2, 1.45, -2.6])


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="PyTorch is not installed")


def weighted(kind, k, tau, weights):
    return lambda x: (soft_topk(x, k, tau, kind) * weights).sum()


SLOPES = {
    "sigmoid": lambda p: p * (1 - p),
    "laplace": lambda p: np.minimum(p, 1 - p),
    "euclidean": lambda p: ((p > 0) & (p < 1)).astype(float),
}


def by_formula(kind, k, tau, weights, share=1.0):
    """w (g - <w, g> / <w, 1>) / tau, w = f' from the value f; for subset the covariance."""

    def gradient(x):
        p = soft_topk(x, k, tau, kind)
        w = SLOPES[kind](p)
        return w * (weights - share * (w @ weights) / max(w.sum(), 1e-300)) / tau

    return gradient


def by_pairs(k, tau, weights):
    """Cov(1[i in S], 1[j in S]) g / tau: P(i, j in S) is a marginal with j taken out and k - 1."""

    def gradient(x):
        p = plain.by_subsets(k, tau)(x)
        joint = np.diag(p)
        for j in range(len(x)):
            others = np.delete(np.arange(len(x)), j)
            joint[others, j] = p[j] * plain.by_subsets(k - 1, tau)(x[others])
        return (joint - np.outer(p, p)) @ weights / tau

    return gradient


G = np.array([1.0, -2.0, 0.5, 3.0, 0.0, -1.0, 0.25])


@pytest.mark.parametrize("kind", SLOPES)
@pytest.mark.parametrize(("k", "tau"), [(3, 1.0), (1, 0.4), (4.5, 2.0)])
def test_values_move_as_the_formula_says(kind, k, tau):
    assert_gradient(weighted(kind, k, tau, G), by_formula(kind, k, tau, G), SCORES)


def test_subset_marginals_move_by_their_covariance():
    assert_gradient(weighted("subset", 3, 0.8, G), by_pairs(3, 0.8, G), SCORES)


def test_the_gradient_checker_rejects_known_mistakes():
    right = by_formula("sigmoid", 3, 0.5, G)

    def checker(gradient):
        assert_gradient(weighted("sigmoid", 3, 0.5, G), gradient, SCORES)

    checker(right)
    mistakes = {
        "no rank-1 term": by_formula("sigmoid", 3, 0.5, G, share=0.0),
        "half of it": by_formula("sigmoid", 3, 0.5, G, share=0.5),
        "no temperature": lambda x: right(x) * 0.5,
        "of another kind": by_formula("laplace", 3, 0.5, G),
        "straight through": lambda x: G,
        "zero": np.zeros_like,
        "NaN": lambda x: right(x) * math.nan,
    }
    assert_rejects(checker, mistakes)


@pytest.mark.parametrize("kind", KINDS)
def test_pytorch_gives_the_same_gradient(torch, kind):
    def function(x):
        weights = torch.asarray(G) if isinstance(x, torch.Tensor) else G
        return (soft_topk(x, 3, 0.8, kind) * weights).sum()

    assert_gradient(function, torch_gradient(function), SCORES)
    expected = by_pairs(3, 0.8, G) if kind == "subset" else by_formula(kind, 3, 0.8, G)
    np.testing.assert_allclose(torch_gradient(function)(SCORES), expected(SCORES), atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_pytorch_differentiates_twice(torch, kind):
    x = torch.asarray(np.stack([SCORES, 2 * SCORES[::-1]])).requires_grad_()

    def function(x):
        return soft_topk(x, 3, 0.7, kind)

    assert torch.autograd.gradcheck(function, x)
    assert torch.autograd.gradgradcheck(function, x)


@pytest.mark.parametrize("kind", KINDS)
def test_equal_scores_share_the_gradient(torch, kind):
    x = torch.zeros(4, dtype=torch.float64)
    J = torch.autograd.functional.jacobian(lambda x: soft_topk(x, 2, kind=kind), x).numpy()
    slope = {"sigmoid": 0.25, "laplace": 0.5, "euclidean": 1.0, "subset": 1 / 3}[kind]
    np.testing.assert_allclose(J, slope * (np.eye(4) - 0.25), atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hard", [False, True])
def test_saturated_and_masked_scores_have_a_gradient_of_zero(torch, kind, hard):
    scores = torch.tensor([1e3, -1e3, 1e9, -math.inf, 2e3, -7e2], dtype=torch.float64)
    for row, k in ((scores, 3), (scores[:3], 3), (scores[:3], 0), (scores[2:5], 2)):
        x = row.clone().requires_grad_()
        p = soft_topk(x, k, 1.0, kind, hard=hard)
        (gradient,) = torch.autograd.grad((p * torch.arange(len(row))).sum() + 0 * x[0], x)
        assert not torch.any(gradient)


@pytest.mark.parametrize("kind", KINDS)
def test_a_masked_score_changes_no_other_gradient(torch, kind):
    def gradient(x, weights):
        x = torch.asarray(x).requires_grad_()
        (found,) = torch.autograd.grad((soft_topk(x, 3, kind=kind) * weights).sum(), x)
        return found.numpy()

    alone = gradient(SCORES, torch.asarray(G))
    joined = gradient(np.append(SCORES, -np.inf), torch.asarray(np.append(G, 5.0)))
    np.testing.assert_allclose(joined, np.append(alone, 0.0), atol=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_the_straight_through_form_is_hard_forward_and_soft_backward(torch, kind):
    x = torch.asarray(np.stack([SCORES, SCORES[::-1].copy()])).requires_grad_()
    weights = torch.asarray(G)
    hard = soft_topk(x, 3, 0.8, kind, hard=True)
    assert set(hard.detach().numpy().ravel()) == {0.0, 1.0}
    assert hard.sum(-1).tolist() == [3, 3]
    (through,) = torch.autograd.grad((hard * weights).sum(), x)
    (smooth,) = torch.autograd.grad((soft_topk(x, 3, 0.8, kind) * weights).sum(), x)
    assert torch.equal(through, smooth)


@pytest.mark.parametrize("kind", KINDS)
def test_the_sum_has_no_gradient_and_a_shift_changes_none(torch, kind):
    x = torch.asarray(SCORES).requires_grad_()
    (gradient,) = torch.autograd.grad(soft_topk(x, 2, kind=kind).sum(), x)
    assert float(gradient.abs().max()) < 1e-14
    shifted = torch_gradient(lambda x: (soft_topk(x, 2, kind=kind) * torch.asarray(G)).sum())
    np.testing.assert_allclose(shifted(SCORES + 64), shifted(SCORES), atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_half_precision_has_a_gradient_in_half_precision(torch, kind):
    for dtype in (torch.float16, torch.bfloat16):
        x = torch.asarray(SCORES).to(dtype).requires_grad_()
        (gradient,) = torch.autograd.grad(soft_topk(x, 2, kind=kind)[0], x)
        assert gradient.dtype == dtype
        assert torch.all(torch.isfinite(gradient))
