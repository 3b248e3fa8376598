"""The fourth proof: what each kind costs, in operations counted over growing sizes."""

import numpy as np
import pytest

from lemmata.counting import count
from lemmata.linalg import effective_rank
from lemmata.testing import assert_cost_exponent, assert_rejects

SIZES = (100, 200, 400, 800)
DECOMPOSITIONS = {"svd", "svdvals", "eigh", "qr"}


def normal(*shape):
    return np.random.default_rng(0).standard_normal(shape)


def flops(function, shape_of):
    return lambda size: count(function, normal(*shape_of(size))).flops


def of(kind):
    return lambda A: effective_rank(A, kind)


def square(size):
    return size // 2, size // 2


def tall(size):
    return size, 40


def wide(size):
    return 40, size


def deep(size):
    return size, 8, 6


@pytest.mark.parametrize("kind", ["entropy", "nuclear", "participation", "stable", "gavish_donoho"])
def test_every_kind_is_cubic_in_a_square_and_linear_in_the_longer_side(kind):
    assert_cost_exponent(flops(of(kind), square), SIZES, 3)
    assert_cost_exponent(flops(of(kind), tall), SIZES, 1)
    assert_cost_exponent(flops(of(kind), wide), SIZES, 1)
    assert_cost_exponent(flops(of(kind), deep), SIZES, 1)


@pytest.mark.parametrize("kind", ["entropy", "participation", "stable", "numerical"])
def test_a_stack_takes_no_more_calls_than_a_matrix(kind):
    assert count(of(kind), normal(50, 8, 6)).calls == count(of(kind), normal(8, 6)).calls


@pytest.mark.parametrize("kind", ["participation", "stable"])
def test_no_singular_value_decomposition_is_made_where_none_is_promised(kind):
    for shape in ((30, 20), (20, 30), (4, 8, 8)):
        tally = count(of(kind), normal(*shape))
        assert not DECOMPOSITIONS & set(tally.calls)
        assert tally.calls["matmul"] == 1
    assert not count(of("participation"), normal(9, 9)).calls["eigvalsh"]


def test_participation_costs_half_of_the_singular_values_in_a_tall_matrix():
    A = normal(2000, 40)
    assert count(of("participation"), A).flops < 0.6 * count(of("entropy"), A).flops


def test_singular_vectors_are_never_asked_for():
    for kind in ("entropy", "nuclear", "numerical", "gavish_donoho"):
        calls = count(of(kind), normal(12, 9)).calls
        assert calls["svdvals"] == 1
        assert not {"svd", "eigh"} & set(calls)


def test_the_counter_rejects_dear_ways_to_the_same_number():
    def large_gram(A):
        G = A @ A.__array_namespace__().matrix_transpose(A)
        xp = A.__array_namespace__()
        return xp.sum(A**2) ** 2 / xp.sum(G**2)

    def gram_squared(A):
        xp = A.__array_namespace__()
        G = A @ xp.matrix_transpose(A)
        return xp.sum(A**2) ** 2 / xp.sum(xp.linalg.eigvalsh(G) ** 2)

    def singular_vectors(A):
        xp = A.__array_namespace__()
        sigma = xp.linalg.svd(A)[1]
        return xp.sum(sigma**2) ** 2 / xp.sum(sigma**4)

    def checker(function):
        assert_cost_exponent(flops(function, tall), SIZES, 1)

    checker(of("participation"))
    mistakes = {
        "the larger Gram matrix": large_gram,
        "its eigenvalues": gram_squared,
        "all left singular vectors": singular_vectors,
    }
    assert_rejects(checker, mistakes)
