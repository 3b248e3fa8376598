"""What is refused, and what is answered at the edges: zeros, empties, extremes, odd dtypes."""

import math

import numpy as np
import pytest

from lemmata.errors import ArgumentError, DtypeError, LemmataError, NonFiniteError, ShapeError
from lemmata.linalg import effective_rank, effective_rank_from_spectrum

CHOICES = [
    {"kind": "entropy"},
    {"kind": "participation"},
    {"kind": "stable"},
    {"kind": "nuclear"},
    {"kind": "numerical"},
    {"kind": "energy", "epsilon": 0.1},
    {"kind": "gavish_donoho"},
    {"q": 0.5},
    {"q": 3, "power": 2},
    {"q": math.inf},
]
COUNTS = ("numerical", "energy", "gavish_donoho")


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_the_zero_matrix_has_rank_zero(library, choice):
    stack = np.zeros((2, 3, 4))
    stack[1] = np.random.default_rng(0).standard_normal((3, 4))
    answer = library.lift(lambda A: effective_rank(A, **choice))(stack)
    assert answer.shape == (2,)
    assert answer[0] == 0
    assert np.all(np.isfinite(answer))


@pytest.mark.parametrize("choice", CHOICES, ids=str)
@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0), (2, 0, 3), (0, 4, 3), (2, 0, 0, 0)])
def test_a_side_of_zero_gives_rank_zero_in_the_right_shape_and_dtype(library, choice, shape):
    function = library.lift(lambda A: effective_rank(A, **choice))
    answer = function(np.zeros(shape, np.complex64))
    assert answer.shape == shape[:-2]
    assert not np.any(answer)
    full = function(np.ones((2, 2), np.complex64))
    assert answer.dtype == full.dtype
    assert (answer.dtype.kind == "i") == (choice.get("kind") in COUNTS)


def test_the_answer_is_real_in_the_precision_of_the_matrix(library):
    function = library.lift(effective_rank)
    for dtype, real in (
        (np.float32, np.float32),
        (np.complex64, np.float32),
        (np.complex128, float),
    ):
        assert function(np.eye(3, dtype=dtype)).dtype == real


def test_integers_and_half_precision_are_widened():
    assert effective_rank(np.array([[2, 0], [0, 2]])) == pytest.approx(2)
    assert effective_rank(np.array([[True, False], [False, True]])) == pytest.approx(2)
    half = effective_rank(np.eye(3, dtype=np.float16))
    assert half.dtype == np.float32
    assert half == pytest.approx(3)


def test_brain_floats_are_widened():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    answer = effective_rank(torch.eye(3, dtype=torch.bfloat16))
    assert answer.dtype == torch.float32
    assert float(answer) == pytest.approx(3)


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_the_ends_of_the_range_neither_overflow_nor_vanish(choice):
    A = np.array([[3.0, 1.0, 0.5], [-1.0, 2.0, 0.25], [0.5, 0.5, 1.0]])
    expected = effective_rank(A, **choice)
    for size in (2.0**1021, 2.0**-1020, 2.0**-1060):
        assert effective_rank(A * size, **choice) == pytest.approx(expected, rel=1e-2)
    for size in (2.0**125, 2.0**-124):
        tiny = (A * size).astype(np.float32)
        assert effective_rank(tiny, **choice) == pytest.approx(expected, rel=1e-5)
    huge = np.full((2, 2), complex(1.7e308, 1.7e308))
    assert effective_rank(huge, **choice) == effective_rank(np.ones((2, 2)), **choice)


def test_equal_rows_have_rank_zero_once_centred(library):
    rows = np.tile(np.array([0.1, 1e8 + 0.3, -7.7]), (7, 1))
    for choice in CHOICES:
        answer = library.lift(lambda A, c=choice: effective_rank(A, center=True, **c))(rows)
        assert answer == 0


def test_a_large_mean_does_not_drown_what_is_left():
    A = np.random.default_rng(1).standard_normal((50, 4))
    expected = effective_rank(A, center=True)
    assert effective_rank(A + 1e6, center=True) == pytest.approx(expected, rel=1e-8)


def test_what_the_mean_leaves_may_be_small():
    small = 2.0**-15 * (1 + 2.0**-23 * np.array([[0, 0], [1, 0], [0, 1], [1, 1]])).astype(
        np.float32
    )
    for choice in CHOICES:
        expected = effective_rank(
            np.array([[0.0, 0], [1, 0], [0, 1], [1, 1]]), center=True, **choice
        )
        assert effective_rank(small, center=True, **choice) == pytest.approx(expected, rel=1e-5)


