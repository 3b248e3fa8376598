"""A Gaussian for the next token: what mean squared error assumes without saying so.

Refused: a class of its own for the head with squared error, which is the Gaussian of covariance I.
"""

import math
from typing import Any, Literal, NamedTuple, TypeAlias

import torch
from torch import Tensor, nn

from lemmata.arguments import check_choice
from lemmata.heads.tokens import (
    Standard,
    at_least,
    check_guided,
    check_pair,
    check_proper,
    check_tensor,
    non_negative,
    normal,
    perceptron,
)

Covariance: TypeAlias = Literal["unit", "diagonal", "full"]
ONE = math.log(math.e - 1)  # softplus of it is 1
NARROWEST = 1e-4  # of a deviation on the standard scale


class Normal(NamedTuple):
    """Mean (..., width) and lower triangular factor (..., width, width), on the standard scale."""

    mean: Tensor
    factor: Tensor


class GaussianHead(nn.Module):
    """N(mean(z), covariance(z)) for tokens of `width` numbers given conditions of `condition`.

    `covariance` is "full" (by its Cholesky factor), "diagonal", or "unit": the identity on the
    standard scale, so that the loss is half the squared error and a constant. Mean and factor are
    linear in z, or have one layer of `hidden` units. The loss is in nats, on the tokens' own scale.
    """

    def __init__(
        self,
        condition: int,
        width: int,
        *,
        covariance: Covariance = "full",
        hidden: int = 0,
        **factory: Any,
    ) -> None:
        super().__init__()
        self.condition, self.width = at_least(1, condition=condition, width=width)
        (hidden,) = at_least(0, hidden=hidden)
        check_choice("covariance", covariance, ("unit", "diagonal", "full"))
        self.covariance_kind: Covariance = covariance
        below = self.width * (self.width - 1) // 2
        numbers = {"unit": 0, "diagonal": self.width, "full": self.width + below}[covariance]
        self.parameters_of = perceptron(self.condition, hidden, self.width + numbers, factory)
        self.standard = Standard(self.width, **factory)

    def normal(self, z: Tensor) -> Normal:
        """Mean and factor on the standard scale."""
        check_tensor("z", z, self.condition, self.standard.mean.dtype)
        mean, deviation, below = self._parts(z)
        factor = torch.diag_embed(torch.ones_like(mean) if deviation is None else deviation)
        if below is not None:
            i, j = torch.tril_indices(self.width, self.width, -1, device=z.device)
            factor = factor.clone()
            factor[..., i, j] = below
        return Normal(mean, factor)

    def _parts(self, z: Tensor) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """Mean, the factor's diagonal unless it is 1, and what is below it unless that is 0."""
        given = self.parameters_of(z)
        if self.covariance_kind == "unit":
            return given, None, None
        mean, raw = given[..., : self.width], given[..., self.width : 2 * self.width]
        deviation = nn.functional.softplus(raw + ONE) + NARROWEST
        full = self.covariance_kind == "full"
        return mean, deviation, given[..., 2 * self.width :] if full else None

    def mean(self, z: Tensor) -> Tensor:
        """(..., width), on the tokens' own scale."""
        return self.standard.back(self.normal(z).mean)

    def covariance(self, z: Tensor) -> Tensor:
        """(..., width, width), on the tokens' own scale."""
        factor = self.standard.deviation[:, None] * self.normal(z).factor
        return factor @ factor.mT

    def loss(self, x: Tensor, z: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
        """-log density of `x` (..., width) given `z` (..., condition): (...). Nothing is drawn."""
        check_pair(x, z, self)
        if self.covariance_kind == "full":
            mean, factor = self.normal(z)
            left = (self.standard(x) - mean)[..., None]
            away = torch.linalg.solve_triangular(factor, left, upper=False)[..., 0]
            size = factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        else:
            mean, deviation, _ = self._parts(z)
            away, size = self.standard(x) - mean, mean.new_zeros(())
            if deviation is not None:
                away, size = away / deviation, deviation.log().sum(-1)
        constant = self.width * math.log(2 * math.pi) / 2 + self.standard.log_volume()
        loss: Tensor = away.square().sum(-1) / 2 + size + constant
        return loss

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
        """Tokens for `z`; deviations are multiplied by `temperature`, 0 is the mean.

        `guidance` g draws from p^g / q^(g - 1), where q is the density for `against` (as z): again a
        Gaussian, or an ArgumentError where it has no finite mass.
        """
        temperature = non_negative("temperature", temperature)
        check_tensor("z", z, self.condition, self.standard.mean.dtype)
        guidance = check_guided(guidance, against, z, self)
        if guidance != 1 and against is not None:
            mean, factor = guided(self.normal(z), self.normal(against), guidance)
        elif self.covariance_kind == "full":
            mean, factor = self.normal(z)
        else:
            mean, deviation, _ = self._parts(z)
            drawn = temperature * normal(mean, generator)
            return self.standard.back(mean + (drawn if deviation is None else deviation * drawn))
        drawn = factor @ normal(mean, generator)[..., None]
        return self.standard.back(mean + temperature * drawn[..., 0])

    def extra_repr(self) -> str:
        """What stands between the brackets of the printed head."""
        return f"width={self.width}, covariance={self.covariance_kind!r}"


def guided(given: Normal, other: Normal, guidance: float) -> Normal:
    """The Gaussian given^g / other^(g - 1), computed in double precision.

    Its precision is g A - (g - 1) B for the two precisions. ArgumentError where that is not positive.
    """
    L, M = given.factor.double(), other.factor.double()
    relative = torch.linalg.solve_triangular(L, M, upper=False)
    check_proper(guidance, float(torch.linalg.svdvals(relative).min()) ** 2)
    A, B = torch.cholesky_inverse(L), torch.cholesky_inverse(M)
    covariance = torch.cholesky_inverse(torch.linalg.cholesky(guidance * A - (guidance - 1) * B))
    away = (other.mean - given.mean).double()[..., None]
    mean = given.mean - (guidance - 1) * (covariance @ (B @ away))[..., 0]
    factor = torch.linalg.cholesky(covariance)
    return Normal(mean.to(given.mean), factor.to(given.factor))
