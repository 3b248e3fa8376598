"""What is refused, and what is answered at the edges: one entry, tight caps, kinks, infinities."""

import math

import numpy as np
import pytest

from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError
from lemmata.optimize import LeastSquares, Quadratic, minimize_simplex

METHODS = ("fista", "pairwise-fw", "mirror")
HALF = np.array([0.5, 0.5])


def square(x):
    return float(x @ x), 2 * x


@pytest.mark.parametrize("method", METHODS)
def test_one_entry_takes_all(library, method):
    start = library.make(np.array([3.0]))
    found = minimize_simplex(square, start, method=method, total=3)
    assert (found.fun, found.gap, found.nit, found.success) == (9.0, 0.0, 0, True)


@pytest.mark.parametrize("method", METHODS)
def test_a_cap_that_leaves_one_point_is_answered_at_once(method):
    found = minimize_simplex(
        Quadratic(np.diag([1.0, 5.0, 9.0]), np.array([1.0, -2.0, 0.0])), upper=1 / 3, method=method
    )
    assert found.success
    np.testing.assert_allclose(found.x, 1 / 3)


@pytest.mark.parametrize("method", METHODS)
def test_a_minimum_of_zero_is_reached_although_no_relative_gap_is(method):
    A = np.random.default_rng(0).standard_normal((6, 4))
    found = minimize_simplex(LeastSquares(A, A @ np.full(4, 0.25)), np.eye(4)[0] * 0.7 + 0.075,
                             method=method)  # fmt: skip
    assert found.success
    assert found.fun < 1e-12


@pytest.mark.parametrize("upper", [None, 0.5])
def test_crumbs_of_mass_and_of_room_do_not_stop_exchanges(upper):
    start = np.array([0.5 - 1e-16, 0.5 - 1e-17, 1e-17, 0.0])
    Q, c = np.diag([9.0, 1.0, 1.0, 1.0]), np.array([0.0, 0.0, 50.0, 0.0])
    found = minimize_simplex(Quadratic(Q, c), start, method="pairwise-fw", upper=upper, rtol=1e-9)
    assert found.success
    np.testing.assert_allclose(found.x, [1 / 19, 9 / 19, 0, 9 / 19], atol=1e-6)


def test_a_constant_function_needs_no_step():
    found = minimize_simplex(lambda x: (4.0, 0 * x), HALF)
    assert (found.nit, found.gap, found.fun) == (0, 0.0, 4.0)


@pytest.mark.parametrize("method", METHODS)
def test_a_barrier_is_not_crossed(method):
    def fun(x):
        with np.errstate(divide="ignore"):
            return -np.sum(np.log(x) * [1, 2, 3]), -np.array([1.0, 2.0, 3.0]) / x

    found = minimize_simplex(fun, np.array([0.98, 0.01, 0.01]), method=method, rtol=1e-9)
    np.testing.assert_allclose(found.x, [1 / 6, 1 / 3, 1 / 2], atol=1e-4)
    assert found.success


def test_an_infinite_gradient_on_the_boundary_is_named_with_the_way_out():
    def fun(x):  # x log x, whose value is 0 at 0
        safe = np.maximum(x, 1e-300)
        with np.errstate(divide="ignore"):
            return float(np.sum(x * np.log(safe)) + 9 * x[0]), np.log(x) + 1 + [9, 0, 0]

    with pytest.raises(NonFiniteError, match="method='mirror'"):
        minimize_simplex(fun, np.full(3, 1 / 3))
    assert minimize_simplex(fun, np.full(3, 1 / 3), method="mirror").success


def test_a_saddle_is_left_and_a_non_convex_function_ends_at_a_stationary_point():
    Q = -np.eye(3)
    found = minimize_simplex(Quadratic(Q, np.array([0.0, 1e-3, 2e-3])))
    np.testing.assert_array_equal(found.x, [1, 0, 0])
    assert found.gap == 0


def test_iterations_run_out_with_a_bound_all_the_same():
    A, b = np.random.default_rng(1).standard_normal((2, 30, 30))
    found = minimize_simplex(LeastSquares(A, b[0]), max_iter=2)
    assert (found.status, found.success, found.nit) == (1, False, 2)
    assert found.gap > 0
    assert "used up" in found.message
    best = minimize_simplex(LeastSquares(A, b[0]), rtol=1e-9).fun
    assert found.lower_bound <= best <= found.fun


@pytest.mark.parametrize("method", METHODS)
def test_the_limit_of_precision_is_said_and_not_run_against_for_ever(method):
    A, b = np.random.default_rng(2).standard_normal((2, 5, 5))
    found = minimize_simplex(LeastSquares(A, b[0]), method=method, rtol=0, max_iter=5000)
    assert found.gap <= 1e-6 * found.fun
    assert found.status in (0, 1, 2)


