"""CUR is the best for its columns and rows, keeps its digits where the middle matrix loses them."""

import numpy as np
import plain_selection as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.counting import count
from lemmata.errors import ArgumentError, NonFiniteError, ShapeError
from lemmata.linalg import cur
from lemmata.testing import assert_cost_exponent, assert_rejects

FORMS = ("projection", "cross")


def steep(n=200, rank=180, decades=12.0, seed=0):
    """Singular values from 1 down: at k = 120 the middle matrix is worth 1e8."""
    spectrum = 10.0 ** -np.linspace(0, decades * 1.5, rank)
    return plain.planted(n, n, spectrum, np.random.default_rng(seed))


@settings(deadline=None, max_examples=30)
@given(
    shape=st.tuples(st.integers(1, 14), st.integers(1, 14)),
    decades=st.floats(0, 3),
    seed=st.integers(0, 2**32 - 1),
    dtype=st.sampled_from([np.float32, np.float64, np.complex64, np.complex128]),
    data=st.data(),
)
def test_the_projection_is_the_best_for_its_columns_and_rows(shape, decades, seed, dtype, data):
    draw = np.random.default_rng(seed)
    spectrum = 10.0 ** -np.linspace(0, decades, min(shape))
    A = plain.planted(*shape, spectrum, draw, np.dtype(dtype).kind == "c").astype(dtype)
    k = data.draw(st.tuples(st.integers(0, shape[0]), st.integers(0, min(shape))))
    found = cur(A, k, method="cpqr")
    np.testing.assert_array_equal(found.C, A[:, found.columns])
    np.testing.assert_array_equal(found.R, A[found.rows, :])
    wide = A.astype(np.complex128 if A.dtype.kind == "c" else np.float64)
    best = plain.best_middle(wide, found.rows, found.columns)
    limit = 1e3 * np.finfo(dtype).eps * 10 ** (2 * decades)
    np.testing.assert_allclose(found.to_dense(), best, atol=limit)
    error = np.linalg.norm(wide - best) / np.linalg.norm(wide)
    assert found.rel_error == pytest.approx(error, abs=float(limit))


@pytest.mark.parametrize("form", FORMS)
def test_every_library_gives_the_same(library, form):
    A = steep(30, 25, 3.0)
    expected = cur(A, (7, 6), form)
    found = cur(library.make(A), (7, 6), form)
    np.testing.assert_array_equal(library.back(found.rows), expected.rows)
    np.testing.assert_array_equal(library.back(found.columns), expected.columns)
    np.testing.assert_allclose(library.back(found.to_dense()), expected.to_dense(), atol=1e-12)
    X = np.random.default_rng(0).standard_normal((30, 3))
    np.testing.assert_allclose(
        library.back(found.matmul(library.make(X))), expected.to_dense() @ X, atol=1e-12
    )
    assert library.back(found.matmul(library.make(X[:, 0]))).shape == (30,)


def test_the_cross_keeps_its_columns_and_rows():
    for A in (steep(30, 25, 3.0), steep(30, 25, 3.0) + 1j * steep(30, 28, 2.0, 1)):
        found = cur(A, 8, "cross")
        np.testing.assert_allclose(found.to_dense()[:, found.columns], found.C, atol=1e-13)
        np.testing.assert_allclose(found.to_dense()[found.rows, :], found.R, atol=1e-13)
        more = cur(A, (12, 8), "cross")
        np.testing.assert_allclose(more.to_dense()[:, more.columns], more.C, atol=1e-13)


def near_the_optimum(approximate):
    """Where singular values fall to 1e-12, the error stays within ten times the best possible."""
    A = steep()
    rows, columns = (cur(A, 120, method="cpqr").rows, cur(A, 120, method="cpqr").columns)
    E = A - approximate(A, rows, columns)
    assert np.linalg.norm(E) <= 40 * plain.optimum(A, 120) * np.linalg.norm(A)


