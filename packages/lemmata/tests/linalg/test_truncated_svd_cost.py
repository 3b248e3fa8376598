"""The fourth proof: what it costs, in products with the matrix, and what is never made of it."""

import numpy as np
import pytest
from scipy.sparse import csr_array, random_array
from scipy.sparse.linalg import LinearOperator

from lemmata.linalg import truncated_svd
from lemmata.testing import assert_cost_exponent, assert_rejects

PROBES = 2 * 36  # columns that one certificate takes


class Watched(csr_array):
    """A sparse matrix that must not be filled."""

    def toarray(self, *args, **kwargs):
        raise AssertionError("the matrix was filled")

    todense = toarray


def text_like(m, n, seed=0):
    """A sparse matrix with a spectrum that decays as that of text does: slowly."""
    draw = np.random.default_rng(seed)
    A = random_array((m, n), density=0.05, rng=draw, format="csr")
    return csr_array(A * (np.arange(1, n + 1) ** -0.5)[None, :])


def columns(A, **choice):
    """The columns that A was multiplied with, counted by an operator of our own."""
    counted = [0]

    def times(X):
        counted[0] += X.shape[1]
        return A @ X

    def adjoint_times(Y):
        counted[0] += Y.shape[1]
        return A.conj().T @ Y

    operator = LinearOperator(
        A.shape, matvec=None, dtype=A.dtype, matmat=times, rmatmat=adjoint_times
    )
    result = truncated_svd(operator, rng=0, **choice)
    return counted[0], result.n_matvec


@pytest.mark.parametrize("method", ["auto", "krylov", "randomized"])
def test_the_products_that_are_reported_are_those_that_were_made(method):
    for A in (text_like(300, 200), text_like(200, 300)):
        made, reported = columns(A, k=10, method=method)
        assert made == reported


def test_a_fixed_number_of_iterations_takes_a_fixed_number_of_products():
    A = text_like(600, 500)
    k, width = 10, 20
    result = truncated_svd(A, k, "randomized", n_iter=3, oversample=10, rng=0)
    # the start, three powers, the measurement, the certificate, and the answer
    assert result.n_matvec == width + 2 * 3 * width + 2 * width + PROBES + k
    result = truncated_svd(A, k, "krylov", n_iter=6, rng=0)
    block = 8
    assert result.n_matvec == block + 2 * 6 * block + PROBES + k


def test_products_grow_with_the_rank_and_not_with_the_sides():
    def of_rank(k):
        A = text_like(1500, 1200)
        return truncated_svd(A, k, "randomized", n_iter=4, oversample=k, rng=0).n_matvec

    def of_side(side):
        return truncated_svd(text_like(2 * side, side), 20, "krylov", n_iter=8, rng=0).n_matvec

    assert_cost_exponent(of_rank, (40, 80, 160), 1)
    assert_cost_exponent(of_side, (300, 600, 1200), 0)

    def checker(cost):
        assert_cost_exponent(cost, (40, 80, 160), 1)

    assert_rejects(checker, {"quadratic": lambda k: k**2, "constant": lambda k: 400.0 + k / 100})


def test_a_certified_search_takes_fewer_products_a_rank_as_the_rank_grows():
    A = text_like(2500, 2000)
    made = [truncated_svd(A, k, "krylov", rng=0).n_matvec / k for k in (40, 80, 160)]
    assert made[0] > made[1] > made[2]


def test_small_blocks_take_fewer_products_than_powers_of_a_large_one():
    A = text_like(2000, 1500)
    krylov, powers = (
        truncated_svd(A, 60, method, tol=1e-3, rng=0) for method in ("krylov", "randomized")
    )
    assert krylov.excess <= 1e-3
    assert krylov.n_matvec < 0.6 * powers.n_matvec


def test_a_looser_tolerance_takes_fewer_products():
    A = text_like(1000, 800)
    made = [truncated_svd(A, 30, "krylov", tol=tol, rng=0).n_matvec for tol in (1e-1, 1e-2, 1e-4)]
    assert made[0] <= made[1] < made[2]


@pytest.mark.parametrize("center", [False, True])
def test_a_sparse_matrix_is_never_filled(center):
    A = text_like(2000, 1000)
    result = truncated_svd(Watched(A), 10, "krylov", center=center, rng=0)
    assert result.excess <= 1e-3


def test_the_watch_would_notice():
    with pytest.raises(AssertionError, match="filled"):
        Watched(text_like(20, 10)).toarray()


def test_the_norm_of_an_operator_costs_its_shorter_side():
    A = text_like(300, 100)
    sparse = truncated_svd(A, 5, "krylov", rng=0).n_matvec
    assert columns(A, k=5, method="krylov")[1] >= 100 + sparse // 2
