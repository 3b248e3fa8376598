"""What heads that take noise off have in common: a network asked at drawn levels, a way back from noise."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, TypeAlias

import torch
from torch import Tensor, nn

from lemmata.heads.noise import drawn_levels
from lemmata.heads.predictor import Predictor
from lemmata.heads.tokens import (
    Standard,
    at_least,
    check_against,
    check_pair,
    check_tensor,
    non_negative,
    normal,
)

Field: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""Tokens (..., width) and levels (...) to what the network says of them, guidance included."""


class DenoisingHead(nn.Module, ABC):
    """A small network learns to bring noise to tokens of `width` numbers, given conditions.

    `levels` levels of noise for each token a call, for which z is computed once. `hidden` and `depth`
    are the network's, `drop` how often z is left out in training, for guidance. Call
    `standard.fit(tokens)` before training.
    """

    STEPS: ClassVar[int]

    def __init__(
        self,
        condition: int,
        width: int,
        *,
        hidden: int = 256,
        depth: int = 3,
        levels: int = 4,
        drop: float = 0.0,
        **factory: Any,
    ) -> None:
        super().__init__()
        self.condition, self.width = at_least(1, condition=condition, width=width)
        (self.levels,) = at_least(1, levels=levels)
        self.predictor = Predictor(condition, width, hidden, depth, drop, **factory)
        self.standard = Standard(self.width, **factory)

    def loss(self, x: Tensor, z: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
        """(...) for tokens `x` (..., width) and conditions `z` (..., condition), over all levels."""
        check_pair(x, z, self)
        level, noise = drawn_levels(x, self.levels, generator)
        z = self.predictor.dropped(z.expand(self.levels, *z.shape), generator)
        return self.loss_at(x.expand_as(noise), z, level, noise).mean(0)

    @abstractmethod
    def loss_at(self, x: Tensor, z: Tensor, level: Tensor, noise: Tensor) -> Tensor:
        """(...) at given levels (...) in [0, 1] and with given noise (..., width)."""

    @torch.no_grad()
    def sample(
        self,
        z: Tensor,
        *,
        steps: int | None = None,
        temperature: float = 1.0,
        guidance: float = 1.0,
        against: Tensor | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Tokens for conditions `z` (..., condition), in `STEPS` steps of two evaluations unless given.

        `temperature` multiplies the noise: what a diffusion puts in on the way, what a flow begins with.
        `guidance` g takes v0 + g (v - v0) for the estimate v, where v0 is that for `against` (as z), or
        for no condition.
        """
        (steps,) = at_least(1, steps=self.STEPS if steps is None else steps)
        temperature = non_negative("temperature", temperature)
        begin = self._begun(z, against, generator)
        guidance = self.predictor.check_guidance(guidance, against)

        def field(x: Tensor, level: Tensor) -> Tensor:
            return self.predictor.guided(x, level, z, guidance, against)

        found = self._from_noise(field, begin, steps, temperature, generator)
        return self.standard.back(found).to(z.dtype)

    @abstractmethod
    def _from_noise(
        self,
        field: Field,
        begin: Tensor,
        steps: int,
        temperature: float,
        generator: torch.Generator | None,
    ) -> Tensor:
        """The tokens that noise `begin` leads to."""

    def _begun(
        self, z: Tensor, against: Tensor | None, generator: torch.Generator | None
    ) -> Tensor:
        """Noise to begin with, a token for each condition, in single precision at least."""
        dtype = self.standard.mean.dtype
        check_tensor("z", z, self.condition, dtype)
        check_against(against, z, self)
        wide = torch.promote_types(dtype, torch.float32)
        return normal(z.new_empty((*z.shape[:-1], self.width), dtype=wide), generator)
