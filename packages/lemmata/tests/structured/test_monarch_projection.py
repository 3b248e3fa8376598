"""The first proof, of the projection: no factors are nearer, by three independent routes."""

from fractions import Fraction

import numpy as np
import plain_monarch as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.structured import monarch_project, monarch_to_dense
from lemmata.testing import assert_rejects

few = settings(deadline=None, max_examples=40, derandomize=True)
CASES = [  # (m, n), (k, l), rank
    ((6, 6), (2, 3), 1),
    ((9, 9), (3, 3), 1),
    ((8, 6), (3, 2), 2),
    ((10, 12), (4, 5), 1),
    ((12, 8), (2, 2), 3),
    ((5, 7), (1, 1), 2),
    ((7, 5), (5, 7), 1),
]


def normal(shape, seed=0, dtype=float):
    draw = np.random.default_rng(seed)
    real = draw.standard_normal(shape)
    return real + 1j * draw.standard_normal(shape) if np.dtype(dtype).kind == "c" else real


def squared_error(A, B1, B2):
    return np.linalg.norm(A - plain.monarch(B1, B2)) ** 2


def is_optimal(implementation, dtype=float):
    for shape, nblocks, rank in CASES:
        A = normal(shape, sum(shape), dtype)
        B1, B2 = implementation(A, nblocks, rank)
        best = plain.optimum(A, nblocks, rank)
        found = squared_error(A, B1, B2)
        assert found == pytest.approx(best, rel=1e-10, abs=1e-12 * np.linalg.norm(A) ** 2)


@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
def test_the_error_is_the_optimum_over_slices(library, dtype):
    def implementation(A, nblocks, rank):
        found = monarch_project(library.make(A), nblocks, rank)
        return library.back(found.B1), library.back(found.B2)

    is_optimal(implementation, dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
def test_the_proof_of_optimality_rejects_every_known_mistake(dtype):
    wrong = dict(plain.WRONG_PROJECTIONS)
    if dtype is np.float64:
        del wrong["a conjugate too many"]
    is_optimal(plain.project, dtype)
    assert_rejects(lambda implementation: is_optimal(implementation, dtype), wrong)


@pytest.mark.parametrize(
    ("shape", "nblocks", "rank"), [((6, 6), (2, 3), 1), ((4, 6), (3, 2), 1), ((8, 4), (2, 2), 2)]
)
def test_brute_force_over_whole_factors_finds_the_same_error_and_none_smaller(shape, nblocks, rank):
    A = normal(shape, 3)
    found = monarch_project(A, nblocks, rank)
    by_force = plain.brute_force(A, found.B1.shape, found.B2.shape)
    exact = squared_error(A, found.B1, found.B2)
    assert exact <= by_force * (1 + 1e-12)
    assert exact == pytest.approx(by_force, rel=1e-10)


@few
@given(st.sampled_from(CASES), st.integers(0, 2**32 - 1), st.floats(-6, 0))
def test_perturbed_factors_are_never_better(case, seed, size):
    shape, nblocks, rank = case
    A = normal(shape, seed)
    found = monarch_project(A, nblocks, rank)
    draw = np.random.default_rng(seed)
    B1, B2 = (B + 10**size * draw.standard_normal(B.shape) for B in (found.B1, found.B2))
    best = squared_error(A, found.B1, found.B2)
    assert squared_error(A, B1, B2) >= best - 1e-12 * np.linalg.norm(A) ** 2


@few
@given(
    st.sampled_from(CASES), st.integers(0, 2**32 - 1), st.sampled_from(["f4", "f8", "c8", "c16"])
)
def test_the_stated_error_is_the_error(case, seed, dtype):
    shape, nblocks, rank = case
    A = normal((2, *shape), seed, dtype).astype(dtype)
    found = monarch_project(A, nblocks, rank)
    assert found.B1.dtype == found.B2.dtype == dtype
    assert found.rel_error.dtype == np.empty(0, dtype).real.dtype
    for one, B1, B2, stated in zip(A, found.B1, found.B2, found.rel_error, strict=True):
        measured = np.linalg.norm(one - plain.monarch(B1, B2)) / np.linalg.norm(one)
        assert stated == pytest.approx(measured, abs=100 * float(np.finfo(dtype).eps))


@pytest.mark.parametrize("c", [2, 3, 6])
def test_a_rank_of_one_in_c_keeps_the_slices_that_its_factors_can_reach(library, c):
    nblocks, A = (6, 6), normal((24, 18), c, complex)
    found = monarch_project(library.make(A), nblocks, Fraction(1, c))
    B1, B2 = library.back(found.B1), library.back(found.B2)
    assert B1.shape == (6, 3, 6 // c)
    assert B2.shape == (6, 6 // c, 4)
    assert B1.size + B2.size == found.n_params == 36 // c * (3 + 4)
    best = 0.0
    for i, j in np.ndindex(6, 6):
        S = plain.slice_of(A, nblocks, i, j)
        reached = j // (6 // c) == i % c
        best += np.sum(np.linalg.svd(S, compute_uv=False)[1 if reached else 0 :] ** 2)
    assert squared_error(A, B1, B2) == pytest.approx(best, rel=1e-12)
    assert float(library.back(found.rel_error)) == pytest.approx(
        np.sqrt(best) / np.linalg.norm(A), rel=1e-12
    )


@pytest.mark.parametrize("c", [2, 3])
def test_brute_force_agrees_on_the_sparse_form(c):
    A = normal((6, 6), c)
    found = monarch_project(A, (c, c), Fraction(1, c))
    by_force = plain.brute_force(A, found.B1.shape, found.B2.shape)
    assert squared_error(A, found.B1, found.B2) == pytest.approx(by_force, rel=1e-10)


@few
@given(st.sampled_from(CASES), st.integers(0, 2**32 - 1))
def test_a_monarch_matrix_is_its_own_projection(case, seed):
    shape, nblocks, rank = case
    found = monarch_project(normal(shape, seed, complex), nblocks, rank)
    M = found.to_dense()
    again = monarch_project(M, nblocks, rank)
    assert again.rel_error < 1e-14
    np.testing.assert_allclose(again.to_dense(), M, atol=1e-13 * np.linalg.norm(M))


def test_the_factors_of_a_slice_share_its_size():
    found = monarch_project(normal((12, 8)) * 1e6, (2, 3), 2)
    assert np.linalg.norm(found.B1) == pytest.approx(np.linalg.norm(found.B2), rel=1e-12)


def test_padding_costs_no_accuracy_and_is_stated(library):
    A = normal((7, 9), 5)
    found = monarch_project(library.make(A), (4, 3), 2, pad=True)
    assert found.shape == (7, 9)
    assert found.padding == (2, 3)
    filled = np.zeros((9, 12))
    filled[:7, :9] = A
    B1, B2 = library.back(found.B1), library.back(found.B2)
    assert squared_error(filled, B1, B2) == pytest.approx(plain.optimum(filled, (4, 3), 2))
    dense = library.back(found.to_dense())
    np.testing.assert_allclose(plain.monarch(B1, B2)[:7, :9], dense, atol=1e-14)
    assert np.linalg.norm(plain.monarch(B1, B2)) == pytest.approx(np.linalg.norm(dense))
    x = normal((2, 9), 6)
    np.testing.assert_allclose(library.lift(found.matmul)(x), x @ dense.T, atol=1e-13)
    assert monarch_to_dense(found.B1, found.B2).shape == (9, 12)
