"""The second proof: closed forms, what the certificate promises, and where the methods may step."""

import math

import numpy as np
import plain_simplex as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.arrays import namespace
from lemmata.optimize import LeastSquares, Quadratic, minimize_simplex
from lemmata.optimize.mirror import entropic_projection
from lemmata.optimize.polytope import CappedSimplex
from lemmata.relax import project_capped_simplex, project_simplex
from lemmata.testing import assert_gradient, assert_rejects

METHODS = ("fista", "pairwise-fw", "mirror")
XP = namespace("v", np.zeros(1))


def centre(n):
    return np.full(n, 1 / n)


def ill_conditioned(n=40, seed=0, decades=3):
    draw = np.random.default_rng(seed)
    A = draw.standard_normal((n, n)) * np.logspace(0, -decades, n)
    return A, A @ draw.dirichlet(np.ones(n) / 5) + 0.01 * draw.standard_normal(n)


@pytest.mark.parametrize("method", ["fista", "pairwise-fw"])
def test_a_linear_function_is_least_at_a_vertex(method):
    c = np.array([0.3, -1.0, 0.2, -0.9])
    found = minimize_simplex(lambda x: (c @ x, c), 2 * centre(4), method=method, rtol=0, total=2)
    np.testing.assert_array_equal(found.x, [0, 2, 0, 0])
    assert found.gap == 0
    np.testing.assert_array_equal(found.support, [1])


def test_a_linear_function_with_a_cap_fills_the_cheapest():
    c = np.array([0.3, -1.0, 0.2, -0.9])
    found = minimize_simplex(lambda x: (c @ x, c), centre(4), upper=0.4, rtol=0)
    np.testing.assert_allclose(found.x, [0, 0.4, 0.2, 0.4], atol=1e-12)


def test_linear_plus_divergence_is_least_at_the_softmax():
    draw = np.random.default_rng(1)
    c, q = draw.standard_normal(7), draw.dirichlet(np.ones(7))

    def fun(x):
        return c @ x + np.sum(x * np.log(x / q)), c + np.log(x / q) + 1

    found = minimize_simplex(fun, centre(7), method="mirror", rtol=1e-10)
    expected = q * np.exp(-c) / np.sum(q * np.exp(-c))
    np.testing.assert_allclose(found.x, expected, atol=1e-5)
    assert found.fun == pytest.approx(-math.log(np.sum(q * np.exp(-c))), rel=1e-9)
    assert len(found.support) == 7


def test_linear_plus_half_a_square_is_least_at_the_projection():
    v = np.random.default_rng(2).standard_normal(9)
    found = minimize_simplex(Quadratic(np.eye(9), -v), rtol=1e-12)
    level = np.sort(v)[::-1]
    rank = np.nonzero(level + (1 - np.cumsum(level)) / np.arange(1, 10) > 0)[0][-1] + 1
    np.testing.assert_allclose(
        found.x, np.maximum(v - (level[:rank].sum() - 1) / rank, 0), atol=1e-10
    )


def test_mixture_weights_satisfy_the_fixed_point_of_expectation_maximisation():
    likelihood = np.random.default_rng(3).gamma(1.0, size=(60, 6))

    def fun(w):
        mixed = likelihood @ w
        return -np.mean(np.log(mixed)), -np.mean(likelihood / mixed[:, None], axis=0)

    w = minimize_simplex(fun, centre(6), rtol=1e-11).x
    np.testing.assert_allclose(w * -fun(w)[1], w, atol=1e-5)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("upper", [None, 0.2])
def test_values_never_rise_and_no_point_leaves_the_set(method, upper):
    A, b = ill_conditioned()
    asked, values = [], []

    def fun(x):
        asked.append(x)
        return plain.least_squares(A, b)(x)

    minimize_simplex(
        fun, centre(40), method=method, upper=upper, max_iter=400,
        callback=lambda result: values.append(result.fun),
    )  # fmt: skip
    assert all(np.all(x >= 0) and abs(x.sum() - 1) < 1e-12 for x in asked)
    assert all(np.all(x <= (upper or 1) * (1 + 1e-12)) for x in asked)
    assert np.all(np.diff(values) <= 1e-14 * np.abs(values[:-1]))
    if method == "mirror":
        assert all(np.all(x > 0) for x in asked[:50])


