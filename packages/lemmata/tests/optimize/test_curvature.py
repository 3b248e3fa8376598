"""The curvature seen through products: diagonals, eigenvalues, powers and edges, on any library."""

import math

import numpy as np
import plain_curvature as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError
from lemmata.optimize import (
    agreement,
    exact_diagonal,
    hutchinson_diagonal,
    largest_eigenvalue,
    stability_threshold,
)
from lemmata.testing import assert_rejects


def symmetric(n, seed=0):
    A = np.random.default_rng(seed).standard_normal((n, n))
    return (A + A.T) / 2


def test_the_diagonal_by_unit_vectors_is_the_diagonal(library):
    H = symmetric(6)
    LH = library.make(H)
    found = exact_diagonal(lambda v: LH @ v, library.make(np.zeros(6)))
    np.testing.assert_allclose(library.back(found.values), np.diag(H), atol=1e-15)
    assert found.products == 6
    assert not np.any(library.back(found.standard_error))


def test_hutchinson_is_exact_for_a_diagonal_matrix_and_unbiased_for_any(library):
    H = symmetric(5)
    like = library.make(np.zeros(5))
    D, LH = library.make(np.diag(np.arange(5.0))), library.make(H)
    exact = hutchinson_diagonal(lambda v: D @ v, like, samples=2, rng=0)
    np.testing.assert_array_equal(library.back(exact.values), np.arange(5.0))
    many = hutchinson_diagonal(lambda v: LH @ v, like, samples=2000, rng=0)
    error = np.abs(library.back(many.values) - np.diag(H))
    assert np.all(error < 5 * library.back(many.standard_error))
    off = np.sqrt((np.sum(H**2, axis=1) - np.diag(H) ** 2) / 2000)
    np.testing.assert_allclose(library.back(many.standard_error), off, rtol=0.1)


def test_wrong_estimates_of_a_diagonal_are_rejected():
    H = symmetric(8, 3)
    expected = np.sqrt((np.sum(H**2, axis=1) - np.diag(H) ** 2) / 2000)

    def checker(estimate):
        values, error = estimate(np.random.default_rng(0))
        assert np.all(np.abs(values - np.diag(H)) < 5 * expected)
        np.testing.assert_allclose(error, expected, rtol=0.1)

    def right(rng):
        found = hutchinson_diagonal(lambda v: H @ v, np.zeros(8), samples=2000, rng=rng)
        return found.values, found.standard_error

    def sampled(rng, draw, of=lambda z, Hz: z * Hz):
        seen = np.array([of(z, H @ z) for z in (draw(rng) for _ in range(2000))])
        return seen.mean(axis=0), seen.std(axis=0) / math.sqrt(2000)

    def signs(rng):
        return rng.choice([-1.0, 1.0], 8)

    checker(right)
    mistakes = {
        "uniform numbers": lambda rng: sampled(rng, lambda r: r.uniform(-1, 1, 8)),
        "the same signs for ever": lambda rng: sampled(rng, lambda r: np.ones(8)),
        "the trace in every entry": lambda rng: sampled(
            rng, signs, lambda z, Hz: np.full(8, z @ Hz)
        ),
        "the square": lambda rng: sampled(rng, signs, lambda z, Hz: Hz**2),
        "the error of one sample": lambda rng: (right(rng)[0], right(rng)[1] * math.sqrt(2000)),
    }
    assert_rejects(checker, mistakes)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 30))
def test_the_largest_eigenvalue_is_within_its_residual(seed, n):
    H = symmetric(n, seed)
    found = largest_eigenvalue(lambda v: H @ v, np.zeros(n), rtol=1e-6, rng=0)
    values = np.linalg.eigvalsh(H)
    scale = np.abs(values).max()
    assert np.min(np.abs(values - found.value)) <= found.residual + 1e-12 * scale
    assert found.value <= values[-1] + 1e-12 * scale
    v = found.vector
    assert v @ v == pytest.approx(1, abs=1e-10)
    assert np.linalg.norm(H @ v - found.value * v) == pytest.approx(
        found.residual, abs=1e-9 * scale
    )
    assert found.value == pytest.approx(values[-1], abs=1e-3 * scale)
    assert found.products <= n


