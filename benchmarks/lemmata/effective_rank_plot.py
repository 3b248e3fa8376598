"""Draws docs/lemmata/effective_rank.svg: every kind of effective rank as noise rises.

    python benchmarks/lemmata/effective_rank_plot.py

The matrix is 200 x 120 with 12 planted singular values from 1 down to 0.4, in white noise
whose largest singular value is expected at the noise level of the horizontal axis.
"""

# ruff: noqa: N806 - matrices are capitals, as in the papers

import math

import numpy as np
from axis import Axis
from chart import Chart, Curve

from lemmata.linalg import effective_rank

M, N, PLANTED = 200, 120, 12
LEVELS = np.linspace(0, 0.6, 61)
LINES = (
    ("numerical", {"kind": "numerical"}, 5),
    ("entropy", {"kind": "entropy"}, 0),
    ("N₁ of energies", {"q": 1, "power": 2}, 6),
    ("nuclear", {"kind": "nuclear"}, 3),
    ("participation", {"kind": "participation"}, 1),
    ("stable", {"kind": "stable"}, 4),
    ("gavish_donoho", {"kind": "gavish_donoho"}, 2),
)


def measured() -> list[Curve]:
    draw = np.random.default_rng(1)
    U = np.linalg.qr(draw.standard_normal((M, PLANTED)))[0]
    V = np.linalg.qr(draw.standard_normal((N, PLANTED)))[0]
    signal = (U * np.linspace(1, 0.4, PLANTED)) @ V.T
    noise = draw.standard_normal((M, N)) / (math.sqrt(M) + math.sqrt(N))
    stack = signal + LEVELS[:, None, None] * noise
    ranks = (
        (name, list(effective_rank(stack, **choice)), colour) for name, choice, colour in LINES
    )
    return [Curve(f"{name} {y[-1]:.3g}", LEVELS, y, colour=colour) for name, y, colour in ranks]


def main() -> None:
    Chart(
        f"Effective rank of a planted rank {PLANTED} as noise rises",
        Axis("largest singular value of the noise (of the signal: 1)"),
        Axis("effective rank", logarithmic=True, ends=(5, N)),
        measured(),
        levels={f"{PLANTED} planted": PLANTED},
    ).save("effective_rank")


if __name__ == "__main__":
    main()
