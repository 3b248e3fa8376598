"""Draws docs/lemmata/project_simplex.svg: the sum of the clipped entries as the threshold moves.

    python benchmarks/lemmata/project_simplex_plot.py

Ten entries; the sum is piecewise linear in lambda, and lambda is where it meets the wanted total:
without a cap (simplex) and with a cap of 1/2 on every entry.
"""

import numpy as np
from axis import Axis
from chart import Chart, Curve

from lemmata.relax import project_capped_simplex, project_simplex

V = np.array([1.6, 1.35, 1.2, 0.9, 0.75, 0.5, 0.2, 0.1, -0.3, -0.8])
TOTAL, CAP = 1.5, 0.5
LAMBDA = np.linspace(-0.4, 1.7, 421)
MOST = 4.0


def thresholds() -> dict[str, float]:
    """lambda of both, read off an entry that is strictly inside."""
    p = project_simplex(V, TOTAL)
    q = project_capped_simplex(V, TOTAL, CAP)
    inside = np.flatnonzero((q > 0) & (q < CAP))[0]
    return {"simplex": float(V[0] - p[0]), "capped at ½": float(V[inside] - q[inside])}


def main() -> None:
    found = thresholds()
    offsets = np.maximum(V - LAMBDA[:, None], 0)
    sums = (offsets.sum(-1), np.minimum(offsets, CAP).sum(-1))
    curves = []
    for number, ((name, at), values) in enumerate(zip(found.items(), sums, strict=True)):
        shown = values <= MOST
        curves.append(Curve(name, LAMBDA[shown], values[shown], colour=number))
        curves.append(Curve("", [at], [TOTAL], "dot", colour=number))
    ends = (f"{name} {value:.4g}" for name, value in found.items())
    Chart(
        "The piecewise linear sum whose root is the threshold",
        Axis("λ"),
        Axis("sum of the clipped entries", ends=(0, MOST)),
        curves,
        levels={f"wanted: {TOTAL:g}": TOTAL},
        legend=True,
        described=f"The sum falls with λ and meets {TOTAL:g} at λ = {', '.join(ends)}.",
    ).save("project_simplex")


if __name__ == "__main__":
    main()
