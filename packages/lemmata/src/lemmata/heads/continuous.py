"""A decoder of continuous tokens: any stack of mixers reads them, any head draws the next.

Refused: a tokenizer with a codebook, and the position of the next token as a further input, as one
order is trained at a time.
"""

from typing import Any

import torch
from torch import Tensor, nn

from lemmata.errors import ArgumentError, DtypeError
from lemmata.heads.tokens import Head, at_least
from lemmata.mixer import Mixer, check_sequence


class ContinuousDecoder(nn.Module):
    """p(x_1 ... x_n | label) = product of head(x_t | z_t), z_t from the backbone over x_<t.

    `backbone` is a mixer (`lemmata.stack.Stack` of any), whose width is the head's `condition`.
    With `classes` the sequence begins with a label, left out in training `drop` of the time: guidance
    then compares with the decoder without label; otherwise with the "no condition" of a head that
    has one.
    """

    def __init__(
        self, backbone: Any, head: Any, *, classes: int = 0, drop: float = 0.1, **factory: Any
    ) -> None:
        super().__init__()
        if not isinstance(backbone, Mixer):
            raise DtypeError(
                f"backbone must have the calls of Mixer, got {type(backbone).__name__}"
            )
        if not isinstance(head, Head):
            raise DtypeError(f"head must have the calls of Head, got {type(head).__name__}")
        if backbone.width != head.condition:
            raise ArgumentError(
                f"head must take conditions as wide as the backbone, {backbone.width}, "
                f"got {head.condition}"
            )
        (self.classes,) = at_least(0, classes=classes)
        if not 0 <= drop < 1:
            raise ArgumentError(f"drop must be in [0, 1), got {drop}")
        self.backbone: Any = backbone
        self.head: Any = head
        self.drop = drop
        self.begin = nn.Embedding(self.classes + 1, backbone.width, **factory)  # the last: no label
        self.read = nn.Linear(head.width, backbone.width, **factory)

    def conditions(self, x: Tensor, labels: Tensor | None = None) -> Tensor:
        """z (batch, n, width) for tokens `x` (batch, n, token): z_t knows the tokens before t."""
        check_sequence("x", x, self.head.width, self.read.weight.dtype)
        first = self._first(len(x), labels)[:, None]
        past = torch.cat((first, self.read(self.head.standard(x[:, :-1]))), 1)
        z: Tensor = self.backbone(past)[0]
        return z

    def loss(
        self,
        x: Tensor,
        labels: Tensor | None = None,
        *,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """(batch, n): the head's loss of every token given those before it."""
        if labels is not None and self.training and self.drop:
            draw = torch.rand(labels.shape, generator=generator, device=labels.device)
            labels = torch.where(draw < self.drop, self.classes, labels)
        loss: Tensor = self.head.loss(x, self.conditions(x, labels), generator=generator)
        return loss

    @torch.no_grad()
    def sample(
        self,
        batch: int,
        length: int,
        labels: Tensor | None = None,
        *,
        prompt: Tensor | None = None,
        guidance: float = 1.0,
        **drawn: Any,
    ) -> Tensor:
        """`length` tokens (batch, length, token) after those of `prompt` (batch, m, token), if any.

        `drawn` goes to the head's `sample`: steps, temperature, generator. So does `guidance`, against
        the decoder without label where there are labels.
        """
        batch, length = at_least(1, batch=batch, length=length)
        streams = [labels]
        if guidance != 1 and labels is not None:
            streams.append(None)
        given = [self._opened(batch, stream, prompt) for stream in streams]
        found: list[Tensor] = []
        for _ in range(length):
            if guidance != 1:
                drawn["guidance"] = guidance
                drawn["against"] = given[1][0] if len(given) > 1 else None
            found.append(self.head.sample(given[0][0], **drawn))
            token = self.read(self.head.standard(found[-1]))
            given = [self.backbone.step(token, state) for _, state in given]
        return torch.stack(found, 1)

    def _opened(
        self, batch: int, labels: Tensor | None, prompt: Tensor | None
    ) -> tuple[Tensor, Any]:
        """z of the first token to draw, and the state there."""
        weight = self.read.weight
        state = self.backbone.initial_state(batch, dtype=weight.dtype, device=weight.device)
        z, state = self.backbone.step(self._first(batch, labels), state)
        if prompt is None:
            return z, state
        check_sequence("prompt", prompt, self.head.width, weight.dtype)
        outputs, state = self.backbone(self.read(self.head.standard(prompt)), state)
        return outputs[:, -1], state

    def _first(self, batch: int, labels: Tensor | None) -> Tensor:
        if labels is None:
            labels = torch.full((batch,), self.classes, device=self.read.weight.device)
        if labels.shape != (batch,) or labels.dtype != torch.int64:
            raise ArgumentError(
                f"labels must be {batch} int64 numbers, got {labels.dtype} {tuple(labels.shape)}"
            )
        if bool((labels < 0).any()) or bool((labels > self.classes).any()):
            raise ArgumentError(f"labels must be in [0, {self.classes}), got others")
        first: Tensor = self.begin(labels)
        return first
