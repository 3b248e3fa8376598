"""Draws docs/lemmata/hippo.svg: how well LegS gives the past back, by rule, as samples grow.

    python benchmarks/lemmata/hippo_plot.py

N = 32; root mean square error of the reconstruction over that of the signal, a sum of five sines.
"""

import numpy as np
from axis import Axis
from chart import Chart, curves
from hippo import signal

from lemmata.ssm import LegSMemory

N = 32
SAMPLES = np.unique(np.geomspace(40, 2000, 13).round().astype(int))


def measured() -> dict[str, list[float]]:
    lines: dict[str, list[float]] = {}
    for method in ("euler", "backward", "bilinear", "exact"):
        memory = LegSMemory(N, method)
        for count in SAMPLES:
            u, middles = signal(count), (np.arange(count) + 0.5) / count
            missed = memory.reconstruct(memory.project(u), middles) - u
            lines.setdefault(method, []).append(float(np.linalg.norm(missed) / np.linalg.norm(u)))
    return lines


def main() -> None:
    Chart(
        "What HiPPO-LegS with 32 numbers loses of a signal's past",
        Axis("samples seen", logarithmic=True),
        Axis("relative error", logarithmic=True),
        curves(SAMPLES, measured()),
    ).save("hippo")


if __name__ == "__main__":
    main()
