"""Draws docs/lemmata/simplex_maps.svg: two scores to a probability, by each member of the family.

    python benchmarks/lemmata/simplex_maps_plot.py

The scores are (t, 0): the first one's probability against t.
"""

import numpy as np
from axis import Axis
from chart import Chart, curves

from lemmata.relax import entmax

T = np.linspace(-4, 4, 161)
ALPHAS = {
    "α = 1, softmax": 1.0,
    "α = 1.25": 1.25,
    "α = 1.5": 1.5,
    "α = 2, sparsemax": 2.0,
    "α = 4": 4.0,
}


def described(lines: dict[str, np.ndarray]) -> str:
    firsts = []
    for name, curve in lines.items():
        whole = T[curve >= 1]
        reach = f"is 1 from t = {whole[0]:.2f}" if len(whole) else "never reaches 1"
        firsts.append(f"{name} {reach}")
    return f"The probability of the first of the scores t and 0: {', '.join(firsts)}."


def main() -> None:
    scores = np.stack([T, np.zeros_like(T)], axis=-1)
    lines = {name: entmax(scores, alpha)[:, 0] for name, alpha in ALPHAS.items()}
    Chart(
        "The entmax family on two scores",
        Axis("t"),
        Axis("probability of t against 0"),
        curves(T, lines),
        legend=True,
        described=described(lines),
    ).save("simplex_maps")


if __name__ == "__main__":
    main()
