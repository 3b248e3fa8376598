"""What every head asks of tokens and conditions, and the scale on which it works.

Refused: a head that learns the scale of its tokens, as a noise schedule is made for variance 1.
"""

import math
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from lemmata.arguments import integer
from lemmata.errors import ArgumentError, DtypeError, ShapeError
from lemmata.mixer import check_finite

LEAST = 1e-6  # a deviation below this is a constant, which is left unscaled


@runtime_checkable
class Head(Protocol):
    """A distribution of a token (..., width) for each condition (..., condition).

    `loss` is one number a token, whose mean is minimised; `sample` draws a token a condition.
    """

    @property
    def width(self) -> int:
        """Numbers of a token."""
        ...

    @property
    def condition(self) -> int:
        """Numbers of a condition."""
        ...

    @property
    def standard(self) -> "Standard":
        """The scale of the tokens."""
        ...

    def loss(self, x: Tensor, z: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
        """(...) for tokens `x` (..., width) and conditions `z` (..., condition)."""
        ...

    def sample(
        self,
        z: Tensor,
        *,
        temperature: float = 1.0,
        guidance: float = 1.0,
        against: Tensor | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Tokens (..., width) for conditions `z` (..., condition), away from those for `against`."""
        ...


class Standard(nn.Module):
    """Tokens to mean 0 and variance 1, number by number, and back. Buffers `mean`, `deviation`."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, width: int, **factory: Any) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width, **factory))
        self.register_buffer("deviation", torch.ones(width, **factory))

    @torch.no_grad()
    def fit(self, tokens: Tensor) -> None:
        """Take mean and deviation from `tokens` (..., width), two at least; constants keep theirs."""
        check_tensor("tokens", tokens, self.mean.shape[0], self.mean.dtype)
        rows = tokens.reshape(-1, tokens.shape[-1]).double()
        if len(rows) < 2:
            raise ShapeError(f"tokens must be two at least, got shape {tuple(tokens.shape)}")
        deviation = rows.std(0, correction=0)
        self.mean.copy_(rows.mean(0))
        self.deviation.copy_(torch.where(deviation > LEAST, deviation, 1.0))

    def forward(self, x: Tensor) -> Tensor:
        """Tokens on the standard scale."""
        return (x - self.mean) / self.deviation

    def back(self, x: Tensor) -> Tensor:
        """Tokens on their own scale."""
        return torch.addcmul(self.mean.to(x.dtype), x, self.deviation.to(x.dtype))

    def log_volume(self) -> Tensor:
        """What a log-density on the standard scale has too much: the sum of log deviations."""
        return self.deviation.log().sum()


def check_pair(x: Any, z: Any, head: Head) -> None:
    """ShapeError, DtypeError or NonFiniteError unless `x` and `z` are tokens and their conditions."""
    dtype = head.standard.mean.dtype
    check_tensor("x", x, head.width, dtype)
    check_tensor("z", z, head.condition, dtype)
    if x.shape[:-1] != z.shape[:-1]:
        raise ShapeError(
            f"z must have a condition for every token, ({', '.join(map(str, x.shape[:-1]))}, "
            f"{head.condition}), got {tuple(z.shape)}"
        )


def check_against(against: Any, z: Tensor, head: Head) -> None:
    """ShapeError, DtypeError or NonFiniteError unless `against` is None or conditions like `z`."""
    if against is None:
        return
    check_tensor("against", against, head.condition, head.standard.mean.dtype)
    if against.shape != z.shape:
        raise ShapeError(
            f"against must have a condition for every token, {tuple(z.shape)}, "
            f"got {tuple(against.shape)}"
        )


def check_guided(guidance: Any, against: Any, z: Tensor, head: Head) -> float:
    """`guidance` as a float; ArgumentError where there is no condition to be guided against."""
    strength = non_negative("guidance", guidance)
    check_against(against, z, head)
    if strength != 1 and against is None:
        raise ArgumentError(
            f"guidance must be 1 unless against is given, conditions like z, got {guidance}"
        )
    return strength


def check_proper(guidance: float, ratio: float) -> None:
    """ArgumentError unless p^g / q^(g - 1) has a finite mass.

    `ratio` is the least precision of p relative to that of q: g ratio > g - 1 is what it takes.
    """
    if guidance * (1 - ratio) >= 1 - 1e-9:  # nearer than that only rounding is left
        raise ArgumentError(
            f"guidance must be below {1 / (1 - ratio):.4g} for these conditions, which have less "
            f"certain tokens than against: past that the guided density has no mass, got {guidance}"
        )


def check_tensor(name: str, x: Any, width: int, dtype: torch.dtype) -> Tensor:
    """`x` if it is a finite tensor (..., width) of `dtype` with no empty axis."""
    if not isinstance(x, Tensor):
        raise DtypeError(f"{name} must be a torch.Tensor, got {type(x).__name__}")
    if x.ndim < 1 or x.shape[-1] != width or 0 in x.shape:
        raise ShapeError(
            f"{name} must have shape (..., {width}) and no empty axis, got {tuple(x.shape)}"
        )
    if x.dtype != dtype:
        raise DtypeError(f"{name} must have dtype {dtype}, got {x.dtype}")
    check_finite(name, x)
    return x


def at_least(least: int, **given: Any) -> list[int]:
    """The whole numbers given; ArgumentError with its name for one below `least`."""
    for name, value in given.items():
        if integer(name, value) < least:
            raise ArgumentError(f"{name} must be at least {least}, got {value}")
    return [integer(name, value) for name, value in given.items()]


def non_negative(name: str, value: Any) -> float:
    """`value` as a float; ArgumentError unless it is a number of at least 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise ArgumentError(f"{name} must be a non-negative number, got {value!r}")
    return float(value)


def perceptron(condition: int, hidden: int, out: int, factory: dict[str, Any]) -> nn.Module:
    """A linear map, or one hidden layer of SiLU units where `hidden` is not 0."""
    if not hidden:
        return nn.Linear(condition, out, **factory)
    return nn.Sequential(
        nn.Linear(condition, hidden, **factory), nn.SiLU(), nn.Linear(hidden, out, **factory)
    )


def normal(like: Tensor, generator: torch.Generator | None) -> Tensor:
    """Standard normal numbers of the shape, dtype and device of `like`."""
    return torch.randn(like.shape, generator=generator, dtype=like.dtype, device=like.device)
