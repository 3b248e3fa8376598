"""A matrix product from a few of its columns and rows: XY = sum of x_i y_i over l, c of them kept.

The sampled form is unbiased with a known expected error; the chosen forms are better and have
none. Refused: sampling without replacement, whose scaling (Horvitz and Thompson's) has no closed
expected error here; and vectors of m n entries anywhere in the choice.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias, cast, get_args

import array_api_compat
import numpy as np

from lemmata.arguments import check_choice, integer
from lemmata.arrays import Array, Namespace, largest, matrices
from lemmata.errors import ArgumentError, DtypeError, ShapeError
from lemmata.linalg.column_row_terms import Numbers, Terms
from lemmata.linalg.column_row_weights import optimal_weights, pursuit

Method: TypeAlias = Literal["norm", "uniform", "topk", "omp"]
Weights: TypeAlias = Literal["unbiased", "optimal", "none"]
DRAWN = ("norm", "uniform")
DEFAULT_WEIGHTS: dict[str, Weights] = {
    "norm": "unbiased",
    "uniform": "unbiased",
    "topk": "none",
    "omp": "optimal",
}


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """XY as X[:, indices] diag(weights) Y[indices, :]. Relative means over ||XY||_F."""

    product: Array  # (m, n)
    indices: Array  # (r,), distinct; r <= c, as draws of the same are merged
    weights: Array  # (r,)
    error_bound: float  # E or error of ||product - XY||_F over ||X||_F ||Y||_F, at most
    expected_relative_error: float | None  # root mean square over draws, where certified
    relative_error: float | None  # of this product, where certified


def cr_matmul(
    X: Array,
    Y: Array,
    c: int,
    method: Method = "norm",
    weights: Weights | None = None,
    rng: np.random.Generator | int | None = None,
    *,
    certify: bool = False,
) -> ColumnRow:
    """The product of `X` (m, l) and `Y` (l, n) from `c` columns of X and rows of Y.

    =========  ======================================================  =================
    method     which i                                                 weights, if unsaid
    =========  ======================================================  =================
    norm       c draws with p_i ~ ||x_i|| ||y_i||                      unbiased
    uniform    c draws with p_i = 1/l                                  unbiased
    topk       the c largest ||x_i|| ||y_i||, the first of equals      none
    omp        greedily, by what is left to explain of XY              optimal
    =========  ======================================================  =================

    `weights`: "unbiased", count / (c p_i), is for draws; "none" keeps each as it is, once;
    "optimal" are the least-squares weights, the best that any can do for these indices, from
    products of r x l Grams (not unbiased, and not cheap: O(r l (m + n)) beside the O(m n r) of the
    product). `rng` is a Generator or a seed, for draws; None is fresh entropy.

    For draws E||product - XY||_F^2 = (sum_i ||x_i||^2 ||y_i||^2 / p_i - ||XY||_F^2) / c, least
    for "norm" (P. Drineas, R. Kannan & M. W. Mahoney, "Fast Monte Carlo algorithms for matrices I:
    approximating matrix multiplication", 2006, doi:10.1137/S0097539704442684, Lemmas 3 and 4).
    `error_bound` leaves ||XY|| out of it and comes for nothing; for chosen indices it is the sum of
    the ||x_i|| ||y_i|| that were dropped. `certify=True` computes the relative errors, which takes
    two exact products: to judge the method on one's data, not to use it.

    The error falls like 1/sqrt(c): for l of a few hundred the exact product is the better one.
    Gradients (PyTorch, JAX) take indices and weights as constants: those of this estimate.

    Raises DtypeError, ShapeError, NonFiniteError, ArgumentError.
    """
    xp, X, Y = _factors(X, Y)
    weights = _checked_weights(method, weights)
    c = _checked_count(c, X.shape[1], method)
    terms = Terms.of(xp, X, Y)
    chosen, counts = _choose(terms, c, method, rng)
    indices = xp.asarray(chosen, device=array_api_compat.device(X))
    if weights == "optimal" and chosen.size:
        scale = optimal_weights(xp, terms.X, terms.Y, indices)
    else:
        plain = (
            counts / (c * terms.odds(method)[chosen]) if weights == "unbiased" else 0 * counts + 1
        )
        scale = xp.asarray(plain, dtype=X.dtype, device=array_api_compat.device(X))
    product = (xp.take(X, indices, axis=1) * scale) @ xp.take(Y, indices, axis=0)
    bound = terms.bound(c, method, weights, chosen)
    if not certify:
        return ColumnRow(product, indices, scale, bound, None, None)
    norm = terms.norm()
    expected = terms.expected(c, method, norm) if weights == "unbiased" else None
    return ColumnRow(product, indices, scale, bound, expected, terms.error(indices, scale, norm))


def _choose(
    terms: Terms, c: int, method: Method, rng: np.random.Generator | int | None
) -> tuple[Numbers, Numbers]:
    """Distinct indices, and how often each was drawn."""
    width = len(terms.sizes)
    if c == 0 or not terms.sizes.any():
        chosen = np.arange(0)
    elif method == "omp":
        chosen = np.asarray(pursuit(terms.xp, terms.X, terms.Y, c), dtype=np.int64)
    elif method == "topk":
        chosen = np.argsort(-terms.sizes, kind="stable")[:c]
    else:
        draws = np.random.default_rng(rng).choice(width, size=c, p=terms.odds(method))
        return np.unique(draws, return_counts=True)
    return chosen, np.ones(len(chosen))


def _factors(X: Array, Y: Array) -> tuple[Namespace, Array, Array]:
    xp, X = matrices("X", X)
    other, Y = matrices("Y", Y)
    if other is not xp:
        raise DtypeError("Y must be an array of the same library as X")
    if X.ndim != 2 or Y.ndim != 2 or X.shape[1] != Y.shape[0]:
        raise ShapeError(
            f"X and Y must have shapes (m, l) and (l, n), got {tuple(X.shape)} and {tuple(Y.shape)}"
        )
    for name, array in (("X", X), ("Y", Y)):
        if 0 not in array.shape:
            largest(xp, name, array, (0, 1))
    dtype = xp.result_type(X.dtype, Y.dtype)
    return xp, xp.astype(X, dtype, copy=False), xp.astype(Y, dtype, copy=False)


def _checked_weights(method: str, weights: str | None) -> Weights:
    check_choice("method", method, get_args(Method))
    if weights is None:
        return DEFAULT_WEIGHTS[method]
    check_choice("weights", weights, get_args(Weights))
    if weights == "unbiased" and method not in DRAWN:
        raise ArgumentError(f"weights='unbiased' belongs to draws; method={method!r} makes none")
    return cast(Weights, weights)


def _checked_count(c: int, width: int, method: str) -> int:
    c = integer("c", c)
    if c < 0 or (c > width and method not in DRAWN):
        most = "" if method in DRAWN else f" and at most the {width} columns of X"
        raise ArgumentError(f"c must be at least 0{most}, got {c}")
    return c
