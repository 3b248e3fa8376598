"""Draws docs/lemmata/project_simplex.svg: the sum of the clipped entries as the threshold moves.

    python benchmarks/lemmata/project_simplex_plot.py

Ten entries; the sum is piecewise linear in lambda, and lambda is where it meets the wanted total:
without a cap (simplex) and with a cap of 1/2 on every entry. The SVG is written directly.
"""

from pathlib import Path

import numpy as np

from lemmata.relax import project_capped_simplex, project_simplex

TARGET = Path(__file__).parents[2] / "docs" / "lemmata" / "project_simplex.svg"
V = np.array([1.6, 1.35, 1.2, 0.9, 0.75, 0.5, 0.2, 0.1, -0.3, -0.8])
TOTAL, CAP = 1.5, 0.5
LAMBDA = np.linspace(-0.4, 1.7, 421)
WIDTH, HEIGHT = 720, 380
LEFT, RIGHT, TOP, BOTTOM = 44, 560, 34, 332
MOST = 4.0
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #333 }
  .grid { stroke: #ddd } .line { fill: none; stroke-width: 2; stroke-linejoin: round }
  .total { stroke: #888; stroke-dasharray: 2 4 }
  .c0 { stroke: #0b5cad } .c1 { stroke: #b3530c } .d0 { fill: #0b5cad } .d1 { fill: #b3530c }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .grid { stroke: #3a3a3a }
    .c0 { stroke: #6cb2ff } .c1 { stroke: #f0964f } .d0 { fill: #6cb2ff } .d1 { fill: #f0964f }
  }"""


def x_of(value: float) -> float:
    return LEFT + (RIGHT - LEFT) * (value - LAMBDA[0]) / (LAMBDA[-1] - LAMBDA[0])


def y_of(total: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * min(total, MOST) / MOST


def thresholds() -> dict[str, float]:
    """lambda of both, read off an entry that is strictly inside."""
    p = project_simplex(V, TOTAL)
    q = project_capped_simplex(V, TOTAL, CAP)
    inside = np.flatnonzero((q > 0) & (q < CAP))[0]
    return {"simplex": float(V[0] - p[0]), "capped at ½": float(V[inside] - q[inside])}


def drawn(found: dict[str, float]) -> str:
    parts = [f'<text x="{LEFT - 28}" y="{TOP - 16}">sum of the clipped entries</text>']
    for tick in range(5):
        y = y_of(tick)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick}</text>')
    y = y_of(TOTAL)
    parts.append(f'<line class="total" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
    parts.append(f'<text x="{RIGHT + 8}" y="{y + 4:.1f}">wanted: {TOTAL:g}</text>')
    for at in (0, 0.5, 1, 1.5):
        parts.append(
            f'<text x="{x_of(at):.1f}" y="{BOTTOM + 20}" text-anchor="middle">{at:g}</text>'
        )
    middle = (LEFT + RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{BOTTOM + 40}" text-anchor="middle">λ</text>')
    offsets = np.maximum(V - LAMBDA[:, None], 0)
    sums = (offsets.sum(-1), np.minimum(offsets, CAP).sum(-1))
    for number, ((name, at), values) in enumerate(zip(found.items(), sums, strict=True)):
        shown = values <= MOST
        points = " ".join(
            f"{x_of(a):.1f},{y_of(s):.1f}"
            for a, s in zip(LAMBDA[shown], values[shown], strict=True)
        )
        height = TOP + 6 + 22 * number
        parts.append(f'<polyline class="line c{number}" points="{points}"/>')
        parts.append(f'<circle class="d{number}" cx="{x_of(at):.1f}" cy="{y:.1f}" r="5"/>')
        parts.append(f'<path class="line c{number}" d="M{RIGHT + 8} {height}h18"/>')
        parts.append(f'<text x="{RIGHT + 32}" y="{height + 4}">{name}</text>')
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="t d">\n<title id="t">The piecewise linear sum whose root is the threshold'
        f'</title>\n<desc id="d">{described(found)}</desc>\n<style>{STYLE}\n</style>\n{body}\n</svg>\n'
    )


def described(found: dict[str, float]) -> str:
    ends = (f"{name} {value:.4g}" for name, value in found.items())
    return f"The sum falls with lambda and meets {TOTAL:g} at lambda = {', '.join(ends)}."


def main() -> None:
    found = thresholds()
    TARGET.write_text(drawn(found), encoding="utf-8")
    print(f"{TARGET.name}: {described(found)}")


if __name__ == "__main__":
    main()
