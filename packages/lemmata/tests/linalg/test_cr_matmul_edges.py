"""What `cr_matmul` refuses and answers at the edges; its gradients and its cost."""

import numpy as np
import pytest

from lemmata.counting import count
from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError
from lemmata.linalg import cr_matmul
from lemmata.testing import assert_cost_exponent, assert_gradient, torch_gradient

METHODS = ("norm", "uniform", "topk", "omp")
DRAW = np.random.default_rng(0)
X, Y = DRAW.standard_normal((5, 8)), DRAW.standard_normal((8, 4))


@pytest.mark.parametrize("method", METHODS)
def test_nothing_kept_is_a_product_of_zero(library, method):
    found = cr_matmul(library.make(X), library.make(Y), 0, method, certify=True)
    assert not np.any(library.back(found.product))
    assert found.relative_error == pytest.approx(1)
    assert tuple(found.indices.shape) == tuple(found.weights.shape) == (0,)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(0, 3, 2), (2, 0, 3), (2, 3, 0)])
def test_empty_factors_have_an_exact_empty_product(library, method, shape):
    A, B = library.make(np.zeros(shape[:2])), library.make(np.zeros(shape[1:]))
    found = cr_matmul(A, B, 0, method, certify=True)
    assert tuple(found.product.shape) == (shape[0], shape[2])
    assert not np.any(library.back(found.product))
    assert found.relative_error == found.error_bound == 0


@pytest.mark.parametrize("method", METHODS)
def test_zero_factors_have_an_exact_product(library, method):
    A, B = library.make(np.zeros((3, 4), np.float32)), library.make(np.ones((4, 2), np.float32))
    found = cr_matmul(A, B, 2, method, rng=0, certify=True)
    assert library.back(found.product).dtype == np.float32
    assert not np.any(library.back(found.product))
    assert found.relative_error == found.error_bound == 0


def test_a_product_of_zero_from_factors_that_are_not_has_an_infinite_relative_error():
    A, B = np.array([[1.0, -1.0]]), np.array([[1.0], [1.0]])
    assert cr_matmul(A, B, 1, "topk", certify=True).relative_error == np.inf


def test_columns_of_zero_are_never_drawn():
    A = X * np.array([1, 0, 1, 0, 0, 1, 0, 0])
    for seed in range(20):
        assert set(cr_matmul(A, Y, 6, "norm", rng=seed).indices) <= {0, 2, 5}
    assert set(cr_matmul(A, Y, 3, "omp").indices) == {0, 2, 5}
    assert set(cr_matmul(A, Y, 8, "omp").indices) == {0, 2, 5}


def test_equal_sizes_are_taken_from_the_first():
    A, B = np.ones((2, 6)), np.ones((6, 2))
    assert cr_matmul(A, B, 3, "topk").indices.tolist() == [0, 1, 2]


def test_terms_that_depend_on_one_another_share_a_weight():
    A, B = np.ones((3, 4)), np.ones((4, 3))
    found = cr_matmul(A, B, 4, "topk", "optimal", certify=True)
    np.testing.assert_allclose(found.weights, 1)
    assert found.relative_error < 1e-12
    greedy = cr_matmul(A, B, 4, "omp", certify=True)
    assert len(greedy.indices) == 1
    np.testing.assert_allclose(greedy.weights, 4)


def test_nearly_dependent_terms_do_not_explode():
    A = np.c_[X[:, :1], X[:, :1] * (1 + 1e-12), X[:, 1:]]
    B = np.r_[Y[:1], Y[:1], Y[1:]]
    found = cr_matmul(A, B, 6, "topk", "optimal", certify=True)
    assert np.max(np.abs(found.weights)) < 10


def test_more_draws_than_columns_are_merged():
    found = cr_matmul(X, Y, 500, "norm", rng=0, certify=True)
    assert len(found.indices) <= 8
    assert found.relative_error < 0.3


