"""The matrices of HiPPO: which linear system keeps the best polynomial of its input's past.

The coefficients of the past on Legendre polynomials, orthonormal for the uniform measure, obey an
ODE. LegT projects a sliding window: x' = A x + B u. LegS projects all of the past: t x' = A x + B u.
Refused: the basis that is orthonormal on [-1, 1], in which B and the coefficients carry a factor
of sqrt 2; and dense products with LegS, whose A is a diagonal plus a running sum.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lemmata.arguments import integer
from lemmata.arrays import Array, Namespace, floating, namespace
from lemmata.errors import ArgumentError, ShapeError

Matrix = NDArray[np.float64]


class System(NamedTuple):
    """x' = A x + B u with A (N, N) and B (N,)."""

    A: Matrix
    B: Matrix


def legs(N: int) -> System:
    """LegS, all of the past: A[n, k] = -sqrt((2n+1)(2k+1)) below the diagonal, -(n+1) on it.

    Gu et al. 2020 (arXiv:2008.07669), Theorem 2. Its eigenvalues are -1, ..., -N.
    """
    n = np.arange(order(N), dtype=np.float64)
    r = np.sqrt(2 * n + 1)
    A = -np.tril(np.outer(r, r), -1) - np.diag(n + 1)
    return System(A, r)


def legt(N: int, window: float = 1.0) -> System:
    """LegT, the last `window` of time: A[n, k] = -sqrt((2n+1)(2k+1)) / w, times (-1)^(n-k) for k > n.

    Gu et al. 2020 (arXiv:2008.07669), Theorem 1, in the orthonormal basis.
    """
    window = positive("window", window)
    n = np.arange(order(N))
    r = np.sqrt(2.0 * n + 1)
    signs = np.where(n[:, None] >= n, 1.0, (-1.0) ** (n[:, None] - n))
    return System(-np.outer(r, r) * signs / window, r / window)


def legs_product(v: Array) -> Array:
    """A v for the A of LegS in O(N): n v[n] - sqrt(2n+1) times a running sum. `v` is (..., N)."""
    xp, v = _vectors(v)
    n, r = _degrees(xp, v)
    return n * v - r * xp.cumulative_sum(r * v, axis=-1)


def legs_solve(v: Array, step: float) -> Array:
    """z with (I - step A) z = v for the A of LegS in O(N). `v` is (..., N) and `step` >= 0.

    One sweep: z[n] = (v[n] - step r[n] S[n-1]) / (1 + step (n+1)) with r[n] = sqrt(2n+1) and the
    running sum S of r z. On NumPy the sum is a bidiagonal solve of LAPACK's.
    """
    xp, v = _vectors(v)
    if not 0 <= step < np.inf:
        raise ArgumentError(f"step must be at least 0 and finite, got {step}")
    n, r = _degrees(xp, v)
    below = 1 + step * (n + 1)
    if isinstance(v, np.ndarray):
        sums = _running_sum(v, n, r, step)
        before = np.concatenate([np.zeros_like(sums[..., :1]), sums[..., :-1]], axis=-1)
        return (v - step * r * before) / below
    total, found = xp.zeros_like(v[..., 0]), []
    for degree in range(v.shape[-1]):
        z = (v[..., degree] - step * r[degree] * total) / below[degree]
        total = total + r[degree] * z
        found.append(z)
    return xp.stack(found, axis=-1)


def order(N: Any) -> int:
    """`N` as the order of a projection; ArgumentError unless it is an integer of at least 1."""
    number = integer("N", N)
    if number < 1:
        raise ArgumentError(f"N must be at least 1, got {number}")
    return number


def positive(name: str, value: float) -> float:
    """`value` if it is a positive finite number; ArgumentError if not."""
    if not 0 < value < np.inf:
        raise ArgumentError(f"{name} must be positive and finite, got {value}")
    return float(value)


def _running_sum(v: Any, n: Any, r: Any, step: float) -> Any:
    """S with S[n] (1 + step (n+1)) = (1 - step n) S[n-1] + r[n] v[n]."""
    from scipy.linalg import solve_banded  # type: ignore[import-untyped]

    bands = np.ones((2, v.shape[-1]), dtype=v.real.dtype)
    bands[0] = 1 + step * (n + 1)
    bands[1, :-1] = step * n[1:] - 1
    right = np.reshape(r * v, (-1, v.shape[-1])).T
    return np.reshape(solve_banded((1, 0), bands, right, check_finite=False).T, v.shape)


def _degrees(xp: Namespace, v: Array) -> tuple[Array, Array]:
    """n and sqrt(2n+1), real, in the precision and on the device of `v`."""
    real = xp.real(v).dtype if xp.isdtype(v.dtype, "complex floating") else v.dtype
    n = xp.arange(v.shape[-1], dtype=real, device=v.device)
    return n, (2 * n + 1) ** 0.5


def _vectors(v: Array) -> tuple[Namespace, Array]:
    xp = namespace("v", v)
    if v.ndim < 1 or v.shape[-1] == 0:
        raise ShapeError(f"v must have shape (..., N) with N at least 1, got {tuple(v.shape)}")
    return xp, floating(xp, "v", v)
