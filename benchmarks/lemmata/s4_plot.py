"""Draws docs/lemmata/s4.svg: the error of S4's kernel, and of one whose readout is not folded.

    python benchmarks/lemmata/s4_plot.py

N = 64, step 1e-3, against the recurrence in float64, relative to the largest term. Without the
factor I - Abar^L the transform wraps what comes after the last term onto the first ones.
"""

import numpy as np
import torch
from axis import Axis
from chart import Chart, curves
from s4 import error, recurrence

from lemmata.ssm import S4

LENGTHS = [2**k for k in range(5, 13)]
STEPS = (1e-3, 1e-3)


def measured() -> dict[str, list[float]]:
    lines: dict[str, list[float]] = {"not folded": [], "complex64": [], "complex128": []}
    for length in LENGTHS:
        generator = torch.Generator().manual_seed(0)
        single = S4(2, 64, length, steps=STEPS, generator=generator)
        double = S4(2, 64, length, steps=STEPS, dtype=torch.float64)
        double.load_state_dict(single.state_dict())
        with torch.no_grad():
            truth = recurrence(double, length)
            lines["complex128"].append(error(double.kernel(length), truth))
            lines["complex64"].append(error(single.kernel(length), truth))
            _, _, row = double.recurrence()
            double.C.copy_(torch.stack((row[:, :32] / 2, -row[:, 32:] / 2), -1))
            lines["not folded"].append(error(double.kernel(length), truth))
    return lines


def main() -> None:
    Chart(
        "The error of S4's kernel, N = 64, against the recurrence in float64",
        Axis("length", logarithmic=True),
        Axis("relative error", logarithmic=True),
        curves(np.array(LENGTHS), measured()),
    ).save("s4")


if __name__ == "__main__":
    main()
