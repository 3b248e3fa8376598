"""A flow head: any distribution of the next token, drawn by following a velocity field.

Refused: adaptive steps, whose number differs from token to token of one batch.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from lemmata.heads.diffusion import begun
from lemmata.heads.noise import drawn_levels
from lemmata.heads.predictor import Predictor
from lemmata.heads.tokens import Standard, at_least, check_pair, non_negative


class FlowHead(nn.Module):
    """A small network learns the mean velocity of straight lines from noise to tokens.

    Lipman et al. 2023 (arXiv:2210.02747), the path with sigma_min = 0: at time t a token is
    (1 - t) noise + t x, and |u(., t, z) - (x - noise)|^2 is the loss. `levels` times for each
    token a call, for which z is computed once; the rest as for `DiffusionHead`.
    """

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
        """(...) for tokens `x` (..., width) and conditions `z` (..., condition), over all times."""
        check_pair(x, z, self)
        time, noise = drawn_levels(x, self.levels, generator)
        z = self.predictor.dropped(z.expand(self.levels, *z.shape), generator)
        return self.loss_at(x.expand_as(noise), z, time, noise).mean(0)

    def loss_at(self, x: Tensor, z: Tensor, time: Tensor, noise: Tensor) -> Tensor:
        """(...) at given times (...) in [0, 1] and with given noise (..., width)."""
        x = self.standard(x)
        u = self.predictor(torch.lerp(noise, x, time[..., None]), time, z)
        loss: Tensor = (u - (x - noise)).square().sum(-1)
        return loss

    @torch.no_grad()
    def sample(
        self,
        z: Tensor,
        *,
        steps: int = 25,
        temperature: float = 1.0,
        guidance: float = 1.0,
        against: Tensor | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Tokens for conditions `z` (..., condition), in so many steps of two evaluations.

        `temperature` multiplies the noise that the flow begins with. `guidance` g takes the
        velocity u0 + g (u - u0), where u0 is that for `against` (as z), or for no condition.
        """
        (steps,) = at_least(1, steps=steps)
        temperature = non_negative("temperature", temperature)
        begin = begun(self, z, against, generator)
        guidance = self.predictor.check_guidance(guidance, against)
        found = heun(
            lambda x, time: self.predictor.guided(x, time, z, guidance, against),
            temperature * begin,
            steps,
        )
        return self.standard.back(found).to(z.dtype)

    def extra_repr(self) -> str:
        """What stands between the brackets of the printed head."""
        return f"width={self.width}, levels={self.levels}"


def heun(field: Callable[[Tensor, Tensor], Tensor], begin: Tensor, steps: int) -> Tensor:
    """Follow dx/dt = field(x, t) from t = 0 to 1 with Heun's method, of second order."""
    x = begin
    times = torch.linspace(0, 1, steps + 1, dtype=torch.float64).to(begin)
    for now, then in pairwise(times):
        step = then - now
        first = field(x, now.expand(x.shape[:-1]))
        second = field(x + step * first, then.expand(x.shape[:-1]))
        x = x + step * (first + second) / 2
    return x
