"""Projections onto the simplex and the capped simplex: nearest, exact, differentiable."""

import numpy as np
import plain_simplex_maps as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.errors import ArgumentError, NonFiniteError
from lemmata.relax import project_capped_simplex, project_simplex
from lemmata.testing import (
    assert_gradient,
    assert_matches_reference,
    assert_rejects,
    torch_gradient,
)

CAPS = [(2, 1.0), (0.4, 1.0), (1.7, 0.5), (0.3, 0.1), (4.0, 1.0)]


def points(dtype=float):
    draw = np.random.default_rng(9)
    stack = draw.standard_normal((2, 3, 6))
    stack[0, 1] = -3.0
    cases = [
        draw.standard_normal(5),
        10 * draw.standard_normal(13),
        0.01 * draw.standard_normal(8),
        np.zeros(6),
        np.array([0.6, 0.4, 0.0, -1.0, 0.0]),
        np.array([5.0, 5.0, 5.0, 1.0, 1.0]),
        100 + draw.standard_exponential(9),
        stack,
    ]
    return [case.astype(dtype) for case in cases]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("total", [1.0, 0.05, 30.0])
def test_the_simplex_by_sorting_gives_the_same(library, dtype, total):
    assert_matches_reference(
        library.lift(lambda v: project_simplex(v, total)),
        plain.project_simplex(total),
        points(dtype),
        condition=100,
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("k", "upper"), CAPS)
def test_the_capped_simplex_by_halving_gives_the_same(library, dtype, k, upper):
    cases = [case for case in points(dtype) if case.shape[-1] * upper >= k]
    assert_matches_reference(
        library.lift(lambda v: project_capped_simplex(v, k, upper)),
        plain.project_capped_simplex(k, upper),
        cases,
        condition=1000,
    )


@pytest.mark.parametrize(("k", "upper"), CAPS)
def test_the_optimality_conditions_tried_one_by_one_give_the_same(k, upper):
    draw = np.random.default_rng(1)
    cases = [draw.standard_normal(5), draw.integers(-1, 2, 6) / 2, 3 * draw.standard_normal(6)]
    cases = [case for case in cases if len(case) * upper >= k]
    by_trial = plain.project_by_trial(k, upper)
    for function in (
        lambda v: project_capped_simplex(v, k, upper),
        plain.project_capped_simplex(k, upper),
    ):
        assert_matches_reference(function, by_trial, cases, condition=1000)


@settings(max_examples=80, deadline=None)
@given(
    v=st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=30),
    share=st.floats(0.01, 0.99),
    upper=st.sampled_from([1e-3, 1.0, 7.0]),
)
def test_no_feasible_point_is_nearer(v, share, upper):
    v = np.array(v)
    k = share * len(v) * upper
    p = project_capped_simplex(v, k, upper)
    assert np.all((p >= 0) & (p <= upper))
    assert p.sum() == pytest.approx(k, rel=1e-12)
    # variational inequality at the vertices: <v - p, q - p> <= 0, the best q being greedy
    order, left, q = np.argsort(-(v - p)), k, np.zeros_like(v)
    for i in order:
        q[i] = min(upper, left)
        left -= q[i]
    assert (v - p) @ (q - p) <= 1e-11 * (1 + np.abs(v).max()) * (1 + k)


def test_the_comparison_rejects_known_mistakes():
    def onto_simplex(function):
        assert_matches_reference(function, plain.project_simplex(), points(), condition=100)

    def onto_capped(function):
        assert_matches_reference(
            function, plain.project_capped_simplex(2), points(), condition=1000
        )

    onto_simplex(project_simplex)
    onto_capped(lambda v: project_capped_simplex(v, 2))
    assert_rejects(onto_simplex, plain.WRONG_PROJECTIONS)
    assert_rejects(onto_capped, plain.WRONG_CAPPED)


def test_a_point_of_the_set_stays_where_it_is():
    draw = np.random.default_rng(3)
    inside = draw.dirichlet(np.ones(12), 5)
    np.testing.assert_allclose(project_simplex(inside), inside, atol=1e-15)
    once = project_capped_simplex(draw.standard_normal((4, 9)), 3, 0.7)
    np.testing.assert_allclose(project_capped_simplex(once, 3, 0.7), once, atol=1e-15)


def test_a_cap_that_cannot_be_reached_leaves_the_simplex():
    v = np.random.default_rng(4).standard_normal((3, 50))
    np.testing.assert_allclose(project_capped_simplex(v, 2, 2), project_simplex(v, 2), atol=1e-15)


