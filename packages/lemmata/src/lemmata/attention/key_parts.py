"""Keys as linear maps that can be mixed across heads without disturbing their rotation.

A turned pair is a complex number; turning multiplies it by e^{in theta}, which commutes with complex
factors. So keys of several heads may be mixed frequency by frequency, with complex coefficients, and
what does not turn with any real ones.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from lemmata.attention.multihead import Attention


@dataclass(frozen=True, slots=True)
class HeadWeights:
    """A layer's weights by heads, in double precision."""

    queries: Tensor  # (heads, head_width, width)
    keys: Tensor  # (kv_heads, head_width, width)
    values: Tensor  # (kv_heads, head_width, width)
    outs: Tensor  # (heads, width, head_width)

    @classmethod
    def of(cls, layer: Attention) -> "HeadWeights":
        """Taken from `layer`."""
        d = layer.head_width

        def rows(linear: torch.nn.Linear) -> Tensor:
            return linear.weight.detach().double().reshape(-1, d, layer.width)

        outs = layer.out.weight.detach().double().reshape(layer.width, layer.heads, d)
        return cls(rows(layer.query), rows(layer.key), rows(layer.value), outs.movedim(1, 0))


def turning(layer: Attention, rows: Tensor) -> tuple[Tensor, Tensor]:
    """Rows (..., head_width, width) as complex pairs (..., pairs, width), and those that stay."""
    if layer.rotary is None:
        return rows[..., :0, :].to(torch.complex128), rows
    width = layer.rotary.width
    moving, rest = rows[..., :width, :], rows[..., width:, :]
    if layer.rotary.pairing == "adjacent":
        return torch.complex(moving[..., 0::2, :], moving[..., 1::2, :]), rest
    half = width // 2
    return torch.complex(moving[..., :half, :], moving[..., half:, :]), rest


def together(layer: Attention, pairs: Tensor, rest: Tensor) -> Tensor:
    """What `turning` took apart, (..., head_width, width)."""
    if layer.rotary is None:
        return rest
    if layer.rotary.pairing == "adjacent":
        moving = torch.stack((pairs.real, pairs.imag), -2).flatten(-3, -2)
    else:
        moving = torch.cat((pairs.real, pairs.imag), -2)
    return torch.cat((moving, rest), -2)


def adjacent(pairs: Tensor) -> Tensor:
    """Complex pairs (..., pairs, width) as real rows (..., 2 pairs, width), adjacent."""
    return torch.stack((pairs.real, pairs.imag), -2).flatten(-3, -2)


def directions(stack: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
    """Left singular vectors of `stack` (..., n, width) on inputs `seen` (samples, width); values.

    Orthonormal columns, so that what they keep is `U (U* stack)` and needs no inverse.
    """
    U, sigma, _ = torch.linalg.svd(stack @ seen.mT.to(stack), full_matrices=False)
    return U, sigma