def test_momentum_without_restarts_would_be_noticed():
    A, b = ill_conditioned(decades=1)

    def accelerated(restarts):
        """FISTA with a constant step, as a list of values."""
        fun, L = plain.least_squares(A, b), np.linalg.norm(A, 2) ** 2
        x = y = centre(40)
        t, values = 1.0, []
        for _ in range(400):
            p = minimize_simplex(Quadratic(np.eye(40), fun(y)[1] / L - y), rtol=1e-9).x
            if restarts and fun(p)[0] > fun(x)[0]:
                y, t = x, 1.0
                continue
            t, before = (1 + math.sqrt(1 + 4 * t * t)) / 2, t
            x, y = p, p + (before - 1) / t * (p - x)
            values.append(fun(x)[0])
        return values

    def checker(method):
        assert np.all(np.diff(method()) <= 1e-12)

    checker(lambda: accelerated(True))
    assert_rejects(checker, {"no function scheme": lambda: accelerated(False)})


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), method=st.sampled_from(METHODS))
def test_every_bound_on_the_way_is_below_the_minimum(seed, method):
    draw = np.random.default_rng(seed)
    A, b = draw.standard_normal((8, 5)), draw.standard_normal(8)
    seen = []
    choice = {"rtol": 1e-9, "atol": 1e-12}
    best = minimize_simplex(LeastSquares(A, b), **choice).fun
    minimize_simplex(LeastSquares(A, b), method=method, max_iter=30, callback=seen.append, **choice)
    assert all(result.gap >= 0 for result in seen)
    assert all(result.lower_bound <= best + 1e-12 for result in seen)
    assert all(result.fun >= best - result.gap - 1e-9 * best for result in seen)


def test_the_answer_moves_with_the_total_and_with_the_order_of_the_entries():
    A, b = np.random.default_rng(4).standard_normal((2, 9, 9))
    order = np.random.default_rng(5).permutation(9)
    one = minimize_simplex(LeastSquares(A, b[0]), rtol=1e-11)
    three = minimize_simplex(LeastSquares(A, 3 * b[0]), total=3, rtol=1e-11)
    shuffled = minimize_simplex(LeastSquares(A[:, order], b[0]), rtol=1e-11)
    np.testing.assert_allclose(three.x, 3 * one.x, atol=1e-6)
    np.testing.assert_allclose(shuffled.x, one.x[order], atol=1e-6)
    assert three.fun == pytest.approx(9 * one.fun)


def test_a_zero_of_the_start_stays_zero_in_mirror_descent_and_the_gap_says_so():
    Q, c = np.eye(4), np.array([-1.0, 0.0, 0.0, -2.0])
    found = minimize_simplex(Quadratic(Q, c), np.array([0.5, 0.5, 0, 0]), method="mirror")
    np.testing.assert_array_equal(found.x[2:], 0)
    assert not found.success
    assert found.gap > 0.5


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(2, 9), room=st.floats(1.01, 4))
def test_the_entropic_projection_caps_and_scales_the_rest(seed, n, room):
    logs = 20 * np.random.default_rng(seed).standard_normal(n)
    upper = room / n
    domain = CappedSimplex(np, n, 1.0, upper)
    p = np.exp(entropic_projection(domain, logs))
    assert abs(p.sum() - 1) < 1e-12
    assert np.all(p <= upper * (1 + 1e-12))
    free = p < upper * (1 - 1e-12)
    shift = logs[free] - entropic_projection(domain, logs)[free]
    np.testing.assert_allclose(shift, shift[0] if len(shift) else 0, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 40),
    total=st.sampled_from([1e-2, 1.0, 30.0]),
    room=st.floats(1, 4),
)
def test_the_projections_of_an_iteration_are_those_of_relax(seed, n, total, room):
    draw = np.random.default_rng(seed)
    v = np.round(draw.standard_normal(n) * 10.0 ** draw.integers(-3, 4), 1 + seed % 15)
    found = CappedSimplex(XP, n, total, None).project(v)
    np.testing.assert_allclose(found, project_simplex(v, total), atol=1e-12 * total)
    upper = total / n * room
    found = CappedSimplex(XP, n, total, upper).project(v)
    np.testing.assert_allclose(
        found, project_capped_simplex(v, total, min(upper, total)), atol=1e-12 * total
    )


def test_long_vectors_are_projected_too():
    n = 20_000
    v = np.random.default_rng(7).standard_normal(n)
    found = minimize_simplex(lambda x: (-v @ x, -v), centre(n))
    assert list(found.support) == [np.argmax(v)]
    assert CappedSimplex(XP, n, 1.0, None).project(v).sum() == pytest.approx(1)
    assert CappedSimplex(XP, n, 9.0, 0.5).project(v).max() == 0.5


def test_the_gradients_of_the_quadratics_are_right():
    draw = np.random.default_rng(6)
    A, b = draw.standard_normal((5, 3)), draw.standard_normal(5)
    for fun in (LeastSquares(A, b), Quadratic(A.T @ A, b[:3])):
        assert_gradient(lambda x, f=fun: f(x)[0], lambda x, f=fun: f(x)[1], np.arange(3.0))
