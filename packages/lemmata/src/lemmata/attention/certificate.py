"""What a conversion of one attention layer into another is worth, measured, and when it is refused."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lemmata.errors import ArgumentError
from lemmata.mixer import check_sequence

SAMPLES = (4, 64)  # sequences and tokens that a conversion is tried on unless inputs are given


@dataclass(frozen=True, slots=True)
class Certificate:
    """Errors are relative; `discarded` and `condition` were known before anything was run."""

    error: float  # of the outputs on the inputs: ||new - old|| / ||old||
    worst: float  # the largest deviation over the largest output
    discarded: float  # share of the norm of keys and values that no longer fits
    condition: float  # the largest direction that is kept over the smallest
    cache_ratio: float  # bytes a token, new over old

    @property
    def exact(self) -> bool:
        """Whether the new layer is the old one, to rounding in single precision."""
        return self.error <= 1e-5


def certified(
    old: Any,
    new: Any,
    inputs: Tensor,
    discarded: float,
    condition: float,
    tolerance: float | None,
) -> Certificate:
    """The certificate of `new` for `old`; ArgumentError if the error exceeds `tolerance`."""
    with torch.no_grad():
        expected, before = old(inputs)
        found, after = new(inputs)
    difference = (found - expected).double()
    scale = float(expected.double().norm()) or 1.0
    certificate = Certificate(
        float(difference.norm()) / scale,
        float(difference.abs().max()) / (float(expected.abs().max()) or 1.0),
        discarded,
        condition,
        after.bytes_per_token / before.bytes_per_token,
    )
    if tolerance is not None and not certificate.error <= tolerance:
        raise ArgumentError(
            f"the converted layer deviates by {certificate.error:.2e}, more than the tolerance "
            f"{tolerance:.2e}; {discarded:.2e} of keys and values did not fit"
        )
    return certificate


def check_condition(name: str, kept: Tensor, dtype: torch.dtype) -> float:
    """The condition of directions with singular values `kept`, largest first.

    ArgumentError, with the rank that would do, if the smallest are nothing but rounding in `dtype`.
    """
    largest, smallest = float(kept[0]), float(kept[-1])
    floor = largest * torch.finfo(dtype).eps * len(kept)
    if largest == 0 or smallest <= floor:
        real = int((kept > floor).sum())
        raise ArgumentError(
            f"{name} = {len(kept)} is ill-conditioned: only {real} directions are more than rounding "
            f"(condition {largest / max(smallest, 1e-300):.1e}); {name} = {max(real, 1)} would do"
        )
    return largest / smallest


def samples(inputs: Any, layer: Any) -> Tensor:
    """`inputs` if they fit the layer, or standard normal ones that are the same each time."""
    weight = layer.out.weight
    if inputs is not None:
        return check_sequence("inputs", inputs, layer.width, weight.dtype)
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randn(*SAMPLES, layer.width, generator=generator, dtype=torch.float64)
    return drawn.to(weight)