def test_rounding_is_not_counted_as_rank():
    draw = np.random.default_rng(8)
    A = draw.standard_normal((40, 3)) @ draw.standard_normal((3, 30))
    assert effective_rank(A, q=0) == 3
    assert effective_rank(A, q=0.1) < 3
    assert effective_rank(A, "gavish_donoho") == 3
    assert effective_rank_from_spectrum(np.array([1.0, 1e-200]), q=0, power=2) == 2


REFUSED = {
    "not an array": (DtypeError, [[1.0, 0.0]], {}, "A must be an array"),
    "text": (DtypeError, np.array([["a", "b"]]), {}, "A must hold numbers"),
    "objects": (DtypeError, np.array([[None, 1]]), {}, "A must hold numbers"),
    "extended precision": (DtypeError, np.eye(2, dtype=np.longdouble), {}, "at most 64 bits"),
    "a vector": (ShapeError, np.ones(3), {}, r"A must have shape \(..., m, n\), got \(3,\)"),
    "a number": (ShapeError, np.float64(3), {}, r"got \(\)"),
    "an unknown kind": (ArgumentError, np.eye(2), {"kind": "erank"}, "one of entropy, .*'erank'"),
    "a kind with an order": (ArgumentError, np.eye(2), {"kind": "stable", "q": 2}, "no choice"),
    "a kind with a power": (ArgumentError, np.eye(2), {"kind": "entropy", "power": 2}, "no choice"),
    "a negative order": (ArgumentError, np.eye(2), {"q": -1}, "q must be in"),
    "an order that is NaN": (ArgumentError, np.eye(2), {"q": math.nan}, "q must be in"),
    "a third power": (ArgumentError, np.eye(2), {"power": 3}, "power must be 1 or 2"),
    "energy without epsilon": (ArgumentError, np.eye(2), {"kind": "energy"}, "needs an epsilon"),
    "epsilon for Hill": (ArgumentError, np.eye(2), {"epsilon": 0.1}, "epsilon belongs to"),
    "epsilon for entropy": (
        ArgumentError,
        np.eye(2),
        {"kind": "entropy", "epsilon": 0.1},
        "epsilon belongs to",
    ),
    "an epsilon of 1": (ArgumentError, np.eye(2), {"kind": "energy", "epsilon": 1.0}, r"\[0, 1\)"),
}


@pytest.mark.parametrize(("error", "A", "choice", "message"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused_in_one_line(error, A, choice, message):
    with pytest.raises(error, match=message) as caught:
        effective_rank(A, **choice)
    assert isinstance(caught.value, LemmataError)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused_with_its_place(library, bad):
    A = np.ones((2, 3, 4))
    A[1, 2, 0] = A[1, 2, 3] = bad
    message = r"A of shape \(2, 3, 4\) must be finite, got 2 .* first at \[1, 2, 0\]"
    for choice in CHOICES:
        with pytest.raises(NonFiniteError, match=message):
            effective_rank(library.make(A), **choice)
    with pytest.raises(NonFiniteError, match=r"sigma of shape \(2,\)"):
        effective_rank_from_spectrum(library.make(np.array([1.0, bad])))


REFUSED_SPECTRA = {
    "a number": (ShapeError, np.float64(1), {}, r"sigma must have shape \(..., k\)"),
    "complex": (DtypeError, np.ones(2, complex), {}, "sigma must be real"),
    "negative": (
        ArgumentError,
        np.array([1.0, -0.5]),
        {},
        "non-negative, got a least value of -0.5",
    ),
    "no shape for noise": (ArgumentError, np.ones(2), {"kind": "gavish_donoho"}, "shape=.m, n."),
    "no shape for rounding": (ArgumentError, np.ones(2), {"kind": "numerical"}, "shape=.m, n."),
    "another shape": (
        ShapeError,
        np.ones(2),
        {"kind": "numerical", "shape": (5, 3)},
        r"min\(m, n\) = 2, .* got \(5, 3\)",
    ),
}


@pytest.mark.parametrize(
    ("error", "sigma", "choice", "message"), REFUSED_SPECTRA.values(), ids=REFUSED_SPECTRA
)
def test_spectra_that_cannot_be_are_refused(error, sigma, choice, message):
    with pytest.raises(error, match=message):
        effective_rank_from_spectrum(sigma, **choice)


def test_empty_and_zero_spectra_have_rank_zero():
    assert effective_rank_from_spectrum(np.zeros(0)) == 0
    assert effective_rank_from_spectrum(np.zeros((2, 0)), "energy", epsilon=0.1).tolist() == [0, 0]
    assert effective_rank_from_spectrum(np.zeros((2, 3))).tolist() == [0, 0]
