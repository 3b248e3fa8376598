"""A batch of rows of different lengths, padded, beside the rows one by one, ours and the peers'.

    OMP_NUM_THREADS=1 python benchmarks/lemmata/padding.py [--json]

Eight rows of 64, 128, ... 512 tokens, width 256, padded on the left or the right; forward passes on
one thread, in single precision. `apart` is the largest difference of an output from what the same
layer makes of its row alone, relative to the largest output, in double precision. transformers'
layer has the weights of `Attention` and is told positions and pairs; x-transformers' and
FLASH-pytorch's take the mask.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from beside import report, take_turns
from flash_pytorch import FLASH, GAU
from llama import llama_of, turns
from rotary_embedding_torch import RotaryEmbedding as Turned
from torch import Tensor, nn
from x_transformers.x_transformers import Attention as XAttention
from x_transformers.x_transformers import RotaryEmbedding

from lemmata.attention import (
    Attention,
    GatedAttentionUnit,
    LatentAttention,
    MixedChunkAttention,
    Rotary,
)

torch.set_num_threads(1)
WIDTH, HEADS, D, ROWS, LONGEST = 256, 4, 64, 8, 512
Call = Callable[[Tensor, Tensor], Tensor]  # of x (batch, length, width) and a mask


@dataclass(frozen=True)
class Layer:
    """A layer, and how it is called with padding and without."""

    module: nn.Module
    padded: Call
    alone: Callable[[Tensor], Tensor]


def ours(module: nn.Module) -> Layer:
    return Layer(module, lambda x, mask: module(x, mask=mask)[0], lambda x: module(x)[0])


def layers() -> dict[str, Layer]:
    torch.manual_seed(0)
    rotary = Rotary(D, pairing="halves")
    attention = Attention(WIDTH, HEADS, head_width=D, rotary=rotary)
    latent = LatentAttention(
        WIDTH, HEADS, kv_rank=WIDTH // 2, nope_width=D, value_width=D, rotary=rotary
    )
    turned = Turned(dim=D)
    return {
        "Attention": ours(attention),
        "transformers, Llama": llama(attention),
        "x-transformers": x_transformers(),
        "LatentAttention": ours(latent),
        "GatedAttentionUnit": ours(GatedAttentionUnit(WIDTH, rotary=rotary)),
        "FLASH-pytorch GAU": masked(GAU(dim=WIDTH, causal=True)),
        "MixedChunkAttention": ours(MixedChunkAttention(WIDTH, rotary=rotary)),
        "FLASH-pytorch FLASH": masked(FLASH(dim=WIDTH, causal=True, rotary_pos_emb=turned)),
    }


def llama(attention: Attention) -> Layer:
    module = llama_of(attention, HEADS, HEADS, D)

    def padded(x: Tensor, mask: Tensor) -> Tensor:
        n = mask.shape[1]
        pairs = torch.ones(n, n, dtype=torch.bool).tril() & mask[:, None, None, :]
        pairs = pairs | torch.eye(n, dtype=torch.bool)  # padding sees itself, or there is NaN
        return module(x, turns(mask.cumsum(1) - 1, D, x), pairs)[0]

    def alone(x: Tensor) -> Tensor:
        return module(x, turns(torch.arange(x.shape[1])[None], D, x), None)[0]

    return Layer(module, padded, alone)


def x_transformers() -> Layer:
    module = XAttention(WIDTH, dim_head=D, heads=HEADS, causal=True, flash=True)
    rotary = RotaryEmbedding(D)

    def padded(x: Tensor, mask: Tensor | None = None) -> Tensor:
        turn = rotary.to(x.dtype).forward_from_seq_len(x.shape[1])
        return module(x, mask=mask, rotary_pos_emb=turn)

    return Layer(module, padded, padded)


def masked(module: nn.Module) -> Layer:
    return Layer(module, lambda x, mask: module(x, mask=mask), module)


def batch(side: str) -> tuple[Tensor, Tensor]:
    """Rows (8, 512, width) and where they have tokens."""
    lengths = torch.linspace(LONGEST / ROWS, LONGEST, ROWS).long()
    mask = torch.arange(LONGEST) < lengths[:, None]
    mask = mask.flip(1) if side == "left" else mask
    draw = torch.Generator().manual_seed(1)
    return torch.randn(ROWS, LONGEST, WIDTH, generator=draw), mask


def one_by_one(layer: Layer, x: Tensor, mask: Tensor) -> list[Tensor]:
    return [layer.alone(row[kept][None])[0] for row, kept in zip(x, mask, strict=True)]


def apart(layer: Layer, x: Tensor, mask: Tensor) -> float:
    layer.module.double()
    together, rows = layer.padded(x.double(), mask), one_by_one(layer, x.double(), mask)
    layer.module.float()
    differences = [
        (y[kept] - row).abs().max() for y, kept, row in zip(together, mask, rows, strict=True)
    ]
    return float(max(differences) / max(row.abs().max() for row in rows))


@torch.no_grad()
def measured() -> list[dict[str, object]]:
    made = layers()
    found: list[dict[str, object]] = []
    for side in ("left", "right"):
        x, mask = batch(side)
        ways = {(name, "padded"): partial(layer.padded, x, mask) for name, layer in made.items()}
        ways |= {
            (name, "alone"): partial(one_by_one, layer, x, mask) for name, layer in made.items()
        }
        times = take_turns(ways, 7)
        found += [
            {
                "padding": side,
                "layer": name,
                "padded, ms": times[name, "padded"],
                "one by one, ms": times[name, "alone"],
                "apart": apart(layer, x, mask),
            }
            for name, layer in made.items()
        ]
    return found


if __name__ == "__main__":
    report("padding", measured(), ("torch", "transformers", "x-transformers", "FLASH-pytorch"))
