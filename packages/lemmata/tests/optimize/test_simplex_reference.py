"""The first proof: every method finds the minimiser that trying all faces finds, and bounds its error."""

import numpy as np
import plain_simplex as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.optimize import LeastSquares, Quadratic, minimize_simplex
from lemmata.testing import assert_rejects

METHODS = ("fista", "pairwise-fw", "mirror")


def problem(seed, n, total, capped):
    """A strongly convex quadratic whose optimum has entries at 0, with or without a cap."""
    draw = np.random.default_rng(seed)
    A = draw.standard_normal((n + 3, n))
    c = 2 * draw.standard_normal(n) * total
    upper = total * draw.uniform(1.1, 2.5) / n if capped and n > 1 else None
    return A.T @ A, c, upper


def check(minimiser, method="fista", rtol=1e-7):
    """A minimiser (fun, x0, **choice) -> result is held to the faces, one case after the other."""
    for seed in range(6):
        n, total = 2 + seed % 3 + seed // 3, (1.0, 0.3, 7.0)[seed % 3]
        Q, c, upper = problem(seed, n, total, capped=seed % 2 == 1)
        fun = plain.quadratic(Q, c)
        x0 = np.full(n, total / n)
        result = minimiser(fun, x0, method=method, total=total, upper=upper, rtol=rtol)
        best = plain.minimise_quadratic(Q, c, total, np.inf if upper is None else upper)
        assert_right(result, fun, best, total, upper, rtol)


def assert_right(result, fun, best, total, upper, rtol):
    x, limit = np.asarray(result.x), np.inf if upper is None else upper
    value, gradient = fun(x)
    size = abs(value) + total * np.max(np.abs(gradient))
    assert np.all(x >= 0), x
    assert np.all(x <= limit * (1 + 1e-12)), x
    assert abs(x.sum() - total) <= 1e-12 * total
    assert abs(result.fun - value) <= 1e-12 * size
    np.testing.assert_allclose(result.jac, gradient, atol=1e-12 * size)
    gap = plain.frank_wolfe_gap(x, gradient, total, limit)
    assert abs(result.gap - gap) <= 1e-12 * size
    assert -1e-13 * size <= value - fun(best)[0] <= result.gap + 1e-13 * size
    assert result.success
    assert result.gap <= 1.0001 * rtol * abs(value)
    np.testing.assert_array_equal(result.support, np.nonzero(best > 1e-9 * total)[0])


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_the_best_of_all_faces(method):
    check(minimize_simplex, method)


def test_the_checker_rejects_every_known_mistake():
    def checker(minimiser):
        check(minimiser, "mirror")

    checker(minimize_simplex)
    assert_rejects(checker, plain.wrong_minimisers(minimize_simplex))


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 6),
    total=st.sampled_from([1.0, 1e-3, 50.0]),
    method=st.sampled_from(METHODS[:2]),
    form=st.sampled_from(["function", "matrix", "separate"]),
)
def test_the_faces_agree_on_any_simplex(seed, n, total, method, form):
    Q, c, _ = problem(seed, n, total, capped=False)
    fun = plain.quadratic(Q, c)
    choice = {"method": method, "total": total, "rtol": 1e-9, "atol": 1e-11 * total}
    x0 = np.full(n, total / n)
    if form == "matrix":
        result = minimize_simplex(Quadratic(Q, c), **choice)
    elif form == "function":
        result = minimize_simplex(fun, x0, **choice)
    else:
        result = minimize_simplex(lambda x: fun(x)[0], x0, jac=lambda x: fun(x)[1], **choice)
    best = plain.minimise_quadratic(Q, c, total)
    assert result.success
    np.testing.assert_allclose(result.x, best, atol=1e-4 * total)
    assert result.lower_bound <= fun(best)[0] + 1e-12 * max(1, abs(result.fun))


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(2, 5),
    room=st.floats(1.0, 3.0),
    method=st.sampled_from(METHODS[:2]),
)
def test_the_faces_agree_on_any_capped_simplex(seed, n, room, method):
    Q, c, _ = problem(seed, n, 2.0, capped=False)
    upper = 2.0 / n * room
    result = minimize_simplex(
        Quadratic(Q, c), method=method, total=2.0, upper=upper, rtol=1e-9, atol=1e-11
    )
    best = plain.minimise_quadratic(Q, c, 2.0, upper)
    assert result.success
    np.testing.assert_allclose(result.x, best, atol=1e-4)
    gap = plain.frank_wolfe_gap(result.x, result.jac, 2.0, upper)
    assert result.gap == pytest.approx(gap, abs=1e-12 * (1 + np.abs(result.jac).max()))


