"""Draws docs/lemmata/truncated_svd.svg: how near the best residual, by products with the matrix.

    python benchmarks/lemmata/truncated_svd_plot.py

The matrix is 1500 x 1000 with singular values j^-0.4, the slow decay of text, and k = 60.
"""

# ruff: noqa: N806 - matrices are capitals, as in the papers

import math
from typing import Any

import numpy as np
from axis import Axis
from chart import Chart, Curve

from lemmata.linalg.krylov import BlockLanczos
from lemmata.linalg.operators import Dense
from lemmata.linalg.randomized import iterated
from lemmata.linalg.subspace import Goal, Subspace

M, N, K, BLOCK = 1500, 1000, 60, 8
MOST = 560  # products
Points = list[tuple[float, float]]


def matrix(sigma: Any) -> Any:
    draw = np.random.default_rng(0)
    U = np.linalg.qr(draw.standard_normal((M, N)))[0]
    V = np.linalg.qr(draw.standard_normal((N, N)))[0]
    return (U * sigma) @ V.T


def excesses(found: Subspace, best: float, draw: Any) -> tuple[float, float]:
    """How far above the best the residual is, and how far it is certain not to be."""
    missed = found.missed(K)
    found.bound_outside(Goal(1e-3, 1e-3), 1, draw)
    least = found.least_missed(K)
    certain = math.sqrt(missed / least) - 1 if least else math.inf
    return math.sqrt(missed / best) - 1, certain


def measured() -> dict[str, Points]:
    sigma = np.arange(1, N + 1) ** -0.4
    best = float(np.sum(sigma[K:] ** 2))
    operator, draw = Dense(np, matrix(sigma)), np.random.default_rng(1).standard_normal
    names = ("block Krylov", "its certificate", "powers (k + 10)", "their certificate")
    lines: dict[str, Points] = {name: [] for name in names}
    space = BlockLanczos(operator, BLOCK, draw)
    while 2 * space.dimension < MOST:
        space.extend()
        if space.dimension > K:
            pair = excesses(space.subspace(), best, draw)
            for name, value in zip(names[:2], pair, strict=True):
                lines[name].append((BLOCK + 2 * space.dimension, value))
    width = K + 10
    for n_iter in range(MOST // (2 * width)):
        pair = excesses(iterated(operator, width, n_iter, draw), best, draw)
        for name, value in zip(names[2:], pair, strict=True):
            lines[name].append((width + 2 * width * n_iter + width, value))
    return lines


def described(lines: dict[str, Points]) -> str:
    """When each line first passes below 0.1 %."""
    parts = []
    for name, points in lines.items():
        passed = next((int(x) for x, y in points if y <= 1e-3), None)
        parts.append(f"{name} {f'after {passed} products' if passed else f'not by {MOST}'}")
    return f"Within 0.1 % of the best residual: {', '.join(parts)}."


def main() -> None:
    lines = measured()
    curves = []
    for number, (name, points) in enumerate(lines.items()):
        x, y = zip(*points, strict=True)
        curves.append(Curve(name, x, y, "dashed" if number % 2 else "line", colour=number // 2))
    Chart(
        "How near the best residual of rank 60, by products with the matrix",
        Axis("columns that the matrix or its adjoint was multiplied with", ends=(0, MOST)),
        Axis("above the best residual", True, (1e-5, 0.2), lambda share: f"{100 * share:g} %"),
        curves,
        levels={"wanted: 0.1 %": 1e-3},
        described=described(lines),
    ).save("truncated_svd")


if __name__ == "__main__":
    main()
