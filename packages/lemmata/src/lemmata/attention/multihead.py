"""Attention with as many heads of keys as wished: multi-head, grouped-query, multi-query.

One class, since they differ in one number. Refused: one class for latent attention too, whose cache
and products are another thing (`latent.py`), and options for everything that a head could also do.
"""

import math
from typing import Any

import torch
from torch import Tensor, nn

from lemmata.arguments import integer
from lemmata.attention.caches import KVCache, check_rows, padding_before
from lemmata.attention.causal import attend_last
from lemmata.attention.gates import check_mask
from lemmata.attention.positions import Layout
from lemmata.attention.rope import Rotary, text_tables, turned
from lemmata.attention.rows import Rows
from lemmata.errors import ArgumentError, DtypeError, ShapeError
from lemmata.mixer import Form, check_form, check_sequence, check_token

FORMS: tuple[Form, ...] = ("parallel", "chunked", "recurrent")
Tables = tuple[Tensor, Tensor] | None


class Attention(nn.Module):
    """Causal attention of `heads` heads that share the keys and values of `kv_heads`.

    `kv_heads` = heads is multi-head attention (Vaswani et al. 2017), 1 multi-query (Shazeer 2019),
    between them grouped-query attention (Ainslie et al. 2023). `head_width` is width / heads unless
    given; `rotary` turns queries and keys, None leaves positions out; `bias` is for queries, keys
    and values. A mixer (`lemmata.mixer`) whose state is a `KVCache`; `chunk` tokens at once in the
    chunked form. `factory` takes device and dtype.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        kv_heads: int | None = None,
        head_width: int | None = None,
        *,
        rotary: Rotary | None = None,
        bias: bool = False,
        chunk: int = 256,
        **factory: Any,
    ) -> None:
        super().__init__()
        self.width, self.heads = at_least_one(width=width, heads=heads)
        kv_heads = heads if kv_heads is None else kv_heads
        self.kv_heads, self.chunk = at_least_one(kv_heads=kv_heads, chunk=chunk)
        if heads % kv_heads:
            raise ArgumentError(f"kv_heads must divide heads = {heads}, got {kv_heads}")
        if head_width is None and width % heads:
            raise ArgumentError(f"heads must divide width = {width} or head_width be given")
        (self.head_width,) = at_least_one(head_width=head_width or width // heads)
        if rotary is not None and rotary.width > self.head_width:
            raise ArgumentError(
                f"rotary must be at most {self.head_width} wide, the width of a head, "
                f"got {rotary.width}"
            )
        self.rotary = rotary
        self.scale = 1 / math.sqrt(self.head_width)
        if rotary is not None:
            self.scale *= rotary.softmax_scale
        self.query = nn.Linear(width, heads * self.head_width, bias=bias, **factory)
        self.key = nn.Linear(width, kv_heads * self.head_width, bias=bias, **factory)
        self.value = nn.Linear(width, kv_heads * self.head_width, bias=bias, **factory)
        self.out = nn.Linear(heads * self.head_width, width, bias=False, **factory)

    @property
    def forms(self) -> tuple[Form, ...]:
        """The forms that `forward` has."""
        return FORMS

    def initial_state(
        self,
        batch: int,
        *,
        capacity: int = 0,
        dtype: torch.dtype | None = None,
        device: torch.device | None = None,
    ) -> KVCache:
        """A cache that has seen nothing, with room for `capacity` tokens."""
        weight = self.key.weight
        factory = {"dtype": dtype or weight.dtype, "device": device or weight.device}
        (batch,) = at_least_one(batch=batch)
        lead = (batch, self.kv_heads)
        keys, values = (Rows.empty(lead, self.head_width, capacity, **factory) for _ in range(2))
        return KVCache(keys, values)

    def forward(
        self,
        x: Tensor,
        state: KVCache | None = None,
        *,
        form: Form | None = None,
        positions: Layout | None = None,
        mask: Tensor | None = None,
    ) -> tuple[Tensor, KVCache]:
        """Outputs for `x` (batch, length, width), and the state after it.

        Tokens are text that goes on from the state, unless `positions` (see `layout`) says where
        they stand. `mask` (batch, length) is True where there is a token; the rest is padding,
        anywhere in a row, which takes no position, is no key and answers 0. Raises ShapeError,
        DtypeError, NonFiniteError or ArgumentError.
        """
        check_sequence("x", x, self.width, self.key.weight.dtype)
        form = check_form(form, FORMS, "parallel")
        state, mask = self._checked(state, x), check_mask(mask, x)
        shift = padding_before(state.real, mask, x.shape[1])
        tables, after = placed(positions, state.next_position, x.shape[1], self.rotary, x, shift)
        outputs = []
        for part in in_pieces(x.shape[1], form, self.chunk):
            some = None if mask is None else mask[:, part]
            y, state = self._mix(x[:, part], state, of_tokens(tables, part), after, some)
            outputs.append(y)
        return outputs[0] if len(outputs) == 1 else torch.cat(outputs, 1), state

    def step(self, x: Tensor, state: KVCache) -> tuple[Tensor, KVCache]:
        """The output for one token of text `x` (batch, width), and the state after it."""
        check_token("x", x, self.width, self.key.weight.dtype)
        state = self._checked(state, x)
        shift = padding_before(state.real, None, 1)
        tables, after = placed(None, state.next_position, 1, self.rotary, x, shift)
        y, state = self._mix(x[:, None], state, tables, after, None)
        return y[:, 0], state

    def queries(self, x: Tensor, tables: Tables) -> Tensor:
        """(batch, heads, length, head_width), turned."""
        return self._turned(self._split(self.query(x), self.heads), tables)

    def keys_values(self, x: Tensor, tables: Tables) -> tuple[Tensor, Tensor]:
        """Keys, turned, and values, both (batch, kv_heads, length, head_width)."""
        keys = self._turned(self._split(self.key(x), self.kv_heads), tables)
        return keys, self._split(self.value(x), self.kv_heads)

    def joined(self, heads: Tensor) -> Tensor:
        """The output (batch, length, width) from that of heads (batch, heads, length, head_width)."""
        y: Tensor = self.out(heads.transpose(1, 2).flatten(2))
        return y

    def extra_repr(self) -> str:
        """What stands between the brackets of the printed layer."""
        return f"heads={self.heads}, kv_heads={self.kv_heads}, rotary={self.rotary}"

    def _mix(
        self, x: Tensor, state: KVCache, tables: Tables, after: float, mask: Tensor | None
    ) -> tuple[Tensor, KVCache]:
        q = self.queries(x, tables)
        state = state.appended(*self.keys_values(x, tables), after, mask)
        real = None if state.real is None else state.real.tensor[..., 0]
        y = self.joined(attend_last(q, state.keys.tensor, state.values.tensor, self.scale, real))
        return without_padding(y, mask), state

    def _split(self, x: Tensor, heads: int) -> Tensor:
        return torch.unflatten(x, -1, (heads, self.head_width)).transpose(1, 2)

    def _turned(self, x: Tensor, tables: Tables) -> Tensor:
        return (
            x if tables is None or self.rotary is None else turned(x, tables, self.rotary.pairing)
        )

    def _checked(self, state: Any, x: Tensor) -> KVCache:
        if state is None:
            return self.initial_state(x.shape[0], dtype=x.dtype, device=x.device)
        if not isinstance(state, KVCache):
            raise DtypeError(f"state must be a KVCache or None, got {type(state).__name__}")
        lead = (x.shape[0], self.kv_heads)
        for name in ("keys", "values"):
            check_rows(name, getattr(state, name), lead, self.head_width, x)
        return state


def in_pieces(length: int, form: Form, chunk: int) -> list[slice]:
    """The tokens that a form takes at once."""
    size = {"parallel": length, "chunked": chunk, "recurrent": 1}[form]
    return [slice(begin, begin + size) for begin in range(0, length, size)]


def placed(
    positions: Any,
    start: float,
    tokens: int,
    rotary: Rotary | None,
    like: Tensor,
    shift: Tensor | None = None,
) -> tuple[Tables, float]:
    """What so many tokens are turned by, and the position of the next token of text.

    `shift` (batch, tokens) is how much padding stands before each, which takes no position.
    """
    if positions is None:
        if rotary is None:
            return None, start + tokens
        if shift is not None:
            along = start + torch.arange(tokens, dtype=torch.float64, device=shift.device) - shift
            cos, sin = rotary.tables(along.flatten(), like.dtype, like.device)
            shape = (*shift.shape, -1)
            return (cos.view(shape)[:, None], sin.view(shape)[:, None]), start + tokens
        return text_tables(rotary, start, tokens, like.dtype, like.device), start + tokens
    if not isinstance(positions, Layout):
        raise DtypeError(f"positions must be a Layout or None, got {type(positions).__name__}")
    if shift is not None:
        raise ArgumentError(
            "positions must be None for rows with padding, whose tokens stand at different places"
        )
    axes = 1 if rotary is None else rotary.axes
    if positions.tokens != tokens or positions.positions.shape[1] != axes:
        raise ShapeError(
            f"positions must lay out {tokens} tokens on {axes} axes, "
            f"got shape {tuple(positions.positions.shape)}"
        )
    if rotary is None:
        return None, positions.next
    return rotary.tables(positions.positions, like.dtype, like.device), positions.next


def of_tokens(tables: Tables, part: slice) -> Tables:
    """The tables of some of the tokens."""
    return None if tables is None else (tables[0][..., part, :], tables[1][..., part, :])


def without_padding(y: Tensor, mask: Tensor | None) -> Tensor:
    """`y` (batch, n, width) with 0 where `mask` (batch, n) is False."""
    return y if mask is None else y.masked_fill(~mask[..., None], 0)


def at_least_one(**given: Any) -> list[int]:
    """The whole numbers given; ArgumentError with its name for one below 1."""
    for name, value in given.items():
        if integer(name, value) < 1:
            raise ArgumentError(f"{name} must be at least 1, got {value}")
    return [integer(name, value) for name, value in given.items()]
