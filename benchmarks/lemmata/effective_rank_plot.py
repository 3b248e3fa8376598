"""Draws docs/lemmata/effective_rank.svg: every kind of effective rank as noise rises.

    python benchmarks/lemmata/effective_rank_plot.py

The SVG is written directly: lines, labels and a style sheet that follows the reader's light or
dark. The matrix is 200 x 120 with 12 planted singular values from 1 down to 0.4, in white noise
whose largest singular value is expected at the noise level of the horizontal axis.
"""

# ruff: noqa: N806 - matrices are capitals, as in the papers

import math
from itertools import pairwise
from pathlib import Path

import numpy as np

from lemmata.linalg import effective_rank

TARGET = Path(__file__).parents[2] / "docs" / "lemmata" / "effective_rank.svg"
M, N, PLANTED = 200, 120, 12
LEVELS = np.linspace(0, 0.6, 61)
LINES = (
    ("numerical", {"kind": "numerical"}),
    ("entropy", {"kind": "entropy"}),
    ("N₁ of energies", {"q": 1, "power": 2}),
    ("nuclear", {"kind": "nuclear"}),
    ("participation", {"kind": "participation"}),
    ("stable", {"kind": "stable"}),
    ("gavish_donoho", {"kind": "gavish_donoho"}),
)
WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 44, 566, 34, 372
LEAST = 5
TICKS = (5, 10, 20, 50, 100)
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #333 }
  .grid { stroke: #ddd } .line { fill: none; stroke-width: 2; stroke-linejoin: round }
  .planted { stroke: #888; stroke-dasharray: 2 4 }
  .c0 { stroke: #767676 } .c1 { stroke: #0b5cad } .c2 { stroke: #2a8fbd } .c3 { stroke: #8a4fa3 }
  .c4 { stroke: #b3530c } .c5 { stroke: #a8780a } .c6 { stroke: #1b7f4b; stroke-width: 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .grid { stroke: #3a3a3a }
    .c0 { stroke: #9a9a9a } .c1 { stroke: #6cb2ff } .c2 { stroke: #6fd0f2 } .c3 { stroke: #c99be0 }
    .c4 { stroke: #f0964f } .c5 { stroke: #dcb34a } .c6 { stroke: #56c98a }
  }"""


def measured() -> dict[str, list[float]]:
    draw = np.random.default_rng(1)
    U = np.linalg.qr(draw.standard_normal((M, PLANTED)))[0]
    V = np.linalg.qr(draw.standard_normal((N, PLANTED)))[0]
    signal = (U * np.linspace(1, 0.4, PLANTED)) @ V.T
    noise = draw.standard_normal((M, N)) / (math.sqrt(M) + math.sqrt(N))
    stack = signal + LEVELS[:, None, None] * noise
    return {name: list(effective_rank(stack, **choice)) for name, choice in LINES}


def x_of(level: float) -> float:
    return LEFT + (RIGHT - LEFT) * level / LEVELS[-1]


def y_of(rank: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * math.log(max(rank, LEAST) / LEAST) / math.log(N / LEAST)


def spread(heights: list[float], gap: float = 16) -> list[float]:
    """Label heights near their lines but `gap` apart."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    placed = list(heights)
    for before, after in pairwise(order):
        placed[after] = max(placed[after], placed[before] + gap)
    return placed


def drawn(curves: dict[str, list[float]]) -> str:
    parts = [f'<text x="{LEFT - 28}" y="{TOP - 18}">effective rank</text>']
    for tick in TICKS:
        y = y_of(tick)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick}</text>')
    y = y_of(PLANTED)
    parts.append(f'<line class="planted" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
    parts.append(f'<text x="{x_of(0.33):.1f}" y="{y + 17:.1f}">{PLANTED} planted</text>')
    for level in (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6):
        x = x_of(level)
        parts.append(f'<text x="{x:.1f}" y="{BOTTOM + 20}" text-anchor="middle">{level:g}</text>')
    middle = (LEFT + RIGHT) / 2
    parts.append(
        f'<text x="{middle}" y="{BOTTOM + 40}" text-anchor="middle">'
        "largest singular value of the noise (of the signal: 1)</text>"
    )
    labels = spread([y_of(curve[-1]) for curve in curves.values()])
    for number, ((name, curve), height) in enumerate(zip(curves.items(), labels, strict=True)):
        points = " ".join(
            f"{x_of(level):.1f},{y_of(rank):.1f}" for level, rank in zip(LEVELS, curve, strict=True)
        )
        end = y_of(curve[-1])
        parts.append(f'<polyline class="line c{number}" points="{points}"/>')
        parts.append(
            f'<path class="line c{number}" d="M{RIGHT + 3} {end:.1f}L{RIGHT + 16} {height:.1f}"/>'
        )
        parts.append(f'<text x="{RIGHT + 22}" y="{height + 4:.1f}">{name} {curve[-1]:.3g}</text>')
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="t d">\n<title id="t">Effective rank of a planted rank {PLANTED} as '
        f'noise rises</title>\n<desc id="d">{described(curves)}</desc>\n<style>{STYLE}\n</style>\n'
        f"{body}\n</svg>\n"
    )


def described(curves: dict[str, list[float]]) -> str:
    ends = (f"{name} {curve[0]:.3g} to {curve[-1]:.3g}" for name, curve in curves.items())
    return f"Rank on a logarithmic axis against noise from 0 to 0.6: {', '.join(ends)}."


def main() -> None:
    curves = measured()
    TARGET.write_text(drawn(curves), encoding="utf-8")
    print(f"{TARGET.name}: {described(curves)}")


if __name__ == "__main__":
    main()
