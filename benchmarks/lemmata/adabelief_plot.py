"""Draws docs/lemmata/adabelief.svg: AdaBelief beside Adam on steady gradients that shrink.

    python benchmarks/lemmata/adabelief_plot.py

The effective step lr / (sqrt + eps) of one weight whose gradient is 1 with noise of size 1 at first
and of size 0.01 after 500 steps: Adam's step does not notice, AdaBelief's grows.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from line_chart import Chart

from lemmata.optimize import AdaBelief

TARGET = Path(__file__).parents[2] / "docs" / "lemmata" / "adabelief.svg"
LENGTH, CALM = 1500, 500


def steps(make: Callable[..., Any], kept: str) -> list[float]:
    """1 / sqrt of the corrected second moment after every step."""
    generator = torch.Generator().manual_seed(0)
    x = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer, seen = make([x], lr=1e-3, betas=(0.9, 0.99)), []
    for t in range(1, LENGTH + 1):
        noise = torch.randn(1, dtype=torch.float64, generator=generator)
        x.grad = 1 + noise * (1.0 if t <= CALM else 0.01)
        optimizer.step()
        seen.append(float(((1 - 0.99**t) / optimizer.state[x][kept]) ** 0.5))
    return seen


def main() -> None:
    chart = Chart(
        title="The step of AdaBelief and of Adam as the gradient's noise falls",
        x_label="steps (the noise falls from 1 to 0.01 at 500; the gradient's mean stays 1)",
        y_label="1 / root of the second moment",
        x=range(1, LENGTH + 1),
        curves={
            "AdaBelief": steps(AdaBelief, "exp_avg_var"),
            "Adam": steps(torch.optim.Adam, "exp_avg_sq"),
        },
        y_ticks=[0.1, 1, 10, 100],
        x_ticks=[1, 500, 1000, 1500],
        logarithmic=True,
    )
    TARGET.write_text(chart.svg(), encoding="utf-8")
    print(f"{TARGET.name}: {', '.join(f'{name} {c[-1]:.3g}' for name, c in chart.curves.items())}")


if __name__ == "__main__":
    main()
