"""The first proof, of the product: permutation matrices and loops say the same, on every library."""

import numpy as np
import plain_monarch as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.structured import monarch_matmul, monarch_to_dense, swap_digits
from lemmata.testing import assert_matches_reference, assert_rejects

DTYPES = [np.float32, np.float64, np.complex64, np.complex128]
SHAPES = [  # (k, p, q), (l, r, s)
    ((2, 3, 4), (4, 2, 5)),  # rank 1
    ((2, 3, 8), (4, 4, 5)),  # rank 2
    ((4, 2, 2), (4, 2, 3)),  # one slice in two
    ((2, 2, 6), (4, 3, 2)),  # neither
    ((3, 3, 3), (3, 3, 3)),  # the paper's square form
    ((1, 5, 2), (1, 2, 7)),  # low rank
    ((1, 1, 1), (1, 1, 1)),
]


def normal(shape, dtype=float, seed=0):
    draw = np.random.default_rng(seed)
    real = draw.standard_normal(shape)
    return (
        real + 1j * draw.standard_normal(shape) if np.dtype(dtype).kind == "c" else real
    ).astype(dtype)


def packed(first, second, rows, dtype):
    sizes = (rows * first[0] * first[1], np.prod(first), np.prod(second))
    return normal(int(sum(sizes)), dtype, seed=int(sum(sizes)))


def unpacked(case, first, second, rows):
    n = first[0] * first[1]
    a, b = rows * n, rows * n + int(np.prod(first))
    xp_shape = ((rows, n), first, second)
    return tuple(
        part.reshape(shape)
        for part, shape in zip((case[:a], case[a:b], case[b:]), xp_shape, strict=True)
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("first", "second"), SHAPES, ids=str)
def test_the_product_is_that_of_the_permutation_matrices(library, first, second, dtype):
    def implementation(case):
        x, B1, B2 = (library.make(part) for part in unpacked(case, first, second, 3))
        return library.back(monarch_matmul(x, B1, B2))

    def reference(case):
        return plain.product(*unpacked(case, first, second, 3))

    case = packed(first, second, 3, dtype)
    assert_matches_reference(implementation, reference, [case], roundings=32)


@pytest.mark.parametrize(("first", "second"), SHAPES, ids=str)
def test_every_entry_of_the_dense_matrix_is_the_sum_of_its_definition(library, first, second):
    B1, B2 = normal(first, complex), normal(second, complex, 1)
    M = library.back(monarch_to_dense(library.make(B1), library.make(B2)))
    for row, column in np.ndindex(*M.shape):
        assert M[row, column] == pytest.approx(plain.entry(B1, B2, row, column), rel=1e-13)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(
    st.tuples(*[st.integers(1, 4)] * 5),
    st.lists(st.integers(1, 3), max_size=3),
    st.integers(0, 2**32 - 1),
)
def test_leading_axes_are_kept_and_rows_are_independent(sizes, lead, seed):
    k, p, number, s, b = sizes
    B1, B2 = normal((k, p, number * b), seed=seed), normal((number, k * b, s), seed=seed + 1)
    x = normal((*lead, k * p), seed=seed + 2)
    y = monarch_matmul(x, B1, B2)
    assert y.shape == (*lead, number * s)
    np.testing.assert_allclose(y, x @ plain.monarch(B1, B2).T, rtol=1e-12, atol=1e-12)


def test_stacks_of_factors_broadcast(library):
    B1, B2, x = normal((5, 1, 2, 3, 4)), normal((2, 4, 2, 5)), normal((5, 2, 7, 6))
    y = library.back(monarch_matmul(*map(library.make, (x, B1, B2))))
    for i, j in np.ndindex(5, 2):
        np.testing.assert_allclose(y[i, j], plain.product(x[i, j], B1[i, 0], B2[j]), rtol=1e-12)
    dense = library.back(monarch_to_dense(library.make(B1[:, 0]), library.make(B2[:1])))
    np.testing.assert_allclose(dense[3], plain.monarch(B1[3, 0], B2[0]), rtol=1e-12)


def test_swapping_digits_is_the_permutation_matrix(library):
    x = normal((2, 12))
    for first in (1, 2, 3, 4, 12):
        swapped = library.lift(lambda x, f=first: swap_digits(x, f))(x)
        np.testing.assert_array_equal(swapped, x @ plain.permutation(first, 12 // first).T)
        np.testing.assert_array_equal(swap_digits(swapped, 12 // first), x)


def test_the_comparison_rejects_every_known_mistake():
    def checker(implementation):
        for first, second in SHAPES:
            x, B1, B2 = normal(first[0] * first[1]), normal(first), normal(second, seed=1)
            expected = [
                plain.entry(B1, B2, i, j) for i, j in np.ndindex(second[0] * second[2], len(x))
            ]
            expected = np.reshape(expected, (-1, len(x))) @ x
            np.testing.assert_allclose(implementation(x, B1, B2), expected, rtol=1e-9)

    checker(plain.product)
    checker(monarch_matmul)
    assert_rejects(checker, plain.WRONG_PRODUCTS)
