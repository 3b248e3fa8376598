"""How far from the best possible: an upper bound of what any rank-k approximation can capture.

Ritz values bound the captured energy from below. From above it takes a bound of what lies outside
the subspace, which no finite number of products gives for certain: it comes from Lanczos with a
random start, and holds with a stated probability. Refused: extrapolation, which proves nothing.
"""

import math
from typing import Any

import numpy as np

from lemmata.arrays import Array, adjoint, epsilon_of, squares
from lemmata.linalg.operators import Operator
from lemmata.linalg.orthonormal import host, outside


def best_energy_bound(T: Any, B: Any, tau: float, k: int, rest: int) -> float:
    """An upper bound of the sum of the k largest eigenvalues of G, which is >= 0 and unknown.

    Known are T = Q* G Q on an orthonormal basis Q, B with G Q - Q T = X B for orthonormal X, and
    `tau` >= ||C||, the norm of G on the complement of Q. In the basis of Q, X and the `rest` of
    the directions, G is at most [[T, B*, 0], [B, tau, 0], [0, 0, tau]] in Loewner's order, and
    eigenvalues are monotone.
    """
    d, b = T.shape[0], B.shape[0]
    M = np.zeros((d + b, d + b), T.dtype)
    M[:d, :d], M[d:, :d], M[:d, d:] = T, B, B.conj().T
    M[d:, d:] = tau * np.eye(b)
    values = np.concatenate([np.linalg.eigvalsh(M), np.full(min(rest, k), tau)])
    return float(np.sum(np.sort(values)[::-1][:k]))


def norm_outside(
    operator: Operator, panels: list[Array], failure: float, steps: int, draw: Any
) -> tuple[float, Array]:
    """A bound of ||P A* A P||, P the projection off `panels`, and the vector that shows most of it.

    It holds with probability 1 - `failure` over the Gaussian start: s steps of Lanczos find the
    largest eigenvalue but for a factor (see `shortfall`).
    """
    xp, n = operator.xp, operator.shape[1]
    free = n - sum(int(panel.shape[1]) for panel in panels)
    v = outside(xp, draw((n, 1)), panels)
    v = outside(xp, v / _norm(xp, v), panels)
    basis = [v / _norm(xp, v)]
    diagonal: list[float] = []
    below: list[float] = []
    for _ in range(min(steps, free)):
        z = outside(xp, operator.normal_times(basis[-1]), panels)
        diagonal.append(float(host(adjoint(xp, basis[-1]) @ z).real[0, 0]))
        z = outside(xp, outside(xp, z, basis), basis)
        size = _norm(xp, z)
        below.append(size)
        if size <= 10 * epsilon_of(xp, z) * max(diagonal):
            break
        basis.append(z / size)
    s = len(diagonal)
    T = np.diag(diagonal) + np.diag(below[: s - 1], 1) + np.diag(below[: s - 1], -1)
    values, vectors = np.linalg.eigh(T)
    found = max(float(values[-1]), 0.0)
    direction = sum(float(c) * b for c, b in zip(vectors[:, -1], basis, strict=False))
    epsilon = 0.0 if s == free or s < min(steps, free) else shortfall(s, free, failure)
    return found / (1 - epsilon), direction


def shortfall(steps: int, n: int, failure: float) -> float:
    """The epsilon in: Lanczos from a random start finds at least (1 - epsilon) of ||C||.

    C >= 0 of order n; after `steps` steps, with probability 1 - `failure`. With angle theta
    between start and the first eigenvector, the Chebyshev polynomial of degree steps - 1 on
    [0, (1 - epsilon) ||C||] shows it where epsilon T(x)^2 >= (1 - epsilon) tan(theta)^2,
    x = (1 + epsilon)/(1 - epsilon); and |cos(theta)| >= failure sqrt(pi / 2n) but for that
    probability. Of the form of Kuczynski & Wozniakowski 1992, independent of the spectrum.
    """
    log_tangent = math.log(2 * n / (math.pi * failure**2)) / 2
    low, high = 1e-12, 1 - 1e-12
    for _ in range(60):
        epsilon = math.sqrt(low * high) if high < 0.5 else (low + high) / 2
        x = 2 * math.atanh(math.sqrt(epsilon)) * (steps - 1)  # T(x) = cosh of this
        log_T = x + math.log1p(math.exp(-2 * x)) - math.log(2)
        if 2 * log_T + math.log(epsilon) - math.log1p(-epsilon) >= 2 * log_tangent:
            high = epsilon
        else:
            low = epsilon
    return high


def _norm(xp: Any, v: Array) -> float:
    return math.sqrt(float(xp.sum(squares(xp, v))))
