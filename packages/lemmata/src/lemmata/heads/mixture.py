"""A mixture of Gaussians for the next token: several modes, their number chosen beforehand.

Refused: full covariances, as components can share a slanted mode among them.
"""

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from lemmata.heads.gaussian import NARROWEST, ONE
from lemmata.heads.tokens import (
    Standard,
    at_least,
    check_pair,
    check_tensor,
    non_negative,
    normal,
    perceptron,
)


class Mixture(NamedTuple):
    """log of weights (..., K), means and deviations (..., K, width), on the standard scale."""

    log_weight: Tensor
    mean: Tensor
    deviation: Tensor


class MixtureHead(nn.Module):
    """sum_k w_k(z) N(m_k(z), diag s_k(z)^2) for tokens of `width` numbers.

    The numbers of the `components` are linear in z, or have one layer of `hidden` units; their
    means begin apart, drawn with `generator`. The loss is in nats, on the tokens' own scale.
    """

    def __init__(
        self,
        condition: int,
        width: int,
        components: int = 8,
        *,
        hidden: int = 0,
        generator: torch.Generator | None = None,
        **factory: Any,
    ) -> None:
        super().__init__()
        self.condition, self.width = at_least(1, condition=condition, width=width)
        (self.components,) = at_least(1, components=components)
        (hidden,) = at_least(0, hidden=hidden)
        numbers = self.components * (1 + 2 * self.width)
        self.parameters_of = perceptron(self.condition, hidden, numbers, factory)
        self.standard = Standard(self.width, **factory)
        begin = torch.randn(self.components, self.width, generator=generator, dtype=torch.float64)
        self.start = nn.Parameter(begin.to(self.standard.mean))

    def mixture(self, z: Tensor) -> Mixture:
        """The components on the standard scale."""
        check_tensor("z", z, self.condition, self.standard.mean.dtype)
        K, d = self.components, self.width
        weight, mean, raw = self.parameters_of(z).split([K, K * d, K * d], -1)
        deviation = nn.functional.softplus(raw.unflatten(-1, (K, d)) + ONE) + NARROWEST
        return Mixture(weight.log_softmax(-1), mean.unflatten(-1, (K, d)) + self.start, deviation)

    def mean(self, z: Tensor) -> Tensor:
        """Of the whole mixture, (..., width), on the tokens' own scale."""
        log_weight, mean, _ = self.mixture(z)
        return self.standard.back((log_weight.exp()[..., None] * mean).sum(-2))

    def loss(self, x: Tensor, z: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
        """-log density of `x` (..., width) given `z` (..., condition): (...). Nothing is drawn."""
        check_pair(x, z, self)
        log_weight, mean, deviation = self.mixture(z)
        away = (self.standard(x)[..., None, :] - mean) / deviation
        log_one = -(away.square() / 2 + deviation.log()).sum(-1)
        constant = self.width * math.log(2 * math.pi) / 2 + self.standard.log_volume()
        return constant - torch.logsumexp(log_weight + log_one, -1)

    @torch.no_grad()
    def sample(
        self, z: Tensor, *, temperature: float = 1.0, generator: torch.Generator | None = None
    ) -> Tensor:
        """Tokens for `z` from density^(1 / temperature^2), as if the components did not overlap.

        That multiplies deviations by `temperature`; 0 is the mean of the component that is highest.
        """
        temperature = non_negative("temperature", temperature)
        log_weight, mean, deviation = self.mixture(z)
        logits = tempered(log_weight, deviation, temperature)
        chosen = _drawn(logits, temperature, generator)[..., None, None]
        places = chosen.expand(*chosen.shape[:-1], self.width)
        mean, deviation = (part.gather(-2, places)[..., 0, :] for part in (mean, deviation))
        return self.standard.back(mean + temperature * deviation * normal(mean, generator))

    def extra_repr(self) -> str:
        """What stands between the brackets of the printed head."""
        return f"width={self.width}, components={self.components}"


def tempered(log_weight: Tensor, deviation: Tensor, temperature: float) -> Tensor:
    """log of the mass of (w N(m, s^2))^(1 / T^2), a constant aside; times T^2 where T is 0."""
    size = deviation.log().sum(-1)
    if temperature == 0:
        return log_weight - size
    return (log_weight - size) / temperature**2 + size


def _drawn(logits: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor:
    if temperature == 0:
        return logits.argmax(-1)
    rows = logits.softmax(-1).reshape(-1, logits.shape[-1])
    return torch.multinomial(rows, 1, generator=generator).reshape(logits.shape[:-1])
