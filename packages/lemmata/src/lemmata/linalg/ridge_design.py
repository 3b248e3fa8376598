"""The data of a ridge regression, checked, centred and weighted: what every solver starts from.

An intercept is eliminated by taking weighted means off, and sample weights by their square roots,
so that a solver sees min ||Y - X W||^2 + penalty ||W||^2 and nothing else.
"""

import math
from dataclasses import dataclass

import array_api_compat

from lemmata.arrays import (
    Array,
    Namespace,
    floating,
    is_complex,
    largest,
    matrices,
    namespace,
    real_part,
    squares,
)
from lemmata.errors import ArgumentError, DtypeError, ShapeError


@dataclass(frozen=True, slots=True)
class Design:
    """min ||root (Y - X W)||^2 + penalty ||W||^2 over W (..., d, t); X and Y are centred."""

    xp: Namespace
    samples: Array  # (..., n, d), as they came
    X: Array  # (..., n, d), less `center`
    Y: Array  # (..., n, t), less `base`
    root: Array | None  # (..., n, 1): roots of the sample weights; None where all are 1
    share: Array  # (..., n), real: the leverage that the intercept gives; 0 without one
    center: Array  # (..., d): the weighted mean of the samples, or 0
    base: Array  # (..., t): the weighted mean of the targets, or 0
    single: bool  # whether the targets came without an axis of their own

    def weighted(self, A: Array) -> Array:
        """root * A, for A of shape (..., n, k)."""
        return A if self.root is None else self.root * A

    def sample_weights(self) -> Array:
        """The weights themselves, (..., n), real."""
        xp = self.xp
        if self.root is None:
            return xp.ones_like(self.share)
        return squares(xp, self.root[..., 0])

    def like_targets(self, A: Array) -> Array:
        """(..., n, t) as the targets came: without the last axis if they had none."""
        return A[..., 0] if self.single else A


def design(X: Array, y: Array, intercept: bool, sample_weight: Array | None) -> Design:
    """Check and centre. Errors name the argument that is wrong."""
    xp, X = matrices("X", X)
    if 0 in X.shape[-2:]:
        raise ShapeError(f"X must hold a sample and a feature at least, got shape {tuple(X.shape)}")
    Y = like("y", y, xp)
    single = Y.ndim == X.ndim - 1
    wanted = tuple(X.shape[:-1])
    if tuple(Y.shape if single else Y.shape[:-1]) != wanted or Y.ndim not in (len(wanted), X.ndim):
        raise ShapeError(
            f"y must have shape {wanted} or {wanted} and an axis of targets for X of shape "
            f"{tuple(X.shape)}, got {tuple(Y.shape)}"
        )
    Y = Y[..., None] if single else Y
    if Y.shape[-1] == 0:
        raise ShapeError(f"y must hold a target at least, got shape {tuple(Y.shape)}")
    dtype = xp.result_type(X.dtype, Y.dtype)
    X, Y = xp.astype(X, dtype, copy=False), xp.astype(Y, dtype, copy=False)
    for name, array in (("X", X), ("y", Y)):
        if 0 not in array.shape:
            largest(xp, name, array, tuple(range(array.ndim)))
    s = None if sample_weight is None else _sample_weights(xp, sample_weight, X)
    centred, center = _centred(xp, X, s, intercept)
    Y, base = _centred(xp, Y, s, intercept)
    root = None if s is None else xp.astype(xp.sqrt(s), dtype, copy=False)[..., None]
    share = _share(xp, X, s, intercept)
    return Design(xp, X, centred, Y, root, share, center, base, single)


def like(name: str, array: Array, xp: Namespace) -> Array:
    """`array` as floating numbers, if it is of the library `xp`."""
    if namespace(name, array) is not xp:
        raise DtypeError(f"{name} must be an array of the same library as X, got {type(array)}")
    return floating(xp, name, array)


def checked_penalty(penalty: float) -> float:
    """`penalty` if it is finite and at least 0."""
    if not (penalty >= 0 and math.isfinite(penalty)):
        raise ArgumentError(f"penalty must be finite and at least 0, got {penalty}")
    return float(penalty)


def _sample_weights(xp: Namespace, sample_weight: Array, X: Array) -> Array:
    s = like("sample_weight", sample_weight, xp)
    if tuple(s.shape) != tuple(X.shape[:-1]):
        raise ShapeError(
            f"sample_weight must have shape {tuple(X.shape[:-1])}, got {tuple(s.shape)}"
        )
    if is_complex(xp, s):
        raise DtypeError(f"sample_weight must be real, got dtype {s.dtype}")
    largest(xp, "sample_weight", s, tuple(range(s.ndim)))
    if bool(xp.any(s < 0)) or not bool(xp.all(xp.sum(s, axis=-1) > 0)):
        raise ArgumentError(
            "sample_weight must be non-negative with a positive sum for each matrix, "
            f"got a least value of {float(xp.min(s)):g}"
        )
    return xp.astype(s, real_part(xp, X).dtype, copy=False)


def _centred(xp: Namespace, A: Array, s: Array | None, intercept: bool) -> tuple[Array, Array]:
    """`A` (..., n, k) less its weighted mean, and that mean (..., k)."""
    if not intercept:
        return A, xp.zeros_like(A[..., 0, :])
    first = _mean(xp, A, s)
    A = A - first
    rest = _mean(xp, A, s)  # a mean far from 0 is rounded; what was lost is taken off as well
    return A - rest, (first + rest)[..., 0, :]


def _mean(xp: Namespace, A: Array, s: Array | None) -> Array:
    if s is None:
        return xp.mean(A, axis=-2, keepdims=True)
    portion = xp.astype(s / xp.sum(s, axis=-1, keepdims=True), A.dtype, copy=False)
    return xp.sum(portion[..., None] * A, axis=-2, keepdims=True)


def _share(xp: Namespace, X: Array, s: Array | None, intercept: bool) -> Array:
    if s is None:
        device = array_api_compat.device(X)
        s = xp.ones(X.shape[:-1], dtype=real_part(xp, X).dtype, device=device)
    return s / xp.sum(s, axis=-1, keepdims=True) if intercept else xp.zeros_like(s)


def one_matrix(problem: Design) -> Design:
    """`problem` if it is one (n, d) and not a stack."""
    if problem.X.ndim != 2:
        raise ShapeError(f"X must be one matrix (n, d), got shape {tuple(problem.samples.shape)}")
    return problem


def positive_penalty(penalty: float) -> float:
    """`penalty` if it is finite and above 0, as whatever is updated must stay invertible."""
    if checked_penalty(penalty) == 0:
        raise ArgumentError("penalty must be positive for a fit that is updated, got 0")
    return float(penalty)
