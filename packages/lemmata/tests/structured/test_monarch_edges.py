"""What is refused, and what is answered at the edges: zeros, sides of one, odd dtypes, extremes."""

from fractions import Fraction

import numpy as np
import pytest

from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError
from lemmata.structured import (
    monarch_matmul,
    monarch_project,
    monarch_to_dense,
    project_higher_order,
    swap_digits,
)


def normal(*shape):
    return np.random.default_rng(0).standard_normal(shape)


def test_the_zero_matrix_projects_to_zero_without_error(library):
    found = monarch_project(library.make(np.zeros((2, 6, 4))), (2, 3))
    assert not np.any(library.back(found.to_dense()))
    np.testing.assert_array_equal(library.back(found.rel_error), [0, 0])


@pytest.mark.parametrize("shape", [(1, 6), (6, 1), (1, 1)])
def test_a_side_of_one_is_exact_with_one_block_there(library, shape):
    A = normal(*shape)
    found = monarch_project(library.make(A), (1, 1))
    np.testing.assert_allclose(library.back(found.to_dense()), A, rtol=1e-14)


def test_integers_and_half_precision_are_widened_to_be_projected():
    assert monarch_project(np.eye(4, dtype=int), (2, 2)).B1.dtype == np.float64
    assert monarch_project(np.eye(4, dtype=np.float16), (2, 2)).B1.dtype == np.float32


def test_half_precision_stays_in_a_product_and_integers_are_widened():
    B1, B2 = normal(2, 2, 2).astype(np.float16), normal(2, 2, 2).astype(np.float16)
    assert monarch_matmul(np.ones(4, np.float16), B1, B2).dtype == np.float16
    whole = monarch_matmul(np.ones(4, int), np.ones((2, 2, 2), int), np.ones((2, 2, 2), int))
    np.testing.assert_array_equal(whole, np.full(4, 4.0))


@pytest.mark.parametrize("size", [1e-300, 1e300])
def test_extreme_entries_neither_overflow_nor_vanish(size):
    A = normal(6, 6)
    found, plain = monarch_project(A * size, (2, 3)), monarch_project(A, (2, 3))
    assert found.rel_error == pytest.approx(plain.rel_error, rel=1e-12)
    np.testing.assert_allclose(found.to_dense() / size, plain.to_dense(), rtol=1e-10)


def test_no_rows_give_no_rows(library):
    found = monarch_project(library.make(normal(6, 4)), (2, 3))
    for shape in ((0, 4), (3, 0, 4)):
        y = library.back(found.matmul(library.make(np.zeros(shape))))
        assert y.shape == (*shape[:-1], 6)


@pytest.mark.parametrize(
    ("nblocks", "rank", "error", "says"),
    [
        ((5, 3), 1, ShapeError, r"\(5, 3\) must divide .* \(4, 6\); pad=True"),
        ((2, 4), 1, ShapeError, "pad=True"),
        ((0, 3), 1, ArgumentError, "at least 1"),
        ((2.0, 3), 1, ArgumentError, "at least 1"),
        (2, 1, ArgumentError, "pair"),
        ((2, 3), 0, ArgumentError, "whole number >= 1 or a Fraction"),
        ((2, 3), -1, ArgumentError, "whole number"),
        ((2, 3), True, ArgumentError, "whole number"),
        ((2, 3), 0.5, ArgumentError, "Fraction"),
        ((2, 3), 3, ArgumentError, "at most 2, the shorter side of a slice"),
        ((2, 3), Fraction(1, 2), ArgumentError, "a divisor of k and of l"),
        ((2, 3), Fraction(3, 2), ArgumentError, "1/c"),
    ],
)
def test_sizes_that_do_not_fit_are_refused_with_the_reason(nblocks, rank, error, says):
    with pytest.raises(error, match=says):
        monarch_project(normal(6, 4), nblocks, rank)


def test_what_cannot_be_projected_is_refused(library):
    for bad in (np.nan, np.inf):
        A = normal(4, 4)
        A[1, 2] = bad
        with pytest.raises(NonFiniteError, match=r"first at \[1, 2\]"):
            monarch_project(library.make(A), (2, 2))
    with pytest.raises(ShapeError, match="A must have shape"):
        monarch_project(library.make(normal(4)), (2, 2))
    with pytest.raises(ShapeError, match="no side of length 0"):
        monarch_project(library.make(np.zeros((0, 4))), (2, 2))
    with pytest.raises(DtypeError, match=r"numpy\.asarray"):
        monarch_project([[1.0]], (1, 1))


def test_factors_that_do_not_fit_are_refused(library):
    make = library.make
    B1, B2 = make(normal(2, 3, 4)), make(normal(4, 2, 5))
    with pytest.raises(ShapeError, match=r"k \* p = 6"):
        monarch_matmul(make(normal(7)), B1, B2)
    with pytest.raises(ShapeError, match="meet in the middle"):
        monarch_matmul(make(normal(6)), B1, make(normal(3, 2, 5)))
    with pytest.raises(ShapeError, match="B2 must have shape"):
        monarch_to_dense(B1, make(normal(8, 5)))
    with pytest.raises(ShapeError, match="none of them 0"):
        monarch_to_dense(B1, make(np.zeros((4, 2, 0))))
    with pytest.raises(DtypeError, match="one dtype"):
        monarch_to_dense(B1, make(normal(4, 2, 5).astype(np.float32)))
    with pytest.raises(ShapeError, match="for stacks"):
        monarch_matmul(make(normal(6)), make(normal(1, 2, 3, 4)), B2)
    with pytest.raises(ShapeError, match="divides"):
        swap_digits(make(normal(6)), 4)
    with pytest.raises(ShapeError, match="last axis of 4"):
        monarch_project(make(normal(6, 4)), (2, 3)).matmul(make(normal(6)))


def test_orders_that_do_not_fit_are_refused():
    A = normal(8, 8)
    with pytest.raises(ArgumentError, match="two or more"):
        project_higher_order(A, (8,))
    with pytest.raises(ArgumentError, match="as many"):
        project_higher_order(A, (2, 4), (2, 2, 2))
    with pytest.raises(ShapeError, match=r"\(8, 12\)"):
        project_higher_order(A, (2, 6), (2, 4))
    with pytest.raises(ArgumentError, match="rank"):
        project_higher_order(A, (2, 4), rank=0)
    with pytest.raises(NonFiniteError):
        project_higher_order(A * np.nan, (2, 4))
    with pytest.raises(ShapeError, match="last axis of 8"):
        project_higher_order(A, (2, 4)).matmul(normal(7))
