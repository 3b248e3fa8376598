"""Effective rank: how many directions a matrix really uses, in every definition with a name.

One function with a `kind`, not one function a definition: the definitions disagree by factors on
the same matrix, and a caller should have to name the one that is meant.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Literal, TypeAlias, get_args

from lemmata.arguments import check_choice
from lemmata.arrays import (
    Array,
    Namespace,
    floating,
    is_complex,
    is_traced,
    matrices,
    namespace,
    squares,
)
from lemmata.errors import ArgumentError, DtypeError, ShapeError
from lemmata.linalg import kinds
from lemmata.linalg.spectrum import (
    GivenSpectrum,
    MatrixSpectrum,
    Spectrum,
    centred,
    in_range,
)

Kind: TypeAlias = Literal[
    "entropy", "participation", "stable", "nuclear", "numerical", "energy", "gavish_donoho"
]
COUNTS = ("numerical", "energy", "gavish_donoho")
Measure: TypeAlias = Callable[[Spectrum], Array]


def effective_rank(
    A: Array,
    kind: Kind | None = None,
    *,
    q: float | None = None,
    power: Literal[1, 2] | None = None,
    epsilon: float | None = None,
    center: bool = False,
) -> Array:
    """The effective rank of each matrix of `A`, shape (..., m, n) to (...). No units.

    With no more said it is Roy and Vetterli's: exp(H(p)), p = sigma / sum(sigma). Else:

    ================  ==================================================  ====================
    kind              definition                                          source
    ================  ==================================================  ====================
    entropy           exp(-sum p log p), p_i = sigma_i / sum(sigma)       Roy & Vetterli 2007
    participation     (sum sigma^2)^2 / sum(sigma^4)                      Gao et al. 2017
    stable            ||A||_F^2 / ||A||_2^2                               Rudelson & Vershynin
    nuclear           ||A||_* / ||A||_2                                   Ipsen & Saibaba 2024
    numerical         number of sigma_i > epsilon sigma_1                 numpy's matrix_rank
    energy            least r with ||A_r||_F >= (1 - epsilon) ||A||_F     Eckart-Young truncation
    gavish_donoho     number of sigma_i > omega(m/n) median(sigma)        Gavish & Donoho 2014
    (q and/or power)  N_q = (sum p^q)^(1/(1-q)), p_i ~ sigma_i^power      Hill 1973
    ================  ==================================================  ====================

    `q` >= 0 (infinity included) and `power` in {1, 2} choose any member of Hill's family, and
    default to 1; entropy, participation, stable and nuclear are (q, power) = (1, 1), (2, 2),
    (inf, 2), (inf, 1). `epsilon` in [0, 1) belongs to numerical (default max(m, n) * machine
    epsilon) and energy (no default). `center` takes the mean of the rows off first, which changes
    everything where the rows are samples with a mean. The functions of `lemmata.linalg.kinds`
    tell the sources and the fine print.

    The zero matrix and a matrix with a side of 0 have rank 0. The answer does not depend on scale,
    and is real, in the precision of `A`; numerical, energy and gavish_donoho are integers and have
    no gradient. participation and stable need no singular value decomposition. Elsewhere singular
    values up to max(m, n) * machine epsilon * sigma_1 are rounding, and count as 0.

    Gradients: power=2 and q > 1/2 (participation among them) is differentiable at every non-zero
    matrix, but for q=infinity (stable) where sigma_1 is repeated. With power=1 repeated singular
    values are harmless, but the measure has a kink (a vertical tangent for q <= 1) where a
    singular value is 0: there the gradient is that among matrices of the same rank, and finite.
    At the zero matrix it is 0.

    Raises DtypeError, ShapeError, NonFiniteError, ArgumentError (all also TypeError or ValueError).
    """
    measure = _measure(kind, q, power, epsilon)
    xp, A = matrices("A", A)
    if 0 in A.shape:
        return _nothing(xp, A, kind, (-2, -1))
    A = in_range(xp, "A", A, (-2, -1))
    if center:  # what is left may be far smaller than the mean was
        A = in_range(xp, "A", centred(xp, A), (-2, -1))
    return measure(MatrixSpectrum(xp, A))


def effective_rank_from_spectrum(
    sigma: Array,
    kind: Kind | None = None,
    *,
    q: float | None = None,
    power: Literal[1, 2] | None = None,
    epsilon: float | None = None,
    shape: tuple[int, int] | None = None,
) -> Array:
    """The same from singular values at hand, (..., k) to (...), in any order, zeros included.

    They are taken as exact: only a 0 counts as 0. Eigenvalues of a covariance are squares of
    singular values: pass their roots. `shape` is the (m, n) of the matrix, k = min(m, n); only
    gavish_donoho, and numerical without an `epsilon`, need it. Else as `effective_rank`.
    """
    measure = _measure(kind, q, power, epsilon)
    xp, sigma = _singular_values(sigma)
    if shape is not None and min(shape) != sigma.shape[-1]:
        raise ShapeError(
            f"shape must have min(m, n) = {sigma.shape[-1]}, the number of singular values, "
            f"got {tuple(shape)}"
        )
    if 0 in sigma.shape:
        return _nothing(xp, sigma, kind, -1)
    return measure(GivenSpectrum(xp, _descending(xp, sigma), shape))


def _singular_values(sigma: Array) -> tuple[Namespace, Array]:
    xp = namespace("sigma", sigma)
    if sigma.ndim < 1:
        raise ShapeError("sigma must have shape (..., k), got ()")
    sigma = floating(xp, "sigma", sigma)
    if is_complex(xp, sigma):
        raise DtypeError(f"sigma must be real, got dtype {sigma.dtype}")
    return xp, sigma


def _descending(xp: Namespace, sigma: Array) -> Array:
    ordered = xp.sort(in_range(xp, "sigma", sigma, -1), axis=-1, descending=True)
    if not is_traced(sigma) and bool(xp.any(ordered < 0)):
        raise ArgumentError(
            f"sigma must be non-negative, got a least value of {float(xp.min(sigma)):g}; "
            "singular values are the absolute eigenvalues of a Hermitian matrix"
        )
    return ordered


def _measure(
    kind: str | None, q: float | None, power: int | None, epsilon: float | None
) -> Measure:
    if kind is not None:
        check_choice("kind", kind, get_args(Kind))
    if epsilon is not None:
        _check_epsilon(kind, epsilon)
    if kind is None:
        return _hill(1 if q is None else q, 1 if power is None else power)
    if q is not None or power is not None:
        raise ArgumentError(
            f"kind={kind!r} leaves no choice of q or power; leave kind out for Hill's family"
        )
    if kind == "numerical":
        return partial(kinds.numerical, epsilon=epsilon)
    if kind == "energy":
        if epsilon is None:
            raise ArgumentError(
                "kind='energy' needs an epsilon; 1 - sqrt(0.99) keeps 99 % of the energy"
            )
        return partial(kinds.energy, epsilon=epsilon)
    return kinds.FIXED[kind]


def _hill(q: float, power: int) -> Measure:
    if math.isnan(q) or q < 0:
        raise ArgumentError(f"q must be in [0, infinity], got {q}")
    if power not in (1, 2):
        raise ArgumentError(f"power must be 1 or 2, got {power}")
    return partial(kinds.hill, q=q, power=power)


def _check_epsilon(kind: str | None, epsilon: float) -> None:
    if kind not in ("numerical", "energy"):
        raise ArgumentError("epsilon belongs to kind='numerical' and kind='energy' only")
    if not 0 <= epsilon < 1:
        raise ArgumentError(f"epsilon must be in [0, 1), got {epsilon}")


def _nothing(xp: Namespace, empty: Array, kind: str | None, axis: int | tuple[int, ...]) -> Array:
    if kind in COUNTS:
        return xp.count_nonzero(empty, axis=axis)
    return xp.sum(squares(xp, empty), axis=axis)
