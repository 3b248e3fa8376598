"""HiPPO: the matrices, the products in linear time, the memories, and the form that diagonalises."""

import numpy as np
import plain_ssm as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.counting import count
from lemmata.errors import ArgumentError, IntegerError, NonFiniteError, ShapeError
from lemmata.ssm import LegSMemory, LegTMemory, legs, legs_product, legs_solve, legt, nplr
from lemmata.testing import assert_cost_exponent, assert_matches_reference, assert_rejects

ORDERS = (1, 2, 3, 7, 16, 64)


@pytest.mark.parametrize("N", ORDERS)
def test_the_matrices_are_those_of_the_definition(N):
    for found, expected in zip(legs(N), plain.legs_matrices(N), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-15)
    for found, expected in zip(legt(N, 3.0), plain.legt_matrices(N, 3.0), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-15)


def products(rng, dtype, lead=()):
    return [rng.standard_normal((*lead, N)).astype(dtype) for N in ORDERS]


def dense_product(v):
    return v @ legs(v.shape[-1])[0].T


def checked_product(function):
    rng = np.random.default_rng(0)
    cases = [v for dtype in (np.float64, np.float32) for v in products(rng, dtype, (2,))]
    assert_matches_reference(function, dense_product, cases, roundings=64)


def test_the_product_in_linear_time_is_the_dense_one():
    checked_product(legs_product)


def test_wrong_products_are_rejected():
    def r(v):
        return np.sqrt(2 * np.arange(v.shape[-1], dtype=v.dtype) + 1)

    n = lambda v: np.arange(v.shape[-1], dtype=v.dtype)  # noqa: E731
    assert_rejects(
        checked_product,
        {
            "exclusive sum": lambda v: n(v) * v - r(v) * (np.cumsum(r(v) * v, -1) - r(v) * v),
            "no diagonal term": lambda v: -r(v) * np.cumsum(r(v) * v, -1),
            "weights not rooted": lambda v: n(v) * v - np.cumsum(r(v) ** 2 * v, -1),
            "other way round": lambda v: v @ legs(v.shape[-1])[0].astype(v.dtype),
        },
    )


@given(N=st.integers(1, 40), step=st.floats(0, 100), seed=st.integers(0, 9))
@settings(deadline=None, max_examples=40)
def test_solving_undoes_the_product(N, step, seed):
    v = np.random.default_rng(seed).standard_normal((2, N))
    z = legs_solve(v, step)
    expected = np.linalg.solve(np.eye(N) - step * legs(N)[0], v.T).T
    np.testing.assert_allclose(z, expected, atol=1e-12 * np.abs(expected).max())
    np.testing.assert_allclose(z - step * legs_product(z), v, atol=1e-10 * (1 + step))


def test_every_array_library_gives_the_same(library):
    v = np.random.default_rng(1).standard_normal((3, 9))
    for function in (legs_product, lambda v: legs_solve(v, 0.3)):
        np.testing.assert_allclose(library.lift(function)(v), function(v), rtol=1e-12)


def test_product_and_solve_cost_linear_time():
    for function in (legs_product, lambda v: legs_solve(v, 0.1)):

        def cost(N, function=function):
            return count(function, np.ones(N)).flops

        assert_cost_exponent(cost, (64, 128, 256, 512), 1.0)


@pytest.mark.parametrize("N", ORDERS)
def test_coefficients_of_the_exact_memory_are_integrals_of_the_samples(N):
    u = np.random.default_rng(N).standard_normal(20)
    found = LegSMemory(N, "exact").project(u)
    np.testing.assert_allclose(found, plain.projection(u, N), atol=1e-12 * N)


def test_the_exact_step_is_the_exponential_of_the_logarithm_of_time():
    from scipy.linalg import expm

    A, B = legs(12)
    x, k = np.random.default_rng(0).standard_normal(12), 5
    grown = expm(np.log((k + 1) / k) * A)
    expected = grown @ x + np.linalg.solve(A, (grown - np.eye(12)) @ B) * 0.7
    np.testing.assert_allclose(LegSMemory(12, "exact").update(x, 0.7, k), expected, atol=1e-12)


def signal(T):
    t = np.arange(T) / T
    return np.sin(7 * t) + 0.5 * np.cos(19 * t) + t**2


