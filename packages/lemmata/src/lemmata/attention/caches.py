"""What attention layers remember: keys and values, or latents; each knows its bytes.

A cache is a value: continuing it leaves it as it was. It keeps the position of the next token of
text, which is not the number of tokens once pictures have been laid out on several axes.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from lemmata.attention.rows import Rows
from lemmata.errors import DtypeError, ShapeError


@dataclass(frozen=True, slots=True)
class KVCache:
    """Keys (turned already) and values of every token so far: (batch, kv_heads, tokens, width).

    `real` (batch, tokens, 1) is False for padding, None where there is none.
    """

    keys: Rows
    values: Rows
    next_position: float = 0.0
    real: Rows | None = None

    @property
    def position(self) -> int:
        """How many tokens have been seen, padding included."""
        return self.keys.length

    @property
    def nbytes(self) -> int:
        """Bytes of what is remembered."""
        real = 0 if self.real is None else self.real.nbytes
        return self.keys.nbytes + self.values.nbytes + real

    @property
    def allocated(self) -> int:
        """Bytes of memory held, room for further tokens included."""
        return self.keys.allocated + self.values.allocated

    @property
    def bytes_per_token(self) -> int:
        """Bytes that one further token of one sequence takes."""
        return _row_bytes(self.keys) + _row_bytes(self.values)

    def appended(
        self, keys: Tensor, values: Tensor, next_position: float, mask: Tensor | None = None
    ) -> "KVCache":
        """The cache with further tokens, padding where `mask` (batch, n) is False."""
        real = counted(self.real, mask, self.keys, keys)
        return KVCache(self.keys.append(keys), self.values.append(values), next_position, real)


@dataclass(frozen=True, slots=True)
class LatentCache:
    """Latents (normalised) and shared keys (turned) beside them: (batch, tokens, rank + rope).

    `real` as in `KVCache`.
    """

    latents: Rows
    next_position: float = 0.0
    real: Rows | None = None

    @property
    def position(self) -> int:
        """How many tokens have been seen, padding included."""
        return self.latents.length

    @property
    def nbytes(self) -> int:
        """Bytes of what is remembered."""
        return self.latents.nbytes + (0 if self.real is None else self.real.nbytes)

    @property
    def allocated(self) -> int:
        """Bytes of memory held, room for further tokens included."""
        return self.latents.allocated

    @property
    def bytes_per_token(self) -> int:
        """Bytes that one further token of one sequence takes."""
        return _row_bytes(self.latents)

    def appended(
        self, latents: Tensor, next_position: float, mask: Tensor | None = None
    ) -> "LatentCache":
        """The cache with further tokens, padding where `mask` (batch, n) is False."""
        real = counted(self.real, mask, self.latents, latents)
        return LatentCache(self.latents.append(latents), next_position, real)


def counted(real: Rows | None, mask: Tensor | None, held: Rows, new: Tensor) -> Rows | None:
    """Which tokens are no padding, once `new` (batch, ..., n, width) follow; None if all are."""
    if real is None and mask is None:
        return None
    yes = torch.ones(
        (len(new), held.length + new.shape[-2], 1), dtype=torch.bool, device=new.device
    )
    before = Rows(yes[:, : held.length]) if real is None else real
    return before.append(yes[:, held.length :] if mask is None else mask[..., None])


def padding_before(real: Rows | None, mask: Tensor | None, tokens: int) -> Tensor | None:
    """How much padding stands before each of the next tokens: (batch, tokens), None for none."""
    parts = []
    if real is not None:
        parts.append((~real.tensor[..., 0]).sum(1, keepdim=True).expand(-1, tokens))
    if mask is not None:
        parts.append((~mask).cumsum(1))
    return torch.stack(parts).sum(0) if parts else None


def check_rows(name: str, rows: Rows, lead: tuple[int, ...], width: int, like: Tensor) -> None:
    """ShapeError or DtypeError unless `rows` are (*lead, tokens, width) in the dtype of `like`."""
    held = rows.tensor
    if held.shape[:-2] != lead or held.shape[-1] != width:
        expected = ", ".join(map(str, (*lead, "tokens", width)))
        raise ShapeError(
            f"{name} of state must have shape ({expected}), got {tuple(held.shape)}; "
            "is it the state of another layer or batch?"
        )
    if held.dtype != like.dtype or held.device != like.device:
        raise DtypeError(
            f"{name} of state is {held.dtype} on {held.device}; x is {like.dtype} on {like.device}"
        )


def _row_bytes(rows: Rows) -> int:
    held = rows.tensor
    heads = 1 if held.ndim == 3 else held.shape[1]
    return heads * held.shape[-1] * held.element_size()
