"""New rows: folding in is a product, and appending equals the decomposition of all rows at once."""

import numpy as np
import plain_truncated_svd as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError
from lemmata.linalg import append_rows, fold_in, truncated_svd
from lemmata.testing import assert_rejects

many = settings(max_examples=60, deadline=None)
sizes = st.integers(1, 12)
seeds = st.integers(0, 2**32)


def low(m, n, rank, seed, dtype=float):
    draw = np.random.default_rng(seed)
    A = draw.standard_normal((m, rank)) @ draw.standard_normal((rank, n))
    if np.dtype(dtype).kind == "c":
        A = A + 1j * draw.standard_normal((m, rank)) @ draw.standard_normal((rank, n))
    return A.astype(dtype)


def product(svd):
    return (svd.U * svd.s) @ svd.Vt


def check_update(update, A, B, center):
    """Nothing is cut off, so that the update is the decomposition of all rows."""
    k = min(A.shape)
    svd = truncated_svd(A, k, center=center, rng=0)
    together = np.concatenate([A, B])
    if center:
        together = plain.centred(together)
    new = update(svd, B, min(together.shape[0], len(svd.s) + len(B), A.shape[1]))
    np.testing.assert_allclose(
        product(new), together, atol=1e-11 * np.linalg.norm(together) + 1e-13
    )
    expected = plain.singular_values(together, len(new.s))
    np.testing.assert_allclose(new.s, expected, atol=1e-11 * expected[0] + 1e-13)
    eye = np.eye(len(new.s))
    np.testing.assert_allclose(new.U.conj().T @ new.U, eye, atol=1e-10)
    np.testing.assert_allclose(new.Vt @ new.Vt.conj().T, eye, atol=1e-10)
    if center:
        np.testing.assert_allclose(new.mean, np.concatenate([A, B]).mean(axis=0), atol=1e-12)


@many
@given(sizes, sizes, st.integers(0, 5), st.booleans(), st.sampled_from([float, complex]), seeds)
def test_the_update_is_exact_where_nothing_is_cut_off(m, n, r, center, dtype, seed):
    A = low(m, n, min(m, n), seed, dtype)
    B = low(r, n, max(1, r), seed + 1, dtype) if r else A[:0]
    check_update(append_rows, A, B, center)


def test_rows_in_the_span_need_no_new_direction():
    A = low(20, 10, 3, 0)
    svd = truncated_svd(A, 3, rng=0)
    new = append_rows(svd, A[:4])
    np.testing.assert_allclose(product(new), np.concatenate([A, A[:4]]), atol=1e-11)
    assert new.residual <= 1e-10


@many
@given(seeds, st.integers(1, 6), st.booleans())
def test_the_residual_of_a_cut_update_is_bounded_on_both_sides(seed, k, center):
    draw = np.random.default_rng(seed)
    A, B = draw.standard_normal((20, 12)), draw.standard_normal((5, 12))
    together = np.concatenate([A, B])
    if center:
        together = plain.centred(together)
    new = append_rows(truncated_svd(A, k, center=center, rng=0), B)
    assert np.linalg.norm(together - product(new)) <= new.residual * (1 + 1e-10)
    assert plain.best_residual(together, k) >= new.best_residual * (1 - 1e-10)


def test_a_matrix_that_grows_by_the_day_keeps_its_vectors():
    A = low(60, 30, 6, 3)
    svd = truncated_svd(A[:20], 6, rng=0)
    for day in range(20, 60, 10):
        svd = append_rows(svd, A[day : day + 10])
    np.testing.assert_allclose(product(svd), A, atol=1e-9)
    np.testing.assert_allclose(svd.s, plain.singular_values(A, 6), rtol=1e-10)


def test_folding_in_the_rows_of_the_matrix_gives_its_coordinates(library):
    A = low(30, 20, 20, 1)
    for center in (False, True):
        svd = truncated_svd(library.make(A), 4, center=center, rng=0)
        expected = library.back(svd.U) * library.back(svd.s)
        found = library.back(fold_in(svd, library.make(A[:7])))
        np.testing.assert_allclose(found, expected[:7], atol=1e-12)


def test_sparse_rows_are_taken_too():
    draw = np.random.default_rng(2)
    A = draw.standard_normal((30, 20)) * (draw.random((30, 20)) < 0.3)
    for center in (False, True):
        svd = truncated_svd(csr_array(A[:25]), 5, center=center, rng=0)
        rows = csr_array(A[25:])
        np.testing.assert_allclose(fold_in(svd, rows), fold_in(svd, A[25:]), atol=1e-13)
        new, dense = append_rows(svd, rows), append_rows(svd, A[25:])
        np.testing.assert_allclose(product(new), product(dense), atol=1e-12)


def test_appending_works_in_every_library(library):
    A, B = low(12, 8, 8, 4), low(3, 8, 3, 5)
    expected = append_rows(truncated_svd(A, 4, rng=0), B)
    new = append_rows(truncated_svd(library.make(A), 4, rng=0), library.make(B))
    np.testing.assert_allclose(library.back(new.s), expected.s, rtol=1e-10)
    np.testing.assert_allclose(library.back(new.U), expected.U, atol=1e-9)


def test_the_checker_rejects_every_known_mistake():
    A, B = low(12, 9, 9, 6), low(4, 9, 4, 7)

    def folded(svd, rows, k):
        """The old directions kept, which is folding in and not updating."""
        U = np.concatenate([svd.U, rows @ svd.Vt.conj().T / svd.s])
        return type(svd)(U, svd.s, svd.Vt, svd.mean, 0, 0, 0, 0, 0, "")

    def changed(**parts):
        def update(svd, rows, k):
            new = append_rows(svd, rows, k)
            fields = {name: getattr(new, name) for name in new.__slots__}
            return type(new)(**fields | {name: change(new) for name, change in parts.items()})

        return update

    mistakes = {
        "folding in": folded,
        "the rows forgotten": lambda svd, rows, k: svd,
        "the old mean": changed(mean=lambda new: new.mean * 1.01),
        "the rows first": changed(U=lambda new: np.roll(new.U, 4, axis=0)),
        "squares": changed(s=lambda new: new.s**2),
        "one sign": changed(Vt=lambda new: new.Vt * np.r_[-1.0, np.ones(len(new.s) - 1)][:, None]),
    }
    check_update(append_rows, A, B, center=True)
    assert_rejects(lambda update: check_update(update, A, B, center=True), mistakes)


def test_what_makes_no_sense_is_refused():
    svd = truncated_svd(low(10, 6, 6, 0), 3, rng=0)
    for function in (fold_in, append_rows):
        with pytest.raises(ShapeError, match=r"rows must have shape \(r, 6\), got \(2, 5\)"):
            function(svd, np.ones((2, 5)))
        with pytest.raises(NonFiniteError, match="rows of shape"):
            function(svd, np.full((2, 6), np.nan))
        with pytest.raises(NonFiniteError, match="rows of shape"):
            function(svd, csr_array(np.full((2, 6), np.inf)))
        with pytest.raises(DtypeError, match="rows must be an array"):
            function(svd, [[1.0]])
    with pytest.raises(ArgumentError, match=r"k must be in \[0, 5\]"):
        append_rows(svd, np.ones((2, 6)), 6)
