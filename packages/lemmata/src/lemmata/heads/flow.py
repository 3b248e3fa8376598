"""A flow head: any distribution of the next token, drawn by following a velocity field.

Refused: adaptive steps, whose number differs from token to token of one batch.
"""

from itertools import pairwise
from typing import ClassVar

import torch
from torch import Tensor

from lemmata.heads.denoising import DenoisingHead, Field


class FlowHead(DenoisingHead):
    """Learns the mean velocity of straight lines from noise to tokens.

    Lipman et al. 2023 (arXiv:2210.02747), the path with sigma_min = 0: at time t a token is
    (1 - t) noise + t x, and |u(., t, z) - (x - noise)|^2 is the loss. Times are the levels of
    `DenoisingHead`.
    """

    STEPS: ClassVar[int] = 25

    def loss_at(self, x: Tensor, z: Tensor, level: Tensor, noise: Tensor) -> Tensor:
        """(...) at given times (...) in [0, 1] and with given noise (..., width)."""
        x = self.standard(x)
        u = self.predictor(torch.lerp(noise, x, level[..., None]), level, z)
        loss: Tensor = (u - (x - noise)).square().sum(-1)
        return loss

    def _from_noise(
        self,
        field: Field,
        begin: Tensor,
        steps: int,
        temperature: float,
        generator: torch.Generator | None,
    ) -> Tensor:
        return heun(field, temperature * begin, steps)

    def extra_repr(self) -> str:
        """What stands between the brackets of the printed head."""
        return f"width={self.width}, levels={self.levels}"


def heun(field: Field, begin: Tensor, steps: int) -> Tensor:
    """Follow dx/dt = field(x, t) from t = 0 to 1 with Heun's method, of second order."""
    x = begin
    times = torch.linspace(0, 1, steps + 1, dtype=torch.float64).to(begin)
    for now, then in pairwise(times):
        step = then - now
        first = field(x, now.expand(x.shape[:-1]))
        second = field(x + step * first, then.expand(x.shape[:-1]))
        x = x + step * (first + second) / 2
    return x
