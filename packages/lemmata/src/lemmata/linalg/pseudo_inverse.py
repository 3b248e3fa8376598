"""The Moore-Penrose inverse, with a cut-off that knows its dtype and a gradient that needs no SVD's.

The inverse is discontinuous where a rank changes, so the rank that was used is part of the answer
(`pinv_with_rank`). Refused: a fixed cut-off such as 1e-15, below which single precision has no
digits at all, and Newton-Schulz iterations, which need 2 log2(condition) products to get as far.
"""

import math
from dataclasses import dataclass

import array_api_compat

from lemmata.arrays import (
    Array,
    Namespace,
    adjoint,
    constant,
    epsilon_of,
    is_tracked,
    largest,
    matrices,
)
from lemmata.errors import ArgumentError


@dataclass(frozen=True, slots=True)
class PseudoInverse:
    """A stack of pseudo-inverses, and what was decided to find them."""

    inverse: Array  # (..., n, m)
    rank: Array  # (...), integer: how many singular values were inverted
    singular_values: Array  # (..., min(m, n)), descending, those below the cut-off included
    cutoff: Array  # (...): singular values up to here were taken for 0

    def condition(self) -> Array:
        """sigma_1 / sigma_rank, (...): the condition number of what was inverted; 1 for rank 0."""
        xp = array_api_compat.array_namespace(self.singular_values)
        if not self.singular_values.shape[-1]:
            return xp.ones_like(self.cutoff)
        kept = self.singular_values > self.cutoff[..., None]
        first = self.singular_values[..., :1]
        last = xp.min(xp.where(kept, self.singular_values, first), axis=-1)
        some = self.rank > 0
        ratio = first[..., 0] / xp.where(some, last, xp.ones_like(last))
        return xp.where(some, ratio, xp.ones_like(ratio))


def pinv(A: Array, *, rtol: float | None = None, atol: float | None = None) -> Array:
    """The Moore-Penrose inverse of each matrix of `A`, shape (..., m, n) to (..., n, m).

    Singular values up to max(atol, rtol * sigma_1) are taken for 0; `rtol` defaults to
    max(m, n) * machine epsilon of the dtype (the rule of numpy's matrix_rank, torch and scipy) and
    `atol` to 0. Where the noise of the data is known, say so with `atol`. The rank that this comes
    to is in `pinv_with_rank`. The inverse of a zero matrix is 0, of one with a side of 0 is empty.

    Never form it to solve a system: `ridge` or a least-squares solver needs fewer roundings.

    The gradient on PyTorch is Golub and Pereyra's closed form, the derivative among matrices of the
    same rank: no difference of singular values is in a denominator, so repeated ones are harmless.
    It can be differentiated again. JAX differentiates through the decomposition.

    Penrose 1955 (doi:10.1017/S0305004100030401) for the inverse; G. H. Golub & V. Pereyra 1973
    (doi:10.1137/0710036) for its derivative. Real and complex, 32 and 64 bits a component.

    Raises DtypeError, ShapeError, NonFiniteError, ArgumentError.
    """
    return pinv_with_rank(A, rtol=rtol, atol=atol).inverse


def pinv_with_rank(
    A: Array, *, rtol: float | None = None, atol: float | None = None
) -> PseudoInverse:
    """As `pinv`, with the rank, the singular values and the cut-off that it used.

    The last three are constants to differentiation.
    """
    xp, A = matrices("A", A)
    rtol = _default_rtol(xp, A) if rtol is None else _level("rtol", rtol)
    atol = 0.0 if atol is None else _level("atol", atol)
    if 0 in A.shape:
        return _empty(xp, A, atol)
    largest(xp, "A", A, (-2, -1))
    if A.shape[-2] < A.shape[-1]:  # the derivative is cheap for tall matrices
        found = _of_tall(xp, adjoint(xp, A), rtol, atol)
        inverse = adjoint(xp, found.inverse)
        return PseudoInverse(inverse, found.rank, found.singular_values, found.cutoff)
    return _of_tall(xp, A, rtol, atol)


def _of_tall(xp: Namespace, A: Array, rtol: float, atol: float) -> PseudoInverse:
    if is_tracked(A):
        from lemmata.linalg.pseudo_inverse_torch import invert_with_gradient

        inverse, sigma, cutoff = invert_with_gradient(A, rtol, atol)
    else:
        inverse, sigma, cutoff = invert(xp, A, rtol, atol)
    sigma, cutoff = constant(sigma), constant(cutoff)
    rank = xp.count_nonzero(sigma > cutoff[..., None], axis=-1)
    return PseudoInverse(inverse, rank, sigma, cutoff)


def invert(xp: Namespace, A: Array, rtol: float, atol: float) -> tuple[Array, Array, Array]:
    """(A^+, singular values, cut-off) of a stack that is not empty: A^+ = V Sigma^+ U*."""
    U, sigma, Vh = xp.linalg.svd(A, full_matrices=False)
    cutoff = xp.maximum(rtol * sigma[..., 0], xp.full_like(sigma[..., 0], atol))
    kept = sigma > cutoff[..., None]
    reciprocal = xp.where(kept, 1 / xp.where(kept, sigma, xp.ones_like(sigma)), 0 * sigma)
    V = adjoint(xp, Vh)
    inverse = (V * xp.astype(reciprocal[..., None, :], V.dtype)) @ adjoint(xp, U)
    return inverse, sigma, cutoff


def _default_rtol(xp: Namespace, A: Array) -> float:
    return float(max(A.shape[-2:])) * epsilon_of(xp, A)


def _level(name: str, value: float) -> float:
    if not (value >= 0 and math.isfinite(value)):
        raise ArgumentError(f"{name} must be finite and at least 0, got {value}")
    return float(value)


def _empty(xp: Namespace, A: Array, atol: float) -> PseudoInverse:
    inverse = xp.zeros_like(xp.matrix_transpose(A))
    sizes = xp.abs(A)  # sums over nothing have the shape, dtype and device that are wanted
    sigma = xp.sum(sizes, axis=-1 if A.shape[-2] <= A.shape[-1] else -2)
    cutoff = xp.sum(sizes, axis=(-2, -1)) + atol
    return PseudoInverse(inverse, xp.count_nonzero(sigma, axis=-1), sigma, cutoff)
