"""Mixed chunk attention in three forms over one state: all pairs, chunk by chunk, token by token.

Chunks are counted in each row's own tokens, so rows of a batch may be at different places of theirs.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import pad

from lemmata.attention.gated_weights import relu_squared


@dataclass(frozen=True, slots=True)
class ChunkState:
    """What is left of the past: its size follows from the layer, not from the tokens seen.

    `total` and `pending` (batch, s, e) are sums of k'^T v over the closed chunks and over the open
    one; `keys` (batch, chunk, s) and `values` (batch, chunk, e) are the open chunk's, zeros behind
    them; `position` (batch,) is how many tokens each row has seen.
    """

    total: Tensor
    pending: Tensor
    keys: Tensor
    values: Tensor
    position: Tensor

    @property
    def nbytes(self) -> int:
        """Bytes of what is remembered."""
        return sum(getattr(self, name).nbytes for name in self.__dataclass_fields__)


class Tokens(NamedTuple):
    """Queries and keys for inside a chunk and for before it, values, positions (1 or batch, n).

    `mask` is None if all are tokens; `aligned` says that, and that they begin
    a chunk in every row.
    """

    q: Tensor
    far_q: Tensor
    k: Tensor
    far_k: Tensor
    v: Tensor
    where: Tensor
    mask: Tensor | None
    aligned: bool

    def after(self, position: Tensor) -> Tensor:
        """How many tokens each row has seen after these."""
        return position + (self.v.shape[1] if self.mask is None else self.mask.sum(1))

    def at(self, i: int) -> "Tokens":
        """Token i alone."""
        q, far_q, k, far_k, v, where = (part[:, i : i + 1] for part in self[:6])
        mask = None if self.mask is None else self.mask[:, i : i + 1]
        return Tokens(q, far_q, k, far_k, v, where, mask, False)


def parallel(tokens: Tokens, state: ChunkState, chunk: int) -> tuple[Tensor, ChunkState]:
    """Every pair of tokens written out: quadratic, and the definition."""
    row = tokens.where[:, :, None]
    real = torch.ones_like(row[..., 0], dtype=torch.bool) if tokens.mask is None else tokens.mask
    open_chunk = state.position[:, None] // chunk
    slot = torch.arange(chunk, device=row.device) + open_chunk * chunk
    place = torch.cat((slot, tokens.where.expand(len(slot), -1)), 1)[:, None]
    held = slot < state.position[:, None]
    seen = torch.cat((held, real.expand(len(slot), -1)), 1)[:, None] & (place <= row)
    k, v = torch.cat((state.keys, tokens.k), 1), torch.cat((state.values, tokens.v), 1)
    near = seen & (place // chunk == row // chunk)
    mixed = relu_squared(tokens.q, k, chunk * k.shape[-1], near) @ v
    before = (tokens.where[:, None] // chunk < row // chunk) & real[:, None]
    scores = (tokens.far_q @ tokens.far_k.mT).masked_fill(~before, 0)
    past = tokens.far_q @ state.total
    past = past + (row // chunk > open_chunk[..., None]) * (tokens.far_q @ state.pending)
    mixed = mixed + (scores @ tokens.v + past) / (row // chunk * chunk).clamp(min=1)
    return mixed, _after(tokens, real, state, chunk)


def chunked(tokens: Tokens, state: ChunkState, chunk: int) -> tuple[Tensor, ChunkState]:
    """Chunks side by side, the sums of those before each: linear in the tokens."""
    n = tokens.v.shape[1]
    opened = state.position // chunk
    slots = None if tokens.aligned else _slots(tokens, opened, chunk)
    grids = -(-(n + (0 if tokens.aligned else chunk - 1)) // chunk)
    q, far_q, far_k = (
        _grid(part, None, slots, grids, chunk) for part in (tokens.q, tokens.far_q, tokens.far_k)
    )
    k = _grid(tokens.k, state.keys, slots, grids, chunk)
    v = _grid(tokens.v, state.values, slots, grids, chunk)
    seen = torch.ones(chunk, chunk, dtype=torch.bool, device=q.device).tril()
    near = relu_squared(q, k, chunk * k.shape[-1], seen) @ v
    sums = far_k.mT @ v
    sums = torch.cat((state.total[:, None], sums[:, :1] + state.pending[:, None], sums[:, 1:]), 1)
    totals = sums.cumsum(1)
    number = (opened[:, None] + torch.arange(grids, device=q.device))[..., None, None]
    far = far_q @ totals[:, :grids] / (number * chunk).clamp(min=1)
    mixed = (near + far).flatten(1, 2)
    if slots is None:
        mixed = mixed[:, :n]
    else:
        index = slots.clamp(max=grids * chunk - 1)[..., None]
        mixed = mixed.gather(1, index.expand(len(v), -1, v.shape[-1]))
    end = tokens.after(state.position)
    rows, closed = torch.arange(len(v), device=q.device), end // chunk - opened
    part = closed < grids  # else the last chunk ends where the tokens do, and none is open
    pending, keys, values = (
        held[rows, index] * part[:, None, None]
        for held, index in (
            (sums, (closed + 1).clamp(max=grids)),
            (k, closed.clamp(max=grids - 1)),
            (v, closed.clamp(max=grids - 1)),
        )
    )
    return mixed, ChunkState(totals[rows, closed], pending, keys, values, end)


def recurrent(tokens: Tokens, state: ChunkState, chunk: int) -> tuple[Tensor, ChunkState]:
    """Token by token, at a cost that does not depend on how many came before."""
    outputs = []
    for i in range(tokens.v.shape[1]):
        mixed, state = _step(tokens.at(i), state, chunk)
        outputs.append(mixed)
    return torch.cat(outputs, 1), state


def _step(token: Tokens, state: ChunkState, chunk: int) -> tuple[Tensor, ChunkState]:
    slot = (token.where % chunk).expand(len(token.v), 1)[..., None]
    keys = state.keys.scatter(1, slot.expand_as(token.k), token.k)
    values = state.values.scatter(1, slot.expand_as(token.v), token.v)
    seen = torch.arange(chunk, device=slot.device) <= slot
    mixed = relu_squared(token.q, keys, chunk * keys.shape[-1], seen) @ values
    closed = (token.where // chunk * chunk).clamp(min=1)[..., None]
    mixed = mixed + token.far_q @ state.total / closed
    pending = state.pending + token.far_k.mT @ token.v
    full = slot == chunk - 1
    total = torch.where(full, state.total + pending, state.total)
    pending, keys, values = (held.masked_fill(full, 0) for held in (pending, keys, values))
    if token.mask is not None:
        old = (state.total, state.pending, state.keys, state.values)
        total, pending, keys, values = (
            torch.where(token.mask[..., None], after, before)
            for after, before in zip((total, pending, keys, values), old, strict=True)
        )
    return mixed, ChunkState(total, pending, keys, values, token.after(state.position))


def _slots(tokens: Tokens, opened: Tensor, chunk: int) -> Tensor:
    """Where each token goes in its row, counted from the chunk that is open; padding behind all."""
    slots = tokens.where - opened[:, None] * chunk
    if tokens.mask is None:
        return slots
    behind = -(-(slots.shape[1] + chunk - 1) // chunk) * chunk
    return slots.masked_fill(~tokens.mask, behind)


def _grid(new: Tensor, held: Tensor | None, slots: Tensor | None, grids: int, chunk: int) -> Tensor:
    """Chunks (batch, grids, chunk, width): the open one with `new` behind it, then zeros."""
    if slots is None:
        room = pad(new, (0, 0, 0, grids * chunk - new.shape[1]))
        return torch.unflatten(room, 1, (grids, chunk))
    room = new.new_zeros(len(new), grids * chunk + 1, new.shape[-1])
    if held is not None:
        room = torch.cat((held, room[:, chunk:]), 1)
    room = room.scatter(1, slots[..., None].expand_as(new), new)
    return torch.unflatten(room[:, :-1], 1, (grids, chunk))


def _after(tokens: Tokens, real: Tensor, state: ChunkState, chunk: int) -> ChunkState:
    """The state after tokens whose pairs were written out."""
    end = tokens.after(state.position)
    number, last = tokens.where // chunk, (end // chunk)[:, None]
    closed, still_open = real & (number < last), real & (number == last)
    moved = (last > state.position[:, None] // chunk)[..., None]
    sums = [(tokens.far_k * part[..., None]).mT @ tokens.v for part in (closed, still_open)]
    slots = (tokens.where % chunk).masked_fill(~still_open, chunk)[..., None]
    keys, values = (
        pad(held.masked_fill(moved, 0), (0, 0, 0, 1)).scatter(1, slots.expand_as(new), new)[:, :-1]
        for held, new in ((state.keys, tokens.k), (state.values, tokens.v))
    )
    return ChunkState(
        state.total + state.pending * moved + sums[0],
        state.pending * ~moved + sums[1],
        keys,
        values,
        end,
    )
