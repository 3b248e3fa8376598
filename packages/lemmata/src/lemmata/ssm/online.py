"""A signal's past in N numbers, kept up to date sample by sample, and read back as a signal.

The exact rule projects the samples held constant, as a polynomial substitution by quadrature, in
O(N^2); the others cost O(N) a sample. Refused: the exponential of ln((k+1)/k) A at every step,
which is the same map in O(N^3) and loses digits as N grows.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lemmata.arguments import check_choice, natural
from lemmata.errors import ArgumentError, NonFiniteError, ShapeError
from lemmata.ssm.discretize import WEIGHTS, check_step, discretize
from lemmata.ssm.hippo import legs_product, legs_solve, legt, order, positive

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LegSMemory:
    """All of the past on N Legendre polynomials; no step size enters (HiPPO-LegS).

    `method`: "exact" for samples held constant, or "bilinear", "backward", "euler". Coefficients
    are float64 of shape (..., N), for any number of signals at once.
    """

    N: int
    method: str = "bilinear"

    def __post_init__(self) -> None:
        order(self.N)
        check_choice("method", self.method, ("exact", *WEIGHTS))

    def update(self, x: ArrayLike, u: ArrayLike, k: int) -> Values:
        """The coefficients after sample `u` (...), the one with number `k` = 0, 1, ...

        `x` (..., N) are those before it; at k = 0 there is no past and they do not matter.
        """
        x, u = _coefficients(x, self.N), _finite("u", u)
        k = natural("k", k)
        first = np.zeros(self.N)
        first[0] = 1.0
        if k == 0:
            return first * u[..., None]
        if self.method == "exact":
            return self._exact(x, u, k)
        weight = WEIGHTS[self.method]
        drive = np.sqrt(2.0 * np.arange(self.N) + 1) * u[..., None]
        moved = x + (1 - weight) / k * legs_product(x)
        moved = moved + ((1 - weight) / k + weight / (k + 1)) * drive
        solved: Values = legs_solve(moved, weight / (k + 1))
        return solved

    def project(self, u: ArrayLike) -> Values:
        """The coefficients (..., N) of signals `u` (..., length) after their last sample."""
        signal = _finite("u", u)
        if signal.ndim < 1 or signal.shape[-1] == 0:
            raise ShapeError(f"u must have shape (..., length >= 1), got {signal.shape}")
        x = np.zeros((*signal.shape[:-1], self.N))
        for k in range(signal.shape[-1]):
            x = self.update(x, signal[..., k], k)
        return x

    def reconstruct(self, x: ArrayLike, t: ArrayLike) -> Values:
        """The polynomials at fractions `t` (m,) of the past, 0 its beginning and 1 now: (..., m)."""
        found: Values = _coefficients(x, self.N) @ legendre(self.N, _fractions(t))
        return found

    def _exact(self, x: Values, u: Values, k: int) -> Values:
        """What was on [0, 1] is on [0, k/(k+1)] now, and u holds on the rest."""
        ratio = k / (k + 1)
        nodes, weights, basis = _quadrature(self.N)
        past = x @ basis * (ratio * weights)
        found: Values = past @ legendre(self.N, ratio * nodes).T + u[..., None] * _held(
            self.N, ratio
        )
        return found


@dataclass(frozen=True, slots=True)
class LegTMemory:
    """The last `window` of time on N Legendre polynomials (HiPPO-LegT, Legendre memory unit)."""

    N: int
    window: float
    step: float = 1.0
    method: str = "zoh"

    def __post_init__(self) -> None:
        order(self.N)
        positive("window", self.window)
        check_step(self.step)
        check_choice("method", self.method, ("zoh", *WEIGHTS))

    def update(self, x: ArrayLike, u: ArrayLike) -> Values:
        """The coefficients (..., N) after one more sample `u` (...)."""
        A, B = self.system()
        found: Values = _coefficients(x, self.N) @ A.T + _finite("u", u)[..., None] * B
        return found

    def project(self, u: ArrayLike) -> Values:
        """The coefficients (..., N) of signals `u` (..., length) after their last sample."""
        signal = _finite("u", u)
        if signal.ndim < 1 or signal.shape[-1] == 0:
            raise ShapeError(f"u must have shape (..., length >= 1), got {signal.shape}")
        A, B = self.system()
        x = np.zeros((*signal.shape[:-1], self.N))
        for k in range(signal.shape[-1]):
            x = x @ A.T + signal[..., k, None] * B
        return x

    def reconstruct(self, x: ArrayLike, t: ArrayLike) -> Values:
        """The polynomials at fractions `t` (m,) of the window, 1 now: (..., m)."""
        found: Values = _coefficients(x, self.N) @ legendre(self.N, _fractions(t))
        return found

    def system(self) -> tuple[Values, Values]:
        """(Abar, Bbar) of one sample."""
        return discretize(*legt(self.N, self.window), self.step, self.method)


def legendre(N: int, t: Values) -> Values:
    """sqrt(2n+1) P_n(2t - 1) for n < N: orthonormal on [0, 1], of shape (N, *t.shape)."""
    scaled = 2 * t - 1
    rows = [np.ones_like(t), scaled]
    for n in range(1, N - 1):
        rows.append(((2 * n + 1) * scaled * rows[n] - n * rows[n - 1]) / (n + 1))
    norms = np.sqrt(2.0 * np.arange(N) + 1)
    found: Values = norms.reshape(N, *(1,) * t.ndim) * np.stack(rows[:N])
    return found


@lru_cache(maxsize=16)
def _quadrature(N: int) -> tuple[Values, Values, Values]:
    """Gauss's nodes and weights on [0, 1], and the basis at the nodes."""
    nodes, weights = np.polynomial.legendre.leggauss(N)
    nodes = (nodes + 1) / 2
    return nodes, weights / 2, legendre(N, nodes)


def _held(N: int, begin: float) -> Values:
    """The integrals of the basis over [begin, 1]: the projection of a step."""
    n = np.arange(N)
    at = legendre(N + 1, np.asarray(begin)) / np.sqrt(2.0 * np.arange(N + 1) + 1)
    before = np.concatenate([[1.0], at[:-2]]) if N > 1 else np.ones(1)
    held: Values = (before - at[1:]) / (2 * np.sqrt(2.0 * n + 1))
    held[0] = 1 - begin
    return held


def _coefficients(x: ArrayLike, N: int) -> Values:
    values = _finite("x", x)
    if values.ndim < 1 or values.shape[-1] != N:
        raise ShapeError(f"x must have shape (..., {N}), got {values.shape}")
    return values


def _fractions(t: ArrayLike) -> Values:
    values = _finite("t", t)
    if values.ndim != 1 or np.any((values < 0) | (values > 1)):
        raise ArgumentError("t must be one row of fractions from 0 (the oldest) to 1 (now)")
    return values


def _finite(name: str, values: ArrayLike) -> Values:
    array = np.asarray(values, dtype=np.float64)
    if not np.all(np.isfinite(array)):
        raise NonFiniteError(f"{name} of shape {array.shape} must be finite")
    return array
