"""What is refused, and what is answered at the edges: nothing kept, all kept, zeros, odd dtypes."""

import math

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.linalg import aslinearoperator

from lemmata.errors import ArgumentError, DtypeError, LemmataError, NonFiniteError, ShapeError
from lemmata.linalg import truncated_svd

METHODS = ["auto", "krylov", "randomized", "gram"]
FORMS = [np.asarray, csr_array, aslinearoperator]


def normal(m, n, seed=0):
    return np.random.default_rng(seed).standard_normal((m, n))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("method", METHODS)
def test_rank_zero_keeps_nothing(form, method):
    A = normal(5, 4)
    result = truncated_svd(form(A), 0, method)
    assert (result.U.shape, result.s.shape, result.Vt.shape) == ((5, 0), (0,), (0, 4))
    assert result.residual == result.best_residual == pytest.approx(np.linalg.norm(A))
    assert result.rel_error == 1
    assert result.excess == result.failure == 0


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("method", METHODS)
def test_full_rank_keeps_everything(form, method):
    for shape in ((6, 4), (4, 6), (5, 5)):
        A = normal(*shape)
        result = truncated_svd(form(A), min(shape), method, rng=0)
        np.testing.assert_allclose((result.U * result.s) @ result.Vt, A, atol=1e-13)
        assert result.residual <= 1e-13


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("method", METHODS)
def test_the_zero_matrix_has_zeros_and_orthonormal_vectors(form, method):
    result = truncated_svd(form(np.zeros((5, 3), np.float32)), 2, method, rng=0)
    assert result.s.tolist() == [0, 0]
    assert result.U.dtype == np.float32
    np.testing.assert_array_equal(result.U.T @ result.U, np.eye(2))
    np.testing.assert_array_equal(result.Vt @ result.Vt.T, np.eye(2))
    assert result.residual == result.best_residual == result.rel_error == result.excess == 0


@pytest.mark.parametrize("method", METHODS)
def test_one_row_and_one_column(library, method):
    for shape in ((1, 7), (7, 1), (1, 1)):
        A = normal(*shape)
        result = truncated_svd(library.make(A), 1, method, rng=0)
        assert float(result.s[0]) == pytest.approx(np.linalg.norm(A))
        product = library.back(result.U) * library.back(result.s) @ library.back(result.Vt)
        np.testing.assert_allclose(product, A, atol=1e-14)


@pytest.mark.parametrize("method", METHODS)
def test_more_than_the_rank_gives_zeros_with_orthonormal_vectors(method):
    A = normal(30, 3) @ normal(3, 20, 1)
    result = truncated_svd(A, 8, method, rng=0)
    np.testing.assert_allclose(result.s[3:], 0, atol=1e-12)
    np.testing.assert_allclose(result.U.T @ result.U, np.eye(8), atol=1e-13)
    np.testing.assert_allclose(result.Vt @ result.Vt.T, np.eye(8), atol=1e-13)
    assert result.residual <= 1e-12


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_a_side_of_zero_has_an_empty_decomposition(library, shape):
    result = truncated_svd(library.make(np.zeros(shape)), 0)
    assert library.back(result.U).shape == (shape[0], 0)
    assert result.residual == result.rel_error == 0
    sparse = truncated_svd(csr_array(shape), 0, center=True)
    assert sparse.Vt.shape == (0, shape[1])


def test_equal_rows_are_zero_once_centred():
    rows = np.tile(np.array([0.1, 1e8 + 0.3, 0.0]), (7, 1))
    for A in (rows, csr_array(rows)):
        result = truncated_svd(A, 2, center=True, rng=0)
        np.testing.assert_allclose(result.s, 0, atol=1e-6)


def test_integers_and_half_precision_are_widened():
    A = np.arange(12).reshape(4, 3)
    expected = np.linalg.svd(A, compute_uv=False)[:2]
    for form in (A, csr_array(A), A > 3, csr_array(A > 3)):
        assert truncated_svd(form, 2, rng=0).U.dtype == np.float64
    np.testing.assert_allclose(truncated_svd(A, 2, rng=0).s, expected, rtol=1e-6)
    half = truncated_svd(A.astype(np.float16), 2, rng=0)
    assert half.s.dtype == np.float32
    np.testing.assert_allclose(half.s, expected, rtol=1e-3)


