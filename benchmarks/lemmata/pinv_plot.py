"""Draws docs/lemmata/pinv.svg: how far a pseudo-inverse is off, by the cut-off it is given.

    python benchmarks/lemmata/pinv_plot.py

A 300 x 100 matrix of rank 60 with singular values from 1 to 0.01, in single and in double
precision. Below the rounding of the dtype noise is inverted; above the smallest singular value a
part of the matrix is lost. `curves` and `framed` serve the plots of its neighbours too.
"""

# ruff: noqa: N806 - matrices are capitals, as in the papers

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from lemmata.linalg import pinv

DOCS = Path(__file__).parents[2] / "docs" / "lemmata"
WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 540, 34, 352
LEVELS = np.logspace(-18, 0, 91)
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #333 }
  .grid { stroke: #ddd } .line { fill: none; stroke-width: 2; stroke-linejoin: round }
  .mark { stroke: #888; stroke-dasharray: 2 4 }
  .c0 { stroke: #0b5cad } .c1 { stroke: #b3530c } .c2 { stroke: #1b7f4b } .c3 { stroke: #8a4fa3 }
  .c4 { stroke: #767676 }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .grid { stroke: #3a3a3a }
    .c0 { stroke: #6cb2ff } .c1 { stroke: #f0964f } .c2 { stroke: #56c98a } .c3 { stroke: #c99be0 }
    .c4 { stroke: #9a9a9a }
  }"""


def place(value: float, ends: tuple[float, float], low: float, high: float) -> float:
    """Where `value` lies between `low` and `high`, on a logarithmic scale between `ends`."""
    share = math.log(value / ends[0]) / math.log(ends[1] / ends[0])
    return low + (high - low) * min(max(share, 0.0), 1.0)


def curves(
    x: Sequence[float],
    lines: Mapping[str, Sequence[float]],
    y_ends: tuple[float, float],
    marks: Mapping[str, float],
) -> list[str]:
    """Lines with their labels at the right, and dotted verticals with theirs on top."""
    x_ends = (x[0], x[-1])
    parts = []
    for name, value in marks.items():
        at = place(value, x_ends, LEFT, RIGHT)
        parts.append(
            f'<line class="mark" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{BOTTOM}"/>'
            f'<text x="{at:.1f}" y="{TOP - 6}" text-anchor="middle">{name}</text>'
        )
    heights = [place(line[-1], y_ends, BOTTOM, TOP) for line in lines.values()]
    order = sorted(range(len(heights)), key=heights.__getitem__)
    spread = list(heights)
    for before, after in pairwise(order):
        spread[after] = max(spread[after], spread[before] + 16)
    for number, ((name, line), end, label) in enumerate(
        zip(lines.items(), heights, spread, strict=True)
    ):
        points = " ".join(
            f"{place(a, x_ends, LEFT, RIGHT):.1f},{place(b, y_ends, BOTTOM, TOP):.1f}"
            for a, b in zip(x, line, strict=True)
        )
        parts.append(f'<polyline class="line c{number}" points="{points}"/>')
        parts.append(
            f'<path class="line c{number}" d="M{RIGHT + 3} {end:.1f}L{RIGHT + 16} {label:.1f}"/>'
            f'<text x="{RIGHT + 22}" y="{label + 4:.1f}">{name}</text>'
        )
    return parts


def framed(
    title: str,
    description: str,
    axes: tuple[str, str],
    ends: tuple[tuple[float, float], tuple[float, float]],
    ticks: tuple[Sequence[float], Sequence[float]],
    parts: Sequence[str],
) -> str:
    """The whole picture: title and description for readers of text, axes, grid, `parts`."""
    body = [f'<text x="8" y="{TOP - 18}">{axes[1]}</text>']
    for tick in ticks[1]:
        y = place(tick, ends[1], BOTTOM, TOP)
        body.append(f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        body.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for tick in ticks[0]:
        at = place(tick, ends[0], LEFT, RIGHT)
        body.append(f'<text x="{at:.1f}" y="{BOTTOM + 20}" text-anchor="middle">{tick:g}</text>')
    middle = (LEFT + RIGHT) / 2
    body.append(f'<text x="{middle}" y="{BOTTOM + 40}" text-anchor="middle">{axes[0]}</text>')
    content = "\n".join([*body, *parts])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="t d">\n<title id="t">{title}</title>\n<desc id="d">{description}'
        f"</desc>\n<style>{STYLE}\n</style>\n{content}\n</svg>\n"
    )


def measured() -> dict[str, list[float]]:
    draw = np.random.default_rng(0)
    U = np.linalg.qr(draw.standard_normal((300, 60)))[0]
    V = np.linalg.qr(draw.standard_normal((100, 60)))[0]
    sigma = np.logspace(0, -2, 60)
    A, exact = (U * sigma) @ V.T, (V / sigma) @ U.T
    size = np.linalg.norm(exact)
    found = {}
    for name, dtype in (("single precision", np.float32), ("double precision", np.float64)):
        B = A.astype(dtype)
        found[name] = [float(np.linalg.norm(pinv(B, rtol=t) - exact) / size) for t in LEVELS]
    return found


def main() -> None:
    lines = measured()
    marks = {"1e-15": 1e-15, "our 64": 300 * 2.0**-52, "our 32": 300 * 2.0**-23}
    ends = ((1e-18, 1.0), (1e-16, 1e16))
    described = "; ".join(
        f"{name}: {line[15]:.0e} at 1e-15, {line[48]:.0e} at 4e-9, {line[65]:.0e} at 1e-5"
        for name, line in lines.items()
    )
    picture = framed(
        "Error of a pseudo-inverse by its relative cut-off",
        f"Relative error against the relative cut-off, both logarithmic. {described}.",
        ("relative cut-off rtol", "relative error"),
        ends,
        ([1e-18, 1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 1], [1e-16, 1e-8, 1, 1e8, 1e16]),
        curves(list(LEVELS), lines, ends[1], marks),
    )
    (DOCS / "pinv.svg").write_text(picture, encoding="utf-8")
    print(described)


if __name__ == "__main__":
    main()
