"""The fourth proof: numbers and operations grow as promised, counted over growing sizes."""

from fractions import Fraction

import numpy as np
import plain_monarch as plain
import pytest

from lemmata.counting import count
from lemmata.structured import (
    monarch_matmul,
    monarch_project,
    monarch_project_weighted,
    monarch_solve,
    project_higher_order,
)
from lemmata.testing import assert_cost_exponent, assert_rejects

SQUARES = (64, 256, 1024, 4096)
SMALL = (16, 64, 256)


def normal(*shape):
    return np.random.default_rng(0).standard_normal(shape)


def square_factors(n):
    m = round(n**0.5)
    return normal(m, m, m), normal(m, m, m)


def of_product(function):
    return lambda n: count(function, normal(2, n), *square_factors(n)).flops


def test_numbers_and_operations_of_a_product_grow_like_n_to_one_and_a_half():
    assert_cost_exponent(lambda n: sum(B.size for B in square_factors(n)), SQUARES, 1.5)
    assert_cost_exponent(of_product(monarch_matmul), SQUARES, 1.5)


def test_a_product_is_two_multiply_adds_a_number():
    B1, B2 = normal(3, 4, 10), normal(5, 6, 7)
    tally = count(monarch_matmul, normal(11, 12), B1, B2)
    assert tally.flops == 2 * 11 * (B1.size + B2.size)
    assert tally.calls["matmul"] == 2


def test_the_counter_rejects_dear_products():
    def dense(x, B1, B2):
        xp = x.__array_namespace__()
        eye = xp.eye(x.shape[-1])
        return x @ monarch_matmul(eye, B1, B2)

    def block_by_block_with_zeros(x, B1, B2):
        xp = x.__array_namespace__()
        n, m = x.shape[-1], B1.shape[0]
        return x @ xp.zeros((n, n)) + monarch_matmul(x, B1, B2) * m

    def checker(function):
        assert_cost_exponent(of_product(function), SQUARES[:3], 1.5)

    checker(monarch_matmul)
    mistakes = {"a dense product": dense, "the zeros multiplied": block_by_block_with_zeros}
    assert_rejects(checker, mistakes)


def test_the_projection_of_a_square_grows_like_n_to_two_and_a_half():
    def cost(n):
        m = round(n**0.5)
        return count(lambda A: monarch_project(A, (m, m)), normal(n, n)).flops

    assert_cost_exponent(cost, SMALL, 2.5, within=0.15)
    assert count(lambda A: monarch_project(A, (4, 4)), normal(16, 16)).calls["svd"] == 1


def test_a_stack_takes_no_more_calls_than_a_matrix():
    one, many = (
        count(lambda A: monarch_project(A, (2, 3)), normal(*lead, 6, 8)).calls
        for lead in ((), (5, 2))
    )
    assert one == many


def test_solving_is_quadratic():
    def cost(n):
        return count(monarch_solve, normal(n), *square_factors(n)).flops

    assert_cost_exponent(cost, SQUARES, 2)


@pytest.mark.parametrize("order", [2, 3, 4])
def test_numbers_of_order_p_grow_like_n_to_one_plus_one_over_p(order):
    def numbers(n):
        return project_higher_order(np.ones((n, n)), (round(n ** (1 / order)),) * order).n_params

    sizes = {2: (16, 64, 256), 3: (8, 64, 512), 4: (16, 81, 256)}[order]
    assert_cost_exponent(numbers, sizes, 1 + 1 / order, within=0.01)
    assert numbers(sizes[0]) == order * round(sizes[0] ** (1 + 1 / order))


@pytest.mark.parametrize("rank", [1, 2, Fraction(1, 2)])
def test_the_factors_hold_k_l_p_plus_s_numbers_a_rank(rank):
    found = monarch_project(normal(24, 16), (4, 6), rank)
    assert found.n_params == found.B1.size + found.B2.size == 4 * 6 * (4 + 4) * rank


def test_the_definition_written_out_costs_more_than_the_dense_product():
    B1, B2 = square_factors(64)
    assert plain.monarch(B1, B2).size > B1.size + B2.size


def test_a_round_of_the_weighted_projection_is_linear_in_the_outputs():
    def cost(m):
        def run(A, G):
            monarch_project_weighted(A, G, (4, 4), 1, sweeps=1, tol=0)

        return count(run, normal(m, 16), np.eye(16) + 0.1).flops

    # the singular value decomposition of tall slices is quadratic in the longer side as counted
    assert cost(64) < cost(128) < 5 * cost(64)
