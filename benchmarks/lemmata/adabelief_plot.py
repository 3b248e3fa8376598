"""Draws docs/lemmata/adabelief.svg: AdaBelief beside Adam on steady gradients that shrink.

    python benchmarks/lemmata/adabelief_plot.py

The effective step lr / (sqrt + eps) of one weight whose gradient is 1 with noise of size 1 at first
and of size 0.01 after 500 steps: Adam's step does not notice, AdaBelief's grows.
"""

from collections.abc import Callable
from typing import Any

import torch
from axis import Axis
from chart import Chart, curves

from lemmata.optimize import AdaBelief

LENGTH, CALM, SHOWN = 1500, 500, slice(None, None, 3)


def steps(make: Callable[..., Any], kept: str) -> list[float]:
    """1 / sqrt of the corrected second moment after each step shown."""
    generator = torch.Generator().manual_seed(0)
    x = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer, seen = make([x], lr=1e-3, betas=(0.9, 0.99)), []
    for t in range(1, LENGTH + 1):
        noise = torch.randn(1, dtype=torch.float64, generator=generator)
        x.grad = 1 + noise * (1.0 if t <= CALM else 0.01)
        optimizer.step()
        seen.append(float(((1 - 0.99**t) / optimizer.state[x][kept]) ** 0.5))
    return seen[SHOWN]


def main() -> None:
    Chart(
        "The step of AdaBelief and of Adam as the gradient's noise falls",
        Axis(
            "steps (the noise falls from 1 to 0.01 at 500; the gradient's mean stays 1)",
            ends=(0, LENGTH),
        ),
        Axis("1 / root of the second moment", logarithmic=True),
        curves(
            range(1, LENGTH + 1)[SHOWN],
            {
                "AdaBelief": steps(AdaBelief, "exp_avg_var"),
                "Adam": steps(torch.optim.Adam, "exp_avg_sq"),
            },
        ),
    ).save("adabelief")


if __name__ == "__main__":
    main()
