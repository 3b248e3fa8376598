"""Smooth top-k: the public function, its checks, and the straight-through variant."""

import math
from typing import Literal, TypeAlias, get_args

from lemmata.arguments import check_choice
from lemmata.arrays import Array, Namespace, constant, is_traced, is_tracked
from lemmata.errors import ArgumentError
from lemmata.relax.conditional import conditional_mean
from lemmata.relax.projection import onto_capped
from lemmata.relax.rows import Rows, blockwise, in_range, order_statistics, rows_of
from lemmata.relax.threshold import Laplace, Law, Logistic, attached, threshold

Kind: TypeAlias = Literal["sigmoid", "laplace", "euclidean", "subset"]
REACH = 1e4  # scores further than this many tau from the k-th are saturated in every dtype


def soft_topk(
    x: Array,
    k: float,
    tau: float = 1.0,
    kind: Kind = "sigmoid",
    axis: int = -1,
    hard: bool = False,
) -> Array:
    """A smooth indicator of the `k` largest of `x` along `axis`: in [0, 1], with sum k. Shape of x.

    =========  ==========================================================  ====================
    kind       p                                                           source
    =========  ==========================================================  ====================
    sigmoid    1 / (1 + exp(-(x - lambda) / tau)); every p > 0, smooth     arXiv:1906.08707, LML
    laplace    Laplace's distribution function of (x - lambda) / tau       arXiv:2503.06242, LapSum
    euclidean  clip((x - lambda) / tau, 0, 1): sparse, piecewise linear    arXiv:1503.01002
    subset     P(i in S), S of size k with P(S) ~ exp(sum_S x / tau)       arXiv:2210.01941, SIMPLE
    =========  ==========================================================  ====================

    lambda is such that p sums to k, 0 <= k <= n. k may be fractional but for subset and `hard`.
    p rises with x, depends on differences of x / tau only, gives equal scores equal mass, and tends
    to the indicator as tau > 0 falls; the k-th and (k+1)-th score must differ by several tau to be
    told apart. -infinity masks a score (p = 0, gradient 0); each row needs k others.

    Every kind is linear in n (one partition and some 4 passes; subset some 20 passes more, of a long
    row a half), works on any array library, and computes half precision in float32. PyTorch
    differentiates p as often as need be, by the closed form diag(w) - w w^T / <w, 1> (subset: the
    covariance), in O(n), and the gradient is 0 where all is saturated. The sum of p is constant: its
    gradient is 0 by design. JAX differentiates all but subset, outside of jit.

    `hard`: exactly k ones (of equal scores, the first) and zeros, with the gradient of the smooth p.

    Raises ArgumentError (k, tau, kind, too few scores), DtypeError, ShapeError, NonFiniteError.
    """
    _check(k, tau, kind, hard)
    rows = rows_of("x", x, axis, masks=True)
    xp = rows.xp
    in_range(rows, "tau", tau)
    _check_room(rows, k)
    if rows.empty or k in (0, rows.n):
        return rows.back(xp.zeros_like(rows.values) + float(k > 0))
    if not hard:
        return rows.back(_soft(rows, k, tau, kind))
    chosen = _indicator(xp, constant(rows.values), int(k))
    if is_tracked(x):
        from lemmata.relax.implicit_torch import StraightThrough

        chosen = StraightThrough.apply(chosen, _soft(rows, k, tau, kind))  # type: ignore[no-untyped-call]
    elif is_traced(x):
        soft = _soft(rows, k, tau, kind)
        chosen = chosen + (soft - constant(soft))
    return rows.back(chosen)


def _soft(rows: Rows, k: float, tau: float, kind: Kind) -> Array:
    xp = rows.xp
    if kind == "euclidean":
        return onto_capped(rows, k, 1.0, tau)
    if kind == "subset" and is_traced(rows.values):
        raise ArgumentError("kind='subset' has no gradient in JAX, only in PyTorch")
    pivot, _ = order_statistics(xp, constant(rows.values), math.ceil(k))
    z = rows.offsets(pivot, REACH * tau, REACH * tau, tau)
    law: Law = Laplace() if kind == "laplace" else Logistic()
    now = threshold(xp, constant(z), k, law)
    if kind != "subset":
        now = attached(xp, z, now, law.slope)
        return blockwise(xp, lambda part: law.value(xp, part - now), z)
    if is_tracked(z):
        from lemmata.relax.implicit_torch import ConditionalMean

        return ConditionalMean.apply(z - now)  # type: ignore[no-untyped-call]
    return conditional_mean(xp, z - now)


def _indicator(xp: Namespace, values: Array, k: int) -> Array:
    """1 for the k largest of each row and 0 elsewhere; of equals the first ones are taken."""
    least, _ = order_statistics(xp, values, k)
    above, equal = values > least, values == least
    missing = k - xp.count_nonzero(above, axis=-1, keepdims=True)
    earlier = xp.cumulative_sum(xp.astype(equal, missing.dtype), axis=-1)
    return xp.astype(above | (equal & (earlier <= missing)), values.dtype)


def _check(k: float, tau: float, kind: str, hard: bool) -> None:
    check_choice("kind", kind, get_args(Kind))
    if not tau > 0:
        raise ArgumentError(f"tau must be positive, got {tau}")
    if not 0 <= k < math.inf:
        raise ArgumentError(f"k must be finite and at least 0, got {k}")
    if k != int(k) and (hard or kind == "subset"):
        needs = "hard=True" if hard else "kind='subset'"
        raise ArgumentError(f"k must be a whole number for {needs}, got {k}")


def _check_room(rows: Rows, k: float) -> None:
    xp = rows.xp
    if k > rows.n:
        raise ArgumentError(f"k must be at most the {rows.n} scores of a row, got {k}")
    if rows.empty:
        return
    room = int(xp.min(xp.count_nonzero(rows.values > -float("inf"), axis=-1)))
    if k > room:
        raise ArgumentError(f"k must be at most the scores not masked, {room} in some row, got {k}")
