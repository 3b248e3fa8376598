"""Fits that change by a sample: equal to fitting anew, at the cost of one row, or refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.counting import count
from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError
from lemmata.linalg import DualRidge, PrimalRidge, ridge
from lemmata.testing import assert_rejects

many = settings(deadline=None, max_examples=40, derandomize=True)
KINDS = (PrimalRidge, DualRidge)


def samples(n, d, t, seed, is_complex=False):
    draw = np.random.default_rng(seed)
    X, Y = draw.standard_normal((n, d)) + 2, draw.standard_normal((n, t)) - 1
    if is_complex:
        X, Y = X + 1j * draw.standard_normal((n, d)), Y + 1j * draw.standard_normal((n, t))
    return X, Y, draw.uniform(0.5, 2, n)


def without_first(fit, X, Y, s, count):
    for i in range(count):
        by_value = isinstance(fit, PrimalRidge)
        fit = fit.remove(X[i], Y[i], s[i]) if by_value else fit.remove(0)
    return fit


@pytest.mark.parametrize("kind", KINDS)
@many
@given(st.integers(2, 8), st.integers(1, 8), st.integers(0, 9999), st.booleans(), st.booleans())
def test_adding_and_removing_equals_fitting_anew(kind, start, d, seed, intercept, is_complex):
    X, Y, s = samples(start + 6, d, 2, seed, is_complex)
    fit = kind.fit(X[:start], Y[:start], 0.3, intercept=intercept, sample_weight=s[:start])
    for i in range(start, start + 6):
        fit = fit.add(X[i], Y[i], s[i])
    try:
        fit = without_first(fit, X, Y, s, 3)
    except ArgumentError as refused:
        assert "leverage" in str(refused)
        return
    anew = ridge(X[3:], Y[3:], 0.3, intercept=intercept, sample_weight=s[3:])
    assert np.allclose(fit.weights, anew.weights, atol=1e-8)
    assert np.allclose(fit.intercept, anew.intercept, atol=1e-8)
    assert np.allclose(fit.predict(X), anew.predict(X), atol=1e-8)
    if kind is DualRidge:
        assert np.allclose(fit.dual_weights, anew.dual_weights, atol=1e-7)
        assert np.allclose(fit.loo_residuals, anew.loo_residuals, atol=1e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_it_does_so_on_every_library_and_leaves_the_old_state_alone(library, kind):
    X, Y, _ = samples(6, 3, 1, 1)
    old = kind.fit(library.make(X[:5]), library.make(Y[:5, 0]), 0.5)
    before = np.array(library.back(old.weights))
    new = old.add(library.make(X[5]), float(Y[5, 0]), 2.0)
    anew = ridge(X, Y[:, 0], 0.5, sample_weight=np.array([1.0, 1, 1, 1, 1, 2]))
    np.testing.assert_allclose(library.back(new.weights), anew.weights, atol=1e-10)
    np.testing.assert_array_equal(library.back(old.weights), before)
    back = new.remove(5) if kind is DualRidge else new.remove(library.make(X[5]), float(Y[5, 0]), 2)
    np.testing.assert_allclose(library.back(back.weights), before, atol=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_a_window_that_slides_a_thousand_times_does_not_drift(kind):
    X, Y, _ = samples(1020, 4, 1, 2)
    fit = kind.fit(X[:20], Y[:20, 0], 0.1)
    for i in range(1000):
        fit = fit.add(X[i + 20], Y[i + 20, 0])
        fit = fit.remove(0) if kind is DualRidge else fit.remove(X[i], Y[i, 0])
    anew = ridge(X[1000:], Y[1000:, 0], 0.1)
    np.testing.assert_allclose(fit.weights, anew.weights, atol=1e-9)


def test_a_sample_that_decides_the_fit_alone_is_not_removed_by_halves():
    X, Y, _ = samples(6, 3, 1, 3)
    X[0] = [1e4, 0, 0]
    with pytest.raises(ArgumentError, match="x must not decide the fit alone"):
        PrimalRidge.fit(X, Y[:, 0], 0.1, intercept=False).remove(X[0], Y[0, 0])
    kept = DualRidge.fit(X[1:], Y[1:, 0], 0.1, intercept=False)
    lost = DualRidge.fit(X, Y[:, 0], 0.1, intercept=False).remove(0)
    np.testing.assert_allclose(lost.weights, kept.weights, rtol=1e-6)


def test_near_copies_are_added_by_fitting_anew():
    X, Y, _ = samples(5, 8, 1, 4)
    fit = DualRidge.fit(X, Y[:, 0], 1e-7)
    copied = fit.add(X[0] + 1e-9, Y[0, 0])
    anew = ridge(np.vstack([X, X[:1] + 1e-9]), np.append(Y[:, 0], Y[0, 0]), 1e-7)
    np.testing.assert_allclose(copied.predict(X), anew.predict(X), atol=1e-6)


def test_a_large_common_offset_costs_no_digits():
    X, Y, _ = samples(8, 3, 1, 5)
    for kind in KINDS:
        near = kind.fit(X[:7], Y[:7, 0], 0.5).add(X[7], Y[7, 0])
        far = kind.fit(X[:7] + 1e5, Y[:7, 0], 0.5).add(X[7] + 1e5, Y[7, 0])
        np.testing.assert_allclose(far.weights, near.weights, atol=1e-9)


X, Y, S = samples(5, 3, 1, 6)
REFUSED = {
    "no penalty": (ArgumentError, lambda: PrimalRidge.fit(X, Y, 0.0), "penalty must be positive"),
    "too small a penalty": (
        ArgumentError,
        lambda: DualRidge.fit(np.vstack([X, X]), np.vstack([Y, Y]), 1e-14),
        "penalty must be larger",
    ),
    "a stack": (ShapeError, lambda: PrimalRidge.fit(X[None], Y[None]), "one matrix"),
    "a weight of 0": (
        ArgumentError,
        lambda: DualRidge.fit(X, Y, sample_weight=np.eye(5)[0]),
        "sample_weight must be positive",
    ),
    "a sample too short": (ShapeError, lambda: fitted(0).add(X[0, :2], 1.0), r"x must have shape"),
    "a target too long": (ShapeError, lambda: fitted(1).add(X[0], Y[:2, 0]), "y must have shape"),
    "NaN": (NonFiniteError, lambda: fitted(0).add(X[0] * np.nan, 1.0), "x of shape"),
    "a list": (DtypeError, lambda: fitted(0).add([1.0, 2.0, 3.0], 1.0), "x must be an array"),
    "no weight": (ArgumentError, lambda: fitted(0).add(X[0], 1.0, 0.0), "weight must be finite"),
    "too much removed": (
        ArgumentError,
        lambda: fitted(0).remove(X[0], 1.0, 9.0),
        "the last sample cannot be removed",
    ),
    "a sample that was not there": (
        ArgumentError,
        lambda: fitted(0).remove(np.array([9.0, -9.0, 9.0]), 1.0),
        "decide the fit alone",
    ),
    "no such index": (ArgumentError, lambda: fitted(1).remove(5), "index must name"),
    "the last": (ArgumentError, lambda: DualRidge.fit(X[:1], Y[:1]).remove(0), "leave one"),
}


def fitted(number):
    return KINDS[number].fit(X, Y)


@pytest.mark.parametrize(("error", "call", "message"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused(error, call, message):
    with pytest.raises(error, match=message):
        call()


def test_one_sample_has_no_leave_one_out():
    assert np.isnan(DualRidge.fit(X[:1], Y[:1, 0]).loo_residuals).all()


def test_the_comparison_rejects_wrong_updates():
    def checker(change):
        fit = change(PrimalRidge.fit(X[:4], Y[:4, 0], 0.3))
        np.testing.assert_allclose(fit.weights, ridge(X, Y[:, 0], 0.3).weights, atol=1e-10)

    checker(lambda fit: fit.add(X[4], Y[4, 0]))
    wrong = {
        "nothing added": lambda fit: fit,
        "the sign": lambda fit: fit.add(-X[4], Y[4, 0]),
        "added twice": lambda fit: fit.add(X[4], Y[4, 0]).add(X[4], Y[4, 0]),
        "the mean not moved": lambda fit: PrimalRidge.fit(
            np.vstack([X[:4], X[4:] - X[:4].mean(0)]), Y[:, 0], 0.3
        ),
    }
    assert_rejects(checker, wrong)


@pytest.mark.parametrize("kind", KINDS)
def test_reading_a_fit_costs_no_product_with_its_inverse(kind):
    def read(X, y):
        fit = kind.fit(X, y)
        tally = X.xp.tally
        before = tally.flops
        assert fit.weights.shape == (60,)
        assert fit.intercept.shape == ()
        assert fit.predict(X[:1, :]).shape == (1,)
        spent.append(tally.flops - before)

    spent = []
    draw = np.random.default_rng(0)
    count(read, draw.standard_normal((50, 60)), draw.standard_normal(50))
    assert spent[0] < (1.05 * 3 * 2 * 50 * 60 if kind is DualRidge else 10 * 60)
