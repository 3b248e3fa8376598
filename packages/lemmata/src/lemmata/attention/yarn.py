"""Rotary frequencies for texts longer than those trained on: fast pairs as they are, slow ones slower.

Refused: frequencies that change with the length of the text at hand, as then a prefix would not give
what it gave, and cached keys would be turned at other rates than new queries.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from lemmata.arguments import integer
from lemmata.errors import ArgumentError


@dataclass(frozen=True, slots=True)
class Yarn:
    """YaRN (Peng et al. 2023, arXiv:2309.00071) from `trained` tokens to `factor` times as many.

    Pairs that turn `fast` times or more over `trained` tokens keep their frequency, those that turn
    `slow` times or less have it divided by `factor`; between them it is blended, linearly in the
    number of the pair, as in the weights that there are (`whole`: from and to whole numbers of
    pairs). Queries and keys are to be multiplied by `scaling`, 0.1 log(factor) + 1 unless given;
    `Attention` and `LatentAttention` do so in the scale of their softmax, gated units do not.
    """

    factor: float
    trained: int
    fast: float = 32.0
    slow: float = 1.0
    scaling: float | None = None
    whole: bool = True

    def __post_init__(self) -> None:
        if not (math.isfinite(self.factor) and self.factor >= 1):
            raise ArgumentError(f"factor must be a number of at least 1, got {self.factor}")
        if integer("trained", self.trained) < 1:
            raise ArgumentError(f"trained must be at least 1, got {self.trained}")
        if not (math.isfinite(self.fast) and 0 < self.slow < self.fast):
            raise ArgumentError(
                f"slow must be above 0 and below fast, got slow = {self.slow}, fast = {self.fast}"
            )
        if self.scaling is not None and not (math.isfinite(self.scaling) and self.scaling > 0):
            raise ArgumentError(f"scaling must be a positive number, got {self.scaling}")

    @property
    def softmax_scale(self) -> float:
        """What scores are multiplied by: 1 / t of the paper, the square of `scaling`."""
        scaling = 0.1 * math.log(self.factor) + 1 if self.scaling is None else self.scaling
        return scaling**2

    def kept(self, pairs: int, base: float) -> Tensor:
        """How much of its frequency each pair keeps, 1 to 0, in double precision."""
        first, last = self.pair_of(self.fast, pairs, base), self.pair_of(self.slow, pairs, base)
        if self.whole:
            first, last = math.floor(first), math.ceil(last)
        first, last = max(first, 0), min(last, 2 * pairs - 1)
        if first == last:
            last += 0.001  # a step, as in the weights
        place = torch.arange(pairs, dtype=torch.float64)
        return 1 - ((place - first) / (last - first)).clamp(0, 1)

    def pair_of(self, turns: float, pairs: int, base: float) -> float:
        """The number i, whole or not, of the pair that turns so many times over `trained` tokens."""
        return pairs * math.log(self.trained / (2 * math.pi * turns)) / math.log(base)

    def stretched(self, frequencies: Tensor, base: float) -> Tensor:
        """`frequencies` (pairs,) of a rotary embedding with this `base`, blended with slower ones."""
        kept = self.kept(len(frequencies), base)
        return frequencies * (kept + (1 - kept) / self.factor)
