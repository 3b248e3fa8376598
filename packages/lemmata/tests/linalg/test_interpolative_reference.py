"""The first proof: every choice is the one that its rule names, every coefficient least squares."""

import numpy as np
import plain_selection as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.linalg import interpolative
from lemmata.testing import assert_rejects

DETERMINISTIC = {"css": plain.reduction, "cpqr": plain.length}
METHODS = ("css", "cpqr", "srrqr", "rpchol", "sketch", "auto")


def matrix(m, n, decades, seed, dtype=np.float64):
    """Singular values fall by `decades` powers of ten."""
    draw = np.random.default_rng(seed)
    spectrum = 10.0 ** -np.linspace(0, decades, min(m, n))
    return plain.planted(m, n, spectrum, draw, np.dtype(dtype).kind == "c").astype(dtype)


CASES = [
    matrix(12, 9, 2, 0),
    matrix(9, 14, 4, 1),
    matrix(20, 20, 11, 2),
    matrix(20, 15, 5, 3, np.complex128),
    matrix(30, 12, 0.3, 4),
    matrix(15, 25, 8, 5) * np.geomspace(1, 1e4, 25),
]


def follows(score, picks, A):
    """Each pick has the best score of its moment, but for rounding in A, which grows in the rest."""
    for place, pick in enumerate(picks):
        before = list(picks[:place])
        slack = 1e-5 + 1e3 * np.finfo(float).eps / plain.relative_error(A, before)
        scores = score(A, before)
        assert pick not in before
        assert scores[pick] >= (1 - slack) * np.max(scores)


@pytest.mark.parametrize("method", DETERMINISTIC)
def test_each_pick_is_the_best_by_its_rule(library, method):
    for A in CASES:
        k = min(A.shape) - 1
        picks = library.lift(lambda A, k=k: interpolative(A, k, method=method).indices)(A)
        follows(DETERMINISTIC[method], [int(p) for p in picks], A)


@settings(deadline=None, max_examples=25)
@given(
    shape=st.tuples(st.integers(1, 16), st.integers(1, 16)),
    decades=st.floats(0, 10),
    seed=st.integers(0, 2**32 - 1),
    dtype=st.sampled_from([np.float64, np.complex128]),
    data=st.data(),
)
def test_any_matrix_is_chosen_from_by_the_rule(shape, decades, seed, dtype, data):
    A = matrix(*shape, decades, seed, dtype)
    k = data.draw(st.integers(0, min(shape)))
    for method, score in DETERMINISTIC.items():
        found = interpolative(A, k, method=method)
        follows(score, [int(p) for p in found.indices[: found.rank]], A)
        assert found.rel_error == pytest.approx(
            plain.relative_error(A, found.indices), rel=1e-3, abs=1e-14
        )


@settings(deadline=None, max_examples=25)
@given(
    shape=st.tuples(st.integers(1, 14), st.integers(1, 14)),
    decades=st.floats(0, 4),
    seed=st.integers(0, 2**32 - 1),
    dtype=st.sampled_from([np.float32, np.float64, np.complex64, np.complex128]),
    method=st.sampled_from(METHODS),
    axis=st.sampled_from(["columns", "rows"]),
    data=st.data(),
)
def test_the_coefficients_are_least_squares(shape, decades, seed, dtype, method, axis, data):
    A = matrix(*shape, decades, seed, dtype)
    k = data.draw(st.integers(0, min(shape)))
    found = interpolative(A, k, method=method, axis=axis, rng=seed)
    M, Z = (A, found.Z) if axis == "columns" else (A.T, found.Z.T)
    picks = [int(p) for p in found.indices]
    assert Z.shape == (k, M.shape[1])
    assert Z.dtype == A.dtype
    np.testing.assert_array_equal(Z[:, picks], np.eye(k))
    wide = M.astype(np.complex128 if Z.dtype.kind == "c" else np.float64)
    limit = 1e3 * np.finfo(dtype).eps * 10**decades * max(1.0, found.rho)
    np.testing.assert_allclose(Z, plain.coefficients(wide, picks), atol=limit)
    error = plain.relative_error(wide, picks)
    assert found.rel_error == pytest.approx(error, rel=5e-3, abs=float(100 * np.finfo(dtype).eps))


@pytest.mark.parametrize("method", METHODS)
def test_every_library_makes_the_same_choice(library, method):
    for A in CASES[:4]:
        k = min(A.shape) // 2
        expected = interpolative(A, k, method=method, rng=5)
        found = interpolative(library.make(A), k, method=method, rng=5)
        np.testing.assert_array_equal(library.back(found.indices), expected.indices)
        np.testing.assert_allclose(library.back(found.Z), expected.Z, atol=1e-9)
        np.testing.assert_allclose(library.back(found.to_dense()), expected.to_dense(), atol=1e-9)


def test_rho_is_the_most_that_a_swap_grows_the_volume():
    for A in CASES[:4]:
        for method in ("cpqr", "srrqr", "rpchol"):
            found = interpolative(A, 4, method=method, rng=1)
            growth = plain.best_growth(A, [int(p) for p in found.indices])
            assert found.rho == pytest.approx(growth, rel=1e-6)


def test_randomly_pivoted_cholesky_draws_by_squared_length():
    A = np.diag([3.0, 2.0, 1.0])
    draw = np.random.default_rng(0)
    firsts = [int(interpolative(A, 1, method="rpchol", rng=draw).indices[0]) for _ in range(1000)]
    shares = np.bincount(firsts, minlength=3) / 1000
    np.testing.assert_allclose(shares, np.array([9, 4, 1]) / 14, atol=0.05)


def test_the_comparison_rejects_wrong_choices():
    for score, wrong in ((plain.reduction, plain.WRONG_CSS), (plain.length, plain.WRONG_CPQR)):

        def checker(choose, score=score):
            for A in CASES:
                follows(score, [int(p) for p in choose(A, min(A.shape) - 1)], A)

        checker(plain.greedy(score))
        assert_rejects(checker, wrong)


def test_the_comparison_rejects_wrong_coefficients():
    def checker(function):
        for A in CASES[:4]:
            picks = [int(p) for p in interpolative(A, 4).indices]
            Z = function(A, picks)
            np.testing.assert_array_equal(Z[:, picks], np.eye(4))
            np.testing.assert_allclose(Z, plain.coefficients(A, picks), atol=1e-9)

    checker(lambda A, picks: np.asarray(interpolative(A, 4).Z))
    assert_rejects(
        checker,
        {
            "unscaled": lambda A, p: np.linalg.qr(A[:, p])[0].conj().T @ A,
            "another permutation": lambda A, p: plain.coefficients(A, p)[::-1],
            "the identity left out": lambda A, p: np.linalg.lstsq(A[:, p], A, rcond=None)[0],
            "columns sorted": lambda A, p: plain.coefficients(A, sorted(p, reverse=True)),
            "not conjugated": lambda A, p: plain.coefficients(A.conj(), p),
        },
    )
