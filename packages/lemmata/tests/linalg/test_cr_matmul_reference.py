"""The first two proofs of `cr_matmul`: its equations with every term written out, and what follows."""

import numpy as np
import plain_column_row as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.linalg import cr_matmul
from lemmata.testing import assert_rejects

many = settings(deadline=None, max_examples=25, derandomize=True)
WAYS = [("norm", "unbiased"), ("uniform", "unbiased"), ("topk", "none"), ("omp", "optimal")]
WAYS += [("norm", "optimal"), ("uniform", "none"), ("topk", "optimal"), ("omp", "none")]


@st.composite
def factors(draw):
    """X (m, l) and Y (l, n), real or complex, some columns of X or rows of Y zero."""
    m, width, n = draw(st.integers(1, 5)), draw(st.integers(2, 8)), draw(st.integers(1, 5))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    X, Y = generator.standard_normal((m, width)), generator.standard_normal((width, n))
    if draw(st.booleans()):
        X = X + 1j * generator.standard_normal((m, width))
        Y = Y + 1j * generator.standard_normal((width, n))
    X = X * (generator.random(width) > draw(st.sampled_from((0.0, 0.3))))
    X[:, 0] = 1
    return X, Y


def made(library, X, Y, *rest, **named):
    found = cr_matmul(library.make(X), library.make(Y), *rest, certify=True, **named)
    parts = (library.back(a) for a in (found.product, found.indices, found.weights))
    return found, *parts


def test_every_way_is_the_sum_of_its_terms_and_tells_its_error(library):
    @many
    @given(factors(), st.sampled_from(WAYS), st.integers(0, 99))
    def check(pair, way, seed):
        X, Y = pair
        c = min(3, X.shape[1])
        found, product, indices, weights = made(library, X, Y, c, *way, rng=seed)
        expected = sum(
            (w * np.outer(X[:, i], Y[i]) for w, i in zip(weights, indices, strict=True)), 0 * X @ Y
        )
        np.testing.assert_allclose(product, expected, atol=1e-12 * np.abs(weights).max(initial=1))
        assert len(set(indices.tolist())) == len(indices) <= c
        error = plain.relative_error(X, Y, indices, weights)
        assert found.relative_error == pytest.approx(error, abs=1e-9, rel=1e-9)
        if way[1] == "unbiased":
            p = plain.odds(X, Y, way[0])
            spread = sum(
                np.linalg.norm(np.outer(X[:, i], Y[i])) ** 2 / q for i, q in enumerate(p) if q
            )
            square = max(spread - np.linalg.norm(X @ Y) ** 2, 0) / c
            assert found.expected_relative_error == pytest.approx(
                np.sqrt(square) / np.linalg.norm(X @ Y), rel=1e-6, abs=1e-7
            )
        else:
            assert found.expected_relative_error is None
            whole = np.linalg.norm(X) * np.linalg.norm(Y)
            assert error * np.linalg.norm(X @ Y) <= (found.error_bound + 1e-9) * whole

    check()


@pytest.mark.parametrize("method", ["norm", "uniform"])
def test_draws_are_unbiased_with_the_stated_error_over_every_possible_sequence(method):
    draw = np.random.default_rng(1)
    X, Y = draw.standard_normal((3, 4)) * [1, 2, 0, 4], draw.standard_normal((4, 2))
    p = plain.odds(X, Y, method)
    mean, square = plain.mean_and_mean_square_error(X, Y, p, 3)
    np.testing.assert_allclose(mean, X @ Y, atol=1e-12)
    found = cr_matmul(X, Y, 3, method, rng=0, certify=True)
    expected = np.sqrt(square) / np.linalg.norm(X @ Y)
    assert found.expected_relative_error == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("method", ["norm", "uniform"])
