"""How the parameters of state-space layers start."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from lemmata.errors import ArgumentError


def parameter(values: Tensor, factory: Mapping[str, Any]) -> nn.Parameter:
    """`values` as a parameter on the device and in the dtype of `factory`, or PyTorch's default."""
    dtype = factory.get("dtype") or torch.get_default_dtype()
    return nn.Parameter(values.to(device=factory.get("device"), dtype=dtype).contiguous().clone())


def rows(values: Tensor, width: int) -> Tensor:
    """The same for every channel: (width, ...)."""
    return values.expand(width, *values.shape)


def normal_pairs(width: int, pairs: int, generator: torch.Generator | None) -> Tensor:
    """Complex normal numbers of variance 1 as (width, pairs, 2)."""
    drawn = torch.randn(width, pairs, 2, dtype=torch.float64, generator=generator)
    return torch.mul(drawn, 0.5**0.5)


def random_steps(
    width: int, steps: tuple[float, float], generator: torch.Generator | None
) -> Tensor:
    """Logarithms of steps, uniform between those of `steps`: (width,)."""
    low, high = steps
    if not 0 < low <= high < math.inf:
        raise ArgumentError(f"steps must be (low, high) with 0 < low <= high, got {steps}")
    drawn: Tensor = torch.rand(width, dtype=torch.float64, generator=generator)
    return math.log(low) + drawn * (math.log(high) - math.log(low))


def halved(name: str, state: int) -> int:
    """Half of an even number of states; ArgumentError if it is odd."""
    if state % 2:
        raise ArgumentError(f"{name} must be even, as states come in conjugate pairs, got {state}")
    return state // 2
