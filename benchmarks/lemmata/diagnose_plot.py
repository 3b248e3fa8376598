"""Draws docs/lemmata/diagnose.svg: the root of Adam's second moment against the curvature.

    python benchmarks/lemmata/diagnose_plot.py

A quadratic with 25 curvatures over four decades; Adam with gradient noise of covariance 1, h, h^2.
"""

from pathlib import Path

import torch
from diagnose import CURVATURES, run
from loglog import Curve, drawn

from lemmata.optimize import diagnose

TARGET = Path(__file__).parents[2] / "docs" / "lemmata" / "diagnose.svg"


def main() -> None:
    torch.manual_seed(0)
    curves, slopes = [], []
    for power, name in ((2, "noise ∝ h²"), (1, "noise ∝ h"), (0, "noise alike")):
        optimizer, loss = run(lambda p: torch.optim.Adam(p, lr=1e-3), power)
        state = next(iter(optimizer.state.values()))
        root = (state["exp_avg_sq"] / (1 - 0.999 ** float(state["step"]))).sqrt()
        points = torch.stack([CURVATURES.log10(), root.log10()], dim=1).tolist()
        slope = diagnose(optimizer, loss, rng=0).agreement.slope
        curves.append(Curve(f"{name}: slope {slope:.2f}", [(x, y) for x, y in points], dots=True))
        slopes.append(f"{name} {slope:.3f}")
    described = f"Slopes of log sqrt(v) on log curvature: {', '.join(slopes)}."
    TARGET.write_text(
        drawn("Adam's sqrt(v) against the curvature", described, "curvature h", "√v", curves),
        encoding="utf-8",
    )
    print(f"{TARGET.name}: {described}")


if __name__ == "__main__":
    main()