@pytest.mark.parametrize("size", [1e-6, 1e-2, 1.0, 1e3, 1e9])
def test_a_million_entries_are_projected_exactly(size):
    v = size * np.random.default_rng(5).standard_normal(1_000_000)
    p = project_simplex(v)
    support = p > 0
    threshold = (v[support].sum() - 1) / support.sum()
    np.testing.assert_allclose(p, np.maximum(v - threshold, 0), atol=1e-9 * size + 1e-13)
    assert p.sum() == pytest.approx(1, rel=1e-12)
    capped = project_capped_simplex(v, 2000, 0.5)
    assert capped.max() <= 0.5
    assert capped.sum() == pytest.approx(2000, rel=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [2047, 2048, 2049])
def test_rows_that_are_sorted_and_rows_that_are_not_are_equally_exact(library, n, dtype):
    v = np.random.default_rng(n).standard_normal(n)
    for size, total in ((1e-4, 1.0), (1.0, 1.0), (1.0, n / 5)):
        w = (size * v).astype(dtype)
        eps = float(np.finfo(dtype).eps)
        p = library.lift(lambda w, t=total: project_simplex(w, t))(w)
        np.testing.assert_allclose(p.sum(dtype=float), total, rtol=30 * eps)
        np.testing.assert_allclose(p, plain.project_simplex(total)(w), atol=30 * eps * total)
        p = library.lift(lambda w, t=total: project_capped_simplex(w, t, 1.0))(w)
        np.testing.assert_allclose(p.sum(dtype=float), total, rtol=30 * eps)
        assert p.max() <= 1.0


def test_every_axis_of_a_stack_and_long_rows_too(library):
    v = np.random.default_rng(6).standard_normal((3, 4, 2100))
    for axis in (0, 1, -1):
        found = library.lift(lambda v, a=axis: project_simplex(v, axis=a))(v)
        np.testing.assert_allclose(found.sum(axis), 1, rtol=1e-12)
        capped = library.lift(lambda v, a=axis: project_capped_simplex(v, 1.5, axis=a))(v)
        np.testing.assert_allclose(capped.sum(axis), 1.5, rtol=1e-12)
    row = project_capped_simplex(v[1, 2], 1.5)
    np.testing.assert_allclose(capped[1, 2], row, atol=1e-15)


@pytest.mark.parametrize("function", [project_simplex, lambda v: project_capped_simplex(v, 2, 0.8)])
def test_gradients_are_those_of_the_closed_form(function):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    v = np.array([0.3, -1.0, 0.9, 0.45, 0.1, 2.0])
    g = np.array([1.0, 2.0, -1.0, 0.5, 3.0, -2.0])

    def by_formula(v):
        p = function(v)
        s = ((p > 0) & (p < (0.8 if p.sum() > 1.5 else np.inf))).astype(float)
        return s * (g - (s @ g) / max(s.sum(), 1))

    def weighted(v):
        return (function(v) * (torch.asarray(g) if isinstance(v, torch.Tensor) else g)).sum()

    assert_gradient(weighted, by_formula, v)
    np.testing.assert_allclose(torch_gradient(weighted)(v), by_formula(v), atol=1e-14)
    x = torch.asarray(v).requires_grad_()
    assert torch.autograd.gradgradcheck(function, x)


def test_edges_and_refusals():
    assert project_simplex(np.array([-5.0])).tolist() == [1.0]
    assert project_simplex(np.array([3.0, 1.0]), 0).tolist() == [0, 0]
    assert project_simplex(np.zeros((0, 3))).shape == (0, 3)
    assert project_simplex(np.zeros(0), 0).shape == (0,)
    assert project_simplex(np.array([3, 1])).tolist() == [1, 0]
    assert project_capped_simplex(np.array([1.0, 5.0]), 0.6, 0.3).tolist() == [0.3, 0.3]
    assert project_simplex(np.ones(3, np.float16)).dtype == np.float16
    ends = np.array([1.7e308, -1.7e308, 1.7e308])
    assert project_simplex(ends).tolist() == [0.5, 0, 0.5]
    assert project_capped_simplex(ends, 2).tolist() == [1, 0, 1]
    for call, error, message in (
        (lambda: project_simplex(np.zeros(0)), ArgumentError, "more than 0 entries can sum to"),
        (
            lambda: project_simplex(np.ones(2), -1),
            ArgumentError,
            "total must be finite and at least",
        ),
        (lambda: project_simplex(np.array([1, np.inf])), NonFiniteError, "v of shape"),
        (
            lambda: project_simplex(np.array([1, -np.inf])),
            NonFiniteError,
            "must be finite, got -inf",
        ),
        (
            lambda: project_capped_simplex(np.ones(2), 3),
            ArgumentError,
            "k = 3 is more than 2 entries",
        ),
        (lambda: project_capped_simplex(np.ones(2), 1, 0), ArgumentError, "upper must be positive"),
        (lambda: project_capped_simplex(np.ones(2), np.inf), ArgumentError, "k must be finite"),
    ):
        with pytest.raises(error, match=message):
            call()
