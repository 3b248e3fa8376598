"""What JAX says the derivatives are, beside differences; skipped where JAX is not installed."""

import numpy as np
import pytest
from array_libraries import AVAILABLE

from lemmata.errors import ArgumentError
from lemmata.linalg import effective_rank, pinv
from lemmata.relax import (
    entmax,
    project_capped_simplex,
    project_simplex,
    soft_topk,
    softmax,
    sparsemax,
)
from lemmata.structured import monarch_matmul, monarch_solve

if "jax" not in AVAILABLE:
    pytest.skip("JAX is not installed", allow_module_level=True)

import jax

DRAW = np.random.default_rng(5)
SCORES = np.array([0.3, -1.0, 2.0, 0.5, 0.1])
MATRIX = DRAW.standard_normal((4, 3))
BLOCKS, OTHERS = jax.numpy.asarray(DRAW.standard_normal((2, 3, 3))), DRAW.standard_normal((3, 2, 2))
FUNCTIONS = {
    "sigmoid": (lambda x: soft_topk(x, 2), SCORES),
    "laplace": (lambda x: soft_topk(x, 2, kind="laplace"), SCORES),
    "euclidean": (lambda x: soft_topk(x, 2, kind="euclidean"), SCORES),
    "softmax": (softmax, SCORES),
    "sparsemax": (sparsemax, SCORES / 3),
    "entmax": (entmax, SCORES),
    "project_simplex": (project_simplex, SCORES / 3),
    "project_capped_simplex": (lambda x: project_capped_simplex(x, 2.5), SCORES / 3),
    "effective_rank": (effective_rank, MATRIX),
    "pinv": (lambda A: pinv(A), MATRIX),
    "monarch_matmul": (lambda x: monarch_matmul(x, BLOCKS, jax.numpy.asarray(OTHERS)), MATRIX[:2]),
    "monarch_solve": (lambda x: monarch_solve(x, BLOCKS, jax.numpy.asarray(OTHERS)), MATRIX[:2]),
}


def weighed(function):
    def value(x):
        answer = function(x)
        return (answer * jax.numpy.arange(1.0, answer.size + 1).reshape(answer.shape)).sum()

    return value


def differences(value, x, step=1e-6):
    ways = step * np.eye(x.size).reshape(-1, *x.shape)
    slopes = [
        (value(x + way) - value(x - way)) / (2 * step) for way in map(jax.numpy.asarray, ways)
    ]
    return np.array(slopes).reshape(*x.shape, *slopes[0].shape)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_gradient_is_that_of_differences(name):
    function, x = FUNCTIONS[name]
    x = x.reshape(6) if name.startswith("monarch") else x
    value = weighed(function)
    found = jax.grad(value)(jax.numpy.asarray(x))
    np.testing.assert_allclose(found, differences(value, x), rtol=1e-6, atol=1e-7)


def test_a_second_derivative_is_that_of_the_first():
    gradient = jax.grad(weighed(FUNCTIONS["sigmoid"][0]))
    found = jax.jacfwd(gradient)(jax.numpy.asarray(SCORES))
    np.testing.assert_allclose(found, differences(gradient, SCORES), atol=1e-6)


def test_a_hard_choice_has_the_gradient_of_the_smooth_one():
    x = jax.numpy.asarray(SCORES)
    hard, smooth = (
        jax.grad(weighed(lambda x, hard=hard: soft_topk(x, 2, hard=hard)))(x)
        for hard in (True, False)
    )
    np.testing.assert_allclose(hard, smooth)
    np.testing.assert_array_equal(soft_topk(x, 2, hard=True), [0, 0, 1, 1, 0])


def test_subsets_have_no_gradient_in_jax_and_say_so():
    with pytest.raises(ArgumentError, match="only in PyTorch"):
        jax.grad(weighed(lambda x: soft_topk(x, 2, kind="subset")))(jax.numpy.asarray(SCORES))
