"""A diffusion head: any distribution of the next token, drawn by removing noise step by step.

Refused: a schedule as an option (see `noise.py`), and a learned variance of the steps, which at tens
of steps a token changes little and doubles what is predicted.
"""

from typing import Any, ClassVar, Literal, TypeAlias

import torch
from torch import Tensor

from lemmata.arguments import check_choice
from lemmata.heads.denoising import DenoisingHead, Field
from lemmata.heads.noise import alpha_sigma, ancestral, noisy, velocity

Weighting: TypeAlias = Literal["velocity", "noise"]


class DiffusionHead(DenoisingHead):
    """Li et al. 2024 (arXiv:2406.11838), Section 3.2: |noise - estimate|^2 over random levels ("noise").

    The network gives a velocity, whose error the default `weighting` measures, level by level
    1 / alpha^2 of that. The rest as `DenoisingHead` says.
    """

    STEPS: ClassVar[int] = 50

    def __init__(
        self, condition: int, width: int, *, weighting: Weighting = "velocity", **more: Any
    ) -> None:
        super().__init__(condition, width, **more)
        check_choice("weighting", weighting, ("velocity", "noise"))
        self.weighting: Weighting = weighting

    def loss_at(self, x: Tensor, z: Tensor, level: Tensor, noise: Tensor) -> Tensor:
        """(...) at given levels (...) in [0, 1] and with given noise (..., width)."""
        x = self.standard(x)
        v = self.predictor(noisy(x, noise, level), level, z)
        wrong = (v - velocity(x, noise, level)).square().sum(-1)
        loss: Tensor = wrong if self.weighting == "velocity" else alpha_sigma(level)[0] ** 2 * wrong
        return loss

    def _from_noise(
        self,
        field: Field,
        begin: Tensor,
        steps: int,
        temperature: float,
        generator: torch.Generator | None,
    ) -> Tensor:
        return ancestral(field, begin, steps, temperature, generator)

    def extra_repr(self) -> str:
        """What stands between the brackets of the printed head."""
        return f"width={self.width}, levels={self.levels}, weighting={self.weighting!r}"
