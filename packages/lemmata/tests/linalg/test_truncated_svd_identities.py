"""The second proof: Eckart and Young, Pythagoras, and bounds that are never overstepped."""

import math

import numpy as np
import plain_truncated_svd as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array, random_array

from lemmata.linalg import truncated_svd
from lemmata.linalg.operators import Dense
from lemmata.linalg.optimality import best_energy_bound, norm_outside, shortfall
from lemmata.testing import assert_rejects

METHODS = ["auto", "krylov", "randomized", "gram"]
many = settings(max_examples=60, deadline=None)
seeds = st.integers(0, 2**32)


def normal(m, n, seed=0):
    return np.random.default_rng(seed).standard_normal((m, n))


def check_bound(bound, G, d, k):
    """`bound` of what is known of G is above the truth, and as small as what is known allows."""
    T, below = G[:d, :d], G[d:, :d]
    tau = np.linalg.eigvalsh(G[d:, d:])[-1] if d < len(G) else 0.0
    B = np.linalg.qr(below)[1]
    found = bound(T, B, tau, k, len(G) - d - len(B))
    truth = float(np.sum(np.linalg.eigvalsh(G)[::-1][:k]))
    assert found >= truth * (1 - 1e-12)
    assert found == pytest.approx(plain.smallest_bound(G, d, tau, k), rel=1e-10)


@many
@given(st.integers(2, 12), st.data(), seeds)
def test_the_best_energy_is_bounded_by_what_the_subspace_shows(n, data, seed):
    d = data.draw(st.integers(1, n))
    k = data.draw(st.integers(1, d))
    A = normal(n + 3, n, seed) * 0.5 ** np.arange(n)
    check_bound(best_energy_bound, A.T @ A, d, k)


def test_the_bound_checker_rejects_every_known_mistake():
    A = normal(15, 12) * 0.8 ** np.arange(12)

    mistakes = {
        "the remainder left out": lambda T, B, t, k, r: best_energy_bound(T, 0 * B, t, k, r),
        "Ritz values alone": lambda T, B, t, k, r: np.sum(np.linalg.eigvalsh(T)[::-1][:k]),
        "no directions outside": lambda T, B, t, k, r: best_energy_bound(T, B, 0.0, k, r),
        "a norm for each": lambda T, B, t, k, r: best_energy_bound(T, B, t, k, r) + k * t,
        "half of the norm": lambda T, B, t, k, r: best_energy_bound(T, B, t / 2, k, r),
    }
    check_bound(best_energy_bound, A.T @ A, 5, 4)
    assert_rejects(lambda bound: check_bound(bound, A.T @ A, 5, 4), mistakes)


def test_the_norm_outside_a_subspace_is_bounded_from_random_starts():
    draw = np.random.default_rng(1)
    A = normal(80, 60) * np.linspace(1, 0.2, 60)
    Q = np.linalg.qr(normal(60, 10, 2))[0]
    rest = A - A @ Q @ Q.T
    truth = np.linalg.norm(rest, 2) ** 2
    for _ in range(50):
        bound, seen = norm_outside(Dense(np, A), [Q], 1e-3, 20, draw.standard_normal)
        assert truth <= bound <= 1.25 * truth
        np.testing.assert_allclose(Q.T @ seen, 0, atol=1e-12)
        assert np.linalg.norm(rest @ seen) ** 2 <= truth * (1 + 1e-12)


def test_few_steps_from_a_random_start_fall_short_by_no_more_than_is_said():
    draw = np.random.default_rng(3)
    n, steps, failure = 400, 6, 0.05
    eigenvalues = np.r_[1.0, np.linspace(0, 0.99, n - 1)]
    epsilon = shortfall(steps, n, failure)
    short = 0
    for _ in range(300):
        K = np.linalg.qr(eigenvalues[:, None] ** np.arange(steps) * draw.standard_normal((n, 1)))[0]
        short += np.linalg.eigvalsh(K.T @ (eigenvalues[:, None] * K))[-1] < 1 - epsilon
    assert short <= 300 * failure
    assert 0 < shortfall(40, n, failure) < shortfall(20, n, failure) < epsilon < 1