def test_a_seed_gives_the_same_draws_and_none_gives_new_ones():
    first, again = (cr_matmul(X, Y, 5, rng=7).indices.tolist() for _ in range(2))
    assert first == again
    rng = np.random.default_rng(7)
    streams = {tuple(cr_matmul(X, Y, 5, rng=rng).weights.tolist()) for _ in range(8)}
    assert len(streams) > 1
    assert len({tuple(cr_matmul(X, Y, 5).weights.tolist()) for _ in range(20)}) > 1


def test_scale_changes_neither_choice_nor_relative_error():
    for method in METHODS:
        here = cr_matmul(X, Y, 4, method, rng=1, certify=True)
        for size in (2.0**400, 2.0**-400):
            there = cr_matmul(X * size, Y * size, 4, method, rng=1, certify=True)
            assert there.indices.tolist() == here.indices.tolist()
            assert there.relative_error == pytest.approx(here.relative_error, rel=1e-9)
            assert there.error_bound == pytest.approx(here.error_bound, rel=1e-9)


REFUSED = {
    "a list": (DtypeError, ([[1.0]], Y, 1), "X must be an array"),
    "a stack": (ShapeError, (X[None], Y, 1), "X and Y must have shapes"),
    "other sides": (ShapeError, (X, Y[:3], 1), r"got \(5, 8\) and \(3, 4\)"),
    "NaN": (NonFiniteError, (X * np.nan, Y, 1), "X of shape"),
    "too many": (ArgumentError, (X, Y, 9, "topk"), "at most the 8 columns"),
    "too many to choose": (ArgumentError, (X, Y, 9, "omp"), "at most the 8 columns"),
    "fewer than none": (ArgumentError, (X, Y, -1), "c must be at least 0"),
    "half a column": (ArgumentError, (X, Y, 1.5), "c must be an integer"),
    "another method": (ArgumentError, (X, Y, 1, "svd"), "method must be one of"),
    "another weight": (ArgumentError, (X, Y, 1, "norm", "half"), "weights must be one of"),
    "unbiased without draws": (ArgumentError, (X, Y, 1, "topk", "unbiased"), "belongs to draws"),
}


@pytest.mark.parametrize(("error", "given", "message"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused(error, given, message):
    with pytest.raises(error, match=message):
        cr_matmul(*given)


@pytest.mark.parametrize("method", METHODS)
def test_gradients_are_those_of_the_estimate_at_hand(method):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    found = cr_matmul(X, Y, 4, method, rng=2)

    def estimate(A):
        return np.sum(((A[:, found.indices] * found.weights) @ Y[found.indices]) ** 3)

    def loss(A):
        return (cr_matmul(A, torch.asarray(Y), 4, method, rng=2).product ** 3).sum()

    assert_gradient(estimate, torch_gradient(loss), X)


def test_the_product_costs_what_its_columns_cost():
    def flops(method, c):
        def cost(n):
            draw = np.random.default_rng(0)
            A, B = draw.standard_normal((n, 400)), draw.standard_normal((400, n))
            return count(lambda A, B: cr_matmul(A, B, c, method, rng=0), A, B).flops

        return cost

    for method in ("norm", "topk"):
        assert_cost_exponent(flops(method, 100), (1600, 3200, 6400), 2, within=0.15)
        assert flops(method, 100)(1600) < 0.3 * 2 * 1600 * 1600 * 400


def test_the_choice_of_terms_never_makes_a_vector_of_m_n():
    def flops(n):
        draw = np.random.default_rng(0)
        A, B = draw.standard_normal((n, 12)), draw.standard_normal((12, n))
        from lemmata.linalg.column_row_weights import optimal_weights, pursuit

        def choose(A, B):
            xp = A.__array_namespace__()
            picks = pursuit(xp, A, B, 6)
            optimal_weights(xp, A, B, xp.asarray(picks))

        return count(choose, A, B).flops

    assert_cost_exponent(flops, (1000, 2000, 4000), 1)
