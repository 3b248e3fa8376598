"""Mixed chunk attention: quadratic inside a chunk, linear from the chunks before it.

A chunk is `chunk` tokens of a row from its beginning, wherever calls are split and padding stands.
Refused: sums that grow with the number of chunks, and a tail shorter than a chunk as a special case.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from lemmata.attention.flash_forms import ChunkState, Tokens, chunked, parallel, recurrent
from lemmata.attention.gates import Gates, check_held, check_mask, places, wide
from lemmata.attention.multihead import at_least_one, in_pieces
from lemmata.attention.rope import Rotary
from lemmata.errors import DtypeError, ShapeError
from lemmata.mixer import Form, check_form, check_sequence, check_token

FORMS: tuple[Form, ...] = ("parallel", "chunked", "recurrent")
AT_ONCE = 16  # chunks side by side: more would leave the processor's caches
COMPUTED: dict[str, Callable[[Tokens, ChunkState, int], tuple[Tensor, ChunkState]]] = {
    "parallel": parallel,
    "chunked": chunked,
    "recurrent": recurrent,
}


class MixedChunkAttention(nn.Module):
    """FLASH: y = (u * (near + far)) W_o, causal, linear in the tokens.

    near = relu(q k^T)^2 v / (chunk query_width) over the tokens of the chunk so far, far the mean
    of q' (k'^T v) over the tokens of all chunks before. u and v are `expanded` wide (2 width unless
    given), queries and keys `query_width`; `rotary` turns them. A mixer whose state, a `ChunkState`,
    does not grow: a sum, and the chunk that is open. The parallel form writes all pairs out.
    """

    def __init__(
        self,
        width: int,
        expanded: int | None = None,
        query_width: int = 128,
        *,
        chunk: int = 256,
        rotary: Rotary | None = None,
        **factory: Any,
    ) -> None:
        super().__init__()
        self.width, self.chunk = at_least_one(width=width, chunk=chunk)
        expanded = 2 * self.width if expanded is None else expanded
        self.expanded, self.query_width = at_least_one(expanded=expanded, query_width=query_width)
        self.gates = Gates(self.width, self.expanded, self.query_width, 4, rotary, **factory)

    @property
    def forms(self) -> tuple[Form, ...]:
        """The forms that `forward` has."""
        return FORMS

    def initial_state(
        self,
        batch: int,
        *,
        dtype: torch.dtype | None = None,
        device: torch.device | None = None,
    ) -> ChunkState:
        """The state before any token."""
        at_least_one(batch=batch)
        weight = self.gates.gamma
        device = device or weight.device
        parts = {
            name: torch.zeros(shape, dtype=wide(dtype or weight.dtype), device=device)
            for name, shape in self._sizes(batch).items()
        }
        return ChunkState(**parts, position=torch.zeros(batch, dtype=torch.int64, device=device))

    def forward(
        self,
        x: Tensor,
        state: ChunkState | None = None,
        *,
        form: Form | None = None,
        mask: Tensor | None = None,
    ) -> tuple[Tensor, ChunkState]:
        """Outputs for `x` (batch, length, width), and the state after it.

        `mask` (batch, length) is True where there is a token; the rest is padding, anywhere in a
        row. Raises ShapeError, DtypeError, NonFiniteError or ArgumentError.
        """
        check_sequence("x", x, self.width, self.gates.gamma.dtype)
        form = check_form(form, FORMS, "chunked")
        mask = check_mask(mask, x)
        begin = None if state is None else self._checked(state, x).position
        where = places(begin, mask, x)
        if state is None:
            state = self.initial_state(x.shape[0], dtype=x.dtype, device=x.device)
        n, outputs = x.shape[1], []
        most = AT_ONCE * self.chunk if form == "chunked" else n
        for part in in_pieces(n, "chunked", most):
            some = None if mask is None else mask[:, part]
            u, v, (q, far_q, k, far_k) = self.gates(x[:, part], where[:, part])
            aligned = begin is None and mask is None
            tokens = Tokens(q, far_q, k, far_k, v, where[:, part], some, aligned)
            mixed, state = COMPUTED[form](tokens, state, self.chunk)
            outputs.append(self.gates.joined(u, mixed, some))
        return outputs[0] if len(outputs) == 1 else torch.cat(outputs, 1), state

    def step(self, x: Tensor, state: ChunkState) -> tuple[Tensor, ChunkState]:
        """The output for one token `x` (batch, width), and the state after it."""
        check_token("x", x, self.width, self.gates.gamma.dtype)
        y, state = self.forward(x[:, None], state, form="recurrent")
        return y[:, 0], state

    def extra_repr(self) -> str:
        """What stands between the brackets of the printed layer."""
        return f"chunk={self.chunk}"

    def _sizes(self, batch: int) -> dict[str, tuple[int, ...]]:
        sums = (batch, self.query_width, self.expanded)
        return {
            "total": sums,
            "pending": sums,
            "keys": (batch, self.chunk, self.query_width),
            "values": (batch, self.chunk, self.expanded),
        }

    def _checked(self, state: Any, x: Tensor) -> ChunkState:
        if not isinstance(state, ChunkState):
            raise DtypeError(f"state must be a ChunkState or None, got {type(state).__name__}")
        for name, shape in self._sizes(x.shape[0]).items():
            check_held(name, getattr(state, name), shape, x)
        if state.position.shape != x.shape[:1]:
            raise ShapeError(
                f"position of state must have shape ({x.shape[0]},), "
                f"got {tuple(state.position.shape)}"
            )
        return state
