"""A mixture of Gaussians for the next token: several modes, their number chosen beforehand.

Refused: full covariances, as components can share a slanted mode among them.
"""

from typing import Any

import torch
from torch import Tensor, nn

from lemmata.errors import ArgumentError
from lemmata.heads.components import Mixture
from lemmata.heads.gaussian import NARROWEST, ONE
from lemmata.heads.guided_mixture import drawn_guided
from lemmata.heads.tokens import (
    Standard,
    at_least,
    check_guided,
    check_pair,
    check_tensor,
    non_negative,
    perceptron,
)


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
        log_density = self.mixture(z).log_density(self.standard(x))
        return self.standard.log_volume() - log_density

    @torch.no_grad()
    def sample(
        self,
        z: Tensor,
        *,
        temperature: float = 1.0,
        guidance: float = 1.0,
        against: Tensor | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Tokens for `z` from density^(1 / temperature^2), as if the components did not overlap.

        That multiplies deviations by `temperature`; 0 is the mean of the component that is highest.
        `guidance` g draws exactly from p^g / q^(g - 1), where q is the density for `against` (as z),
        both at that temperature; ArgumentError where that has no finite mass, or too little.
        """
        temperature = non_negative("temperature", temperature)
        given = self.mixture(z)
        guidance = check_guided(guidance, against, z, self)
        if temperature == 0 and guidance != 1:
            raise ArgumentError(
                "temperature must be above 0 with a guidance other than 1, as nothing says where a "
                "guided mixture is highest"
            )
        if temperature == 0:
            return self.standard.back(given.highest())
        given = given.at(temperature)
        if guidance == 1 or against is None:
            return self.standard.back(given.drawn(generator))
        other = self.mixture(against).at(temperature)
        return self.standard.back(drawn_guided(given, other, guidance, generator))

    def extra_repr(self) -> str:
        """What stands between the brackets of the printed head."""
        return f"width={self.width}, components={self.components}"
