"""Several Gaussians with weights: their density, a draw, and the density with a temperature.

Refused: torch.distributions, whose checks of every argument cost more than the density of a token.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from lemmata.heads.tokens import normal


class Mixture(NamedTuple):
    """log of weights (..., K), means and deviations (..., K, width), on the standard scale."""

    log_weight: Tensor
    mean: Tensor
    deviation: Tensor

    def log_density(self, x: Tensor) -> Tensor:
        """log of the weighted sum of densities at `x` (..., width): (...)."""
        return torch.logsumexp(self.log_weight + self.log_components(x), -1)

    def log_components(self, x: Tensor) -> Tensor:
        """log density of each component at `x` (..., width): (..., K)."""
        away = (x[..., None, :] - self.mean) / self.deviation
        constant = x.shape[-1] * math.log(2 * math.pi) / 2
        return -(away.square() / 2 + self.deviation.log()).sum(-1) - constant

    def drawn(self, generator: torch.Generator | None) -> Tensor:
        """A draw (..., width) from each mixture; weights need not add up to 1."""
        rows = self.log_weight.softmax(-1).reshape(-1, self.log_weight.shape[-1])
        chosen = torch.multinomial(rows, 1, generator=generator)
        chosen = chosen.reshape(self.log_weight.shape[:-1])
        mean, deviation = (gathered(part, chosen) for part in (self.mean, self.deviation))
        return mean + deviation * normal(mean, generator)

    def highest(self) -> Tensor:
        """The mean (..., width) of the component whose own peak is the highest."""
        chosen = tempered(self.log_weight, self.deviation, 0.0).argmax(-1)
        return gathered(self.mean, chosen)

    def at(self, temperature: float) -> "Mixture":
        """density^(1 / temperature^2) as if the components did not overlap; `temperature` > 0."""
        logits = tempered(self.log_weight, self.deviation, temperature)
        return Mixture(logits.log_softmax(-1), self.mean, temperature * self.deviation)


def tempered(log_weight: Tensor, deviation: Tensor, temperature: float) -> Tensor:
    """log of the mass of (w N(m, s^2))^(1 / T^2), a constant aside; times T^2 where T is 0."""
    size = deviation.log().sum(-1)
    if temperature == 0:
        return log_weight - size
    return (log_weight - size) / temperature**2 + size


def gathered(part: Tensor, chosen: Tensor) -> Tensor:
    """The chosen (...) of `part` (..., K, width): (..., width)."""
    places = chosen[..., None, None].expand(*chosen.shape, 1, part.shape[-1])
    return part.gather(-2, places)[..., 0, :]
