"""Multi-head latent attention: keys and values of all heads are linear in one small cached vector.

Two ways to the same function. Materialised: expand the latents to keys and values of every head, as
training and prefill want. Absorbed: fold the expansion into queries and outputs, so that decoding
reads the latents only. Refused: the product W_UQ^T W_UK in advance, which is larger than either.
"""

import math
from typing import Any, Literal, TypeAlias

import torch
from torch import Tensor, nn

from lemmata.arguments import check_choice
from lemmata.attention.caches import LatentCache, check_rows, padding_before
from lemmata.attention.causal import attend_last, softmax, visible
from lemmata.attention.gates import check_mask
from lemmata.attention.multihead import (
    FORMS,
    Tables,
    at_least_one,
    in_pieces,
    of_tokens,
    placed,
    without_padding,
)
from lemmata.attention.positions import Layout
from lemmata.attention.rope import Rotary, turned
from lemmata.attention.rows import Rows
from lemmata.errors import ArgumentError, DtypeError
from lemmata.mixer import Form, check_form, check_sequence, check_token

Path: TypeAlias = Literal["auto", "materialised", "absorbed"]
PATHS: tuple[Path, ...] = ("auto", "materialised", "absorbed")


class LatentAttention(nn.Module):
    """Causal multi-head latent attention (DeepSeek-V2, arXiv:2405.04434, section 2.1).

    A token is cached as its normalised latent c of `kv_rank` numbers and one turned key of
    `rotary.width` that all heads share, made from x itself. Heads have keys of `nope_width` and
    values of `value_width` from c; queries are compressed to `q_rank` first unless it is None.
    Weights are laid out as in DeepSeek's checkpoints.

    `normalise=False` leaves the norms of the latents out; `scale` is 1 / sqrt(nope_width +
    rotary.width), times what the `yarn` of `rotary` asks for, unless given. A mixer
    (`lemmata.mixer`) whose state is a `LatentCache`.
    """

    def __init__(  # noqa: PLR0913 - the shapes of the paper
        self,
        width: int,
        heads: int,
        *,
        kv_rank: int = 512,
        q_rank: int | None = None,
        nope_width: int = 128,
        value_width: int = 128,
        rotary: Rotary | None = Rotary(64),  # noqa: B008 - frozen
        normalise: bool = True,
        eps: float = 1e-6,
        scale: float | None = None,
        chunk: int = 256,
        **factory: Any,
    ) -> None:
        super().__init__()
        self.width, self.heads, self.chunk = at_least_one(width=width, heads=heads, chunk=chunk)
        self.kv_rank, self.value_width = at_least_one(kv_rank=kv_rank, value_width=value_width)
        self.rotary = rotary
        self.rope_width = 0 if rotary is None else rotary.width
        if nope_width < 0 or nope_width + self.rope_width == 0:
            raise ArgumentError(
                f"nope_width must be at least {0 if self.rope_width else 1}, got {nope_width}"
            )
        self.nope_width, self.q_rank = nope_width, q_rank
        self.key_width = nope_width + self.rope_width
        default = 1 / math.sqrt(self.key_width)
        if rotary is not None:
            default *= rotary.softmax_scale
        self.scale = default if scale is None else scale
        source = width
        self.q_down: nn.Linear | None = None
        self.q_norm: nn.Module = nn.Identity()
        if q_rank is not None:
            (source,) = at_least_one(q_rank=q_rank)
            self.q_down = nn.Linear(width, q_rank, bias=False, **factory)
            if normalise:
                self.q_norm = nn.RMSNorm(q_rank, eps=eps, **factory)
        self.q_up = nn.Linear(source, heads * self.key_width, bias=False, **factory)
        self.kv_down = nn.Linear(width, kv_rank + self.rope_width, bias=False, **factory)
        self.kv_norm = nn.RMSNorm(kv_rank, eps=eps, **factory) if normalise else nn.Identity()
        self.kv_up = nn.Linear(kv_rank, heads * (nope_width + value_width), bias=False, **factory)
        self.out = nn.Linear(heads * value_width, width, bias=False, **factory)

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
    ) -> LatentCache:
        """A cache that has seen nothing, with room for `capacity` tokens."""
        weight = self.kv_down.weight
        factory = {"dtype": dtype or weight.dtype, "device": device or weight.device}
        lead = (*at_least_one(batch=batch),)
        return LatentCache(Rows.empty(lead, self.kv_rank + self.rope_width, capacity, **factory))

    def forward(
        self,
        x: Tensor,
        state: LatentCache | None = None,
        *,
        form: Form | None = None,
        path: Path = "auto",
        positions: Layout | None = None,
        mask: Tensor | None = None,
    ) -> tuple[Tensor, LatentCache]:
        """Outputs for `x` (batch, length, width), and the state after it.

        `path` is taken by what costs fewer products unless it is named; see `absorbs`. `positions`,
        `mask` and errors as in `Attention.forward`.
        """
        check_sequence("x", x, self.width, self.kv_down.weight.dtype)
        form = check_form(form, FORMS, "parallel")
        check_choice("path", path, PATHS)
        state, mask = self._checked(state, x), check_mask(mask, x)
        shift = padding_before(state.real, mask, x.shape[1])
        tables, after = placed(positions, state.next_position, x.shape[1], self.rotary, x, shift)
        outputs = []
        for part in in_pieces(x.shape[1], form, self.chunk):
            some = None if mask is None else mask[:, part]
            y, state = self._mix(x[:, part], state, of_tokens(tables, part), after, path, some)
            outputs.append(y)
        return outputs[0] if len(outputs) == 1 else torch.cat(outputs, 1), state

    def step(self, x: Tensor, state: LatentCache) -> tuple[Tensor, LatentCache]:
        """The output for one token of text `x` (batch, width), and the state after it."""
        check_token("x", x, self.width, self.kv_down.weight.dtype)
        state = self._checked(state, x)
        shift = padding_before(state.real, None, 1)
        tables, after = placed(None, state.next_position, 1, self.rotary, x, shift)
        y, state = self._mix(x[:, None], state, tables, after, "auto", None)
        return y[:, 0], state

    def absorbs(self, queries: int, keys: int) -> bool:
        """Whether so many queries against so many cached tokens cost less absorbed."""
        return self.products("absorbed", queries, keys) < self.products(
            "materialised", queries, keys
        )

    def products(self, path: Path, queries: int, keys: int) -> int:
        """Multiply-adds a sequence from queries and latents to the values of heads, by path."""
        expansion = self.heads * self.kv_rank * (self.nope_width + self.value_width)
        pairs = self.heads * queries * keys
        if path == "absorbed":
            return queries * expansion + pairs * (2 * self.kv_rank + self.rope_width)
        return keys * expansion + pairs * (self.key_width + self.value_width)

    def extra_repr(self) -> str:
        """What stands between the brackets of the printed layer."""
        return (
            f"heads={self.heads}, kv_rank={self.kv_rank}, q_rank={self.q_rank}, "
            f"nope_width={self.nope_width}, value_width={self.value_width}, rotary={self.rotary}"
        )

    def _mix(
        self,
        x: Tensor,
        state: LatentCache,
        tables: Tables,
        after: float,
        path: Path,
        mask: Tensor | None,
    ) -> tuple[Tensor, LatentCache]:
        state = state.appended(self._latents(x, tables), after, mask)
        cached, real = state.latents.tensor, None
        if state.real is not None:
            real = state.real.tensor[..., 0]
        nope, rope = self._queries(x, tables)
        if path == "auto":
            path = "absorbed" if self.absorbs(x.shape[1], cached.shape[1]) else "materialised"
        attend = self._absorbed if path == "absorbed" else self._materialised
        heads = attend(nope, rope, cached, real)
        return without_padding(self.out(heads.transpose(1, 2).flatten(2)), mask), state

    def _latents(self, x: Tensor, tables: Tables) -> Tensor:
        """What is cached of `x`: [c; k^R]."""
        latent, key = self._parted(self.kv_down(x))
        key = self._turned(key[:, None], tables)[:, 0]  # the one head of keys
        return _beside(self.kv_norm(latent), key)

    def _queries(self, x: Tensor, tables: Tables) -> tuple[Tensor, Tensor]:
        """q^C and q^R of every head, (batch, heads, length, .)."""
        source = x if self.q_down is None else self.q_norm(self.q_down(x))
        q = torch.unflatten(self.q_up(source), -1, (self.heads, self.key_width)).transpose(1, 2)
        nope, rope = _apart(q, self.nope_width)
        return nope, self._turned(rope, tables)

    def _materialised(
        self, nope: Tensor, rope: Tensor, cached: Tensor, real: Tensor | None
    ) -> Tensor:
        latent, shared = self._parted(cached)
        each = (self.heads, self.nope_width + self.value_width)
        expanded = torch.unflatten(self.kv_up(latent), -1, each).transpose(1, 2)
        keys, values = torch.split_with_sizes(expanded, (self.nope_width, self.value_width), -1)
        shared = shared[:, None].expand(-1, self.heads, -1, -1)
        keys, queries = _beside(keys, shared), _beside(nope, rope)
        return attend_last(queries, keys, values, self.scale, real)

    def _absorbed(self, nope: Tensor, rope: Tensor, cached: Tensor, real: Tensor | None) -> Tensor:
        up = torch.unflatten(self.kv_up.weight, 0, (self.heads, -1))
        up_keys, up_values = torch.split_with_sizes(up, (self.nope_width, self.value_width), 1)
        queries = _beside(torch.einsum("bhnd,hdr->bhnr", nope, up_keys), rope)
        batch, heads, n, _ = queries.shape
        scores = queries.flatten(1, 2) @ cached.mT * self.scale  # one head of keys: rows are h n
        if n > 1 or real is not None:
            m = cached.shape[1]
            hidden = ~visible(n, m, real, scores)
            scores = scores.view(batch, heads, n, m).masked_fill(hidden, -math.inf).flatten(1, 2)
        mixed = softmax(scores) @ cached[..., : self.kv_rank]
        return torch.einsum("bhnr,hdr->bhnd", mixed.view(batch, heads, n, -1), up_values)

    def _parted(self, cached: Tensor) -> tuple[Tensor, Tensor]:
        """[c; k^R] apart."""
        return _apart(cached, self.kv_rank)

    def _turned(self, x: Tensor, tables: Tables) -> Tensor:
        return (
            x if tables is None or self.rotary is None else turned(x, tables, self.rotary.pairing)
        )

    def _checked(self, state: Any, x: Tensor) -> LatentCache:
        if state is None:
            return self.initial_state(x.shape[0], dtype=x.dtype, device=x.device)
        if not isinstance(state, LatentCache):
            raise DtypeError(f"state must be a LatentCache or None, got {type(state).__name__}")
        check_rows("latents", state.latents, (x.shape[0],), self.kv_rank + self.rope_width, x)
        return state


def _beside(one: Tensor, other: Tensor) -> Tensor:
    """Both in one last axis; `one` itself, not a copy, where `other` is empty."""
    return torch.cat((one, other), -1) if other.shape[-1] else one


def _apart(both: Tensor, width: int) -> tuple[Tensor, Tensor]:
    """What `_beside` made one of, `width` the first one's."""
    if width == both.shape[-1]:
        return both, both[..., width:]
    one, other = torch.split_with_sizes(both, (width, both.shape[-1] - width), -1)
    return one, other
