"""The first proof: the factors are those of the whole decomposition, in every library and dtype."""

import numpy as np
import plain_truncated_svd as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array, csr_matrix
from scipy.sparse.linalg import aslinearoperator

from lemmata.linalg import truncated_svd
from lemmata.testing import assert_rejects

METHODS = ["auto", "krylov", "randomized", "gram"]
DTYPES = [np.float32, np.float64, np.complex64, np.complex128]
SPECTRA = {
    "fast": lambda n: 0.5 ** np.arange(n),
    "slow": lambda n: 1 / np.arange(1, n + 1),
    "steps": lambda n: np.repeat([4.0, 2.0, 1.0, 0.5], -(-n // 4))[:n],
    "flat": np.ones,
    "low": lambda n: (np.arange(n) < 3).astype(float),
}


def matrix(m, n, spectrum, dtype=float, seed=0):
    draw = np.random.default_rng(seed)
    r = min(m, n)

    def turn(side):
        X = draw.standard_normal((side, r))
        if np.dtype(dtype).kind == "c":
            X = X + 1j * draw.standard_normal((side, r))
        return np.linalg.qr(X)[0]

    return ((turn(m) * SPECTRA[spectrum](r)) @ turn(n).conj().T).astype(dtype)


def check(A, k, U, s, Vt, tol):
    """The factors are orthonormal, ordered, a projection of A and within `tol` of the best."""
    eps = float(np.finfo(A.dtype).eps)
    A = A.astype(np.complex128 if A.dtype.kind == "c" else float)
    norm = np.linalg.norm(A)
    assert (U.shape, s.shape, Vt.shape) == ((A.shape[0], k), (k,), (k, A.shape[1]))
    close = 200 * eps
    np.testing.assert_allclose(U.conj().T @ U, np.eye(k), atol=close)
    np.testing.assert_allclose(Vt @ Vt.conj().T, np.eye(k), atol=close)
    assert np.all(s >= 0)
    assert np.all(np.diff(s) <= close * norm)
    if A.shape[0] >= A.shape[1]:
        np.testing.assert_allclose(A @ Vt.conj().T, U * s, atol=close * norm)
    else:
        np.testing.assert_allclose(U.conj().T @ A, s[:, None] * Vt, atol=close * norm)
    best = plain.best_residual(A, k)
    assert np.linalg.norm(A - (U * s) @ Vt) <= (1 + tol) * best + close * norm
    assert np.all(s <= plain.singular_values(A, k) + close * norm)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_within_its_tolerance_of_the_best(library, method, dtype):
    for m, n in ((40, 25), (25, 40)):
        for spectrum in SPECTRA:
            A = matrix(m, n, spectrum, dtype)
            result = truncated_svd(library.make(A), 6, method, tol=1e-2, rng=1)
            parts = [library.back(part) for part in (result.U, result.s, result.Vt)]
            assert parts[0].dtype == parts[2].dtype == dtype
            check(A, 6, *parts, tol=1e-2)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 30),
    st.integers(1, 30),
    st.floats(0, 1),
    st.sampled_from(list(SPECTRA)),
    st.sampled_from(DTYPES),
    st.sampled_from([1e-6, 1e-3, 0.1]),
    st.integers(0, 2**32),
)
def test_any_shape_rank_and_spectrum_is_approximated(m, n, share, spectrum, dtype, tol, seed):
    A = matrix(m, n, spectrum, dtype, seed)
    k = round(share * min(m, n))
    result = truncated_svd(A, k, tol=tol, rng=seed)
    check(A, k, result.U, result.s, result.Vt, tol)
    assert result.residual == pytest.approx(
        np.linalg.norm(A - (result.U * result.s) @ result.Vt), rel=1e-2, abs=1e-5
    )


@pytest.mark.parametrize("method", METHODS)
def test_a_tight_tolerance_gives_the_truncated_decomposition(library, method):
    A = matrix(40, 30, "fast") + 0.01 * matrix(40, 30, "slow", seed=1)
    result = truncated_svd(library.make(A), 5, method, tol=1e-12, rng=0)
    U, s, Vt = (library.back(part) for part in (result.U, result.s, result.Vt))
    np.testing.assert_allclose((U * s) @ Vt, plain.truncated(A, 5), atol=1e-6)
    np.testing.assert_allclose(s, plain.singular_values(A, 5), rtol=1e-10)


def test_propack_finds_the_same_singular_values():
    for dtype in DTYPES:
        A = matrix(60, 45, "slow", dtype)
        result = truncated_svd(A, 5, "propack", rng=0)
        check(A, 5, result.U, result.s, result.Vt, 1e-4)
        np.testing.assert_allclose(result.s, plain.singular_values(A, 5), rtol=1e-4)


@pytest.mark.parametrize("kind", [csr_array, csr_matrix, aslinearoperator])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sparse_matrices_and_operators_are_taken_as_they_are(kind, dtype):
    draw = np.random.default_rng(5)
    for shape in ((50, 30), (30, 50)):
        A = (draw.standard_normal(shape) * (draw.random(shape) < 0.2)).astype(dtype)
        for method in METHODS:
            result = truncated_svd(kind(A), 5, method, rng=2)
            assert result.U.dtype == dtype
            check(A, 5, result.U, result.s, result.Vt, 1e-3)


def test_formats_of_scipy_give_the_same():
    draw = np.random.default_rng(6)
    A = csr_array(draw.standard_normal((40, 20)) * (draw.random((40, 20)) < 0.3))
    expected = truncated_svd(A, 4, rng=0)
    for form in ("coo", "csc", "lil", "dok", "bsr"):
        result = truncated_svd(A.asformat(form), 4, rng=0)
        np.testing.assert_allclose(result.s, expected.s, rtol=1e-10)


def test_centring_is_taking_the_mean_row_off(library):
    A = matrix(40, 25, "slow") + 3 * np.arange(25)
    result = truncated_svd(library.make(A), 4, center=True, tol=1e-8, rng=0)
    parts = [library.back(part) for part in (result.U, result.s, result.Vt)]
    check(plain.centred(A), 4, *parts, tol=1e-6)
    np.testing.assert_allclose(library.back(result.mean), A.mean(axis=0), rtol=1e-12)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_sparse_matrix_is_centred_without_being_filled(dtype):
    draw = np.random.default_rng(7)
    for shape in ((60, 35), (35, 60)):
        A = (draw.random(shape) * (draw.random(shape) < 0.2)).astype(dtype)
        for method in METHODS:
            result = truncated_svd(csr_array(A), 5, method, center=True, rng=0)
            check(plain.centred(A).astype(dtype), 5, result.U, result.s, result.Vt, 1e-3)


def test_the_checker_rejects_every_known_mistake():
    for dtype in (float, complex):
        A = matrix(30, 20, "slow", dtype)
        right = truncated_svd(A, 5, rng=0)

        def checker(change, A=A, right=right):
            check(A, 5, *change(A, 5, right.U, right.s, right.Vt), tol=1e-3)

        checker(lambda A, k, U, s, Vt: (U, s, Vt))
        assert_rejects(checker, plain.WRONG_FACTORS)
