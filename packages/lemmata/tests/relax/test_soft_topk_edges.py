"""What is refused, and what is answered at the edges: k, masks, ties, empties, dtypes, extremes."""

import math

import numpy as np
import pytest

from lemmata.errors import ArgumentError, DtypeError, LemmataError, NonFiniteError, ShapeError
from lemmata.relax import soft_topk

KINDS = ("sigmoid", "laplace", "euclidean", "subset")
INF = math.inf


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hard", [False, True])
def test_none_and_all_are_constants(library, kind, hard):
    x = np.array([[1.0, -2.0, 1e3], [0.0, 0.0, 0.0]])
    for k, mass in ((0, 0.0), (3, 1.0)):
        p = library.lift(lambda x, k=k: soft_topk(x, k, kind=kind, hard=hard))(x)
        np.testing.assert_array_equal(p, np.full((2, 3), mass))


@pytest.mark.parametrize("kind", KINDS)
def test_masked_scores_get_nothing_and_count_for_nothing(library, kind):
    x = np.array([[1.0, -INF, 0.5, -1.0, -INF], [-INF, 3.0, -INF, 0.0, 0.0]])
    p = library.lift(lambda x: soft_topk(x, 2, kind=kind))(x)
    np.testing.assert_array_equal(p[np.isinf(x)], 0.0)
    for row, mass in zip(x, p, strict=True):
        alone = soft_topk(row[np.isfinite(row)], 2, kind=kind)
        np.testing.assert_allclose(mass[np.isfinite(row)], alone, atol=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_as_many_as_are_not_masked_are_all_taken(library, kind):
    x = np.array([[1.0, -INF, -30.0, -INF], [-INF, 5.0, 2.0, 4.0]])
    p = library.lift(lambda x: soft_topk(x, 2, kind=kind))(x)
    np.testing.assert_array_equal(p[0], [1, 0, 1, 0])
    assert p[1].sum() == pytest.approx(2)


def test_of_equals_the_hard_form_takes_the_first(library):
    x = np.array([[1.0, 2.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]])
    p = library.lift(lambda x: soft_topk(x, 2, hard=True))(x)
    np.testing.assert_array_equal(p, [[1, 1, 0, 0], [1, 1, 0, 0]])


@pytest.mark.parametrize("kind", KINDS)
def test_equal_scores_get_exactly_equal_mass(kind):
    for n, k in ((3, 1), (7, 5), (1000, 3)):
        p = soft_topk(np.full(n, 0.1), k, kind=kind)
        assert np.ptp(p) == 0
        assert p[0] == pytest.approx(k / n, rel=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
def test_any_axis_of_a_stack(library, kind, axis):
    x = np.random.default_rng(2).standard_normal((4, 3, 5))
    p = library.lift(lambda x: soft_topk(x, 2, kind=kind, axis=axis))(x)
    rows = np.moveaxis(x, axis, -1).reshape(-1, x.shape[axis])
    single = np.array([soft_topk(row, 2, kind=kind) for row in rows])
    np.testing.assert_allclose(
        np.moveaxis(p, axis, -1).reshape(single.shape), single, rtol=1e-12, atol=1e-300
    )


@pytest.mark.parametrize("kind", KINDS)
def test_long_rows_of_a_stack_are_as_good_as_alone(kind):
    x = np.random.default_rng(3).standard_normal((3, 5000)) * np.array([[1.0], [0.01], [300.0]])
    p = soft_topk(x, 40, kind=kind)
    for row, mass in zip(x, p, strict=True):
        np.testing.assert_allclose(mass, soft_topk(row, 40, kind=kind), atol=1e-13)


@pytest.mark.parametrize("kind", KINDS)
def test_no_scores_at_all(library, kind):
    for shape in ((0,), (3, 0), (0, 4)):
        p = library.lift(lambda x: soft_topk(x, 0, kind=kind))(np.zeros(shape))
        assert p.shape == shape
    assert soft_topk(np.zeros((0, 4)), 2, kind=kind).shape == (0, 4)
    with pytest.raises(ArgumentError, match="at most the 0 scores"):
        soft_topk(np.zeros((3, 0)), 1, kind=kind)


@pytest.mark.parametrize("kind", KINDS)
def test_half_precision_is_computed_wider_and_given_back_as_it_came(kind):
    x = (5 * np.random.default_rng(4).standard_normal(50)).astype(np.float16)
    p = soft_topk(x, 7, kind=kind)
    assert p.dtype == np.float16
    np.testing.assert_allclose(p, soft_topk(x.astype(np.float32), 7, kind=kind), atol=5e-4)
    assert soft_topk(np.array([3, 1, 2]), 1, kind=kind).dtype == np.float64
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    assert soft_topk(torch.asarray(x).to(torch.bfloat16), 7, kind=kind).dtype == torch.bfloat16


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_ends_of_the_range_neither_overflow_nor_vanish(kind, dtype):
    most, least = np.finfo(dtype).max, np.finfo(dtype).smallest_normal
    x = np.array([most, -most, most / 2, 0.0, 1.0, -INF], dtype)
    for tau in (1.0, 8 * least, most / 1e6):
        p = soft_topk(x, 3, float(tau), kind)
        assert np.all(np.isfinite(p))
        assert p.sum() == pytest.approx(3, rel=1e-6)
    near = np.array([5.0, 4.0, 3.0], dtype) * least
    np.testing.assert_allclose(soft_topk(near, 1, kind=kind), np.full(3, 1 / 3), rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_wide_gap_beside_the_threshold_is_crossed(kind):
    x = np.array([1e15, 2.0, 1.0, -1e15, -2e15])
    for k in (1, 3, 4):
        np.testing.assert_allclose(soft_topk(x, k, kind=kind), np.arange(5) < k, atol=1e-15)


REFUSED = {
    "a list": (DtypeError, [1.0], {"k": 1}, "x must be an array"),
    "complex": (DtypeError, np.ones(2, complex), {"k": 1}, "x must be real"),
    "text": (DtypeError, np.array(["a"]), {"k": 1}, "x must hold numbers"),
    "a number": (ShapeError, np.float64(1), {"k": 1}, "at least one axis"),
    "another axis": (ArgumentError, np.ones(2), {"k": 1, "axis": 1}, "axis must be an axis of x"),
    "too many": (ArgumentError, np.ones(2), {"k": 3}, "k must be at most the 2 scores"),
    "a negative k": (ArgumentError, np.ones(2), {"k": -1}, "k must be finite and at least 0"),
    "k NaN": (ArgumentError, np.ones(2), {"k": math.nan}, "k must be finite"),
    "half a subset": (ArgumentError, np.ones(2), {"k": 0.5, "kind": "subset"}, "whole number for"),
    "half hard": (ArgumentError, np.ones(2), {"k": 0.5, "hard": True}, "whole number for hard"),
    "an unknown kind": (ArgumentError, np.ones(2), {"k": 1, "kind": "soft"}, "one of sigmoid"),
    "no temperature": (ArgumentError, np.ones(2), {"k": 1, "tau": 0}, "tau must be positive"),
    "tau NaN": (ArgumentError, np.ones(2), {"k": 1, "tau": math.nan}, "tau must be positive"),
    "an endless tau": (ArgumentError, np.ones(2), {"k": 1, "tau": INF}, "tau must lie in"),
    "tau beyond float32": (
        ArgumentError,
        np.ones(2, np.float32),
        {"k": 1, "tau": 1e-50},
        "tau must lie in .* for float32",
    ),
    "NaN": (NonFiniteError, np.array([1.0, math.nan]), {"k": 1}, "must be finite or -infinity"),
    "infinity": (NonFiniteError, np.array([1.0, INF]), {"k": 1}, "must be finite or -infinity"),
    "masks only": (ArgumentError, np.full((1, 2), -INF), {"k": 1}, "every score masked"),
    "masked too much": (
        ArgumentError,
        np.array([[1.0, 2.0], [1.0, -INF]]),
        {"k": 2},
        "not masked, 1 in some row",
    ),
}


@pytest.mark.parametrize(("error", "x", "choice", "message"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused_in_one_line(error, x, choice, message):
    with pytest.raises(error, match=message) as caught:
        soft_topk(x, **choice)
    assert isinstance(caught.value, LemmataError)
    assert "\n" not in str(caught.value)
