"""The second proof: what is exactly Monarch, what low rank and Kronecker products have to do with it."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import hadamard

from lemmata.errors import ArgumentError, ShapeError
from lemmata.structured import (
    monarch_dft,
    monarch_hadamard,
    monarch_inverse,
    monarch_matmul,
    monarch_project,
    monarch_solve,
    monarch_to_dense,
    swap_digits,
)

LENGTHS = [(1, 1), (8, 2), (12, 3), (12, 4), (35, 7), (64, 8), (97, 1), (1024, 32), (1000, 25)]


def normal(shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def fourier(n):
    turns = np.outer(np.arange(n), np.arange(n)) % n
    return np.exp(-2j * np.pi * turns.astype(np.longdouble) / n)


def relative(error, of):
    return float(np.linalg.norm(error) / np.linalg.norm(of))


@pytest.mark.parametrize(("n", "k"), LENGTHS)
def test_the_fourier_transform_is_monarch_once_digits_are_reversed(n, k):
    B1, B2 = monarch_dft(n, k)
    F = fourier(n)
    dense = monarch_to_dense(B1, B2)
    assert relative(dense - swap_digits(F, n // k), F) < 1e-15
    x = normal(n) + 1j * normal(n, 1)
    y = monarch_matmul(swap_digits(x, n // k), B1, B2)
    assert relative(y - np.fft.fft(x), y) < 1e-15


@pytest.mark.parametrize(("n", "k"), [(64, 8), (60, 6), (256, 16)])
def test_projecting_the_fourier_matrix_needs_the_reversal(n, k):
    F = swap_digits(fourier(n), n // k).astype(complex)
    assert relative(monarch_project(F, (k, n // k)).to_dense() - F, F) < 1e-15
    assert float(monarch_project(fourier(n).astype(complex), (k, n // k)).rel_error) > 0.8


@pytest.mark.parametrize(("n", "k"), [(1, 1), (8, 2), (64, 8), (64, 1), (256, 64), (1024, 32)])
def test_the_hadamard_transform_is_monarch_as_it_stands(n, k):
    B1, B2 = monarch_hadamard(n, k)
    np.testing.assert_array_equal(monarch_to_dense(B1, B2), hadamard(n))
    found = monarch_project(hadamard(n), (k, n // k))
    assert relative(found.to_dense() - hadamard(n), hadamard(n)) < 1e-15


def test_the_transforms_are_made_in_the_library_asked_for():
    strict = pytest.importorskip("array_api_strict")
    for made, plain in zip(monarch_dft(12, 4, xp=strict), monarch_dft(12, 4), strict=True):
        np.testing.assert_array_equal(np.asarray(made), plain)
    for made, plain in zip(monarch_hadamard(8, 4, xp=strict), monarch_hadamard(8, 4), strict=True):
        np.testing.assert_array_equal(np.asarray(made), plain)


def test_sizes_without_a_transform_are_refused():
    with pytest.raises(ArgumentError, match="k must divide n"):
        monarch_dft(12, 5)
    with pytest.raises(ArgumentError, match="power of two"):
        monarch_hadamard(12, 3)


def test_one_block_is_the_best_matrix_of_that_rank():
    A = normal((30, 20))
    U, sigma, Vh = np.linalg.svd(A, full_matrices=False)
    for rank in (1, 5, 20):
        found = monarch_project(A, (1, 1), rank)
        np.testing.assert_allclose(
            found.to_dense(), (U[:, :rank] * sigma[:rank]) @ Vh[:rank], atol=1e-12
        )
        expected = np.linalg.norm(sigma[rank:]) / np.linalg.norm(sigma)
        assert float(found.rel_error) == pytest.approx(expected, abs=1e-14)


def test_a_kronecker_product_is_monarch():
    left, right = normal((4, 3)), normal((5, 2), 1)
    assert float(monarch_project(np.kron(left, right), (3, 5)).rel_error) < 1e-14


def test_a_circulant_is_two_transforms_and_a_diagonal():
    n, k = 60, 6
    first, x = normal(n), normal(n, 1)
    B1, B2 = monarch_dft(n, k)
    spectrum = monarch_matmul(swap_digits(first + 0j, n // k), B1, B2)
    scaled = spectrum * monarch_matmul(swap_digits(x + 0j, n // k), B1, B2)
    y = monarch_matmul(swap_digits(scaled.conj(), n // k), B1, B2).conj() / n
    convolved = [sum(first[(i - j) % n] * x[j] for j in range(n)) for i in range(n)]
    np.testing.assert_allclose(y, convolved, atol=1e-12)


@settings(deadline=None, max_examples=30, derandomize=True)
@given(st.integers(0, 2**32 - 1))
def test_more_rank_is_never_worse_and_full_rank_is_exact(seed):
    A = normal((12, 10), seed)
    errors = [float(monarch_project(A, (2, 3), rank).rel_error) for rank in (1, 2, 3, 4)]
    assert all(b < a for a, b in pairwise(errors))
    assert errors[-1] < 1e-14


@pytest.mark.parametrize(("k", "m", "b"), [(4, 4, 1), (3, 5, 1), (2, 3, 2), (1, 1, 4), (6, 1, 1)])
def test_solving_undoes_the_product(library, k, m, b):
    n = k * m * b
    B1, B2 = (
        normal((k, m * b, m * b)) + 3 * np.eye(m * b),
        normal((m, k * b, k * b)) + 3 * np.eye(k * b),
    )
    x = normal((2, 3, n), 1)
    y = x @ monarch_to_dense(B1, B2).T
    made = [library.make(part) for part in (y, B1, B2)]
    np.testing.assert_allclose(library.back(monarch_solve(*made)), x, rtol=1e-8, atol=1e-8)
    C1, C2 = monarch_inverse(*made[1:])
    back = monarch_matmul(swap_digits(made[0], k * b), C1, C2)
    np.testing.assert_allclose(library.back(swap_digits(back, m * b)), x, rtol=1e-8, atol=1e-8)
    assert library.back(C1).size + library.back(C2).size == B1.size + B2.size


def test_a_complex_inverse_is_that_of_the_dense_matrix():
    B1, B2 = normal((3, 5, 5)) + 1j * normal((3, 5, 5), 1), normal((5, 3, 3)) + 0j
    C1, C2 = monarch_inverse(B1, B2)
    found = swap_digits(monarch_matmul(swap_digits(np.eye(15) + 0j, 3), C1, C2), 5).T
    dense = np.linalg.inv(monarch_to_dense(B1, B2))
    np.testing.assert_allclose(found, dense, atol=1e-12 * np.linalg.cond(dense))


def test_what_has_no_inverse_of_its_kind_is_refused(library):
    make = library.make
    singular = make(np.zeros((2, 3, 3))), make(normal((3, 2, 2)))
    with pytest.raises(ArgumentError, match="B1 has a singular block"):
        monarch_solve(make(normal(6)), *singular)
    with pytest.raises(ArgumentError, match="B1 has a singular block"):
        monarch_inverse(*singular)
    with pytest.raises(ShapeError, match="blocks must be square"):
        monarch_solve(make(normal(6)), make(normal((2, 3, 6))), make(normal((3, 4, 2))))
    with pytest.raises(ShapeError, match="last axis of 6"):
        monarch_solve(make(normal(7)), make(normal((2, 3, 3))), make(normal((3, 2, 2))))
    with pytest.raises(ShapeError, match="one pair"):
        monarch_inverse(make(normal((1, 2, 3, 3))), make(normal((1, 3, 2, 2))))
