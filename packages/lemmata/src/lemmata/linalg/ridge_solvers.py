"""The two ways to solve a ridge problem: through the smaller Gram matrix, or through the SVD.

The first costs a fraction of the second and squares the condition number; it gives up, with None,
where that would cost more than a third of the digits.
"""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import array_api_compat

from lemmata.arrays import Array, Namespace, adjoint, conjugate, epsilon_of, real_part, squares
from lemmata.linalg.ridge_design import Design

Route: TypeAlias = Literal["primal", "dual", "svd"]


@dataclass(frozen=True, slots=True)
class Solution:
    """What a solver finds for a design."""

    weights: Array  # (..., d, t)
    dual: Array  # (..., n, t), of the samples without their weights
    residuals: Array  # (..., n, t)
    loo_residuals: Array  # (..., n, t)
    leverages: Array  # (..., n)
    route: Route


@dataclass(frozen=True, slots=True)
class Decomposition:
    """root X = U diag(sigma) V*, what is rounding taken for 0: serves every penalty."""

    problem: Design
    U: Array  # (..., n, k)
    sigma: Array  # (..., k), 0 where it was rounding
    Vh: Array | None  # (..., k, d); None where U and sigma come from a Gram matrix
    projected: Array  # (..., k, t): U* root Y
    outside: Array  # (..., n): the diagonal of I - (intercept) - U U*, clipped at rounding


def by_gram(problem: Design, penalty: float) -> Solution | None:
    """Through (X*X + penalty I)^-1 or (XX* + penalty I)^-1, whichever is smaller.

    Where the samples can be interpolated it is the second: its coefficients are accurate although
    the residuals vanish with the penalty.
    """
    xp, X = problem.xp, problem.weighted(problem.X)
    n, d = X.shape[-2:]
    Xh = adjoint(xp, X)
    primal = d < n - 1
    inverse = _inverse(problem, Xh @ X if primal else X @ Xh, penalty)
    if inverse is None:
        return None
    if primal:
        weights = inverse @ (Xh @ problem.weighted(problem.Y))
        left = 1 - problem.share - real_part(xp, xp.sum((X @ inverse) * conjugate(xp, X), axis=-1))
        residuals = problem.Y - problem.X @ weights
        dual = problem.weighted(problem.weighted(residuals)) / penalty
    else:
        coefficients = inverse @ problem.weighted(problem.Y)
        weights = Xh @ coefficients
        left = penalty * real_part(xp, xp.linalg.diagonal(inverse)) - problem.share
        residuals = problem.Y - problem.X @ weights
        dual = problem.weighted(coefficients)
    if bool(xp.any(left < _lost(problem))):
        return None  # a difference of nearly equal numbers
    loo = _quotient(xp, residuals, left)
    return Solution(weights, dual, residuals, loo, 1 - left, "primal" if primal else "dual")


def decomposed(problem: Design, least: float = 0.0) -> Decomposition:
    """The SVD of the weighted samples, once for all penalties from `least` on.

    Where the samples are no more than the features, and `least` is large enough to leave two
    thirds of the digits, U and sigma come from the eigenvectors of XX*, at a fraction of the cost.
    """
    xp, X = problem.xp, problem.weighted(problem.X)
    n, d = X.shape[-2:]
    rounding = max(n, d) * epsilon_of(xp, X)
    if n <= d and least > 0:
        powers, U = xp.linalg.eigh(X @ adjoint(xp, X))
        top = powers[..., -1:]
        if bool(xp.all((top + least) * _lost(problem) <= least)):
            sigma = xp.sqrt(xp.where(powers > rounding * top, powers, xp.zeros_like(powers)))
            return _decomposition(problem, U, sigma, None, rounding)
    U, sigma, Vh = xp.linalg.svd(X, full_matrices=False)
    sigma = xp.where(sigma > rounding * sigma[..., :1], sigma, xp.zeros_like(sigma))
    return _decomposition(problem, U, sigma, Vh, rounding)