def test_a_callback_sees_results_and_can_stop():
    seen = []

    def callback(result):
        seen.append(result)
        if len(seen) == 3:
            raise StopIteration

    A, b = np.random.default_rng(3).standard_normal((2, 30, 30))
    found = minimize_simplex(LeastSquares(A, b[0]), callback=callback)
    assert (found.status, found.nit, found.success) == (99, 3, False)
    assert [result.nit for result in seen] == [1, 2, 3]
    assert found.fun == pytest.approx(seen[-1].fun)


def test_the_result_cannot_be_changed():
    with pytest.raises(AttributeError):
        minimize_simplex(square, HALF).x = 0


def test_the_caller_s_matrices_are_counted_anew_each_time():
    fun = LeastSquares(np.eye(3), np.arange(3.0))
    assert minimize_simplex(fun).nfev == minimize_simplex(fun).nfev > 0
    assert fun.nfev == 0


def test_integers_become_floats_and_a_start_may_be_rounded():
    assert minimize_simplex(square, np.array([1, 0])).success
    third = np.full(3, 1 / 3, np.float32)
    assert minimize_simplex(lambda x: (x @ x, 2 * x), third, rtol=1e-4).x.dtype == np.float32


@pytest.mark.parametrize(
    ("arguments", "choice", "error", "words"),
    [
        ((square, [0.5, 0.5]), {}, DtypeError, "x0 must be an array"),
        ((square, HALF[None]), {}, ShapeError, r"x0 must have shape \(n,\)"),
        ((square, np.zeros(0)), {}, ShapeError, "n at least 1"),
        ((square, HALF + 0j), {}, DtypeError, "x0 must be real"),
        ((square, np.array([math.nan, 1.0])), {}, NonFiniteError, "x0 .* must be finite"),
        ((square, np.array([1.5, -0.5])), {}, ArgumentError, "x0 must be at least 0"),
        ((square, HALF), {"total": 2}, ArgumentError, "x0 must have the sum 2, got 1"),
        ((square, np.array([0.9, 0.1])), {"upper": 0.8}, ArgumentError, "at most 0.8"),
        ((square, HALF), {"upper": 0.4}, ArgumentError, "upper must be at least total / n"),
        ((square, HALF), {"upper": math.nan}, ArgumentError, "upper must be"),
        ((square, HALF), {"total": 0}, ArgumentError, "total must be positive"),
        ((square, HALF), {"total": math.inf}, ArgumentError, "total must be positive and finite"),
        ((square, HALF), {"method": "newton"}, ArgumentError, "method must be one of fista"),
        ((square, HALF), {"rtol": -1}, ArgumentError, "non-negative"),
        ((square, HALF), {"rtol": math.nan}, ArgumentError, "non-negative"),
        ((square, None), {}, ArgumentError, "x0 must be given"),
        ((lambda x: x @ x, HALF), {}, ArgumentError, "pair"),
        ((lambda x: (1.0, x[:1]), HALF), {}, ShapeError, "gradient must have the shape"),
        ((lambda x: (math.nan, x), HALF), {}, NonFiniteError, "fun must be finite at x0"),
        ((lambda x: (1.0, x * math.inf), HALF), {}, NonFiniteError, "gradient must be finite"),
        ((LeastSquares(np.eye(3), np.ones(3)), HALF), {}, ShapeError, "x0 must have 3 entries"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(arguments, choice, error, words):
    with pytest.raises(error, match=words):
        minimize_simplex(*arguments, **choice)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: LeastSquares(np.ones(3), np.ones(3)), ShapeError, "A must have 2 axes"),
        (lambda: LeastSquares(np.ones((0, 3)), np.ones(0)), ShapeError, "none empty"),
        (lambda: LeastSquares(np.eye(3), np.ones(2)), ShapeError, "b must have 3 entries"),
        (lambda: LeastSquares(np.full((3, 3), math.inf), np.ones(3)), NonFiniteError, "A of shape"),
        (lambda: LeastSquares(np.eye(3) + 0j, np.ones(3)), DtypeError, "A must be real"),
        (lambda: Quadratic(np.ones((3, 2)), np.ones(3)), ShapeError, r"Q must have shape \(3, 3\)"),
        (lambda: Quadratic(np.triu(np.ones((3, 3))), np.ones(3)), ShapeError, "symmetric"),
        (lambda: Quadratic([[1.0]], np.ones(1)), DtypeError, "Q must be an array"),
    ],
)
def test_matrices_that_define_no_function_are_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()
