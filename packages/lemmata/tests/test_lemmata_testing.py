"""The checkers are checked: each must say no to a list of things that are wrong."""

import math

import numpy as np
import pytest

from lemmata.errors import ArgumentError
from lemmata.testing import (
    assert_cost_exponent,
    assert_gradient,
    assert_matches_reference,
    assert_rejects,
    tolerance,
)

CASES = [np.array([[1.0, 2.0], [3.0, 4.0]]), np.ones((2, 3), np.float32)]


def norm(A):
    return np.sqrt(np.sum(A**2, axis=-1))


def cubes(x):
    return np.sum(x**3)


def gradient_of_cubes(x):
    return 3 * x**2


def test_a_tolerance_grows_with_the_dtype_the_conditioning_and_the_sum():
    assert tolerance(np.float32) == pytest.approx(8 * 2.0**-23)
    assert tolerance(np.complex128) == tolerance(np.float64) == pytest.approx(8 * 2.0**-52)
    assert tolerance(np.float64, condition=1e6, roundings=10) == pytest.approx(8e7 * 2.0**-52)


def test_a_tolerance_ignores_the_environment(monkeypatch):
    before = tolerance(np.float32)
    monkeypatch.setenv("CI", "true")
    assert tolerance(np.float32) == before


@pytest.mark.parametrize("factors", [(1e5, 1), (1, 1e5), (0.5, 1), (1, 0), (math.nan, 1)])
def test_a_tolerance_that_could_not_say_no_is_refused(factors):
    with pytest.raises(ArgumentError):
        tolerance(np.float32, *factors)


def test_a_comparison_rejects_what_differs_in_value_shape_or_precision():
    def checker(function):
        assert_matches_reference(function, norm, CASES)

    checker(norm)
    assert_rejects(
        checker,
        {
            "a part in a million": lambda A: norm(A) * np.asarray(1 + 1e-6, A.dtype),
            "a shape that broadcasts": lambda A: norm(A)[:, None],
            "a number for an array": lambda A: norm(A)[0],
            "one case right": lambda A: norm(A) if A.dtype == float else np.ones(2, A.dtype),
            "NaN": lambda A: norm(A) * np.asarray(math.nan, A.dtype),
            "infinity": lambda A: norm(A) * np.asarray(math.inf, A.dtype),
            "always double": lambda A: norm(A).astype(np.float64),
            "always single": lambda A: norm(A).astype(np.float32),
            "the other axis": lambda A: np.sqrt(np.sum(A**2, axis=0))[:2],
        },
    )


def test_a_comparison_rejects_the_right_numbers_in_another_shape():
    equal_rows = [np.ones((2, 3))]
    assert_matches_reference(norm, norm, equal_rows)
    assert_rejects(
        lambda function: assert_matches_reference(function, norm, equal_rows),
        {
            "a column": lambda A: norm(A)[:, None],
            "a number": lambda A: norm(A)[0],
            "one entry": lambda A: norm(A)[:1],
            "nothing": lambda A: norm(A)[:0],
        },
    )


def test_a_comparison_of_nothing_fails():
    with pytest.raises(AssertionError, match="no case"):
        assert_matches_reference(norm, norm, [])


def test_the_reference_works_in_double_precision():
    seen = []
    assert_matches_reference(norm, lambda A: seen.append(A.dtype) or norm(A), CASES)
    assert seen == [np.float64, np.float64]


def test_a_gradient_check_rejects_what_is_not_the_gradient():
    point = np.array([0.3, -1.2, 2.0])

    def checker(gradient):
        assert_gradient(cubes, gradient, point)

    checker(gradient_of_cubes)
    assert_rejects(
        checker,
        {
            "the sign": lambda x: -gradient_of_cubes(x),
            "a factor": lambda x: 2 * x**2,
            "one part in ten thousand": lambda x: 1.0001 * gradient_of_cubes(x),
            "a term dropped": lambda x: gradient_of_cubes(x) * np.array([1.0, 1.0, 0.0]),
            "one more entry": lambda x: np.append(gradient_of_cubes(x), 0.0),
            "shuffled": lambda x: gradient_of_cubes(x)[::-1],
            "NaN": lambda x: gradient_of_cubes(x) * math.nan,
            "zero": np.zeros_like,
        },
    )


def test_a_gradient_check_of_complex_points_minds_the_conjugate():
    point = np.array([1.0 + 2.0j, -0.5 + 0.3j])

    def function(z):
        return np.real(np.sum(z**2))

    assert_gradient(function, lambda z: 2 * np.conj(z), point)
    assert_rejects(
        lambda gradient: assert_gradient(function, gradient, point),
        {"no conjugate": lambda z: 2 * z, "the real part": lambda z: 2 * np.real(z) + 0j},
    )


def test_a_cost_check_rejects_other_growth():
    sizes = (64, 128, 256)

    def checker(cost):
        assert_cost_exponent(cost, sizes, 2)

    checker(lambda n: 3 * n**2 + n)
    assert_rejects(
        checker,
        {
            "cubic": lambda n: n**3,
            "linear": lambda n: 1000 * n,
            "n to the 2.2": lambda n: n**2.2,
            "constant": lambda n: 5,
            "free": lambda n: 0,
            "falling": lambda n: 1 / n,
            "a dip": lambda n: n**2 if n != 128 else 1,
            "dear when small": lambda n: n**2 if n > 64 else 10**9,
        },
    )
    assert_cost_exponent(lambda n: 7, sizes, 0)


@pytest.mark.parametrize("sizes", [(1, 2), (4, 2, 1), (1, 1, 2)])
def test_a_cost_check_needs_three_growing_sizes(sizes):
    with pytest.raises(ArgumentError, match="three growing sizes"):
        assert_cost_exponent(lambda n: n, sizes, 1)


def test_the_check_of_checkers_rejects_a_lenient_one():
    with pytest.raises(AssertionError, match="accepts: double, triple"):
        assert_rejects(lambda f: None, {"double": abs, "triple": abs})
    with pytest.raises(AssertionError, match="no wrong implementation"):
        assert_rejects(lambda f: None, {})
    with pytest.raises(ZeroDivisionError):
        assert_rejects(lambda f: f(), {"a mistake that crashes proves nothing": lambda: 1 / 0})
