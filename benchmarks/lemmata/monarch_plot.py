"""Draws docs/lemmata/monarch.svg: what Monarch and low rank lose as a matrix gets sparser.

    python benchmarks/lemmata/monarch_plot.py

The SVG is written directly: lines, labels and a style sheet that follows the reader's light or dark.
Relative squared errors of 256 x 256 matrices of independent normal entries, of which a share is not
zero; Monarch 16 x 16 of rank 1 and low rank 16 hold the same 8,192 numbers.
"""

# ruff: noqa: N806 - matrices are capitals, as in the papers

import math
from pathlib import Path

import numpy as np

from lemmata.structured import monarch_project

TARGET = Path(__file__).parents[2] / "docs" / "lemmata" / "monarch.svg"
N, BLOCKS = 256, 16
DENSITIES = np.geomspace(1, 0.004, 25)
WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 56, 560, 34, 300
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #333 }
  .grid { stroke: #ddd } .line { fill: none; stroke-width: 2.5; stroke-linejoin: round }
  .c0 { stroke: #0b5cad } .c1 { stroke: #b3530c }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .grid { stroke: #3a3a3a } .c0 { stroke: #6cb2ff } .c1 { stroke: #f0964f }
  }"""


def measured() -> dict[str, list[float]]:
    draw = np.random.default_rng(0)
    curves: dict[str, list[float]] = {"Monarch": [], "low rank": []}
    for density in DENSITIES:
        A = draw.standard_normal((4, N, N)) * (draw.random((4, N, N)) < density)
        for name, nblocks, rank in (("Monarch", (BLOCKS,) * 2, 1), ("low rank", (1, 1), BLOCKS)):
            curves[name].append(float(np.mean(monarch_project(A, nblocks, rank).rel_error ** 2)))
    return curves


def x_of(density: float) -> float:
    return LEFT + (RIGHT - LEFT) * math.log(density) / math.log(DENSITIES[-1])


def y_of(error: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * error


def drawn(curves: dict[str, list[float]]) -> str:
    parts = [f'<text x="{LEFT - 40}" y="{TOP - 16}">relative squared error</text>']
    for tick in (0, 0.2, 0.4, 0.6, 0.8, 1):
        y = y_of(tick)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for density in (1, 0.3, 0.1, 0.03, 0.01):
        x = x_of(density)
        parts.append(f'<text x="{x:.1f}" y="{BOTTOM + 20}" text-anchor="middle">{density:g}</text>')
    parts.append(
        f'<text x="{(LEFT + RIGHT) / 2}" y="{BOTTOM + 42}" text-anchor="middle">'
        "share of entries that are not zero</text>"
    )
    for number, (name, curve) in enumerate(curves.items()):
        points = " ".join(
            f"{x_of(density):.1f},{y_of(error):.1f}"
            for density, error in zip(DENSITIES, curve, strict=True)
        )
        parts.append(f'<polyline class="line c{number}" points="{points}"/>')
        parts.append(
            f'<text x="{RIGHT + 10}" y="{y_of(curve[-1]) + 4:.1f}">{name} {curve[-1]:.2f}</text>'
        )
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="t d">\n<title id="t">What Monarch and low rank of as many numbers lose '
        f'of a sparse matrix</title>\n<desc id="d">{described(curves)}</desc>\n<style>{STYLE}\n'
        f"</style>\n{body}\n</svg>\n"
    )


def described(curves: dict[str, list[float]]) -> str:
    ends = ", ".join(f"{name} {curve[0]:.3f} to {curve[-1]:.3f}" for name, curve in curves.items())
    return (
        f"Relative squared error of {N} x {N} normal matrices as the share of non-zero entries "
        f"falls from 1 to {DENSITIES[-1]:g}: {ends}."
    )


def main() -> None:
    curves = measured()
    TARGET.write_text(drawn(curves), encoding="utf-8")
    print(f"{TARGET.name}: {described(curves)}")


if __name__ == "__main__":
    main()
