"""Discretisations equal their definitions, SciPy's, and each other where they must."""

import numpy as np
import plain_ssm as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.errors import ArgumentError, NonFiniteError, ShapeError  # noqa: E402
from lemmata.ssm import discretize, discretize_diagonal, legs  # noqa: E402 - it needs PyTorch
from lemmata.testing import assert_rejects  # noqa: E402

METHODS = ("zoh", "bilinear", "backward", "euler")


def system(N, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((N, N)) - 2 * np.eye(N), rng.standard_normal(N)


@given(N=st.integers(1, 6), step=st.floats(1e-4, 2), seed=st.integers(0, 9))
@settings(deadline=None, max_examples=25)
def test_the_dense_rules_are_the_definitions(N, step, seed):
    A, B = system(N, seed)
    for method, reference in (("zoh", plain.hold), ("bilinear", plain.bilinear)):
        for found, expected in zip(
            discretize(A, B, step, method), reference(A, B, step), strict=True
        ):
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("method", METHODS)
def test_scipy_agrees(method):
    from scipy.signal import cont2discrete

    names = {"backward": "backward_diff", "zoh": "zoh", "bilinear": "bilinear", "euler": "euler"}
    A, B = legs(8)
    given = (A, B[:, None], np.ones((1, 8)), np.zeros((1, 1)))
    expected = cont2discrete(given, 0.05, names[method])
    found = discretize(A, B, 0.05, method)
    np.testing.assert_allclose(found[0], expected[0], atol=1e-13)
    np.testing.assert_allclose(found[1], expected[1][:, 0], atol=1e-13)


@pytest.mark.parametrize("method", METHODS)
def test_the_diagonal_rule_is_the_dense_one(method):
    eigenvalues = np.array([-0.5 + 3j, -2 - 1j, -1e-9 + 0j, 0j])
    B = np.array([1.0, 2j, 0.5, 1.0])
    A_bar, B_bar = discretize(np.diag(eigenvalues), B, 0.1, method)
    found = discretize_diagonal(eigenvalues, B, np.asarray(0.1), method)
    np.testing.assert_allclose(found[0], np.diag(A_bar), rtol=1e-13)
    np.testing.assert_allclose(found[1], B_bar, rtol=1e-12)


@pytest.mark.parametrize("exponent", range(-12, 1))
def test_the_hold_loses_nothing_near_zero(exponent):
    eigenvalue = np.array([(-1 + 2j) * 10.0**exponent])
    _, found = discretize_diagonal(eigenvalue, np.ones(1), np.asarray(1.0))
    z, term, expected = eigenvalue[0], 1.0, 0.0
    for k in range(1, 40):
        expected += term
        term = term * z / (k + 1)
    assert abs(found[0] - expected) < 1e-15 * abs(expected)


def test_wrong_holds_are_rejected():
    def checked(rule):
        A, B = system(4)
        for found, expected in zip(rule(A, B, 0.5), plain.hold(A, B, 0.5), strict=True):
            assert np.allclose(found, expected, rtol=1e-9)

    checked(discretize)
    assert_rejects(
        checked,
        {
            "bilinear": lambda A, B, step: discretize(A, B, step, "bilinear"),
            "B not integrated": lambda A, B, step: (discretize(A, B, step)[0], step * B),
            "step twice": lambda A, B, step: discretize(A, B, 2 * step),
            "transposed": lambda A, B, step: discretize(A.T, B, step),
        },
    )


def test_stacks_and_libraries(library):
    A, B = system(3)
    stack = np.stack([A, 2 * A])
    for method in METHODS:
        found = discretize(library.make(stack), library.make(B), 0.1, method)
        for i, each in enumerate(stack):
            expected = discretize(each, B, 0.1, method)
            np.testing.assert_allclose(library.back(found[0])[i], expected[0], atol=1e-13)
            np.testing.assert_allclose(library.back(found[1])[i], expected[1], atol=1e-13)


@pytest.mark.parametrize("method", METHODS)
def test_gradients_pass_through(method):
    A, B = (torch.tensor(part, requires_grad=True) for part in system(3))
    assert torch.autograd.gradcheck(lambda A, B: discretize(A, B, 0.2, method), (A, B))
    z = torch.tensor([-0.5 + 3j, 0j], dtype=torch.complex128, requires_grad=True)
    ones = torch.ones(2, dtype=torch.complex128)
    if method == "zoh":
        z = z.detach()[:1].requires_grad_()
    step = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(
        lambda z, step: discretize_diagonal(z, ones[: len(z)], step, method), (z, step)
    )


def test_what_does_not_fit_is_refused():
    A, B = system(3)
    with pytest.raises(ShapeError, match=r"A must be \(\.\.\., N, N\)"):
        discretize(A[:2], B, 0.1)
    with pytest.raises(ShapeError, match="B"):
        discretize(A, B[:2], 0.1)
    with pytest.raises(ArgumentError, match="step must be positive"):
        discretize(A, B, 0.0)
    with pytest.raises(ArgumentError, match="method must be one of zoh"):
        discretize(A, B, 0.1, "tustin")
    with pytest.raises(NonFiniteError, match="A of shape"):
        discretize(A * np.nan, B, 0.1)