def test_the_matrix_is_left_as_it_was():
    A = csr_array((np.ones(3), ([0, 0, 1], [1, 1, 0])), shape=(2, 2))
    doubled = csr_array((np.array([1.0, 2.0, 3.0]), np.array([1, 1, 0]), np.array([0, 2, 3])))
    for matrix in (A, doubled):
        before = matrix.data.copy()
        truncated_svd(matrix, 1, center=True, rng=0)
        np.testing.assert_array_equal(matrix.data, before)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused(library, bad):
    A = normal(5, 4)
    A[3, 2] = bad
    for method in METHODS:
        with pytest.raises(NonFiniteError, match=r"A of shape \(5, 4\) must be finite"):
            truncated_svd(library.make(A), 2, method)
        with pytest.raises(NonFiniteError, match=r"A of shape \(5, 4\) must be finite"):
            truncated_svd(csr_array(A), 2, method, center=True)
    with pytest.raises(NonFiniteError, match="its products hold NaN"):
        truncated_svd(aslinearoperator(A), 2)


EYE = np.eye(3)
REFUSED = {
    "not an array": (DtypeError, [[1.0]], 0, {}, "A must be an array"),
    "text": (DtypeError, np.array([["a"]]), 0, {}, "A must hold numbers"),
    "a stack": (ShapeError, np.ones((2, 3, 3)), 1, {}, r"A must have shape \(m, n\), one matrix"),
    "a vector": (ShapeError, np.ones(3), 1, {}, r"got \(3,\)"),
    "too large a k": (
        ArgumentError,
        EYE,
        4,
        {},
        r"k must be in \[0, min\(m, n\)\] = \[0, 3\], got 4",
    ),
    "too large a k of a sparse one": (ArgumentError, csr_array(EYE), 4, {}, "got 4"),
    "a negative k": (ArgumentError, EYE, -1, {}, "got -1"),
    "half a k": (ArgumentError, EYE, 2.5, {}, "k must be an integer, got 2.5"),
    "a truth for a k": (ArgumentError, EYE, True, {}, "k must be an integer, got True"),
    "half a column more": (
        ArgumentError,
        EYE,
        1,
        {"method": "randomized", "oversample": 1.5},
        "oversample must be an integer, got 1.5",
    ),
    "half an iteration": (
        ArgumentError,
        EYE,
        1,
        {"method": "krylov", "n_iter": 1.5},
        "n_iter must be an integer, got 1.5",
    ),
    "an unknown method": (
        ArgumentError,
        EYE,
        1,
        {"method": "arpack"},
        "method must be one of auto",
    ),
    "no tolerance": (ArgumentError, EYE, 1, {"tol": 0.0}, "tol must be positive and finite, got 0"),
    "NaN for a tolerance": (ArgumentError, EYE, 1, {"tol": math.nan}, "tol must be"),
    "columns for auto": (
        ArgumentError,
        EYE,
        1,
        {"oversample": 3},
        "belongs to method='randomized'",
    ),
    "iterations for gram": (ArgumentError, EYE, 1, {"method": "gram", "n_iter": 3}, "n_iter >= 0"),
    "negative iterations": (ArgumentError, EYE, 1, {"method": "krylov", "n_iter": -1}, "got -1"),
    "a centred operator": (
        ArgumentError,
        aslinearoperator(EYE),
        1,
        {"center": True},
        "center needs",
    ),
}


@pytest.mark.parametrize(("error", "A", "k", "choice", "message"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused_in_one_line(error, A, k, choice, message):
    with pytest.raises(error, match=message) as caught:
        truncated_svd(A, k, **choice)
    assert isinstance(caught.value, LemmataError)
    assert "\n" not in str(caught.value)


def test_sparse_tensors_are_refused():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    with pytest.raises(DtypeError, match="a sparse tensor"):
        truncated_svd(torch.eye(3).to_sparse(), 1)


def test_propack_says_what_to_do_where_it_gives_up():
    A = normal(30, 3) @ normal(3, 20, 1)
    with pytest.raises(ArgumentError, match="try method='krylov'"):
        truncated_svd(A, 8, "propack", rng=0)