@many
@given(st.integers(2, 40), st.integers(2, 40), st.floats(0, 1), st.floats(0, 3), seeds)
def test_the_bound_on_the_best_residual_holds(m, n, share, decay, seed):
    A = normal(m, n, seed) * np.arange(1, n + 1) ** -decay
    k = round(share * min(m, n))
    for method in METHODS:
        result = truncated_svd(A, k, method, rng=seed)
        best = plain.best_residual(A, k)
        slack = 1e-7 * np.linalg.norm(A)
        assert result.best_residual <= best + slack
        assert best <= result.residual + slack
        assert 0 <= result.failure <= 1e-3


@pytest.mark.parametrize("method", ["auto", "krylov", "randomized"])
@pytest.mark.parametrize("tol", [1e-1, 1e-3, 1e-6])
def test_a_certified_residual_is_within_the_tolerance(method, tol):
    A = normal(300, 200) * np.arange(1, 201) ** -0.5
    result = truncated_svd(A, 12, method, tol=tol, rng=0)
    assert result.residual <= (1 + tol) * plain.best_residual(A, 12)
    assert result.excess <= tol * (1 + 1e-6)


def test_more_singular_values_of_one_size_than_a_block_has_columns_are_found():
    turn = np.linalg.qr(normal(300, 300))[0]
    A = turn * np.r_[np.full(40, 3.0), np.full(260, 1.0)]
    result = truncated_svd(A, 40, "krylov", tol=1e-4, rng=0)
    np.testing.assert_allclose(result.s, 3.0, rtol=1e-3)
    assert result.excess <= 1e-4


def test_the_residual_follows_from_the_energies():
    A = normal(60, 40)
    for method in METHODS:
        result = truncated_svd(A, 7, method, rng=0)
        energy = np.linalg.norm(A) ** 2 - np.sum(result.s**2)
        assert result.residual == pytest.approx(math.sqrt(energy), rel=1e-12)
        assert result.rel_error == pytest.approx(result.residual / np.linalg.norm(A), rel=1e-12)


def test_a_residual_far_below_the_matrix_keeps_its_digits():
    A = np.linalg.qr(normal(50, 30))[0] * 10.0 ** -np.arange(30)
    for k in (5, 8, 10):
        result = truncated_svd(A, k, rng=0)
        assert result.residual == pytest.approx(plain.best_residual(A, k), rel=1e-3)
        assert result.best_residual == pytest.approx(result.residual, rel=1e-2)


def test_the_adjoint_has_the_adjoint_factors():
    A = normal(30, 20) + 1j * normal(30, 20, 1)
    one, other = (truncated_svd(X, 5, tol=1e-9, rng=0) for X in (A, A.conj().T))
    np.testing.assert_allclose(one.s, other.s, rtol=1e-10)
    product = (one.U * one.s) @ one.Vt
    np.testing.assert_allclose(product, ((other.U * other.s) @ other.Vt).conj().T, atol=1e-6)


def test_the_largest_entry_of_each_row_of_vt_is_real_and_positive(library):
    for A in (normal(30, 20), normal(20, 30) + 1j * normal(20, 30, 1)):
        Vt = library.back(truncated_svd(library.make(A), 5, rng=0).Vt)
        places = np.argmax(np.abs(Vt), axis=1)
        assert np.all(Vt[range(5), places].real > 0)
        np.testing.assert_allclose(Vt[range(5), places].imag, 0, atol=1e-15)


def test_the_same_seed_gives_the_same_answer_and_another_the_same_product():
    A = random_array((400, 300), density=0.05, rng=np.random.default_rng(0), format="csr")
    first, again = (truncated_svd(A, 8, "krylov", tol=1e-9, rng=4) for _ in range(2))
    np.testing.assert_array_equal(first.U, again.U)
    other = truncated_svd(A, 8, "krylov", tol=1e-9, rng=5)
    np.testing.assert_allclose(first.Vt, other.Vt, atol=1e-3)


def test_scale_changes_the_scale_only():
    A = normal(30, 20)
    one = truncated_svd(A, 4, rng=0)
    for size in (2.0**600, 2.0**-600):
        other = truncated_svd(A * size, 4, rng=0)
        np.testing.assert_allclose(other.s / size, one.s, rtol=1e-12)
        np.testing.assert_allclose(other.Vt, one.Vt, atol=1e-12)
        assert other.residual / size == pytest.approx(one.residual)
        sparse = truncated_svd(csr_array(A * size), 4, center=True, rng=0)
        assert np.all(np.isfinite(sparse.s))
