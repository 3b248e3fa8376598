"""How the scores of one gated head become weights: four normalisations, none of which sees the end.

A row is divided by what it has seen or by a number fixed in advance, never by the length of the
call: the output for a prefix must not change when more follows. Squares are taken after scaling.
"""

import math
from typing import Literal, TypeAlias

from torch import Tensor, finfo

Normalisation: TypeAlias = Literal["relu2_count", "relu2_fixed", "softmax", "entropy_invariant"]
NORMALISATIONS: tuple[Normalisation, ...] = (
    "relu2_count",
    "relu2_fixed",
    "softmax",
    "entropy_invariant",
)


def gated_weights(
    q: Tensor, k: Tensor, seen: Tensor, count: Tensor, normalisation: Normalisation, length: int
) -> Tensor:
    """Weights (batch, n, m) of `q` (batch, n, s) on `k` (batch, m, s).

    `seen` (broadcast to the weights) says which keys a row sees, `count` (broadcast to (batch, n))
    how many those are. A row that sees nothing has finite weights of no meaning.
    """
    width = q.shape[-1]
    if normalisation in ("softmax", "entropy_invariant"):
        scale = count.new_full((), 1 / math.sqrt(width), dtype=q.dtype)
        if normalisation == "entropy_invariant":
            scale = count.clamp(min=1).to(q.dtype).log() * (scale / math.log(length))
        scores = (q * scale[..., None]) @ k.mT
        return scores.masked_fill(~seen, finfo(q.dtype).min).softmax(-1)
    if normalisation == "relu2_count":
        return relu_squared(q, k, width * count.clamp(min=1).to(q.dtype)[..., None], seen)
    return relu_squared(q, k, width * length, seen)


def relu_squared(q: Tensor, k: Tensor, divisor: Tensor | float, seen: Tensor) -> Tensor:
    """relu(q k^T)^2 / divisor where `seen`, and 0 elsewhere; scaled before the square."""
    return ((q / divisor**0.5) @ k.mT).relu().square().masked_fill(~seen, 0)
