"""The terms x_i y_i of a matrix product: their sizes, the odds to draw them, the error of a choice.

All of it is relative to ||X||_F ||Y||_F, so that no scale of X or Y overflows.
"""

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import array_api_compat
import numpy as np

from lemmata.arrays import Array, Namespace, constant, squares
from lemmata.linalg.blocks import spans
from lemmata.linalg.column_row_weights import BLOCK
from lemmata.linalg.orthonormal import host
from lemmata.linalg.spectrum import in_range

Numbers: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"


@dataclass(frozen=True, slots=True)
class Terms:
    """X (m, l) and Y (l, n), each over a power of two, as constants to differentiation."""

    xp: Namespace
    X: Array
    Y: Array
    sizes: Numbers  # (l,): ||x_i|| ||y_i|| over ||X||_F ||Y||_F
    whole: float  # ||X||_F ||Y||_F

    @classmethod
    def of(cls, xp: Namespace, X: Array, Y: Array) -> "Terms":
        """Measured; where a side is 0 every size is 0."""
        if 0 in X.shape or 0 in Y.shape:
            return cls(xp, X, Y, np.zeros(X.shape[1]), 0.0)
        X, Y = (constant(in_range(xp, name, A, (0, 1))) for name, A in (("X", X), ("Y", Y)))
        of_x, of_y = xp.sum(squares(xp, X), axis=0), xp.sum(squares(xp, Y), axis=1)
        whole = math.sqrt(float(xp.sum(of_x))) * math.sqrt(float(xp.sum(of_y)))
        sizes: Numbers = host(xp.sqrt(of_x) * xp.sqrt(of_y))
        return cls(xp, X, Y, sizes / whole if whole else sizes, whole)

    def odds(self, method: str) -> Numbers:
        """(l,): the probability of each term in one draw; 0 for all where there is nothing."""
        if not self.sizes.any():
            return np.zeros(len(self.sizes))
        if method == "uniform":
            return np.full(len(self.sizes), 1 / len(self.sizes))
        odds: Numbers = self.sizes / self.sizes.sum()
        return odds

    def spread(self, method: str) -> float:
        """sum_i size_i^2 / p_i over the terms that can be drawn."""
        odds = self.odds(method)
        some = odds > 0
        return float(np.sum(self.sizes[some] ** 2 / odds[some]))

    def bound(self, c: int, method: str, weights: str, chosen: Numbers) -> float:
        """At least the (expected) error over ||X||_F ||Y||_F, from the sizes alone."""
        if not self.sizes.any():
            return 0.0
        if weights == "unbiased":
            return math.sqrt(self.spread(method) / c) if c else 1.0
        dropped = float(np.sum(np.delete(self.sizes, chosen)))
        return min(dropped, 1.0) if weights == "optimal" else dropped

    def expected(self, c: int, method: str, norm: float) -> float:
        """The root of E||product - XY||_F^2 over ||XY||_F; `norm` is the latter."""
        if not c or not self.sizes.any():
            return _ratio(norm, norm)
        return _ratio(math.sqrt(max(self.spread(method) - norm**2, 0.0) / c), norm)

    def norm(self) -> float:
        """||XY||_F over ||X||_F ||Y||_F, a block of rows at a time."""
        return _norm_of_product(self.xp, self.X, self.Y) / self.whole if self.whole else 0.0

    def error(self, indices: Array, weights: Array, norm: float) -> float:
        """||XY - sum of weights_i x_i y_i||_F over ||XY||_F, of which `norm` is the latter.

        From the product of what is missing, so that a small error is not a difference.
        """
        xp = self.xp
        if not self.whole:
            return 0.0
        chosen = set(host(indices).astype(int).tolist())
        others = [i for i in range(len(self.sizes)) if i not in chosen]
        rest = xp.asarray(others, dtype=indices.dtype, device=array_api_compat.device(self.X))
        missing = constant(1 - weights)
        columns = [xp.take(self.X, rest, axis=1), xp.take(self.X, indices, axis=1) * missing]
        rows = [xp.take(self.Y, rest, axis=0), xp.take(self.Y, indices, axis=0)]
        left = _norm_of_product(xp, xp.concat(columns, axis=1), xp.concat(rows)) / self.whole
        return _ratio(left, norm)


def _norm_of_product(xp: Namespace, X: Array, Y: Array) -> float:
    products = (X[a:b, :] @ Y for a, b in spans(X.shape[0], BLOCK))
    return math.sqrt(math.fsum(float(xp.sum(squares(xp, product))) for product in products))


def _ratio(error: float, norm: float) -> float:
    """error / norm; 0 for no error, infinity for one where there is nothing to compare with."""
    if norm:
        return error / norm
    return math.inf if error else 0.0