def test_the_factors_keep_the_digits_that_an_explicit_middle_loses():
    near_the_optimum(lambda A, rows, columns: cur(A, 120, method="cpqr").to_dense())
    near_the_optimum(lambda A, rows, columns: cur(A, 120, "cross", method="cpqr").to_dense())

    def inverse(A, rows, columns):
        return A[:, columns] @ np.linalg.inv(A[np.ix_(rows, columns)]) @ A[rows]

    def cut_off(A, rows, columns):
        C, R = A[:, columns], A[rows]
        return C @ np.linalg.pinv(C, rtol=1e-8) @ A @ np.linalg.pinv(R, rtol=1e-8) @ R

    assert_rejects(
        near_the_optimum,
        {
            "an explicit middle": plain.best_middle,
            "the inverse of the intersection": inverse,
            "a cut-off": cut_off,
            "rows forgotten": lambda A, rows, columns: plain.rest(A, columns),
            "fewer columns": lambda A, rows, columns: plain.best_middle(A, rows[:60], columns[:60]),
        },
    )


def test_the_amplification_bounds_the_error_of_the_cross_and_falls_with_more_rows():
    for seed in range(3):
        A = steep(60, 50, 2.0, seed)
        square, tall = (cur(A, (kr, 10), "cross", method="cpqr") for kr in (10, 20))
        for found in (square, tall):
            alone = plain.relative_error(A, [int(j) for j in found.columns])
            assert alone * (1 - 1e-9) <= found.rel_error <= alone * found.amplification * (1 + 1e-9)
        assert tall.amplification < square.amplification
        np.testing.assert_array_equal(tall.rows[:10], square.rows)


@pytest.mark.parametrize("form", FORMS)
def test_zeros_low_ranks_and_thin_sides(library, form):
    draw = np.random.default_rng(2)
    low = draw.standard_normal((9, 2)) @ draw.standard_normal((2, 7))
    for A, k in ((low, 5), (low, (9, 4)), (np.zeros((5, 4)), 3), (np.ones((1, 4)), 1), (low, 0)):
        found = cur(library.make(A), k, form)
        dense = library.back(found.to_dense())
        np.testing.assert_allclose(dense, A if k else 0 * A, atol=1e-12)
        kr, kc = k if isinstance(k, tuple) else (k, k)
        assert len(set(library.back(found.rows).tolist())) == kr
        assert len(set(library.back(found.columns).tolist())) == kc
    assert cur(library.make(np.zeros((0, 4))), 0, form).rel_error == 0


def test_scale_and_seeds():
    A = steep(20, 18, 2.0)
    found = cur(A, 5)
    large = cur(A * 2.0**900, 5)
    np.testing.assert_array_equal(large.rows, found.rows)
    assert large.rel_error == pytest.approx(found.rel_error)
    first, second = (cur(A, 5, method="rpchol", rng=3) for _ in range(2))
    np.testing.assert_array_equal(first.columns, second.columns)


@pytest.mark.parametrize("form", FORMS)
def test_it_costs_a_few_passes_over_the_matrix(form):
    def cost(size):
        A = np.random.default_rng(0).standard_normal((size, size))
        return count(lambda A: cur(A, 4, form, method="cpqr"), A).flops

    assert_cost_exponent(cost, (60, 120, 240, 480), 2, within=0.15)


def test_what_cannot_be_answered_is_refused():
    A = steep(8, 8, 1.0)
    with pytest.raises(ShapeError, match="one matrix"):
        cur(A[None], 2)
    with pytest.raises(NonFiniteError, match="finite"):
        cur(A * np.where(np.eye(8), np.nan, 1), 2)
    for k in (9, -1, (2, 9), (2, 2, 2), 1.5):
        with pytest.raises(ArgumentError, match="k"):
            cur(A, k)
    with pytest.raises(ArgumentError, match="no fewer rows"):
        cur(A, (2, 3), "cross")
    for wrong in ({"form": "explicit"}, {"method": "svd"}, {"f": 0.5}):
        with pytest.raises(ArgumentError, match=next(iter(wrong))):
            cur(A, 2, **wrong)
