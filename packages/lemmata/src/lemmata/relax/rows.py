"""Scores as rows: any array, any axis, as a stack (..., n) of a dtype that is wide enough.

Every map of this room works on rows and is brought back by `Rows.back`. -infinity may stand for
"not a candidate" where a map allows masks; NaN and +infinity never pass.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import array_api_compat

from lemmata.arrays import Array, Namespace, constant, floating, is_complex, is_traced, namespace
from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError

RANGE = 1e5  # arguments are kept so far below overflow
BLOCK = 16_384  # NumPy's temporaries of this length stay in the cache, and out of the page tables


@dataclass(frozen=True, slots=True)
class Rows:
    """Scores (..., n), their largest (..., 1) if any, and what it takes to give an answer back."""

    xp: Namespace
    values: Array
    peak: Array
    dtype: Any
    axis: int

    @property
    def n(self) -> int:
        """The length of a row."""
        return int(self.values.shape[-1])

    @property
    def empty(self) -> bool:
        """Whether there is no score at all."""
        return 0 in self.values.shape

    def offsets(self, pivot: Array, below: float, above: float, unit: float = 1.0) -> Array:
        """(values - pivot) / unit, the difference kept in [-below, above], without overflow."""

        xp = self.xp
        finfo = xp.finfo(pivot.dtype)
        plain = bool(xp.all(xp.abs(pivot) <= float(finfo.max) * float(finfo.eps) / 4))

        def offset(values: Array) -> Array:
            if plain:
                return _kept(xp, values - pivot, -below, above) / unit
            return _kept(xp, values / 2 - pivot / 2, -below / 2, above / 2) / (unit / 2)

        return blockwise(self.xp, offset, self.values)

    def back(self, answer: Array) -> Array:
        """`answer`, of the shape of the rows, as the caller's axis and dtype have it."""
        return self.xp.astype(self.xp.moveaxis(answer, -1, self.axis), self.dtype, copy=False)


def finite_rows(xp: Namespace, values: Array) -> Rows:
    """`values` (..., n), known to be finite and of a floating dtype, as rows; nothing is checked."""
    peak = xp.max(constant(values), axis=-1, keepdims=True)
    return Rows(xp, values, peak, values.dtype, -1)


def rows_of(name: str, array: Array, axis: int, *, masks: bool) -> Rows:
    """`array` as rows along `axis`; DtypeError, ShapeError or NonFiniteError if it cannot be.

    Half precision is computed in float32 and given back as it came; integers become the library's
    default float. `masks` lets -infinity in, but never a row of nothing else.
    """
    xp = namespace(name, array)
    if array.ndim == 0:
        raise ShapeError(f"{name} must have at least one axis, got shape ()")
    if not -array.ndim <= axis < array.ndim:
        raise ArgumentError(
            f"axis must be an axis of {name}, shape {tuple(array.shape)}, got {axis}"
        )
    values = floating(xp, name, array)
    if is_complex(xp, values):
        raise DtypeError(f"{name} must be real, got dtype {array.dtype}")
    dtype = values.dtype if xp.isdtype(array.dtype, ("bool", "integral")) else array.dtype
    values = xp.moveaxis(values, axis, -1)
    peak = constant(values) if 0 in values.shape else _peak(xp, name, values, masks)
    return Rows(xp, values, peak, dtype, axis)


def _peak(xp: Namespace, name: str, values: Array, masks: bool) -> Array:
    """The largest of each row. NaN and +infinity pass through a maximum, so one look vouches."""
    fixed = constant(values)
    peak = xp.max(fixed, axis=-1, keepdims=True)
    if is_traced(values):
        return peak
    if bool(xp.any(xp.isnan(peak))) or bool(xp.any(peak == float("inf"))):
        allowed = "finite or -infinity (a mask)" if masks else "finite"
        raise NonFiniteError(
            f"{name} of shape {tuple(values.shape)} must be {allowed}, got NaN or inf"
        )
    if masks and bool(xp.any(peak == -float("inf"))):
        raise ArgumentError(
            f"{name} has a row with every score masked (-inf): nothing to choose from"
        )
    if not masks and not bool(xp.all(xp.isfinite(xp.min(fixed, axis=-1)))):
        raise NonFiniteError(f"{name} of shape {tuple(values.shape)} must be finite, got -inf")
    return peak


def in_range(rows: Rows, name: str, value: float) -> None:
    """ArgumentError if a positive `value` is too small or too large for the precision of the rows."""
    finfo = rows.xp.finfo(rows.values.dtype)
    least, most = 4 * float(finfo.smallest_normal), float(finfo.max) / RANGE
    if not least <= value <= most:
        raise ArgumentError(
            f"{name} must lie in [{least:.0e}, {most:.0e}] for {rows.values.dtype}, got {value}"
        )


def order_statistics(xp: Namespace, values: Array, rank: int) -> tuple[Array, Array]:
    """The `rank`-th largest of every row and the next after it (or the same, if last), (..., 1).

    By partition (NumPy, CuPy, JAX) or selection (PyTorch), linear in n; the array API has
    neither, so that other libraries sort.
    """
    place = values.shape[-1] - rank
    if hasattr(xp, "kthvalue"):
        found = xp.kthvalue(values, place + 1, dim=-1, keepdim=True).values
        after = xp.kthvalue(values, max(place, 1), dim=-1, keepdim=True).values
        return found, after
    ordered = _partitioned(xp, values, place)
    found = ordered[..., place : place + 1]
    return found, xp.max(ordered[..., :place], axis=-1, keepdims=True) if place else found


def _partitioned(xp: Namespace, values: Array, place: int) -> Array:
    """`values` with that of sorted `place` in its place, no larger ones before it."""
    return (
        xp.partition(values, place, axis=-1)
        if hasattr(xp, "partition")
        else xp.sort(values, axis=-1)
    )


def _kept(xp: Namespace, d: Array, low: float, high: float) -> Array:
    """`d` in [low, high]: what `clip` of array-api-compat does at a multiple of the price."""
    d = xp.where(d > low, d, low)
    return d if math.isinf(high) else xp.where(d < high, d, high)


def blocks(values: Array) -> list[Array]:
    """Rows cut into blocks where that spares NumPy large temporaries; elsewhere whole."""
    n = values.shape[-1]
    if n <= BLOCK or not array_api_compat.is_numpy_array(values):
        return [values]
    return [values[..., start : start + BLOCK] for start in range(0, n, BLOCK)]


def blockwise(xp: Namespace, function: Callable[[Array], Array], values: Array) -> Array:
    """`function`, which works entry by entry, of all `values`."""
    parts = blocks(values)
    if len(parts) == 1:
        return function(values)
    answer = xp.empty_like(values)
    for start, part in zip(range(0, values.shape[-1], BLOCK), parts, strict=True):
        answer[..., start : start + BLOCK] = function(part)
    return answer
