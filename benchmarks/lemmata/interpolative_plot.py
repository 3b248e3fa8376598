"""Draws docs/lemmata/interpolative.svg: how far each choice of columns is from the optimum.

    python benchmarks/lemmata/interpolative_plot.py

The matrix is 300 x 400 with singular values j^(-1/2), columns of very different lengths, and the
error is relative to that of the SVD of the same rank; those with chance in them are means of 10.
"""

# ruff: noqa: N803, N806 - matrices are capitals, as in the papers

import numpy as np
from axis import Axis
from chart import Chart, Curve

from lemmata.linalg import interpolative

COUNTS = (1, 2, 4, 6, 8, 12, 16, 20, 25, 30, 35, 40, 45, 50, 55, 60)
DRAWS = 10


def matrix() -> np.ndarray:
    draw = np.random.default_rng(0)
    U = np.linalg.qr(draw.standard_normal((300, 300)))[0]
    V = np.linalg.qr(draw.standard_normal((400, 300)))[0]
    A = (U * np.arange(1, 301) ** -0.5) @ V.T
    return A / np.linalg.norm(A, axis=0) * draw.uniform(0.9, 1.1, 400)


def error(A: np.ndarray, k: int, method: str) -> float:
    draws = range(DRAWS) if method in ("rpchol", "sketch", "chance") else range(1)
    return float(np.mean([one_error(A, k, method, seed) for seed in draws]))


def one_error(A: np.ndarray, k: int, method: str, seed: int) -> float:
    if method != "chance":
        return interpolative(A, k, method=method, rng=seed).rel_error
    picks = np.random.default_rng(seed).choice(A.shape[1], k, replace=False)
    Q = np.linalg.qr(A[:, picks])[0]
    return float(np.linalg.norm(A - Q @ (Q.T @ A)) / np.linalg.norm(A))


def main() -> None:
    A = matrix()
    sigma = np.linalg.svd(A, compute_uv=False)
    optimum = {k: np.linalg.norm(sigma[k:]) / np.linalg.norm(sigma) for k in COUNTS}
    names = ("css", "cpqr", "srrqr", "rpchol", "sketch", "chance")
    Chart(
        "Error of an interpolative decomposition over that of the SVD",
        Axis("columns chosen", ends=(0, COUNTS[-1])),
        Axis("error over the optimum"),
        [
            Curve(
                name,
                COUNTS,
                [error(A, k, name) / optimum[k] for k in COUNTS],
                "dashed" if name == "srrqr" else "line",  # it lies on cpqr
            )
            for name in names
        ],
    ).save("interpolative")


if __name__ == "__main__":
    main()