@pytest.mark.parametrize("seed", range(5))
def test_pairwise_frank_wolfe_takes_the_steps_of_the_algorithm(seed):
    draw = np.random.default_rng(seed)
    A, b = draw.standard_normal((12, 8)), draw.standard_normal(12)
    x0 = np.eye(8)[2]
    choice = {"method": "pairwise-fw", "rtol": 0}
    points = [
        minimize_simplex(LeastSquares(A, b), x0, max_iter=steps, **choice).x for steps in range(11)
    ]
    plain.assert_pairwise_steps(A, b, points)


def test_the_check_of_pairwise_steps_rejects_others():
    draw = np.random.default_rng(5)
    A, b = draw.standard_normal((12, 8)), draw.standard_normal(12)
    x = np.full(8, 1 / 8)
    for mistake, y in plain.wrong_exchanges(A, b, x):
        with pytest.raises(AssertionError):
            plain.assert_pairwise_steps(A, b, [x, y])
            pytest.fail(mistake)


def test_mirror_descent_takes_the_steps_of_entropic_descent():
    fun = plain.quadratic(np.diag([1.0, 2.0, 0.5]), np.array([0.3, -0.1, 0.0]))
    seen = []
    minimize_simplex(fun, np.full(3, 1 / 3), method="mirror", max_iter=1, callback=seen.append)
    start = fun(np.full(3, 1 / 3))[1]
    step = 1 / (start.max() - start.min())
    while step > 1e-6:  # the library halves the step until it is short enough
        expected = plain.entropic_descent(fun, np.full(3, 1 / 3), step, 1)
        if np.allclose(seen[0].x, expected, atol=1e-14):
            return
        step /= 2
    raise AssertionError(f"no step gives {seen[0].x}")


@pytest.mark.parametrize("method", METHODS)
def test_every_library_gives_the_same_answer(library, method):
    Q, c, upper = problem(3, 5, 1.0, capped=True)
    for cap in (None, upper):
        # equal entries of a gradient tie, and rounding may break a tie either way
        choice = {"method": method, "upper": cap, "rtol": 1e-9}
        expected = minimize_simplex(Quadratic(Q, c), **choice)
        found = minimize_simplex(Quadratic(library.make(Q), library.make(c)), **choice)
        np.testing.assert_allclose(library.back(found.x), expected.x, atol=1e-5)
        np.testing.assert_array_equal(library.back(found.support), expected.support)
        assert isinstance(found.fun, float)
        LA, Lc = library.make(Q), library.make(c)
        found = minimize_simplex(
            lambda x, LA=LA, Lc=Lc: (x @ (LA @ x) / 2 + Lc @ x, LA @ x + Lc),
            library.make(np.full(5, 0.2)),
            **choice,
        )
        np.testing.assert_allclose(library.back(found.x), expected.x, atol=1e-5)
        assert found.success


def test_single_precision_stays_single_and_is_certified(library):
    A, b = np.random.default_rng(2).standard_normal((2, 9, 9)).astype(np.float32)
    found = minimize_simplex(LeastSquares(library.make(A), library.make(b[0])), rtol=1e-4)
    assert found.success
    assert library.back(found.x).dtype == np.float32
    exact = minimize_simplex(LeastSquares(A.astype(float), b[0].astype(float)), rtol=1e-10)
    assert found.fun - exact.fun <= found.gap + 1e-6 * found.fun
