"""The three curves as layers: gain * scale * f(x) + bias, each number by itself.

Half precision is computed in single and rounded once, as PyTorch's norms do. Refused: a learned C
that may become negative (its logarithm is learned), and x * x where it would overflow to 0.
"""

import math
from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor, nn

from lemmata.arguments import integer
from lemmata.errors import ArgumentError, DtypeError, ShapeError


class Curve(nn.Module, ABC):
    """What the three have in common. Parameters `weight` (width) and `bias` (width) or None."""

    # PyTorch's encoder layer computes LayerNorm itself where the eps of its two norms are equal;
    # NaN is equal to nothing, so that it calls the layer instead
    eps = math.nan

    def __init__(
        self, width: int, scale: float, affine: bool, bias: bool, factory: dict[str, Any]
    ) -> None:
        super().__init__()
        self.width = integer("width", width)
        if self.width < 1:
            raise ArgumentError(f"width must be at least 1, got {width}")
        self.scale = positive("scale", scale)
        self.weight = nn.Parameter(torch.ones(self.width, **factory)) if affine else None
        self.bias = nn.Parameter(torch.zeros(self.width, **factory)) if affine and bias else None
        if not (self.weight is None or self.weight.is_floating_point()):
            raise DtypeError(f"dtype must be a real floating one, got {self.weight.dtype}")

    @abstractmethod
    def curve(self, x: Tensor) -> Tensor:
        """f(x), in [-1, 1], for x in single or double precision."""

    @abstractmethod
    def values(self) -> dict[str, float]:
        """The numbers that give f its form, by name."""

    def forward(self, x: Tensor) -> Tensor:
        """(..., width) to (..., width), in the dtype of x. ShapeError or DtypeError for another x."""
        if x.ndim < 1 or x.shape[-1] != self.width:
            raise ShapeError(f"x must have a last axis of {self.width}, got {tuple(x.shape)}")
        if not x.is_floating_point():
            raise DtypeError(f"x must hold real floating numbers, got dtype {x.dtype}")
        own = self.weight if self.weight is not None else next(self.parameters())
        y = self.curve(x.to(working_dtype(x.dtype, own.dtype)))
        if self.weight is None:
            y = y if self.scale == 1 else self.scale * y
        else:
            gain = (
                self.weight.to(y.dtype) if self.scale == 1 else self.scale * self.weight.to(y.dtype)
            )
            y = y * gain if self.bias is None else torch.addcmul(self.bias.to(y.dtype), y, gain)
        return y.to(x.dtype)

    def extra_repr(self) -> str:
        """The width, what gives the form, and the scale."""
        shown = ", ".join(f"{name}={value:.4g}" for name, value in self.values().items())
        return f"{self.width}, {shown}, scale={self.scale:.4g}"


class DyT(Curve):
    """y = weight * scale * tanh(alpha x) + bias: dynamic tanh (Zhu et al. 2025, arXiv:2503.10622).

    It solves dy/dx = (1 - y^2 / scale^2) alpha scale: the diagonal of RMSNorm's Jacobian with its
    statistic 1 / (alpha scale) held constant, where scale^2 = width. The paper has scale 1 and
    alpha 0.5 to begin with; `scale=width**0.5, alpha=width**-0.5` begins with slope 1 and with the
    bound that RMSNorm has. Parameters `alpha` (1), `weight`, `bias`; without `affine` only `alpha`.
    `factory` takes device and dtype. ArgumentError unless alpha and scale are positive.
    """

    def __init__(
        self,
        width: int,
        *,
        alpha: float = 0.5,
        scale: float = 1.0,
        affine: bool = True,
        bias: bool = True,
        **factory: Any,
    ) -> None:
        super().__init__(width, scale, affine, bias, factory)
        self.alpha = nn.Parameter(torch.full((1,), positive("alpha", alpha), **factory))

    def curve(self, x: Tensor) -> Tensor:
        """tanh(alpha x)."""
        return torch.tanh(self.alpha.to(x.dtype) * x)

    def values(self) -> dict[str, float]:
        """alpha."""
        return {"alpha": float(self.alpha.detach())}


class DyISRU(Curve):
    """y = weight * scale * x / sqrt(x^2 + C) + bias (Stollenwerk 2025, arXiv:2503.21708).

    It solves dy/dx = (y / x) (1 - y^2 / scale^2): the diagonal of RMSNorm's Jacobian with the
    statistic written as x / y. With C the sum of the squares of the *other* entries, and scale^2 =
    width, it is RMSNorm itself; one C for all is what is given up. C begins at width - 1 (1 for
    width 1), that sum for entries of variance 1, and scale is sqrt(width) unless it is given.
    Parameters `log_c` (1), `weight`, `bias`; without `affine` only `log_c`.
    """

    def __init__(
        self,
        width: int,
        *,
        C: float | None = None,
        scale: float | None = None,
        affine: bool = True,
        bias: bool = True,
        **factory: Any,
    ) -> None:
        bound = math.sqrt(max(1, integer("width", width))) if scale is None else scale
        super().__init__(width, bound, affine, bias, factory)
        begin = float(max(self.width - 1, 1)) if C is None else positive("C", C)
        self.log_c = nn.Parameter(torch.full((1,), math.log(begin), **factory))

    @property
    def C(self) -> Tensor:
        """What is added to x^2, always positive."""
        return self.log_c.exp()

    def curve(self, x: Tensor) -> Tensor:
        """x / sqrt(x^2 + C), right where x^2 overflows too."""
        return x / torch.hypot(x, (self.log_c.to(x.dtype) / 2).exp())

    def values(self) -> dict[str, float]:
        """C."""
        return {"C": math.exp(float(self.log_c.detach()))}


class Derf(Curve):
    """y = weight * scale * erf(alpha x + shift) + bias (Chen et al. 2025, arXiv:2512.10938).

    alpha begins at 0.5, shift at 0. Parameters `alpha` (1), `shift` (1), `weight`, `bias`; without
    `affine` only the first two.
    """

    def __init__(
        self,
        width: int,
        *,
        alpha: float = 0.5,
        shift: float = 0.0,
        scale: float = 1.0,
        affine: bool = True,
        bias: bool = True,
        **factory: Any,
    ) -> None:
        super().__init__(width, scale, affine, bias, factory)
        if not math.isfinite(shift):
            raise ArgumentError(f"shift must be finite, got {shift}")
        self.alpha = nn.Parameter(torch.full((1,), positive("alpha", alpha), **factory))
        self.shift = nn.Parameter(torch.full((1,), float(shift), **factory))

    def curve(self, x: Tensor) -> Tensor:
        """erf(alpha x + shift)."""
        return torch.erf(torch.addcmul(self.shift.to(x.dtype), self.alpha.to(x.dtype), x))

    def values(self) -> dict[str, float]:
        """alpha and shift."""
        return {"alpha": float(self.alpha.detach()), "shift": float(self.shift.detach())}


def positive(name: str, value: float) -> float:
    """`value` as a float; ArgumentError unless it is a positive finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise ArgumentError(f"{name} must be a positive number, got {value!r}")
    return float(value)


def working_dtype(*dtypes: torch.dtype) -> torch.dtype:
    """The widest of `dtypes`, and float32 at least."""
    wide = torch.float32
    for dtype in dtypes:
        wide = torch.promote_types(wide, dtype)
    return wide
