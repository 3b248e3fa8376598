"""The second proof: what holds of every interpolative decomposition, and what each edge gives."""

import math

import numpy as np
import plain_selection as plain
import pytest

from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError
from lemmata.linalg import interpolative
from lemmata.testing import assert_rejects

METHODS = ("auto", "css", "cpqr", "srrqr", "rpchol", "sketch")
DTYPES = (np.float32, np.float64, np.complex64, np.complex128)


def noisy(m=40, n=30, rank=8, noise=1e-3, seed=0):
    draw = np.random.default_rng(seed)
    low = draw.standard_normal((m, rank)) @ draw.standard_normal((rank, n))
    return low + noise * draw.standard_normal((m, n))


def bounded_by_the_optimum(choose, within=3):
    """The error is that of the choice, no less than the SVD's, and near it with a certificate."""
    for seed in range(4):
        A = noisy(seed=seed)
        indices, Z, rel_error, factor = choose(A, 8)
        assert len(set(indices)) == 8
        np.testing.assert_array_equal(Z[:, indices], np.eye(8))
        E = A - A[:, indices] @ Z
        assert rel_error == pytest.approx(np.linalg.norm(E) / np.linalg.norm(A), rel=1e-6)
        assert rel_error == pytest.approx(plain.relative_error(A, indices), rel=1e-6)
        assert plain.optimum(A, 8) <= rel_error <= within * plain.optimum(A, 8)
        sigma = np.linalg.svd(A, compute_uv=False)
        assert np.linalg.norm(E, 2) <= factor * sigma[8] * (1 + 1e-9)


def by(method):
    def choose(A, k):
        found = interpolative(A, k, method=method, rng=1)
        return list(found.indices), found.Z, found.rel_error, found.spectral_factor

    return choose


@pytest.mark.parametrize("method", METHODS)
def test_the_error_is_near_the_optimum_and_within_the_certificate(method):
    # the greedy choice looks one column ahead, and may waste one where the spectrum has a gap
    bounded_by_the_optimum(by(method), within=10 if method == "css" else 3)


def test_the_check_of_errors_rejects_wrong_decompositions():
    def changed(change):
        def choose(A, k):
            return change(A, *by("cpqr")(A, k))

        return choose

    wrong = {
        "unscaled": lambda A, i, Z, e, f: (i, np.linalg.qr(A[:, i])[0].T @ A, e, f),
        "wrong permutation": lambda A, i, Z, e, f: (i[::-1], Z, e, f),
        "the error squared": lambda A, i, Z, e, f: (i, Z, e**2, f),
        "the optimum for the error": lambda A, i, Z, e, f: (i, Z, plain.optimum(A, 8), f),
        "a duplicate": lambda A, i, Z, e, f: ([*i[:-1], i[0]], Z, e, f),
        "no bound": lambda A, i, Z, e, f: (i, Z, e, 1.0),
    }
    assert_rejects(bounded_by_the_optimum, {name: changed(w) for name, w in wrong.items()})


def test_pivoted_qr_fails_on_kahans_matrix_and_strong_rrqr_does_not(library):
    n = 96
    K = plain.kahan(n)
    sigma = np.linalg.svd(K, compute_uv=False)
    plainly = interpolative(library.make(K), n - 1, method="cpqr")
    E = K - library.back(plainly.to_dense())
    assert np.linalg.norm(E, 2) > 1e6 * sigma[-1]
    assert np.max(np.abs(library.back(plainly.Z))) > 1e6
    assert plainly.rho > 1e6
    strong = interpolative(library.make(K), n - 1, method="srrqr")
    E = K - library.back(strong.to_dense())
    assert np.max(np.abs(library.back(strong.Z))) <= 2
    assert strong.rho <= 2
    assert np.linalg.norm(E, 2) <= strong.spectral_factor * sigma[-1] + 1e-14


@pytest.mark.parametrize("f", [1.01, 1.5, 5.0])
def test_strong_rrqr_bounds_the_coefficients_by_f(f):
    draw = np.random.default_rng(3)
    for A in (
        noisy(),
        draw.standard_normal((20, 40)),
        plain.kahan(30),
        np.eye(6)[:, [0, 0, 1, 2, 2]],
    ):
        for k in (1, 3, min(A.shape) - 1):
            found = interpolative(A, k, method="srrqr", f=f)
            assert found.rho <= f * (1 + 1e-9)
            others = np.delete(found.Z[: found.rank], found.indices, axis=1)
            assert np.max(np.abs(others), initial=0) <= f * (1 + 1e-9)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_beyond_the_rank_the_decomposition_is_exact(library, method, dtype):
    draw = np.random.default_rng(4)
    A = (draw.integers(-3, 4, (12, 3)) @ draw.integers(-3, 4, (3, 10))).astype(dtype)
    found = interpolative(library.make(A), 6, method=method, rng=0)
    indices = library.back(found.indices)
    assert found.rank == 3
    assert len(set(indices.tolist())) == 6
    np.testing.assert_array_equal(library.back(found.Z)[:, indices], np.eye(6))
    np.testing.assert_allclose(library.back(found.to_dense()), A, atol=1e3 * np.finfo(dtype).eps)
    assert found.rel_error < 100 * np.finfo(dtype).eps


