"""Draws docs/lemmata/simplex_maps.svg: two scores to a probability, by each member of the family.

    python benchmarks/lemmata/simplex_maps_plot.py

The scores are (t, 0): the first one's probability against t. The SVG is written directly.
"""

from pathlib import Path

import numpy as np

from lemmata.relax import entmax

TARGET = Path(__file__).parents[2] / "docs" / "lemmata" / "simplex_maps.svg"
T = np.linspace(-4, 4, 161)
ALPHAS = {"softmax, 1": 1.0, "1.25": 1.25, "1.5": 1.5, "sparsemax, 2": 2.0, "4": 4.0}
WIDTH, HEIGHT = 720, 380
LEFT, RIGHT, TOP, BOTTOM = 44, 560, 34, 332
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #333 }
  .grid { stroke: #ddd } .line { fill: none; stroke-width: 2; stroke-linejoin: round }
  .c0 { stroke: #0b5cad } .c1 { stroke: #2a8fbd } .c2 { stroke: #1b7f4b } .c3 { stroke: #b3530c }
  .c4 { stroke: #8a4fa3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .grid { stroke: #3a3a3a }
    .c0 { stroke: #6cb2ff } .c1 { stroke: #6fd0f2 } .c2 { stroke: #56c98a } .c3 { stroke: #f0964f }
    .c4 { stroke: #c99be0 }
  }"""


def x_of(t: float) -> float:
    return LEFT + (RIGHT - LEFT) * (t - T[0]) / (T[-1] - T[0])


def y_of(p: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * p


def drawn(curves: dict[str, np.ndarray]) -> str:
    parts = [f'<text x="{LEFT - 28}" y="{TOP - 16}">probability of t against 0</text>']
    for tick in (0, 0.25, 0.5, 0.75, 1):
        y = y_of(tick)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for t in range(-4, 5):
        parts.append(f'<text x="{x_of(t):.1f}" y="{BOTTOM + 20}" text-anchor="middle">{t}</text>')
    parts.append(
        f'<text x="{(LEFT + RIGHT) / 2}" y="{BOTTOM + 40}" text-anchor="middle">t</text>'
        f'<text x="{RIGHT + 14}" y="{TOP - 16}">alpha</text>'
    )
    for number, (name, curve) in enumerate(curves.items()):
        points = " ".join(f"{x_of(t):.1f},{y_of(p):.1f}" for t, p in zip(T, curve, strict=True))
        height = TOP + 6 + 22 * number
        parts.append(f'<polyline class="line c{number}" points="{points}"/>')
        parts.append(f'<path class="line c{number}" d="M{RIGHT + 14} {height}h18"/>')
        parts.append(f'<text x="{RIGHT + 38}" y="{height + 4}">{name}</text>')
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="t d">\n<title id="t">The entmax family on two scores</title>\n'
        f'<desc id="d">{described(curves)}</desc>\n<style>{STYLE}\n</style>\n{body}\n</svg>\n'
    )


def described(curves: dict[str, np.ndarray]) -> str:
    firsts = []
    for name, curve in curves.items():
        whole = T[curve >= 1]
        reach = f"is 1 from t = {whole[0]:.2f}" if len(whole) else "never reaches 1"
        firsts.append(f"alpha {name} {reach}")
    return f"The probability of the first of the scores t and 0: {', '.join(firsts)}."


def main() -> None:
    scores = np.stack([T, np.zeros_like(T)], axis=-1)
    curves = {name: entmax(scores, alpha)[:, 0] for name, alpha in ALPHAS.items()}
    TARGET.write_text(drawn(curves), encoding="utf-8")
    print(f"{TARGET.name}: {described(curves)}")


if __name__ == "__main__":
    main()
