"""Monarch matrices of higher order: digit by digit, exact where they should be, and never far off."""

import numpy as np
import plain_monarch as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.structured import monarch_project, project_higher_order

few = settings(deadline=None, max_examples=25, derandomize=True)
SIZES = [
    ((2, 3, 2), (3, 2, 2)),
    ((2, 2, 2, 2), (2, 2, 2, 2)),
    ((3, 1, 2), (1, 4, 2)),
    ((4, 3), (2, 5)),
]


def structured(digits, out_digits, seed):
    """A matrix that is Monarch of this order, column by column from its definition."""
    draw = np.random.default_rng(seed)
    tables = []
    for place in reversed(range(len(digits))):
        table = {}
        for before in np.ndindex(*digits[:place]):
            for digit in range(digits[place]):
                for done in np.ndindex(*out_digits[place + 1 :]):
                    for out in range(out_digits[place]):
                        table[before, digit, done, out] = draw.standard_normal()
        tables.append(table)
    columns = np.eye(int(np.prod(digits)))
    return np.array([plain.chain(x, digits, out_digits, tables) for x in columns]).T


def relative(A, M):
    return np.linalg.norm(A - M) / np.linalg.norm(A)


@pytest.mark.parametrize(("digits", "out_digits"), SIZES, ids=str)
def test_an_exactly_structured_target_is_found_exactly(library, digits, out_digits):
    A = structured(digits, out_digits, 1)
    found = project_higher_order(library.make(A), digits, out_digits)
    assert relative(A, library.back(found.to_dense())) < 1e-14
    assert float(library.back(found.rel_error)) < 1e-14
    x = np.random.default_rng(2).standard_normal((2, 3, A.shape[1]))
    np.testing.assert_allclose(library.lift(found.matmul)(x), x @ A.T, atol=1e-12)


@few
@given(st.sampled_from(SIZES), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_the_stated_error_is_the_error_and_projecting_again_changes_nothing(sizes, rank, seed):
    digits, out_digits = sizes
    A = np.random.default_rng(seed).standard_normal((np.prod(out_digits), np.prod(digits)))
    found = project_higher_order(A, digits, out_digits, rank)
    M = found.to_dense()
    assert float(found.rel_error) == pytest.approx(relative(A, M), abs=1e-13)
    assert relative(M, project_higher_order(M, digits, out_digits, rank).to_dense()) < 1e-12


@few
@given(st.sampled_from(SIZES), st.integers(0, 2**32 - 1))
def test_the_error_is_within_the_root_of_p_minus_1_of_any_other(sizes, seed):
    digits, out_digits = sizes
    near = structured(digits, out_digits, seed)
    draw = np.random.default_rng(seed)
    noise = draw.standard_normal(near.shape)
    A = near + 0.3 * np.linalg.norm(near) / np.linalg.norm(noise) * noise
    found = np.linalg.norm(A - project_higher_order(A, digits, out_digits).to_dense())
    assert found <= np.sqrt(len(digits) - 1) * np.linalg.norm(A - near) * (1 + 1e-12)


def test_order_two_is_the_exact_projection():
    A = np.random.default_rng(0).standard_normal((10, 12))
    found, exact = project_higher_order(A, (4, 3), (2, 5), 2), monarch_project(A, (4, 5), 2)
    np.testing.assert_allclose(found.to_dense(), exact.to_dense(), atol=1e-13)
    assert float(found.rel_error) == pytest.approx(float(exact.rel_error), rel=1e-13)


def reversed_digits(A, digits):
    axes = (0, *range(len(digits), 0, -1))
    return A.reshape(-1, *digits).transpose(axes).reshape(A.shape)


@pytest.mark.parametrize("digits", [(8, 8), (4, 4, 4), (2, 8, 4), (2,) * 6, (3, 4, 5)])
def test_the_fourier_transform_has_every_order_once_digits_are_reversed(digits):
    n = int(np.prod(digits))
    F = np.fft.fft(np.eye(n))
    # column j of the transform goes where the reversed digits of j say
    A = reversed_digits(F, tuple(reversed(digits)))
    found = project_higher_order(A, digits)
    assert relative(A, found.to_dense()) < 2e-15
    if len(set(digits)) == 1:
        assert found.n_params == len(digits) * n * digits[0]


def test_factors_have_equal_norms_and_zero_stays_zero():
    A = 1e8 * np.random.default_rng(0).standard_normal((8, 8))
    norms = [np.linalg.norm(factor) for factor in project_higher_order(A, (2, 2, 2)).factors]
    np.testing.assert_allclose(norms, norms[0], rtol=1e-12)
    nothing = project_higher_order(np.zeros((8, 8)), (2, 2, 2))
    assert not np.any(nothing.to_dense())
    assert nothing.rel_error == 0


def test_complex_targets_and_single_precision_are_kept():
    draw = np.random.default_rng(0)
    A = (draw.standard_normal((8, 8)) + 1j * draw.standard_normal((8, 8))).astype(np.complex64)
    found = project_higher_order(A, (2, 2, 2), rank=2)
    assert {factor.dtype for factor in found.factors} == {np.dtype(np.complex64)}
    assert float(found.rel_error) == pytest.approx(relative(A, found.to_dense()), abs=1e-5)
