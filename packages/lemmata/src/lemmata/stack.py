"""A residual stack of sequence mixers, which is a mixer itself.

Heads and the arena put any layers of the library between their inputs and outputs with it. Refused:
dropout, and norms with statistics over tokens, which would let a token see others or itself later.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from lemmata.arguments import integer
from lemmata.errors import ArgumentError, DtypeError
from lemmata.mixer import Form, Mixer, check_form, check_sequence, check_token


class StackState(NamedTuple):
    """The states of the layers, in their order."""

    layers: tuple[Any, ...]


class Stack(nn.Module):
    """x + mixer(norm x), then x + feed-forward(norm x), for each of `mixers`, then a norm.

    All mixers are of one width; the feed-forward layers are `expansion` times as wide (0: none).
    `factory` takes the device and dtype of what is made here.
    """

    def __init__(self, mixers: Sequence[Any], *, expansion: int = 4, **factory: Any) -> None:
        super().__init__()
        if not mixers or not all(isinstance(mixer, Mixer) for mixer in mixers):
            raise DtypeError(f"mixers must be one or more modules with Mixer's calls, got {mixers}")
        widths = sorted({mixer.width for mixer in mixers})
        if len(widths) != 1:
            raise ArgumentError(f"mixers must be of one width, got {widths}")
        if integer("expansion", expansion) < 0:
            raise ArgumentError(f"expansion must be at least 0, got {expansion}")
        self.width = widths[0]
        self.mixers = nn.ModuleList(mixers)
        self.before = nn.ModuleList(_norm(self.width, factory) for _ in mixers)
        self.wide = nn.ModuleList(
            _feed_forward(self.width, expansion, factory) for _ in mixers if expansion
        )
        self.last = _norm(self.width, factory)

    @property
    def forms(self) -> tuple[Form, ...]:
        """The forms that all of the mixers have."""
        first, *others = (mixer.forms for mixer in self._layers)
        return tuple(form for form in first if all(form in other for other in others))

    def initial_state(
        self,
        batch: int,
        *,
        dtype: torch.dtype | None = None,
        device: torch.device | None = None,
    ) -> StackState:
        """The state before any token."""
        return StackState(
            tuple(mixer.initial_state(batch, dtype=dtype, device=device) for mixer in self._layers)
        )

    def forward(
        self, x: Tensor, state: StackState | None = None, *, form: Form | None = None
    ) -> tuple[Tensor, StackState]:
        """Outputs for `x` (batch, length, width), and the state after it."""
        check_sequence("x", x, self.width, self.last.weight.dtype)
        if form is not None:
            form = check_form(form, self.forms, form)
        states, after = self._checked(state), []
        for number, (mixer, norm) in enumerate(zip(self._layers, self.before, strict=True)):
            y, then = mixer(norm(x), states[number], form=form)
            x = self._widened(number, x + y)
            after.append(then)
        return self.last(x), StackState(tuple(after))

    def step(self, x: Tensor, state: StackState) -> tuple[Tensor, StackState]:
        """The output for one token `x` (batch, width), and the state after it."""
        check_token("x", x, self.width, self.last.weight.dtype)
        states, after = self._checked(state), []
        for number, (mixer, norm) in enumerate(zip(self._layers, self.before, strict=True)):
            y, then = mixer.step(norm(x), states[number])
            x = self._widened(number, x + y)
            after.append(then)
        return self.last(x), StackState(tuple(after))

    def layer(self, number: int, x: Tensor) -> Tensor:
        """`x` (batch, length, width) from its beginning through one layer, the last norm aside."""
        y, _ = self._layers[number](self.before[number](x))
        return self._widened(number, x + y)

    @property
    def _layers(self) -> list[Any]:
        return list(self.mixers)

    def _widened(self, number: int, x: Tensor) -> Tensor:
        y: Tensor = x + self.wide[number](x) if self.wide else x
        return y

    def _checked(self, state: Any) -> tuple[Any, ...]:
        if state is None:
            return (None,) * len(self.mixers)
        if not isinstance(state, StackState) or len(state.layers) != len(self.mixers):
            raise DtypeError(
                f"state must be a StackState of {len(self.mixers)} layers or None, "
                f"got {type(state).__name__}"
            )
        return state.layers


def _norm(width: int, factory: dict[str, Any]) -> nn.RMSNorm:
    return nn.RMSNorm(width, eps=1e-6, **factory)


def _feed_forward(width: int, expansion: int, factory: dict[str, Any]) -> nn.Sequential:
    return nn.Sequential(
        _norm(width, factory),
        nn.Linear(width, expansion * width, **factory),
        nn.SiLU(),
        nn.Linear(expansion * width, width, **factory),
    )
