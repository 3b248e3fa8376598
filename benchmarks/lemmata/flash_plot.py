"""Draws docs/lemmata/flash.svg: what gated attention computes, by the number of tokens.

    python benchmarks/lemmata/flash_plot.py

Million floating operations a token in products, counted; width 128, u and v 256, queries 128, chunks of 256.
"""

import torch
from axis import Axis
from chart import Chart, curves
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from lemmata.attention import GatedAttentionUnit, MixedChunkAttention

WIDTH = 128
SIZES = (256, 512, 1024, 2048, 4096)


@torch.no_grad()
def work(layer: nn.Module, form: str) -> list[float]:
    """Millions of operations a token for each number of tokens."""
    found = []
    for n in SIZES:
        with FlopCounterMode(display=False) as counter:
            layer(torch.zeros(1, n, WIDTH), form=form)
        found.append(counter.get_total_flops() / n / 1e6)
    return found


def main() -> None:
    unit, mixed = GatedAttentionUnit(WIDTH), MixedChunkAttention(WIDTH)
    lines = {
        "unit, all pairs": work(unit, "parallel"),
        "unit, chunks of queries": work(unit, "chunked"),
        "mixed chunks": work(mixed, "chunked"),
    }
    Chart(
        "What gated attention computes for a token",
        Axis("tokens", logarithmic=True),
        Axis("million floating operations a token", logarithmic=True),
        curves(SIZES, lines),
    ).save("flash")


if __name__ == "__main__":
    main()
