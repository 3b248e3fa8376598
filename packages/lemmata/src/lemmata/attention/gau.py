"""The gated attention unit: one head of attention, and gates in the place of its other heads.

Refused: a residual and a normalisation inside the layer, which belong to the block around it, and a
division by the length of the call, which makes the output of a prefix depend on what follows.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lemmata.arguments import check_choice
from lemmata.attention.caches import counted
from lemmata.attention.gated_weights import NORMALISATIONS, Normalisation, gated_weights
from lemmata.attention.gates import Gates, check_held, check_mask, places, wide
from lemmata.attention.multihead import at_least_one, in_pieces
from lemmata.attention.rope import Rotary
from lemmata.attention.rows import Rows
from lemmata.errors import ArgumentError, DtypeError
from lemmata.mixer import Form, check_form, check_sequence, check_token

FORMS: tuple[Form, ...] = ("parallel", "chunked", "recurrent")


@dataclass(frozen=True, slots=True)
class GatedCache:
    """Keys (turned) and values of every token so far, and which of them are tokens (None: all)."""

    keys: Rows
    values: Rows
    real: Rows | None = None

    @property
    def position(self) -> Tensor:
        """How many tokens each row of the batch has seen, padding aside: (batch,)."""
        if self.real is None:
            keys = self.keys.tensor
            return torch.full((len(keys),), self.keys.length, device=keys.device)
        return self.real.tensor[..., 0].sum(1)

    @property
    def nbytes(self) -> int:
        """Bytes of what is remembered."""
        return sum(part.nbytes for part in (self.keys, self.values, self.real) if part is not None)

    def appended(self, keys: Tensor, values: Tensor, mask: Tensor | None) -> "GatedCache":
        """The cache with further tokens."""
        real = counted(self.real, mask, self.keys, keys)
        return GatedCache(self.keys.append(keys), self.values.append(values), real)


class GatedAttentionUnit(nn.Module):
    """y = (u * A v) W_o with A from relu(q k^T)^2 or softmax; causal, quadratic in the tokens.

    u and v are `expanded` wide (2 width unless given), queries and keys `query_width`. `normalisation`
    divides relu^2 by query_width and the keys seen ("relu2_count") or `length` ("relu2_fixed"), or
    is "softmax" of q k^T / sqrt(query_width), or that times log(keys seen) / log(length)
    ("entropy_invariant"). `length` is the one that the layer is trained at. `rotary` turns queries
    and keys. A mixer whose state is a `GatedCache`; `chunk` queries at once in the chunked form.
    """

    def __init__(
        self,
        width: int,
        expanded: int | None = None,
        query_width: int = 128,
        *,
        normalisation: Normalisation = "relu2_fixed",
        length: int = 512,
        rotary: Rotary | None = None,
        chunk: int = 256,
        **factory: Any,
    ) -> None:
        super().__init__()
        (self.width,) = at_least_one(width=width)
        expanded = 2 * self.width if expanded is None else expanded
        self.expanded, self.query_width = at_least_one(expanded=expanded, query_width=query_width)
        self.length, self.chunk = at_least_one(length=length, chunk=chunk)
        check_choice("normalisation", normalisation, NORMALISATIONS)
        if normalisation == "entropy_invariant" and self.length < 2:
            raise ArgumentError(f"length must be at least 2 for its logarithm, got {length}")
        self.normalisation: Normalisation = normalisation
        self.gates = Gates(self.width, self.expanded, self.query_width, 2, rotary, **factory)

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
    ) -> GatedCache:
        """A cache that has seen nothing, with room for `capacity` tokens."""
        lead = tuple(at_least_one(batch=batch))
        weight = self.gates.gamma
        factory = {"dtype": wide(dtype or weight.dtype), "device": device or weight.device}
        widths = (self.query_width, self.expanded)
        keys, values = (Rows.empty(lead, width, capacity, **factory) for width in widths)
        return GatedCache(keys, values)

    def forward(
        self,
        x: Tensor,
        state: GatedCache | None = None,
        *,
        form: Form | None = None,
        mask: Tensor | None = None,
    ) -> tuple[Tensor, GatedCache]:
        """Outputs for `x` (batch, length, width), and the state after it.

        `mask` (batch, length) is True where there is a token; the rest is padding, anywhere in a
        row. Raises ShapeError, DtypeError, NonFiniteError or ArgumentError.
        """
        check_sequence("x", x, self.width, self.gates.gamma.dtype)
        form = check_form(form, FORMS, "chunked")
        mask = check_mask(mask, x)
        state = self._checked(state, x)
        begin = state.keys.length
        where = places(state.position if begin else None, mask, x)
        u, v, (q, k) = self.gates(x, where)
        state = state.appended(k, v, mask)
        parts = [
            self._mix(q[:, part], state, begin + part.start, where[:, part])
            for part in in_pieces(x.shape[1], form, self.chunk)
        ]
        return self.gates.joined(u, torch.cat(parts, 1), mask), state

    def step(self, x: Tensor, state: GatedCache) -> tuple[Tensor, GatedCache]:
        """The output for one token `x` (batch, width), and the state after it."""
        check_token("x", x, self.width, self.gates.gamma.dtype)
        y, state = self.forward(x[:, None], state, form="recurrent")
        return y[:, 0], state

    def extra_repr(self) -> str:
        """What stands between the brackets of the printed layer."""
        return f"normalisation={self.normalisation}, length={self.length}, chunk={self.chunk}"

    def _mix(self, q: Tensor, state: GatedCache, first: int, where: Tensor) -> Tensor:
        """A v for queries whose first is token `first` of the cache."""
        n = q.shape[1]
        k, v = (rows.tensor[:, : first + n] for rows in (state.keys, state.values))
        seen = torch.ones(n, first + n, dtype=torch.bool, device=q.device).tril(first)
        if state.real is not None:
            seen = seen & state.real.tensor[:, None, : first + n, 0]
        return gated_weights(q, k, seen, where + 1, self.normalisation, self.length) @ v

    def _checked(self, state: Any, x: Tensor) -> GatedCache:
        if state is None:
            return self.initial_state(x.shape[0], dtype=x.dtype, device=x.device)
        if not isinstance(state, GatedCache):
            raise DtypeError(f"state must be a GatedCache or None, got {type(state).__name__}")
        tokens = state.keys.length
        for name, width in (("keys", self.query_width), ("values", self.expanded)):
            check_held(name, getattr(state, name).tensor, (x.shape[0], tokens, width), x)
        return state
