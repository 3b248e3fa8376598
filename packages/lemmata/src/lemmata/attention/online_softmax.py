"""Softmax attention as a running state: scores may come in any order, in any pieces, from anywhere.

A state (m, z, y) holds the largest score, the sum of exp(s - m) and that of exp(s - m) v. States form
a commutative monoid under `merge`, so that one token at a time, blocks of keys, a tree, and shares of
a sequence on several machines are all the same sum. Refused: the sums without m, which overflow in
single precision once a score passes 88.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError


@dataclass(frozen=True, slots=True)
class SoftmaxState:
    """What a row of softmax attention remembers of the keys it has seen. A value: never changed.

    Rows that have seen nothing, or masked keys only (scores -inf), have m = -inf and answer 0.
    The peak is a constant to automatic differentiation, as outputs do not depend on it.
    """

    peak: Tensor  # (..., rows)     m, the largest score so far
    weight: Tensor  # (..., rows)     z, the sum of exp(s - m)
    total: Tensor  # (..., rows, d)  y, the sum of exp(s - m) v

    @classmethod
    def empty(
        cls,
        rows: Sequence[int],
        width: int,
        *,
        dtype: torch.dtype | None = None,
        device: torch.device | None = None,
    ) -> "SoftmaxState":
        """The neutral element: `rows` (..., n) rows that have seen nothing, values of `width`."""
        zero = torch.zeros((*rows, width), dtype=dtype, device=device)
        return cls(torch.full_like(zero[..., 0], -math.inf), zero[..., 0].clone(), zero)

    @classmethod
    def of(cls, scores: Tensor, values: Tensor) -> "SoftmaxState":
        """The state after keys of `scores` (..., rows, n) and `values` (..., n, d); n may be 1.

        Scores of -inf are masked. ShapeError, DtypeError or NonFiniteError for anything else.
        """
        _check_pair(scores, values)
        state = _after(scores, values)
        if not torch.compiler.is_compiling() and not bool((state.peak < math.inf).all()):
            raise NonFiniteError(
                f"scores of shape {tuple(scores.shape)} must be finite or -inf, got NaN or +inf"
            )
        return state

    def update(self, scores: Tensor, values: Tensor) -> "SoftmaxState":
        """The state after further keys, as `of` takes them."""
        return self.merge(SoftmaxState.of(scores, values))

    def merge(self, other: "SoftmaxState") -> "SoftmaxState":
        """The state of the keys of both."""
        if self.total.shape != other.total.shape or self.total.dtype != other.total.dtype:
            raise ShapeError(
                "states to merge must have one shape and dtype, got totals of "
                f"{tuple(self.total.shape)} {self.total.dtype} and "
                f"{tuple(other.total.shape)} {other.total.dtype}"
            )
        return _merged(self, other)

    def output(self) -> Tensor:
        """y / z (..., rows, d): attention to all keys so far, 0 where there was none."""
        seen = torch.where(self.weight == 0, 1.0, self.weight)
        return self.total / seen[..., None]

    def log_weight(self) -> Tensor:
        """m + log z (..., rows): the logarithm of the softmax's denominator; -inf for no keys."""
        return self.peak + self.weight.log()

    @property
    def nbytes(self) -> int:
        """What the state holds, in bytes: d + 2 numbers a row."""
        return sum(part.nbytes for part in (self.peak, self.weight, self.total))


def merge(a: SoftmaxState, b: SoftmaxState) -> SoftmaxState:
    """The state of the keys of both: associative, commutative, `SoftmaxState.empty` is neutral."""
    return a.merge(b)


def merge_all(states: Iterable[SoftmaxState]) -> SoftmaxState:
    """The state of the keys of all, merged as a balanced tree: log2 of their number deep."""
    level = list(states)
    if not level:
        raise ArgumentError("states must hold at least one state to merge")
    while len(level) > 1:
        pairs = [merge(a, b) for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[2 * len(pairs) :]
    return level[0]


def _after(scores: Tensor, values: Tensor) -> SoftmaxState:
    peak = scores.detach().amax(-1)
    weights = (scores - _finite(peak)[..., None]).exp()
    return SoftmaxState(peak, weights.sum(-1), weights @ values)


def _merged(a: SoftmaxState, b: SoftmaxState) -> SoftmaxState:
    peak = torch.maximum(a.peak, b.peak)
    of_a, of_b = (a.peak - _finite(peak)).exp(), (b.peak - _finite(peak)).exp()
    weight = a.weight * of_a + b.weight * of_b
    return SoftmaxState(peak, weight, a.total * of_a[..., None] + b.total * of_b[..., None])


def _finite(peak: Tensor) -> Tensor:
    """0 for -inf: the difference of two infinities would be NaN where exp should be 0."""
    return torch.where(peak == -math.inf, 0.0, peak)


def _check_pair(scores: Any, values: Any) -> None:
    for name, given in (("scores", scores), ("values", values)):
        if not isinstance(given, Tensor) or not given.is_floating_point():
            kind = given.dtype if isinstance(given, Tensor) else type(given).__name__
            raise DtypeError(f"{name} must be a floating torch.Tensor, got {kind}")
        if given.ndim < 2 or 0 in given.shape:
            raise ShapeError(f"{name} must have two axes, none empty, got {tuple(given.shape)}")
    if scores.dtype != values.dtype:
        raise DtypeError(f"scores are {scores.dtype} and values {values.dtype}; expected one dtype")
    expected = (*values.shape[:-2], scores.shape[-2], values.shape[-2])
    if tuple(scores.shape) != expected:
        raise ShapeError(
            f"scores must have shape (..., rows, n) = {expected} for values (..., n, d) of shape "
            f"{tuple(values.shape)}, got {tuple(scores.shape)}"
        )