def _decomposition(
    problem: Design, U: Array, sigma: Array, Vh: Array | None, rounding: float
) -> Decomposition:
    xp = problem.xp
    U = xp.where((sigma > 0)[..., None, :], U, xp.zeros_like(U))
    outside = 1 - problem.share - xp.sum(squares(xp, U), axis=-1)
    outside = xp.where(outside > 8 * rounding, outside, xp.zeros_like(outside))
    projected = adjoint(xp, U) @ problem.weighted(problem.Y)
    return Decomposition(problem, U, sigma, Vh, projected, outside)


def by_svd(found: Decomposition, penalty: float) -> Solution:
    """sigma / (sigma^2 + penalty) for each direction; penalty 0 is the least norm."""
    problem, xp = found.problem, found.problem.xp
    inside, within = over_penalty(found, penalty)
    if found.Vh is None:
        weights = adjoint(xp, problem.weighted(problem.X)) @ inside
    else:
        filtered = found.sigma * reciprocals(found, penalty)
        weights = adjoint(xp, found.Vh) @ (
            _as(problem.Y, xp, filtered)[..., None] * found.projected
        )
    residuals = problem.Y - problem.X @ weights
    left = found.outside + penalty * within
    tight = (found.outside == 0)[..., None]
    dual = problem.weighted(inside)
    if penalty > 0:
        spread = problem.weighted(problem.weighted(residuals)) / penalty
        dual = xp.where(tight, dual, spread)
    limit = _quotient(xp, inside, within)
    if problem.root is not None:
        limit = limit / xp.where(tight, problem.root, xp.ones_like(problem.root))
    loo = xp.where(tight, limit, _quotient(xp, residuals, left))
    route: Route = "svd" if found.Vh is not None else "dual"
    return Solution(weights, dual, residuals, loo, 1 - left, route)


def over_penalty(found: Decomposition, penalty: float) -> tuple[Array, Array]:
    """root residuals / penalty and (1 - leverages) / penalty, as far as U reaches.

    Where nothing is outside of U that is all of them, and finite at penalty 0 where they vanish.
    """
    xp = found.problem.xp
    shrunk = reciprocals(found, penalty)
    inside = found.U @ (_as(found.U, xp, shrunk)[..., None] * found.projected)
    return inside, xp.sum(squares(xp, found.U) * shrunk[..., None, :], axis=-1)


def reciprocals(found: Decomposition, penalty: float) -> Array:
    """1 / (sigma^2 + penalty), and 0 for a direction that is not there."""
    xp, there = found.problem.xp, found.sigma > 0
    denominator = xp.where(there, found.sigma**2 + penalty, xp.ones_like(found.sigma))
    return xp.where(there, 1 / denominator, xp.zeros_like(found.sigma))


def _inverse(problem: Design, G: Array, penalty: float) -> Array | None:
    """(G + penalty I)^-1, or None where it is too ill-conditioned to be of use."""
    xp, k, epsilon = problem.xp, G.shape[-1], epsilon_of(problem.xp, G)
    norm = xp.max(xp.sum(xp.abs(G), axis=-1), axis=-1)
    if penalty == 0 or bool(xp.any(penalty <= k * epsilon * norm)):
        return None
    identity = xp.eye(k, dtype=G.dtype, device=array_api_compat.device(G))
    inverse = xp.linalg.inv(G + penalty * identity)
    condition = (norm + penalty) * xp.max(xp.sum(xp.abs(inverse), axis=-1), axis=-1)
    return None if bool(xp.any(condition * _lost(problem) > 1)) else inverse


def _lost(problem: Design) -> float:
    """The loss of digits that is too much: epsilon^(1/3) leaves two thirds of them."""
    return float(epsilon_of(problem.xp, problem.X) ** (1 / 3))


def _quotient(xp: Namespace, array: Array, size: Array) -> Array:
    """`array` (..., n, t) over `size` (..., n), NaN where that is 0."""
    size = size[..., None]
    some = size > 0
    divisor = xp.astype(xp.where(some, size, xp.ones_like(size)), array.dtype, copy=False)
    return xp.where(some, array / divisor, xp.full_like(array, math.nan))


def _as(like: Array, xp: Namespace, array: Array) -> Array:
    return xp.astype(array, like.dtype, copy=False)
