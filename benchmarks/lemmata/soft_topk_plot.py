"""Draws docs/lemmata/soft_topk.svg: what each kind makes of the same scores.

    python benchmarks/lemmata/soft_topk_plot.py

Thirty-three scores from -4 to 4, the six largest of which are wanted, at a temperature of 1.
"""

import numpy as np
from axis import Axis
from chart import Chart, Curve, curves

from lemmata.relax import soft_topk

K = 6
SCORES = np.linspace(-4, 4, 33)
KINDS = ("euclidean", "subset", "sigmoid", "laplace")


def main() -> None:
    lines = {kind: soft_topk(SCORES, K, kind=kind) for kind in KINDS}
    hard = Curve("hard", SCORES, soft_topk(SCORES, K, hard=True), "dashed", colour=5)
    ends = (f"{kind} rises from {p[0]:.2g} to {p[-1]:.2g}" for kind, p in lines.items())
    Chart(
        f"Four kinds of smooth top-{K} of the same scores",
        Axis(f"score x, {len(SCORES)} of them; the {K} largest are wanted, τ = 1"),
        Axis("p"),
        [*curves(SCORES, lines), hard],
        legend=True,
        described=f"Mass against score; each sums to {K}: {', '.join(ends)}; hard steps from 0 to 1.",
    ).save("soft_topk")


if __name__ == "__main__":
    main()
