"""Draws docs/lemmata/heads.svg: how far the deviation of what is drawn falls short, against steps.

    python benchmarks/lemmata/heads_plot.py

Tokens from a Gaussian a tenth, four tenths or the whole as wide as the noise, with the exact estimate:
what is left is the sampler's own error. Dashed: one estimate a step, at twice the steps.
"""

from itertools import pairwise

import torch
from axis import Axis
from chart import Chart, Curve
from torch import Tensor

from lemmata.heads.noise import alpha_sigma, posterior, schedule

STEPS = (4, 8, 16, 32, 64, 128, 256)
WIDTHS = (0.1, 0.4, 1.0)


def estimate(at: Tensor, level: Tensor, width: float) -> Tensor:
    """E[token | at] for tokens from N(0, width^2): a multiple of `at`."""
    a, s = alpha_sigma(level)
    return a * width**2 / ((a * width) ** 2 + s**2) * at


def shortfall(width: float, steps: int, corrected: bool) -> float:
    """1 - deviation drawn / width: every step is linear, so that variances follow exactly."""
    variance = torch.ones((), dtype=torch.float64)
    one = torch.ones((), dtype=torch.float64)
    levels = schedule(steps, one)
    for now, then in pairwise(levels):
        keep, take, put = posterior(now, then)
        gain = estimate(one, now, width)
        ahead = estimate(one, then, width)
        if corrected and then > 0:
            kept = keep + take * (gain + ahead * (keep + take * gain)) / 2
            noise = put * (1 + take * ahead / 2)
        else:
            kept, noise = keep + take * gain, put
        variance = kept**2 * variance + noise**2
    return 1 - float(variance.sqrt()) / width


def main() -> None:
    drawn = []
    for colour, width in enumerate(WIDTHS):
        heun = [shortfall(width, steps, True) for steps in STEPS]
        plain = [shortfall(width, 2 * steps, False) for steps in STEPS]
        evaluations = [2 * steps for steps in STEPS]
        drawn.append(Curve(f"two estimates, width {width:g}", evaluations, heun, colour=colour))
        drawn.append(
            Curve(f"one estimate, width {width:g}", evaluations, plain, "dashed", colour=colour)
        )
    Chart(
        "What steps of denoising lose of a Gaussian's deviation",
        Axis("evaluations of the network a token", logarithmic=True),
        Axis("deviation that is missing, as a share", logarithmic=True),
        drawn,
    ).save("heads")


if __name__ == "__main__":
    main()
