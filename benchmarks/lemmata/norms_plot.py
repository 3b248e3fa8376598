"""Draws docs/lemmata/norms.svg: one entry of a token grows; RMSNorm of it and the three curves.

    python benchmarks/lemmata/norms_plot.py

The other 255 entries have mean square 1. All curves have slope 1 at 0 and the bound sqrt(256) = 16, as
RMSNorm has; DyISRU with C = 255 is RMSNorm, so that their lines coincide.
"""

import math

import torch
from axis import Axis
from chart import Chart, Curve, curves

from lemmata.norm import Derf, DyISRU, DyT

WIDTH, LARGEST, POINTS = 256, 80.0, 121


def main() -> None:
    root = math.sqrt(WIDTH)
    x = torch.linspace(0, LARGEST, POINTS, dtype=torch.float64)
    layers = {
        "DyISRU": DyISRU(WIDTH),
        "DyT": DyT(WIDTH, alpha=1 / root, scale=root),
        "Derf": Derf(WIDTH, alpha=math.sqrt(math.pi) / 2 / root, scale=root),
    }
    with torch.no_grad():
        column = x[:, None].expand(-1, WIDTH)
        lines = {name: layer.double()(column)[:, 0].tolist() for name, layer in layers.items()}
    norm = (x / torch.sqrt((x**2 + WIDTH - 1) / WIDTH)).tolist()
    some = slice(0, None, 10)
    Chart(
        "An outlier through RMSNorm and through three curves",
        Axis("the outlier; the other 255 entries have mean square 1", ends=(0, LARGEST)),
        Axis("what comes out"),
        [*curves(x.tolist(), lines), Curve("RMSNorm, dots", x.tolist()[some], norm[some], "dot")],
        levels={"√256": root},
    ).save("norms")


if __name__ == "__main__":
    main()
