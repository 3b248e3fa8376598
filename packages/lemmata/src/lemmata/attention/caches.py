"""What attention layers remember: keys and values, or latents; each knows its bytes.

A cache is a value: continuing it leaves it as it was. It keeps the position of the next token of
text, which is not the number of tokens once pictures have been laid out on several axes.
"""

from dataclasses import dataclass

from torch import Tensor

from lemmata.attention.rows import Rows
from lemmata.errors import DtypeError, ShapeError


@dataclass(frozen=True, slots=True)
class KVCache:
    """Keys (turned already) and values of every token so far: (batch, kv_heads, tokens, width)."""

    keys: Rows
    values: Rows
    next_position: float = 0.0

    @property
    def position(self) -> int:
        """How many tokens have been seen."""
        return self.keys.length

    @property
    def nbytes(self) -> int:
        """Bytes of what is remembered."""
        return self.keys.nbytes + self.values.nbytes

    @property
    def allocated(self) -> int:
        """Bytes of memory held, room for further tokens included."""
        return self.keys.allocated + self.values.allocated

    @property
    def bytes_per_token(self) -> int:
        """Bytes that one further token of one sequence takes."""
        return _row_bytes(self.keys) + _row_bytes(self.values)

    def appended(self, keys: Tensor, values: Tensor, next_position: float) -> "KVCache":
        """The cache with further tokens."""
        return KVCache(self.keys.append(keys), self.values.append(values), next_position)


@dataclass(frozen=True, slots=True)
class LatentCache:
    """Latents (normalised) and shared keys (turned) beside them: (batch, tokens, rank + rope)."""

    latents: Rows
    next_position: float = 0.0

    @property
    def position(self) -> int:
        """How many tokens have been seen."""
        return self.latents.length

    @property
    def nbytes(self) -> int:
        """Bytes of what is remembered."""
        return self.latents.nbytes

    @property
    def allocated(self) -> int:
        """Bytes of memory held, room for further tokens included."""
        return self.latents.allocated

    @property
    def bytes_per_token(self) -> int:
        """Bytes that one further token of one sequence takes."""
        return _row_bytes(self.latents)

    def appended(self, latents: Tensor, next_position: float) -> "LatentCache":
        """The cache with further tokens."""
        return LatentCache(self.latents.append(latents), next_position)


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