def test_the_past_can_be_read_back():
    u, at = signal(1000), (np.arange(1000) + 0.5) / 1000
    errors = {}
    for method in ("exact", "bilinear", "backward", "euler"):
        memory = LegSMemory(32, method)
        error = memory.reconstruct(memory.project(u), at) - u
        errors[method] = np.linalg.norm(error) / np.linalg.norm(u)
    assert errors["exact"] < errors["bilinear"] < 2e-2
    assert errors["bilinear"] < errors["backward"] < 0.2
    window = LegTMemory(32, 200.0)
    found = window.reconstruct(window.project(u), (np.arange(200) + 0.5) / 200)
    assert np.linalg.norm(found - u[-200:]) < 2e-2 * np.linalg.norm(u[-200:])


def test_forward_euler_collapses_where_the_order_is_near_the_number_of_samples():
    u, at = signal(100), (np.arange(100) + 0.5) / 100
    errors = {}
    for method in ("euler", "bilinear"):
        memory = LegSMemory(64, method)
        errors[method] = np.linalg.norm(memory.reconstruct(memory.project(u), at) - u)
    assert errors["euler"] > np.linalg.norm(u) > 20 * errors["bilinear"]


def test_the_scale_of_time_does_not_matter():
    """The same coefficients for a signal and for the same signal at half the rate."""
    u = np.random.default_rng(3).standard_normal(50)
    for method, within in (("exact", 1e-13), ("bilinear", 0.2)):
        memory = LegSMemory(6, method)
        fast, slow = memory.project(u), memory.project(np.repeat(u, 2))
        np.testing.assert_allclose(fast, slow, atol=within)


@pytest.mark.parametrize("N", ORDERS)
@pytest.mark.parametrize("measure", ["legs", "legt"])
def test_normal_plus_low_rank_rebuilds_the_matrix(N, measure):
    form = nplr(measure, N)
    A, B = legs(N) if measure == "legs" else legt(N)
    low = form.P @ form.P.conj().T
    rebuilt = form.V @ (np.diag(form.eigenvalues) - low) @ form.V.conj().T
    np.testing.assert_allclose(rebuilt, A, atol=1e-14 * N * np.abs(A).max())
    np.testing.assert_allclose(form.V.conj().T @ form.V, np.eye(N), atol=1e-12)
    np.testing.assert_allclose(form.V @ form.B, B, atol=1e-13 * N * np.abs(B).max())
    np.testing.assert_allclose(form.eigenvalues.real, -0.5 if measure == "legs" else 0)
    assert form.P.shape == (N, 1 if measure == "legs" else 2)
    assert form.error < 1e-13
    assert np.all(form.B.real >= 0)
    assert not form.B.imag.any()


def test_halves_are_conjugate_pairs():
    form = nplr("legs", 16)
    Lambda, P, B = form.half()
    np.testing.assert_array_equal(form.eigenvalues, np.concatenate([Lambda, Lambda.conj()]))
    np.testing.assert_allclose(form.P[8:], P.conj(), atol=1e-13)
    np.testing.assert_allclose(P[:, 0], B / np.sqrt(2), atol=1e-12)
    assert np.all(Lambda.imag > 0)


def test_eigenvectors_of_the_matrix_itself_are_useless():
    assert np.linalg.cond(np.linalg.eig(legs(16)[0])[1]) > 1e9
    assert np.linalg.cond(nplr("legs", 16).V) < 1 + 1e-12


def test_arguments_that_do_not_fit_are_refused():
    with pytest.raises(ArgumentError, match="N must be at least 1"):
        legs(0)
    with pytest.raises(IntegerError, match="N must be an integer"):
        legt(2.0)
    with pytest.raises(ArgumentError, match="window"):
        legt(2, 0.0)
    with pytest.raises(ArgumentError, match="measure"):
        nplr("fourier", 4)
    with pytest.raises(ArgumentError, match="step"):
        legs_solve(np.ones(3), -1.0)
    with pytest.raises(ShapeError, match="N at least 1"):
        legs_product(np.ones(()))
    with pytest.raises(ShapeError, match=r"\(\.\.\., 4\)"):
        LegSMemory(4).update(np.ones(3), 1.0, 1)
    with pytest.raises(ShapeError, match="length"):
        LegTMemory(4, 10.0).project(np.ones((2, 0)))
    with pytest.raises(NonFiniteError, match="u of shape"):
        LegSMemory(4).project([1.0, np.nan])
    with pytest.raises(ArgumentError, match="fractions"):
        LegSMemory(4).reconstruct(np.ones(4), [1.5])
    with pytest.raises(ArgumentError, match="method"):
        LegSMemory(4, "guess")
