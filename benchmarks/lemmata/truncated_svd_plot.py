"""Draws docs/lemmata/truncated_svd.svg: how near the best residual, by products with the matrix.

    python benchmarks/lemmata/truncated_svd_plot.py

The SVG is written directly: lines, labels and a style sheet that follows the reader's light or
dark. The matrix is 1500 x 1000 with singular values j^-0.4, the slow decay of text, and k = 60.
"""

# ruff: noqa: N806 - matrices are capitals, as in the papers

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from lemmata.linalg.krylov import BlockLanczos
from lemmata.linalg.operators import Dense
from lemmata.linalg.randomized import iterated
from lemmata.linalg.subspace import Goal, Subspace

TARGET = Path(__file__).parents[2] / "docs" / "lemmata" / "truncated_svd.svg"
M, N, K, BLOCK = 1500, 1000, 60, 8
MOST = 560  # products
WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 540, 34, 340
LOW, HIGH = 1e-5, 0.2
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #333 }
  .grid { stroke: #ddd } .goal { stroke: #888; stroke-dasharray: 2 4 }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round }
  .c0 { stroke: #0b5cad } .c1 { stroke: #1b7f4b } .c2 { stroke: #b3530c } .c3 { stroke: #a8780a }
  .c1, .c3 { stroke-dasharray: 6 4 }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .grid { stroke: #3a3a3a }
    .c0 { stroke: #6cb2ff } .c1 { stroke: #56c98a } .c2 { stroke: #f0964f } .c3 { stroke: #dcb34a }
  }"""
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


def x_of(products: float) -> float:
    return LEFT + (RIGHT - LEFT) * products / MOST


def y_of(excess: float) -> float:
    inside = min(max(excess, LOW), HIGH)
    return BOTTOM - (BOTTOM - TOP) * math.log(inside / LOW) / math.log(HIGH / LOW)


def spread(heights: list[float], gap: float = 17) -> list[float]:
    """Label heights near their lines but `gap` apart."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    placed = list(heights)
    for before, after in pairwise(order):
        placed[after] = max(placed[after], placed[before] + gap)
    return placed


def drawn(lines: dict[str, Points]) -> str:
    parts = [f'<text x="8" y="{TOP - 16}">above the best residual</text>']
    for tick, name in (
        (1e-5, "0.001 %"),
        (1e-4, "0.01 %"),
        (1e-3, "0.1 %"),
        (1e-2, "1 %"),
        (0.1, "10 %"),
    ):
        y = y_of(tick)
        kind = "goal" if tick == 1e-3 else "grid"
        parts.append(f'<line class="{kind}" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{name}</text>')
    for products in range(0, MOST + 1, 140):
        x = x_of(products)
        parts.append(f'<text x="{x:.1f}" y="{BOTTOM + 20}" text-anchor="middle">{products}</text>')
    middle = (LEFT + RIGHT) / 2
    parts.append(
        f'<text x="{middle}" y="{BOTTOM + 40}" text-anchor="middle">'
        "columns that the matrix or its adjoint was multiplied with</text>"
    )
    labels = spread([y_of(points[-1][1]) for points in lines.values()])
    for number, ((name, points), height) in enumerate(zip(lines.items(), labels, strict=True)):
        path = " ".join(f"{x_of(x):.1f},{y_of(y):.1f}" for x, y in points)
        x, y = x_of(points[-1][0]), y_of(points[-1][1])
        parts.append(f'<polyline class="line c{number}" points="{path}"/>')
        parts.append(
            f'<path class="line c{number}" d="M{x + 3:.1f} {y:.1f}L{RIGHT + 16} {height:.1f}"/>'
        )
        parts.append(f'<text x="{RIGHT + 22}" y="{height + 4:.1f}">{name}</text>')
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-labelledby="t d">\n<title id="t">How near the best residual of rank 60, by products '
        f'with the matrix</title>\n<desc id="d">{described(lines)}</desc>\n'
        f"<style>{STYLE}\n</style>\n{body}\n</svg>\n"
    )


def described(lines: dict[str, Points]) -> str:
    """When each line first passes below 0.1 %."""
    parts = []
    for name, points in lines.items():
        passed = next((int(x) for x, y in points if y <= 1e-3), None)
        parts.append(f"{name} {f'after {passed} products' if passed else f'not by {MOST}'}")
    return f"Within 0.1 % of the best residual: {', '.join(parts)}."


def main() -> None:
    lines = measured()
    TARGET.write_text(drawn(lines), encoding="utf-8")
    print(f"{TARGET.name}: {described(lines)}")


if __name__ == "__main__":
    main()
