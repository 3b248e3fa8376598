"""The first proof of `pinv`: the sum over singular values, on every array library."""

import numpy as np
import plain_pseudo_inverse as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError
from lemmata.linalg import pinv, pinv_with_rank
from lemmata.testing import assert_matches_reference, assert_rejects

many = settings(deadline=None, max_examples=40, derandomize=True)
DTYPES = [np.float32, np.float64, np.complex64, np.complex128]
seeds = st.integers(0, 2**32 - 1)
sides = st.integers(1, 7)


def low_rank(m, n, rank, seed, dtype=float):
    """Small integers times small integers: exactly of rank `rank` at most in every dtype."""
    draw = np.random.default_rng(seed)
    left, right = draw.integers(-3, 4, (m, rank)), draw.integers(-3, 4, (rank, n))
    A = (left @ right).astype(dtype)
    if np.dtype(dtype).kind != "c":
        return A
    return A + 1j * (left @ draw.integers(-3, 4, (rank, n))).astype(dtype)


def gap(A):
    """The condition number of what is inverted."""
    sigma = np.linalg.svd(A, compute_uv=False)
    kept = sigma[sigma > 1e-9 * max(sigma[0], 1e-30)]
    return sigma[0] / kept[-1] if kept.size else 1.0


@pytest.mark.parametrize("dtype", DTYPES)
def test_it_equals_the_sum_over_singular_values_at_every_shape_and_rank(library, dtype):
    @settings(many, max_examples=25)
    @given(sides, sides, sides, seeds)
    def check(m, n, rank, seed):
        A = low_rank(m, n, rank, seed, dtype)
        if gap(A.astype(complex)) < 200:
            condition = max(1.0, gap(A.astype(complex)))
            assert_matches_reference(
                library.lift(pinv), plain.pseudo_inverse, [A], condition=condition, roundings=16
            )

    check()


def test_a_stack_is_inverted_matrix_by_matrix(library):
    A = np.random.default_rng(0).standard_normal((2, 3, 5, 4))
    A[1, 2] = 0
    found = library.lift(pinv)(A)
    assert found.shape == (2, 3, 4, 5)
    for i in np.ndindex(2, 3):
        np.testing.assert_allclose(found[i], plain.pseudo_inverse(A[i]), atol=1e-13)


def test_the_rank_that_was_used_is_part_of_the_answer(library):
    A = np.stack([np.diag([4.0, 2.0, 0.0]), np.zeros((3, 3)), np.eye(3)])
    found = pinv_with_rank(library.make(A))
    assert [int(r) for r in library.back(found.rank)] == [2, 0, 3]
    np.testing.assert_allclose(library.back(found.condition()), [2, 1, 1])
    np.testing.assert_allclose(library.back(found.singular_values)[0], [4, 2, 0])
    np.testing.assert_allclose(library.back(found.cutoff), [3 * 4 * 2.0**-52, 0, 3 * 2.0**-52])


def test_both_levels_cut_and_the_larger_wins(library):
    A = np.diag([10.0, 1.0, 0.1])
    for rtol, atol, rank in ((0.0, 0.0, 3), (0.05, 0.0, 2), (0.0, 1.0, 1), (0.05, 20.0, 0)):
        found = pinv_with_rank(library.make(A), rtol=rtol, atol=atol)
        assert int(found.rank) == rank
        assert np.count_nonzero(library.back(found.inverse)) == rank


def test_single_precision_is_cut_off_at_its_own_rounding():
    draw = np.random.default_rng(3)
    A = (draw.standard_normal((40, 3)) @ draw.standard_normal((3, 30))).astype(np.float32)
    assert pinv_with_rank(A).rank == 3
    assert np.linalg.norm(pinv(A)) < 1
    assert np.linalg.norm(np.linalg.pinv(A, rcond=1e-15)) > 1e3  # numpy's default


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0), (2, 0, 3), (0, 3, 2)])
def test_a_side_of_zero_has_an_empty_inverse(library, shape):
    found = pinv_with_rank(library.make(np.zeros(shape, np.complex64)))
    assert tuple(found.inverse.shape) == (*shape[:-2], shape[-1], shape[-2])
    assert tuple(found.rank.shape) == shape[:-2]
    assert not np.any(library.back(found.rank))
    assert library.back(found.singular_values).dtype == np.float32
    assert np.all(library.back(found.condition()) == 1)


REFUSED = {
    "a list": (DtypeError, [[1.0]], {}, "A must be an array"),
    "a vector": (ShapeError, np.ones(3), {}, r"A must have shape \(..., m, n\)"),
    "NaN": (NonFiniteError, np.array([[np.nan]]), {}, "A of shape"),
    "a negative rtol": (ArgumentError, np.eye(2), {"rtol": -1.0}, "rtol must be finite"),
    "a NaN atol": (ArgumentError, np.eye(2), {"atol": np.nan}, "atol must be finite"),
}


@pytest.mark.parametrize(("error", "A", "levels", "message"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused(error, A, levels, message):
    with pytest.raises(error, match=message):
        pinv(A, **levels)


def test_the_comparison_rejects_every_known_mistake():
    rounded = np.diag([1.0] * 19 + [2e-15])  # below 20 epsilon: as good as 0
    cases = [low_rank(5, 4, 2, 1, complex), rounded, np.diag([1.0, 5e-3]), np.diag([3.0, 2.0])]

    def checker(function):
        assert_matches_reference(function, plain.pseudo_inverse, cases, condition=200, roundings=64)

    checker(pinv)
    checker(plain.pseudo_inverse)
    assert_rejects(checker, plain.WRONG_INVERSE)
