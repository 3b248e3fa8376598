"""A Hessian seen through its products with vectors: its diagonal, and its largest eigenvalue.

`product(v)` gives H v for a symmetric H of side n; v is like `like`, of shape (n,), whose library,
device and dtype everything is in. Each estimate comes with its error. Refused: power iteration,
which needs the square of Lanczos's number of products and has no better error bound.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lemmata.arrays import Array, Namespace, epsilon_of, floating, is_complex, namespace
from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError

Product = Callable[[Array], Array]


@dataclass(frozen=True, slots=True)
class Diagonal:
    """The diagonal of H and the standard error of each of its entries (0 where it is exact)."""

    values: Array
    standard_error: Array
    products: int


@dataclass(frozen=True, slots=True)
class Eigenvalue:
    """An approximate eigenvalue, its residual ||H v - value v||, and its unit vector v.

    H has an eigenvalue within `residual` of `value`; the largest is at least `value`.
    """

    value: float
    residual: float
    vector: Array
    products: int


def exact_diagonal(product: Product, like: Array) -> Diagonal:
    """diag(H) from n products with unit vectors."""
    xp, like = _real_vector(like)
    index = xp.arange(like.shape[0], device=like.device)
    columns = [product(xp.astype(index == i, like.dtype))[i] for i in range(int(like.shape[0]))]
    values = _finite(xp, xp.stack(columns))
    return Diagonal(values, xp.zeros_like(values), len(columns))


def hutchinson_diagonal(
    product: Product, like: Array, samples: int = 32, rng: Any = None
) -> Diagonal:
    """diag(H) from `samples` >= 2 products with random signs z: the mean of z * (H z).

    M. Hutchinson's estimator for the diagonal (C. Bekas, E. Kokiopoulou & Y. Saad, "An estimator
    for the diagonal of a matrix", 2007, doi:10.1016/j.apnum.2007.01.003). Unbiased; the variance of
    entry i is sum over j != i of H_ij^2, over `samples`: a diagonal H is exact. `rng` is a
    numpy.random.Generator or a seed (None: fresh entropy).
    """
    from numpy.random import default_rng

    xp, like = _real_vector(like)
    if samples < 2:
        raise ArgumentError(f"samples must be at least 2, got {samples}")
    generator = default_rng(rng)
    mean = spread = xp.zeros_like(like)
    for count in range(1, samples + 1):
        signs = 2.0 * generator.integers(0, 2, like.shape[0]) - 1.0
        z = xp.asarray(signs, dtype=like.dtype, device=like.device)
        seen = z * product(z)
        change = seen - mean
        mean = mean + change / count
        spread = spread + change * (seen - mean)
    error = xp.sqrt(spread / (samples * (samples - 1)))
    return Diagonal(_finite(xp, mean), error, samples)


def largest_eigenvalue(
    product: Product,
    like: Array,
    *,
    rtol: float = 1e-3,
    max_products: int = 100,
    rng: Any = None,
) -> Eigenvalue:
    """The algebraically largest eigenvalue of H, by Lanczos with full reorthogonalisation.

    Stops when the residual is at most rtol * |value|, or after `max_products`; the residual says
    how good it is. The start is random (`rng` as in `hutchinson_diagonal`).
    """
    from numpy.linalg import eigh
    from numpy.random import default_rng

    xp, like = _real_vector(like)
    n = int(like.shape[0])
    if max_products < 1:
        raise ArgumentError(f"max_products must be at least 1, got {max_products}")
    start = xp.asarray(default_rng(rng).standard_normal(n), dtype=like.dtype, device=like.device)
    basis = [start / math.sqrt(float(start @ start))]
    diagonal: list[float] = []
    beside: list[float] = []
    while True:
        w = _finite(xp, product(basis[-1]))
        diagonal.append(float(w @ basis[-1]))
        size = math.sqrt(float(w @ w))
        for _ in range(2):  # once is not enough where w is nearly in the span
            for v in basis:
                w = w - (w @ v) * v
        rest = math.sqrt(float(w @ w))
        values, vectors = eigh(_tridiagonal(diagonal, beside))
        value, weights = float(values[-1]), vectors[:, -1]
        residual = rest * abs(float(weights[-1]))
        done = residual <= max(rtol * abs(value), 4 * epsilon_of(xp, like) * size)
        if done or len(diagonal) >= min(n, max_products):
            vector = sum((float(c) * v for c, v in zip(weights, basis, strict=True)), 0.0 * like)
            return Eigenvalue(value, residual, vector, len(diagonal))
        beside.append(rest)
        basis.append(w / rest)


def _tridiagonal(diagonal: list[float], beside: list[float]) -> Any:
    import numpy as np

    return np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)


def _real_vector(like: Array) -> tuple[Namespace, Array]:
    xp = namespace("like", like)
    if like.ndim != 1 or like.shape[0] == 0:
        raise ShapeError(f"like must have shape (n,), n at least 1, got {tuple(like.shape)}")
    like = floating(xp, "like", like)
    if is_complex(xp, like):
        raise DtypeError(f"like must be real, got dtype {like.dtype}")
    return xp, like


def _finite(xp: Namespace, values: Array) -> Array:
    if not bool(xp.all(xp.isfinite(values))):
        raise NonFiniteError(
            "products with the Hessian must be finite, got NaN or infinite entries"
        )
    return values
