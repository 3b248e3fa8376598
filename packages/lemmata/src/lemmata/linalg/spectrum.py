"""The singular values of a matrix, or as much of them as a question needs.

A measure of rank asks a `Spectrum`; a matrix answers the sums of squares and of fourth powers and
the largest value from products alone, without a singular value decomposition.
"""

import math
from dataclasses import dataclass
from typing import Protocol

from lemmata.arrays import (
    Array,
    Namespace,
    adjoint,
    epsilon_of,
    is_traced,
    largest,
    real_part,
    squares,
)
from lemmata.errors import ArgumentError


class Spectrum(Protocol):
    """Singular values of a stack of matrices: every method answers for the whole stack (...)."""

    @property
    def xp(self) -> Namespace: ...

    def sides(self) -> tuple[int, int]:
        """(m, n) of the matrices; ArgumentError where only singular values are known."""
        ...

    def values(self) -> Array:
        """All singular values, descending, (..., k)."""
        ...

    def significant(self) -> Array:
        """All singular values, descending, (..., k), with 0 where a value is mere rounding."""
        ...

    def energy_and_fourth(self) -> tuple[Array, Array]:
        """The sums of squares and of fourth powers, (...) each."""
        ...

    def energy_and_peak(self) -> tuple[Array, Array]:
        """The sum of squares and the largest square, (...) each."""
        ...


@dataclass(frozen=True, slots=True)
class MatrixSpectrum:
    """The spectrum of matrices that are at hand, (..., m, n), none of the sides 0."""

    xp: Namespace
    A: Array

    def sides(self) -> tuple[int, int]:
        return int(self.A.shape[-2]), int(self.A.shape[-1])

    def values(self) -> Array:
        return self.xp.linalg.svdvals(self.A)

    def significant(self) -> Array:
        # a zero singular value is computed as anything up to about this size (numpy's matrix_rank)
        sigma = self.values()
        rounding = max(self.sides()) * epsilon_of(self.xp, self.A) * sigma[..., :1]
        return self.xp.where(sigma > rounding, sigma, self.xp.zeros_like(sigma))

    def energy_and_fourth(self) -> tuple[Array, Array]:
        G = gram(self.xp, self.A)
        return real_part(self.xp, self.xp.linalg.trace(G)), self.xp.sum(
            squares(self.xp, G), axis=(-2, -1)
        )

    def energy_and_peak(self) -> tuple[Array, Array]:
        G = gram(self.xp, self.A)
        return real_part(self.xp, self.xp.linalg.trace(G)), self.xp.max(
            self.xp.linalg.eigvalsh(G), axis=-1
        )


@dataclass(frozen=True, slots=True)
class GivenSpectrum:
    """Singular values that the caller has computed, descending, (..., k), taken as exact."""

    xp: Namespace
    sigma: Array
    shape: tuple[int, int] | None

    def sides(self) -> tuple[int, int]:
        if self.shape is None:
            raise ArgumentError("shape=(m, n) of the matrix is needed beside its singular values")
        return self.shape

    def values(self) -> Array:
        return self.sigma

    def significant(self) -> Array:
        return self.sigma

    def energy_and_fourth(self) -> tuple[Array, Array]:
        return self.xp.sum(self.sigma**2, axis=-1), self.xp.sum(self.sigma**4, axis=-1)

    def energy_and_peak(self) -> tuple[Array, Array]:
        square = self.sigma**2
        return self.xp.sum(square, axis=-1), self.xp.max(square, axis=-1)


def in_range(xp: Namespace, name: str, array: Array, axis: int | tuple[int, ...]) -> Array:
    """`array` over a power of two along `axis`, so that no fourth power overflows or vanishes.

    A power of two rounds nothing, and is a constant to differentiation, which is right for every
    function that does not depend on scale. An array that is in range already comes back as it is.
    NonFiniteError where there is NaN or infinity.
    """
    peak = largest(xp, name, array, axis)
    peak = xp.where(peak > 0, peak, xp.ones_like(peak))
    exponent = xp.floor(xp.log2(peak))
    if not is_traced(array):
        reach = math.log2(float(xp.finfo(array.dtype).max)) / 8
        if bool(xp.all(xp.abs(exponent) < reach)):
            return array
    return array / 2.0**exponent


def centred(xp: Namespace, A: Array) -> Array:
    """`A` (..., m, n) less the mean of its rows.

    The first row is taken off before the mean, so that equal rows leave exact zeros: their mean is
    rounded, and a measure that ignores scale would see a matrix in the rounding.
    """
    A = A - A[..., :1, :]
    return A - xp.mean(A, axis=-2, keepdims=True)


def gram(xp: Namespace, A: Array) -> Array:
    """The smaller of A*A and AA*, (..., k, k): its eigenvalues are the squared singular values."""
    return adjoint(xp, A) @ A if A.shape[-1] <= A.shape[-2] else A @ adjoint(xp, A)
