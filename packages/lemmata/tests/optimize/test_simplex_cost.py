"""The fourth proof: what an iteration costs, in evaluations, products and operations."""

import numpy as np
import pytest

from lemmata.counting import count
from lemmata.optimize import LeastSquares, Quadratic, minimize_simplex
from lemmata.testing import assert_cost_exponent, assert_rejects


def problem(n, m=None):
    draw = np.random.default_rng(0)
    A = draw.standard_normal((m or n, n))
    return A, A @ draw.dirichlet(np.ones(n)) + draw.standard_normal(m or n)


def an_iteration(method, form, n):
    """Operations of one iteration of `method`, as the difference of 12 and 2 iterations."""
    A, b = problem(n)
    arrays = (A, b) if form is LeastSquares else (A.T @ A, -A.T @ b)

    def flops(iterations):
        def run(P, q):
            minimize_simplex(form(P, q), method=method, rtol=0, max_iter=iterations)

        return count(run, *arrays).flops

    return (flops(12) - flops(2)) / 10


@pytest.mark.parametrize("form", [LeastSquares, Quadratic])
def test_an_iteration_of_fista_is_a_few_products_with_the_matrix(form):
    assert_cost_exponent(lambda n: an_iteration("fista", form, n), (200, 400, 800), 2, within=0.25)


def test_an_exchange_is_linear_in_n_for_a_quadratic():
    def cost(n):
        return an_iteration("pairwise-fw", Quadratic, n)

    assert_cost_exponent(cost, (200, 400, 800), 1)
    assert_rejects(
        lambda cost: assert_cost_exponent(cost, (200, 400, 800), 1),
        {"a product an exchange": lambda n: an_iteration("mirror", Quadratic, n)},
    )


def test_least_squares_take_one_product_each_way_an_iteration():
    A, b = problem(60, 80)
    found = minimize_simplex(LeastSquares(A, b))
    shortened = found.nfev - found.nit - 2  # the start and the final check take one each
    assert found.njev == found.nit + 2
    assert 0 <= shortened <= 0.4 * found.nit


def test_a_function_is_evaluated_twice_an_iteration_by_fista_and_once_by_the_others():
    A, b = problem(30, 40)

    def fun(x):
        r = A @ x - b
        return r @ r / 2, A.T @ r

    for method, most in (("fista", 2.4), ("pairwise-fw", 1.4), ("mirror", 1.8)):
        found = minimize_simplex(fun, np.full(30, 1 / 30), method=method, max_iter=200)
        assert found.nit <= found.nfev <= most * found.nit + 4
        assert found.njev <= found.nfev


def test_separate_gradients_are_only_computed_where_they_are_needed():
    A, b = problem(30, 40)
    calls = []

    def gradient(x):
        calls.append(x)
        return A.T @ (A @ x - b)

    found = minimize_simplex(
        lambda x: np.sum((A @ x - b) ** 2) / 2, np.full(30, 1 / 30), jac=gradient,
        method="pairwise-fw",
    )  # fmt: skip
    assert len(calls) == found.njev < found.nfev


def test_the_curvature_saves_pairwise_steps_their_trials():
    A, b = problem(30, 40)

    def run(hessp):
        return minimize_simplex(
            lambda x: (np.sum((A @ x - b) ** 2) / 2, A.T @ (A @ x - b)), np.full(30, 1 / 30),
            method="pairwise-fw", hessp=hessp,
        )  # fmt: skip

    exact, searched = run(lambda x, d: A.T @ (A @ d)), run(None)
    assert exact.nfev <= exact.nit + 2
    assert exact.nfev < searched.nfev


def test_acceleration_and_exchanges_beat_the_plain_frank_wolfe_method():
    A, b = problem(50, 60)
    x, steps = np.full(50, 1 / 50), 0
    while steps < 2000:
        g = A.T @ (A @ x - b)
        if np.sum(x * (g - g.min())) <= 1e-4 * np.sum((A @ x - b) ** 2) / 2:
            break
        x, steps = x + 2 / (steps + 2) * (np.eye(50)[np.argmin(g)] - x), steps + 1
    for method in ("fista", "pairwise-fw"):
        found = minimize_simplex(LeastSquares(A, b), method=method, rtol=1e-4)
        assert found.success
        assert found.nit < steps / 4
