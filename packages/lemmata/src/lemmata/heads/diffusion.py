"""A diffusion head: any distribution of the next token, drawn by removing noise step by step.

Refused: a schedule as an option (see `noise.py`), and a learned variance of the steps, which at tens
of steps a token changes little and doubles what is predicted.
"""

from typing import Any, Literal, TypeAlias

import torch
from torch import Tensor, nn

from lemmata.arguments import check_choice
from lemmata.errors import ShapeError
from lemmata.heads.noise import alpha_sigma, ancestral, drawn_levels, noisy, velocity
from lemmata.heads.predictor import Predictor
from lemmata.heads.tokens import (
    Standard,
    at_least,
    check_pair,
    check_tensor,
    non_negative,
    normal,
)

Weighting: TypeAlias = Literal["velocity", "noise"]


class DiffusionHead(nn.Module):
    """A small network learns to take noise off tokens of `width` numbers, given conditions.

    Li et al. 2024 (arXiv:2406.11838), Section 3.2: the loss is |noise - estimate|^2 over random
    levels ("noise"); the network gives a velocity, whose error the default `weighting` measures,
    level by level 1 / alpha^2 of that. `levels` levels for each token a call, for which z is
    computed once. `hidden` and `depth` are the network's, `drop` how often z is left out in
    training, for guidance. Call `standard.fit(tokens)` before training.
    """

    def __init__(
        self,
        condition: int,
        width: int,
        *,
        hidden: int = 256,
        depth: int = 3,
        levels: int = 4,
        weighting: Weighting = "velocity",
        drop: float = 0.0,
        **factory: Any,
    ) -> None:
        super().__init__()
        self.condition, self.width = at_least(1, condition=condition, width=width)
        (self.levels,) = at_least(1, levels=levels)
        check_choice("weighting", weighting, ("velocity", "noise"))
        self.weighting: Weighting = weighting
        self.predictor = Predictor(condition, width, hidden, depth, drop, **factory)
        self.standard = Standard(self.width, **factory)

    def loss(self, x: Tensor, z: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
        """(...) for tokens `x` (..., width) and conditions `z` (..., condition), over all levels."""
        check_pair(x, z, self)
        level, noise = drawn_levels(x, self.levels, generator)
        z = self.predictor.dropped(z.expand(self.levels, *z.shape), generator)
        return self.loss_at(x.expand_as(noise), z, level, noise).mean(0)

    def loss_at(self, x: Tensor, z: Tensor, level: Tensor, noise: Tensor) -> Tensor:
        """(...) at given levels (...) in [0, 1] and with given noise (..., width)."""
        x = self.standard(x)
        v = self.predictor(noisy(x, noise, level), level, z)
        wrong = (v - velocity(x, noise, level)).square().sum(-1)
        loss: Tensor = wrong if self.weighting == "velocity" else alpha_sigma(level)[0] ** 2 * wrong
        return loss

    @torch.no_grad()
    def sample(
        self,
        z: Tensor,
        *,
        steps: int = 50,
        temperature: float = 1.0,
        guidance: float = 1.0,
        against: Tensor | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Tokens for conditions `z` (..., condition), in so many steps of two evaluations.

        `temperature` multiplies the noise that is put in on the way. `guidance` g takes the
        velocity v0 + g (v - v0), where v0 is that for `against` (as z), or for no condition.
        """
        (steps,) = at_least(1, steps=steps)
        temperature = non_negative("temperature", temperature)
        begin = begun(self, z, against, generator)
        guidance = self.predictor.check_guidance(guidance, against)
        found = ancestral(
            lambda x, level: self.predictor.guided(x, level, z, guidance, against),
            begin,
            steps,
            temperature,
            generator,
        )
        return self.standard.back(found).to(z.dtype)

    def extra_repr(self) -> str:
        """What stands between the brackets of the printed head."""
        return f"width={self.width}, levels={self.levels}, weighting={self.weighting!r}"


def begun(
    head: Any, z: Tensor, against: Tensor | None, generator: torch.Generator | None
) -> Tensor:
    """Noise to begin with, a token for each condition, in single precision at least."""
    dtype = head.standard.mean.dtype
    check_tensor("z", z, head.condition, dtype)
    if against is not None:
        check_tensor("against", against, head.condition, dtype)
        if against.shape != z.shape:
            raise ShapeError(
                f"against must have a condition for every token, {tuple(z.shape)}, "
                f"got {tuple(against.shape)}"
            )
    wide = torch.promote_types(dtype, torch.float32)
    return normal(z.new_empty((*z.shape[:-1], head.width), dtype=wide), generator)
