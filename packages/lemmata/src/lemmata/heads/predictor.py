"""The small network of the heads that denoise: a token with noise, its level and a condition in,
an estimate out; without the condition too, for guidance.

Refused: a U-Net or attention, as one token is one vector; the condition's transformer is the large part.
"""

import math
from typing import Any

import torch
from torch import Tensor, nn

from lemmata.errors import ArgumentError
from lemmata.heads.tokens import at_least, non_negative

WAVES = 32  # sines and as many cosines of a level
FASTEST = 100.0  # radians over the whole range of levels


class Predictor(nn.Module):
    """A residual network of `depth` layers of `hidden` units, each shifted, scaled and gated.

    Shifts, scales and gates come from level and condition (adaptive norms). The last layer and the
    gates begin at 0. `drop` is how often the condition is left out in training, for guidance.
    """

    def __init__(
        self, condition: int, width: int, hidden: int, depth: int, drop: float, **factory: Any
    ) -> None:
        super().__init__()
        at_least(1, condition=condition, width=width)
        hidden, depth = at_least(1, hidden=hidden, depth=depth)
        if not 0 <= non_negative("drop", drop) < 1:
            raise ArgumentError(f"drop must be in [0, 1), got {drop}")
        self.drop = float(drop)
        self.read = nn.Linear(width, hidden, **factory)
        self.level = level_embedding(hidden, factory)
        self.given = nn.Linear(condition, hidden, **factory)
        self.nothing = nn.Parameter(torch.zeros(condition, **factory))
        self.norm = nn.LayerNorm(hidden, eps=1e-6, elementwise_affine=False)
        self.layers = nn.ModuleList(_layer(hidden, factory) for _ in range(depth))
        self.shaped = nn.ModuleList(_zero(hidden, 3 * hidden, factory) for _ in range(depth))
        self.shaped_last = _zero(hidden, 2 * hidden, factory)
        self.write = _zero(hidden, width, factory)

    def forward(self, x: Tensor, level: Tensor, z: Tensor) -> Tensor:
        """(..., width) from `x` (..., width), `level` (...) in [0, 1] and `z` (..., condition)."""
        shape = nn.functional.silu(self.level(waves(level, x.dtype)) + self.given(z))
        h = self.read(x)
        for layer, shaped in zip(self.layers, self.shaped, strict=True):
            shift, scale, gate = shaped(shape).chunk(3, -1)
            h = h + gate * layer(torch.addcmul(shift, self.norm(h), 1 + scale))
        shift, scale = self.shaped_last(shape).chunk(2, -1)
        y: Tensor = self.write(torch.addcmul(shift, self.norm(h), 1 + scale))
        return y

    def dropped(self, z: Tensor, generator: torch.Generator | None) -> Tensor:
        """`z` with some of its rows replaced by the learned one that stands for no condition."""
        if not (self.drop and self.training):
            return z
        draw = torch.rand(z.shape[:-1], generator=generator, device=z.device)
        mixed: Tensor = torch.where((draw < self.drop)[..., None], self.nothing, z)
        return mixed

    def guided(
        self, x: Tensor, level: Tensor, z: Tensor, guidance: float, against: Tensor | None
    ) -> Tensor:
        """without + guidance (with - without), where `against` or nothing is the other condition."""
        wide = x.dtype
        x = x.to(z.dtype)
        found: Tensor = self(x, level, z).to(wide)
        if guidance == 1:
            return found
        other = self.nothing.expand_as(z) if against is None else against
        without: Tensor = self(x, level, other).to(wide)
        return without + guidance * (found - without)

    def check_guidance(self, guidance: Any, against: Tensor | None) -> float:
        """`guidance` as a float; ArgumentError where it asks for what was never trained."""
        strength = non_negative("guidance", guidance)
        if strength != 1 and against is None and not self.drop:
            raise ArgumentError(
                f"guidance must be 1 for a head with drop = 0 unless against is given, got {guidance}"
            )
        return strength


def waves(level: Tensor, dtype: torch.dtype) -> Tensor:
    """Sines and cosines (..., 2 WAVES) of levels (...), computed in single precision at least."""
    wide = torch.promote_types(level.dtype, torch.float32)
    steps = torch.linspace(0, math.log(FASTEST), WAVES, dtype=wide, device=level.device)
    angles = level.to(wide)[..., None] * steps.exp()
    return torch.cat((angles.sin(), angles.cos()), -1).to(dtype)


def level_embedding(hidden: int, factory: dict[str, Any]) -> nn.Sequential:
    """From the waves of a level to `hidden` numbers."""
    return nn.Sequential(
        nn.Linear(2 * WAVES, hidden, **factory), nn.SiLU(), nn.Linear(hidden, hidden, **factory)
    )


def _layer(hidden: int, factory: dict[str, Any]) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(hidden, hidden, **factory), nn.SiLU(), nn.Linear(hidden, hidden, **factory)
    )


def _zero(width: int, out: int, factory: dict[str, Any]) -> nn.Linear:
    layer = nn.Linear(width, out, **factory)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer
