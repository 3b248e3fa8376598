"""The second and fourth proofs of `pinv`: Penrose's conditions and what follows, and the cost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.counting import count
from lemmata.linalg import pinv
from lemmata.testing import assert_cost_exponent, assert_rejects

many = settings(deadline=None, max_examples=60, derandomize=True)


@st.composite
def matrices(draw):
    """Of any rank, with singular values between 0.1 and 1, real or complex."""
    m, n = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rank = draw(st.integers(0, min(m, n)))
    twist = 1j if draw(st.booleans()) else 0
    U, V = (
        np.linalg.qr(generator.standard_normal((k, k)) + twist * generator.standard_normal((k, k)))[
            0
        ]
        for k in (m, n)
    )
    return (U[:, :rank] * generator.uniform(0.1, 1, rank)) @ V[:, :rank].conj().T


def assert_penrose(A, B):
    """Penrose's four equations, which have one solution."""
    for left, right in ((A @ B @ A, A), (B @ A @ B, B)):
        assert np.allclose(left, right, atol=1e-11)
    for product in (A @ B, B @ A):
        assert np.allclose(product, product.conj().T, atol=1e-11)


@many
@given(matrices())
def test_penroses_four_conditions_hold(A):
    assert_penrose(A, pinv(A))


def test_the_four_conditions_reject_what_satisfies_three():
    A = np.array([[1.0, 2.0], [0.0, 0.0], [0.0, 0.0]])
    B = pinv(A)
    mistakes = {
        "another solution of ABA = A": B + (np.eye(2) - B @ A) @ np.ones((2, 3)),
        "AB not Hermitian": np.array([[0.2, 1, 0], [0.4, 2, 0]]),
        "BA not Hermitian": np.array([[1.0, 0, 0], [0, 0, 0]]),
        "BAB is not B": B + np.outer([2, -1], [0, 1, 0]),
    }
    assert_penrose(A, B)
    assert_rejects(lambda C: assert_penrose(A, C), mistakes)


@many
@given(matrices(), st.floats(1e-3, 1e3))
def test_it_undoes_itself_and_passes_through_adjoints_and_scale(A, scale):
    assert np.allclose(pinv(pinv(A)), A, atol=1e-9)
    assert np.allclose(pinv(A.conj().T), pinv(A).conj().T, atol=1e-11)
    assert np.allclose(pinv(scale * A) * scale, pinv(A), atol=1e-11)


@many
@given(matrices())
def test_it_is_the_limit_of_ridge_solutions(A):
    n = A.shape[1]
    small = np.linalg.solve(A.conj().T @ A + 1e-9 * np.eye(n), A.conj().T)
    assert np.allclose(small, pinv(A), atol=1e-4)


@many
@given(matrices())
def test_it_solves_least_squares_with_the_least_norm(A):
    M = np.random.default_rng(1).standard_normal((A.shape[0], 3))
    expected = np.linalg.lstsq(A, M, rcond=1e-8)[0]
    assert np.allclose(pinv(A) @ M, expected, atol=1e-9)


def test_the_inverse_of_a_product_is_not_the_product_of_inverses():
    A, B = np.array([[1.0, 0.0]]), np.array([[1.0], [1.0]])
    assert not np.allclose(pinv(A @ B), pinv(B) @ pinv(A))


def test_it_jumps_where_the_rank_changes():
    for epsilon in (1e-3, 1e-6, 1e-9):
        assert np.linalg.norm(pinv(np.diag([1.0, epsilon]))) > 0.9 / epsilon
    assert np.linalg.norm(pinv(np.diag([1.0, 0.0]))) == 1


SIZES = (60, 120, 240, 480)


@pytest.mark.parametrize("shape", [lambda n: (n, 20), lambda n: (20, n)], ids=["tall", "wide"])
def test_the_cost_is_linear_in_the_longer_side(shape):
    def flops(function):
        return lambda n: count(function, np.random.default_rng(0).standard_normal(shape(n))).flops

    # the nominal count of an economy SVD includes square singular vectors; the rest is ours
    def own(n):
        tally = count(pinv, np.random.default_rng(0).standard_normal(shape(n)))
        assert tally.calls["svd"] == tally.calls["matmul"] == 1
        long, short = max(shape(n)), min(shape(n))
        return tally.flops - (4 * long**2 * short + 8 * long * short**2 + 9 * short**3)

    assert_cost_exponent(own, SIZES, 1)
