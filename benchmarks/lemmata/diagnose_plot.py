"""Draws docs/lemmata/diagnose.svg: the root of Adam's second moment against the curvature.

    python benchmarks/lemmata/diagnose_plot.py

A quadratic with 25 curvatures over four decades; Adam with gradient noise of covariance 1, h, h^2.
"""

import torch
from axis import Axis
from chart import Chart, Curve
from diagnose import CURVATURES, run

from lemmata.optimize import diagnose


def main() -> None:
    torch.manual_seed(0)
    curves = []
    for power, name in ((2, "noise ∝ h²"), (1, "noise ∝ h"), (0, "noise alike")):
        optimizer, loss = run(lambda p: torch.optim.Adam(p, lr=1e-3), power)
        state = next(iter(optimizer.state.values()))
        root = (state["exp_avg_sq"] / (1 - 0.999 ** float(state["step"]))).sqrt()
        slope = diagnose(optimizer, loss, rng=0).agreement.slope
        named = f"{name}: slope {slope:.2f}"
        curves.append(Curve(named, CURVATURES.tolist(), root.tolist(), "dot"))
    Chart(
        "Adam's √v against the curvature",
        Axis("curvature h", logarithmic=True),
        Axis("√v", logarithmic=True, ends=(0.005, 200)),
        curves,
    ).save("diagnose")


if __name__ == "__main__":
    main()