def test_measured_errors_are_the_stated_ones(method):
    draw = np.random.default_rng(2)
    X, Y = draw.standard_normal((8, 40)) * np.linspace(0.1, 3, 40), draw.standard_normal((40, 6))
    rng = np.random.default_rng(3)
    exact, norm = X @ Y, np.linalg.norm(X @ Y)
    products = np.stack([cr_matmul(X, Y, 10, method, rng=rng).product for _ in range(2000)])
    squares = np.linalg.norm(products - exact, axis=(1, 2)) ** 2
    stated = cr_matmul(X, Y, 10, method, rng=rng, certify=True).expected_relative_error
    assert np.sqrt(squares.mean()) / norm == pytest.approx(stated, rel=0.04)
    standard_error = np.sqrt(squares.mean() / len(products))
    assert np.linalg.norm(products.mean(0) - exact) < 2 * standard_error


def test_norms_are_the_best_odds():
    draw = np.random.default_rng(4)
    X, Y = draw.standard_normal((5, 9)) * np.arange(1, 10), draw.standard_normal((9, 5))
    by_norm, uniform = (
        cr_matmul(X, Y, 4, method, rng=0, certify=True).expected_relative_error
        for method in ("norm", "uniform")
    )
    assert by_norm < uniform


@many
@given(factors(), st.integers(1, 8))
def test_the_greedy_choice_is_orthogonal_matching_pursuit(pair, c):
    X, Y = pair
    present = [i for i in range(X.shape[1]) if np.any(X[:, i])]
    independent = np.linalg.matrix_rank(np.stack([t.ravel() for t in plain.terms(X, Y)]))
    c = min(c, len(present), int(independent))
    found = cr_matmul(X, Y, c, "omp", certify=True)
    chosen = plain.pursuit(X, Y, len(found.indices))
    theirs = plain.relative_error(X, Y, chosen, plain.best_weights(X, Y, chosen))
    assert found.relative_error <= theirs + 1e-6
    if found.relative_error > 1e-6:
        assert found.indices.tolist() == chosen


@many
@given(factors(), st.integers(1, 5))
def test_the_best_weights_leave_nothing_that_another_weight_could_take(pair, c):
    X, Y = pair
    found = cr_matmul(X, Y, min(c, X.shape[1]), "topk", "optimal", certify=True)
    left = X @ Y - found.product
    for i in found.indices:
        term = np.outer(X[:, i], Y[i])
        assert abs(np.vdot(term, left)) <= 1e-8 * max(np.linalg.norm(term), 1)
    plainer = cr_matmul(X, Y, min(c, X.shape[1]), "topk", certify=True)
    assert found.relative_error <= plainer.relative_error + 1e-9


def test_all_columns_give_the_product_back(library):
    draw = np.random.default_rng(5)
    X, Y = draw.standard_normal((7, 5)), draw.standard_normal((5, 6))
    for way in (("topk", "none"), ("topk", "optimal"), ("omp", "optimal")):
        found, product, *_ = made(library, X, Y, 5, *way)
        np.testing.assert_allclose(product, X @ Y, atol=1e-10)
        assert found.relative_error < 1e-10
    assert made(library, X, Y, 5, "topk")[0].relative_error == 0


def test_the_comparisons_reject_every_known_mistake():
    draw = np.random.default_rng(6)
    X, Y = draw.standard_normal((4, 6)) * np.arange(1, 7), draw.standard_normal((6, 4))
    chosen = [5, 3, 1]

    def weighs(function):
        np.testing.assert_allclose(
            function(X, Y, chosen), plain.best_weights(X, Y, chosen), atol=1e-8
        )

    def ours(X, Y, chosen):
        from lemmata.linalg.column_row_weights import optimal_weights

        return optimal_weights(np, X, Y, np.array(chosen))

    def estimates(function):
        found = cr_matmul(X, Y, 6, "norm", rng=1)
        counts = np.round(found.weights * 6 * np.array(plain.odds(X, Y, "norm"))[found.indices])
        draws = np.repeat(found.indices, counts.astype(int)).tolist()
        assert len(draws) == 6 > len(set(draws))
        product = function(X, Y, plain.odds(X, Y, "norm"), draws)
        np.testing.assert_allclose(product, found.product, atol=1e-10)

    weighs(ours)
    estimates(plain.estimate)
    assert_rejects(weighs, plain.WRONG_WEIGHTS)
    assert_rejects(estimates, plain.WRONG_ESTIMATES)
