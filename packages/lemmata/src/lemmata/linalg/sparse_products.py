"""Products of a sparse matrix with dense blocks: in narrow blocks, by all cores, centred or not.

SciPy multiplies by one core and slows down once the block no longer fits the cache; its code runs
without the interpreter's lock, so that threads over bands of rows multiply the speed. Both products
read the same rows: A X gathers from X, and A* Y adds to rows of the answer, which are as few as the
columns of A. Refused: a second copy, by columns, that would gather from the longer side.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np

from lemmata.arrays import Array
from lemmata.errors import DtypeError, NonFiniteError, ShapeError
from lemmata.linalg.operators import Operator, power_of_two

WIDTH = 32  # columns at a time: more fall out of the cache, fewer read the matrix in vain
WORTH_A_THREAD = 100_000  # entries below which handing out work costs more than it saves
Shift = tuple[Any, Any]
Band = tuple[int, Any]  # rows of a matrix, and the number of the first


class Sparse(Operator):
    """The matrix S - p q*, with S sparse (SciPy's CSR) and the shift p q* left out where None."""

    def __init__(self, rows: Any, energy: float, shift: Shift | None = None) -> None:
        super().__init__(np, rows.shape, rows.dtype, energy)
        self.rows = rows
        self.shift = shift
        self._bands = bands_of(rows)

    def turned(self) -> "Sparse":
        shift = None if self.shift is None else (self.shift[1], self.shift[0])
        return Sparse(self.rows.conj().T.tocsr(), self.energy, shift)

    def astype(self, dtype: Any) -> "Sparse":
        shift = self.shift
        if shift is not None:
            shift = (shift[0].astype(dtype), shift[1].astype(dtype))
        return Sparse(self.rows.astype(dtype), self.energy, shift)

    def _times(self, X: Array) -> Array:
        product = np.empty((self.shape[0], X.shape[1]), np.result_type(self.dtype, X.dtype))
        for columns in _narrow(X.shape[1]):
            block = np.ascontiguousarray(X[:, columns])

            def multiply(band: Band, block: Array = block, columns: slice = columns) -> None:
                start, rows = band
                product[start : start + rows.shape[0], columns] = rows @ block

            for_each(multiply, self._bands)
        if self.shift is not None:
            p, q = self.shift
            product -= np.outer(p, q.conj() @ X)
        return product

    def _adjoint_times(self, Y: Array) -> Array:
        product = np.empty((self.shape[1], Y.shape[1]), np.result_type(self.dtype, Y.dtype))
        for columns in _narrow(Y.shape[1]):
            block = np.ascontiguousarray(Y[:, columns].conj())

            def multiply(band: Band, block: Array = block) -> Array:
                start, rows = band
                return rows.T @ block[start : start + rows.shape[0]]

            product[:, columns] = sum(for_each(multiply, self._bands)).conj()
        if self.shift is not None:
            p, q = self.shift
            product -= np.outer(q, p.conj() @ Y)
        return product

    def _rows(self, start: int, stop: int) -> Array:
        dense = self.rows[start:stop].toarray()
        if self.shift is not None:
            dense -= np.outer(self.shift[0][start:stop], self.shift[1].conj())
        return dense


def _narrow(width: int) -> Iterator[slice]:
    return (slice(left, left + WIDTH) for left in range(0, width, WIDTH))


def bands_of(matrix: Any) -> list[Band]:
    """Bands of rows with equal shares of the entries, one a thread, each with its first row.

    They share the memory of the matrix.
    """
    from scipy.sparse import csr_array  # type: ignore[import-untyped]

    parts = max(1, min(threads(), matrix.nnz // WORTH_A_THREAD))
    shares = np.linspace(0, matrix.nnz, parts + 1)[1:-1]
    cuts = [0, *map(int, np.searchsorted(matrix.indptr, shares)), matrix.shape[0]]
    bands = []
    for start, stop in pairwise(cuts):
        low, high = matrix.indptr[start], matrix.indptr[stop]
        inside = (
            matrix.data[low:high],
            matrix.indices[low:high],
            matrix.indptr[start : stop + 1] - low,
        )
        bands.append((start, csr_array(inside, shape=(stop - start, matrix.shape[1]))))
    return bands


def threads() -> int:
    """How many threads products may use: OMP_NUM_THREADS, or as many as there are cores."""
    told = os.environ.get("OMP_NUM_THREADS", "")
    if told.isdigit() and int(told):
        return int(told)
    # a container may be allowed fewer cores than there are
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def for_each(work: Callable[[Band], Any], bands: list[Band]) -> list[Any]:
    """What `work` makes of every band, each in a thread of its own."""
    if len(bands) == 1:
        return [work(bands[0])]
    with ThreadPoolExecutor(len(bands)) as pool:
        return list(pool.map(work, bands))


def sparse_operator(A: Any, center: bool) -> tuple[Sparse, Array | None, float]:
    """The operator of a sparse matrix of SciPy over a scale, the mean of its rows, the scale."""
    rows = finite_rows("A", A)
    m, n = rows.shape
    peak = float(np.max(np.abs(rows.data), initial=0.0))
    scale = power_of_two(peak, float(np.finfo(rows.dtype).max))
    rows = rows if scale == 1 else rows / scale
    if not center:
        return Sparse(rows, float(np.sum(np.abs(rows.data) ** 2, dtype=np.float64))), None, scale
    wide = np.result_type(rows.dtype, np.float64)
    mean = np.asarray(rows.sum(axis=0, dtype=wide)).reshape(n) / max(m, 1)
    stored = np.bincount(rows.indices, minlength=n)
    # entry by entry: ||S||^2 - m ||mean||^2 would lose what is small beside the mean
    energy = float(np.sum(np.abs(rows.data - mean[rows.indices]) ** 2))
    energy += float(np.sum((m - stored) * np.abs(mean) ** 2))
    mean = mean.astype(rows.dtype)
    # the shift is (ones) (conjugate of the mean)*
    return Sparse(rows, energy, (np.ones(m, rows.dtype), mean.conj())), mean * scale, scale


def finite_rows(name: str, A: Any) -> Any:
    """A sparse matrix of SciPy by rows, floating and finite, no entry in two parts."""
    if len(A.shape) != 2:
        raise ShapeError(f"{name} must have shape (m, n), got {tuple(A.shape)}")
    if A.dtype.kind not in "biufc":
        raise DtypeError(f"{name} must hold numbers, got dtype {A.dtype}")
    rows = A.tocsr()
    if rows.dtype.kind in "biu":
        rows = rows.astype(np.float64)
    if np.finfo(rows.dtype).bits > 64:
        raise DtypeError(f"{name} must have at most 64 bits a component, got dtype {A.dtype}")
    if not rows.has_canonical_format:
        rows = rows.copy()  # tocsr may have returned A itself
        rows.sum_duplicates()
    bad = int(np.count_nonzero(~np.isfinite(rows.data)))
    if bad:
        raise NonFiniteError(
            f"{name} of shape {rows.shape} must be finite, got {bad} NaN or infinite entries"
        )
    return rows
