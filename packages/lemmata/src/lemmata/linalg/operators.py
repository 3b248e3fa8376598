"""What a truncated decomposition needs of a matrix: products from both sides, and its energy.

An operator hides whether the matrix is dense, sparse or only a pair of functions, and whether it is
centred. Refused: a class for lazy algebra, since two products, counted, are enough.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import reduce
from operator import add
from typing import Any

import array_api_compat
import numpy as np

from lemmata.arrays import Array, Namespace, adjoint, squares
from lemmata.errors import NonFiniteError

PIECE = 1 << 22  # entries of a dense piece of a matrix that is looked at in pieces


class Operator(ABC):
    """An m x n matrix A, known by its products with blocks of columns, which it counts."""

    device: Any = "cpu"

    def __init__(self, xp: Namespace, shape: tuple[int, int], dtype: Any, energy: float) -> None:
        self.xp = xp
        self.shape = shape
        self.dtype = dtype
        self.energy = energy  # ||A||_F^2
        self.products = 0

    def times(self, X: Array) -> Array:
        """A X, (n, b) to (m, b)."""
        self.products += int(X.shape[1])
        return self._times(X)

    def adjoint_times(self, Y: Array) -> Array:
        """A* Y, (m, b) to (n, b)."""
        self.products += int(Y.shape[1])
        return self._adjoint_times(Y)

    def normal_times(self, X: Array) -> Array:
        """A* A X, (n, b) to (n, b)."""
        return self.adjoint_times(self.times(X))

    def gram(self) -> Array:
        """A* A, (n, n), formed piece by piece."""
        self.products += self.shape[1]  # as much work as a product with every unit vector
        pieces = (adjoint(self.xp, rows) @ rows for _, rows in self.pieces())
        return reduce(add, pieces)

    def array(self, values: Any) -> Array:
        """NumPy's `values` as an array of the library, device and dtype of A."""
        return self.xp.astype(self.xp.asarray(values, device=self.device), self.dtype)

    def pieces(self) -> Iterator[tuple[int, Array]]:
        """Dense rows of A, piece by piece, each with the number of its first row."""
        m, n = self.shape
        rows = max(1, PIECE // max(n, 1))
        return ((start, self._rows(start, min(m, start + rows))) for start in range(0, m, rows))

    @abstractmethod
    def turned(self) -> "Operator":
        """The adjoint, A*."""

    @abstractmethod
    def astype(self, dtype: Any) -> "Operator":
        """The same matrix in another precision."""

    @abstractmethod
    def _times(self, X: Array) -> Array: ...

    @abstractmethod
    def _adjoint_times(self, Y: Array) -> Array: ...

    @abstractmethod
    def _rows(self, start: int, stop: int) -> Array: ...


class Dense(Operator):
    """A matrix that is at hand, of any array library."""

    def __init__(self, xp: Namespace, A: Array, energy: float | None = None) -> None:
        if energy is None:
            energy = float(xp.sum(squares(xp, A), dtype=xp.float64))
        super().__init__(xp, (int(A.shape[0]), int(A.shape[1])), A.dtype, energy)
        self.A = A
        self.device = array_api_compat.device(A)
        self._adjoint = adjoint(xp, A)

    def turned(self) -> "Dense":
        return Dense(self.xp, self._adjoint, self.energy)

    def astype(self, dtype: Any) -> "Dense":
        return Dense(self.xp, self.xp.astype(self.A, dtype), self.energy)

    def _times(self, X: Array) -> Array:
        return self.A @ X

    def _adjoint_times(self, Y: Array) -> Array:
        return self._adjoint @ Y

    def _rows(self, start: int, stop: int) -> Array:
        return self.A[start:stop, :]


class Given(Operator):
    """A matrix given by its products only: SciPy's LinearOperator, or what looks like one.

    Its norm is found by multiplying with every unit vector of the shorter side: nobody else knows
    it, and a residual without it would be a guess.
    """

    def __init__(self, source: Any, dtype: Any, energy: float | None = None) -> None:
        super().__init__(np, (int(source.shape[0]), int(source.shape[1])), dtype, 0.0)
        self.source = source
        m, n = self.shape
        if energy is None:
            side = self if m <= n else self.turned()
            with np.errstate(invalid="ignore"):  # infinity times 0, which the next lines refuse
                energy = sum(float(np.sum(np.abs(rows) ** 2)) for _, rows in side.pieces())
        if not np.isfinite(energy):
            raise NonFiniteError("A must be finite, but its products hold NaN or infinite entries")
        self.energy = energy
        self.products = 0

    def gram(self) -> Array:
        return self.normal_times(np.eye(self.shape[1], dtype=self.dtype))

    def turned(self) -> "Given":
        return Given(_Turned(self.source), self.dtype, self.energy)

    def astype(self, dtype: Any) -> "Given":
        return self  # the functions compute in a precision of their own

    def _times(self, X: Array) -> Array:
        return np.asarray(self.source.matmat(X), dtype=self.dtype)

    def _adjoint_times(self, Y: Array) -> Array:
        return np.asarray(self.source.rmatmat(Y), dtype=self.dtype)

    def _rows(self, start: int, stop: int) -> Array:
        self.products += stop - start
        unit = np.zeros((self.shape[0], stop - start), self.dtype)
        unit[np.arange(start, stop), np.arange(stop - start)] = 1
        return self._adjoint_times(unit).conj().T


class _Turned:
    """The source of a `Given`, its two functions exchanged."""

    def __init__(self, source: Any) -> None:
        self.shape = source.shape[::-1]
        self.matmat = source.rmatmat
        self.rmatmat = source.matmat


def in_precision(xp: Namespace, dtype: Any, bits: int) -> Any:
    """The dtype of 32 or 64 bits a component that is real or complex as `dtype` is."""
    if xp.isdtype(dtype, "complex floating"):
        return xp.complex64 if bits == 32 else xp.complex128
    return xp.float32 if bits == 32 else xp.float64


def power_of_two(peak: float, maximum: float) -> float:
    """The scale that a matrix with entries up to `peak` is divided by, so that squares have room.

    1 where they have it already. A power of two rounds nothing.
    """
    if peak == 0:
        return 1.0
    exponent = math.floor(math.log2(peak))
    return 1.0 if abs(exponent) < math.log2(maximum) / 8 else 2.0**exponent