@pytest.mark.parametrize("method", METHODS)
def test_zero_matrices_and_empty_choices(library, method):
    for shape, k in (((5, 4), 2), ((5, 4), 0), ((1, 4), 1), ((4, 1), 1), ((0, 3), 0), ((3, 0), 0)):
        found = interpolative(library.make(np.zeros(shape)), k, method=method, rng=0)
        assert found.rel_error == found.rho == found.rank == 0
        assert library.back(found.Z).shape == (k, shape[1])
        assert library.back(found.to_dense()).shape == shape
        assert not np.any(library.back(found.to_dense()))
    nothing = interpolative(library.make(noisy()), 0, method=method, rng=0)
    assert (nothing.rel_error, nothing.spectral_factor) == (1.0, 1.0)


@pytest.mark.parametrize("method", ["auto", "css", "cpqr", "srrqr", "rpchol"])
def test_a_tolerance_is_reached_with_no_column_too_many(method):
    A = plain.planted(30, 25, 10.0 ** -np.arange(25), np.random.default_rng(5))
    for tol in (0.5, 1e-3, 1e-7):
        found = interpolative(A, tol=tol, method=method, rng=0)
        assert found.rel_error <= tol
        if method != "srrqr":
            assert plain.relative_error(A, found.indices[:-1]) > tol
    assert interpolative(A, tol=0.0, method=method, rng=0).rank >= 13
    assert interpolative(A, 4, tol=1e-7, method=method, rng=0).rank == 4
    assert interpolative(A, tol=1.0, method=method, rng=0).rank == 0


def test_auto_is_no_worse_than_either_of_its_two():
    for decades in (0.1, 2, 10):
        spectrum = 10.0 ** -np.linspace(0, decades, 25)
        A = plain.planted(30, 25, spectrum, np.random.default_rng(6))
        errors = {m: interpolative(A, 8, method=m).rel_error for m in ("auto", "css", "cpqr")}
        assert errors["auto"] == min(errors.values())


def test_rows_are_columns_of_the_transpose(library):
    A = noisy() + 1j * noisy(seed=1)
    rows = interpolative(library.make(A), 5, axis="rows")
    columns = interpolative(A.T, 5)
    np.testing.assert_array_equal(library.back(rows.indices), columns.indices)
    np.testing.assert_allclose(library.back(rows.Z).T, columns.Z, atol=1e-12)
    np.testing.assert_array_equal(library.back(rows.skeleton), A[columns.indices])
    np.testing.assert_allclose(library.back(rows.to_dense()), columns.to_dense().T, atol=1e-12)


def test_scale_does_not_change_the_choice():
    A = noisy()
    expected = interpolative(A, 6)
    for size in (2.0**1000, 2.0**-1000, 1e-300):
        found = interpolative(A * size, 6)
        np.testing.assert_array_equal(found.indices, expected.indices)
        np.testing.assert_allclose(found.Z, expected.Z, rtol=1e-9, atol=1e-12)
        assert found.rel_error == pytest.approx(expected.rel_error)


def test_a_seed_makes_chance_repeatable():
    A = noisy()
    for method in ("rpchol", "sketch"):
        first, second = (interpolative(A, 6, method=method, rng=7) for _ in range(2))
        np.testing.assert_array_equal(first.indices, second.indices)
    draws = {tuple(interpolative(A, 3, method="rpchol").indices) for _ in range(8)}
    assert len(draws) > 1


def test_what_cannot_be_answered_is_refused():
    A = noisy()
    for bad in (np.nan, np.inf):
        B = A.copy()
        B[3, 4] = bad
        with pytest.raises(NonFiniteError, match=r"A of shape .* first at \[3, 4\]"):
            interpolative(B, 3)
    with pytest.raises(ShapeError, match="one matrix"):
        interpolative(A[None], 3)
    with pytest.raises(DtypeError, match="must be an array"):
        interpolative(A.tolist(), 3)
    for k in (31, -1, 2.5, True):
        with pytest.raises(ArgumentError, match="k must be"):
            interpolative(A, k)
    with pytest.raises(ArgumentError, match="k or tol"):
        interpolative(A)
    for wrong in ({"method": "svd"}, {"axis": 0}, {"f": 1.0}, {"tol": -1.0}, {"tol": math.nan}):
        with pytest.raises(ArgumentError, match=next(iter(wrong))):
            interpolative(A, 3, **wrong)
    with pytest.raises(ArgumentError, match="sketch"):
        interpolative(A, tol=0.1, method="sketch")
