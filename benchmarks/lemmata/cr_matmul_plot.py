"""Draws docs/lemmata/cr_matmul.svg: error of a column-row product by the terms that are kept.

    python benchmarks/lemmata/cr_matmul_plot.py

X is 80 x 400 and Y its transpose: squares of exponential numbers, the columns falling off like
1/sqrt(i), as counts of words do. The sampled line is the mean of 200 draws, the stated one the
formula, and the SVD the best of any rank c.
"""

# ruff: noqa: N806 - matrices are capitals, as in the papers

import numpy as np
from axis import Axis
from chart import Chart, Curve, curves

from lemmata.linalg import cr_matmul

COUNTS = (4, 6, 8, 12, 16, 24, 32, 48, 64, 79)


def measured() -> dict[str, list[float]]:
    draw = np.random.default_rng(0)
    X = draw.exponential(size=(80, 400)) ** 2 / np.sqrt(np.arange(1, 401))
    Y = X.T.copy()
    exact = X @ Y
    norm, sigma = np.linalg.norm(exact), np.linalg.svd(exact, compute_uv=False)

    def sampled(c: int) -> float:
        found = [cr_matmul(X, Y, c, rng=draw).product for _ in range(200)]
        return float(np.sqrt(np.mean([np.linalg.norm(P - exact) ** 2 for P in found])) / norm)

    def certified(c: int, *way: str) -> float:
        return float(cr_matmul(X, Y, c, *way, certify=True).relative_error or 0.0)

    stated = [cr_matmul(X, Y, c, certify=True).expected_relative_error for c in COUNTS]
    return {
        "sampled": [sampled(c) for c in COUNTS],
        "stated": [float(error or 0.0) for error in stated],
        "topk": [certified(c, "topk") for c in COUNTS],
        "omp, optimal": [certified(c, "omp") for c in COUNTS],
        "SVD, the best": [float(np.linalg.norm(sigma[c:]) / norm) for c in COUNTS],
    }


def main() -> None:
    lines = measured()
    sampled = Curve("sampled", COUNTS, lines.pop("sampled"), "dot", colour=4)
    Chart(
        "Error of a column-row product by the terms kept",
        Axis("terms kept, of 400", logarithmic=True),
        Axis("relative error", logarithmic=True),
        [*curves(COUNTS, lines), sampled],
    ).save("cr_matmul")


if __name__ == "__main__":
    main()
