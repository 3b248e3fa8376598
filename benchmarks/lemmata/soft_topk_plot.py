"""Draws docs/lemmata/soft_topk.svg: what each kind makes of the same scores.

    python benchmarks/lemmata/soft_topk_plot.py

Thirty-three scores from -4 to 4, the six largest of which are wanted, at a temperature of 1. The
SVG is written directly: lines, labels and a style sheet that follows the reader's light or dark.
"""

from pathlib import Path

import numpy as np

from lemmata.relax import soft_topk

TARGET = Path(__file__).parents[2] / "docs" / "lemmata" / "soft_topk.svg"
K = 6
SCORES = np.linspace(-4, 4, 33)
KINDS = ("euclidean", "subset", "sigmoid", "laplace")
WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 44, 590, 34, 352
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #333 }
  .grid { stroke: #ddd } .line { fill: none; stroke-width: 2; stroke-linejoin: round }
  .hard { fill: none; stroke: #888; stroke-dasharray: 2 4 }
  .c0 { stroke: #b3530c } .c1 { stroke: #1b7f4b } .c2 { stroke: #0b5cad } .c3 { stroke: #8a4fa3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .grid { stroke: #3a3a3a }
    .c0 { stroke: #f0964f } .c1 { stroke: #56c98a } .c2 { stroke: #6cb2ff } .c3 { stroke: #c99be0 }
  }"""


def x_of(score: float) -> float:
    return LEFT + (RIGHT - LEFT) * (score - SCORES[0]) / (SCORES[-1] - SCORES[0])


def y_of(mass: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * mass


def line(values: np.ndarray, style: str) -> str:
    points = " ".join(
        f"{x_of(score):.1f},{y_of(mass):.1f}" for score, mass in zip(SCORES, values, strict=True)
    )
    return f'<polyline class="{style}" points="{points}"/>'


def drawn(curves: dict[str, np.ndarray]) -> str:
    parts = [f'<text x="{LEFT - 28}" y="{TOP - 16}">p</text>']
    for tick in (0, 0.25, 0.5, 0.75, 1):
        y = y_of(tick)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for score in range(-4, 5):
        parts.append(
            f'<text x="{x_of(score):.1f}" y="{BOTTOM + 20}" text-anchor="middle">{score}</text>'
        )
    middle = (LEFT + RIGHT) / 2
    parts.append(
        f'<text x="{middle}" y="{BOTTOM + 40}" text-anchor="middle">'
        f"score x, {len(SCORES)} of them; the {K} largest are wanted, tau = 1</text>"
    )
    parts.append(line(soft_topk(SCORES, K, hard=True), "hard"))
    height = TOP + 4
    for number, kind in enumerate(KINDS):
        parts.append(line(curves[kind], f"line c{number}"))
        parts.append(
            f'<path class="line c{number}" d="M{RIGHT + 14} {height}h18"/>'
            f'<text x="{RIGHT + 38}" y="{height + 4}">{kind}</text>'
        )
        height += 22
    parts.append(f'<path class="hard" d="M{RIGHT + 14} {height}h18"/>')
    parts.append(f'<text x="{RIGHT + 38}" y="{height + 4}">hard</text>')
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="t d">\n<title id="t">Four kinds of smooth top-{K} of the same scores'
        f'</title>\n<desc id="d">{described(curves)}</desc>\n<style>{STYLE}\n</style>\n{body}\n</svg>\n'
    )


def described(curves: dict[str, np.ndarray]) -> str:
    ends = (f"{kind} rises from {curves[kind][0]:.2g} to {curves[kind][-1]:.2g}" for kind in KINDS)
    return f"Mass against score; each sums to {K}: {', '.join(ends)}; hard steps from 0 to 1."


def main() -> None:
    curves = {kind: soft_topk(SCORES, K, kind=kind) for kind in KINDS}
    TARGET.write_text(drawn(curves), encoding="utf-8")
    print(f"{TARGET.name}: {described(curves)}")


if __name__ == "__main__":
    main()