def test_the_largest_eigenvalue_on_every_library(library):
    H = symmetric(20, 5)
    LH = library.make(H)
    found = largest_eigenvalue(lambda v: LH @ v, library.make(np.zeros(20)), rng=1)
    assert found.value == pytest.approx(np.linalg.eigvalsh(H)[-1], rel=1e-3)
    assert library.back(found.vector).shape == (20,)


def test_a_large_spectrum_needs_few_products():
    d = np.append(np.linspace(-1, 1, 2000), 3.0)
    found = largest_eigenvalue(lambda v: d * v, np.zeros(2001), rtol=1e-6, rng=0)
    assert found.value == pytest.approx(3, rel=1e-6)
    assert found.products < 60
    cut_short = largest_eigenvalue(lambda v: d * v, np.zeros(2001), max_products=3, rng=0)
    assert (cut_short.products, cut_short.residual > 0.01) == (3, True)


def test_zero_and_identity_matrices_have_their_eigenvalues():
    assert largest_eigenvalue(lambda v: 0 * v, np.zeros(4), rng=0).value == 0
    assert largest_eigenvalue(lambda v: v, np.zeros(4), rng=0).products == 1


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(4, 30), power=st.floats(-2, 2))
def test_agreement_equals_its_reference_and_finds_a_power(seed, n, power):
    draw = np.random.default_rng(seed)
    h = np.round(draw.standard_normal(n), 1)
    h[:4] = [0.1, 0.0, -3.0, 2.0]
    root = np.where(draw.random(n) < 0.1, 0.0, np.exp(draw.standard_normal(n)))
    root[[0, 2, 3]] = [1.0, 2.0, 0.5]
    found = agreement(root, h)
    expected = plain.agreement(root, h)
    np.testing.assert_allclose(
        (found.correlation, found.rank_correlation, found.slope), expected, atol=1e-9
    )
    assert found.used + found.left_out == n
    exact = agreement(3 * np.abs(h + 0.05) ** power, h + 0.05)
    assert exact.slope == pytest.approx(power, abs=1e-9)


def test_agreement_on_every_library(library):
    h = np.array([1.0, 10.0, 100.0, 0.0])
    found = agreement(library.make(2 * np.sqrt(h)), library.make(h))
    assert (found.used, found.left_out) == (3, 1)
    assert (found.slope, found.correlation, found.scale) == pytest.approx((0.5, 1.0, 2 / 10**0.5))
    assert math.isnan(agreement(library.make(h[:2]), library.make(h[:2])).slope)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("form", [{}, {"averaged": False}, {"averaged": False, "nesterov": True}])
def test_the_threshold_is_where_the_recurrence_turns_unstable(momentum, form):
    edge = stability_threshold(0.01, momentum, **form)
    assert plain.growth(0.01, momentum, edge * 0.999, **form) < 1
    assert plain.growth(0.01, momentum, edge * 1.001, **form) > 1


def test_the_known_thresholds():
    assert stability_threshold(0.1) == pytest.approx(2 / 0.1)
    assert stability_threshold(0.1, 0.9) == pytest.approx(38 / 0.1)
    assert stability_threshold(0.1, 0.9, averaged=False) == pytest.approx(3.8 / 0.1)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: stability_threshold(0), ArgumentError),
        (lambda: stability_threshold(1, 1), ArgumentError),
        (lambda: stability_threshold(1, nesterov=True), ArgumentError),
        (lambda: hutchinson_diagonal(np.copy, np.zeros(3), samples=1), ArgumentError),
        (lambda: largest_eigenvalue(np.copy, np.zeros(3), max_products=0), ArgumentError),
        (lambda: exact_diagonal(np.copy, np.zeros((2, 2))), ShapeError),
        (lambda: exact_diagonal(np.copy, np.zeros(2, complex)), DtypeError),
        (lambda: exact_diagonal(lambda v: v * math.nan, np.zeros(2)), NonFiniteError),
        (lambda: agreement(np.ones(3), np.ones(4)), ShapeError),
    ],
)
def test_what_cannot_be_used_is_refused(call, error):
    with pytest.raises(error):
        call()
