"""Rows that are only ever appended to, held as a value: what a cache of keys is made of.

Appending writes behind the last row where there is room, and to whoever holds the shorter value
nothing changes; two continuations of one value part ways by copying. So a step costs one row, not a
copy of all, and a state can still be carried on from twice. Refused: `torch.cat` at every step.
"""

from typing import Any

import torch
from torch import Tensor

from lemmata.errors import DtypeError, ShapeError


class _Store:
    """Memory for rows (..., capacity, width), of which the first `used` are written."""

    __slots__ = ("buffer", "used")

    def __init__(self, buffer: Tensor, used: int) -> None:
        self.buffer = buffer
        self.used = used


class Rows:
    """A tensor (..., length, width) that knows where its next row goes. A value: never changed."""

    __slots__ = ("_store", "length")

    def __init__(self, tensor: Tensor) -> None:
        self._store = _Store(tensor, tensor.shape[-2])
        self.length = tensor.shape[-2]

    @classmethod
    def empty(cls, lead: tuple[int, ...], width: int, capacity: int = 0, **factory: Any) -> "Rows":
        """No rows yet, with room for `capacity`; `factory` takes dtype and device."""
        return cls(torch.empty((*lead, capacity, width), **factory))._first(0)

    @property
    def tensor(self) -> Tensor:
        """The rows, as a view."""
        buffer = self._store.buffer
        # a view of all of it would cost its gradient a copy
        return buffer if self.length == buffer.shape[-2] else buffer[..., : self.length, :]

    @property
    def nbytes(self) -> int:
        """Bytes of the rows."""
        return self.tensor.nbytes

    @property
    def allocated(self) -> int:
        """Bytes of the memory behind them, room for further rows included."""
        return self._store.buffer.nbytes

    def append(self, new: Tensor) -> "Rows":
        """The rows followed by `new` (..., n, width); ShapeError if they do not fit."""
        held = self.tensor
        if new.dtype != held.dtype:
            raise DtypeError(f"rows of {new.dtype} do not follow rows of {held.dtype}")
        if new.shape[:-2] != held.shape[:-2] or new.shape[-1] != held.shape[-1]:
            raise ShapeError(
                f"rows of shape {tuple(new.shape)} do not follow rows of {tuple(held.shape)}"
            )
        if not self._store.buffer.shape[-2]:
            return Rows(new)
        if torch.is_grad_enabled() and (held.requires_grad or new.requires_grad):
            return Rows(torch.cat((held, new), -2))  # what autograd has seen is not written over
        store, end = self._store, self.length + new.shape[-2]
        if store.used != self.length or end > store.buffer.shape[-2] or torch.is_inference(held):
            store = self._moved(end)
        store.buffer[..., self.length : end, :] = new
        store.used = end
        grown = Rows.__new__(Rows)
        grown._store, grown.length = store, end
        return grown

    def _moved(self, least: int) -> _Store:
        """A copy with room for `least` rows: half as many again, unless these are the first."""
        held = self.tensor
        capacity = max(least, self.length + self.length // 2)
        buffer = held.new_empty((*held.shape[:-2], capacity, held.shape[-1]))
        buffer[..., : self.length, :] = held
        return _Store(buffer, self.length)

    def _first(self, length: int) -> "Rows":
        self._store.used = self.length = length
        return self
