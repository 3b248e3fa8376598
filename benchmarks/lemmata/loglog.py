"""A plot with two logarithmic axes as SVG, readable in light and dark: dots and lines with names."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 58, 540, 34, 368
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #333 }
  .grid { stroke: #ddd } .line { fill: none; stroke-width: 2; stroke-linejoin: round }
  .c0 { stroke: #0b5cad; --dot: #0b5cad } .c1 { stroke: #b3530c; --dot: #b3530c }
  .c2 { stroke: #767676; --dot: #767676 } .dot { fill: var(--dot); stroke: none }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .grid { stroke: #3a3a3a }
    .c0 { stroke: #6cb2ff; --dot: #6cb2ff } .c1 { stroke: #f0964f; --dot: #f0964f }
    .c2 { stroke: #9a9a9a; --dot: #9a9a9a }
  }"""


@dataclass(frozen=True)
class Curve:
    """Points as exponents of ten; dots for what was measured, a line for what was derived."""

    name: str
    points: Sequence[tuple[float, float]]
    dots: bool = False


def drawn(title: str, described: str, across: str, up: str, curves: Sequence[Curve]) -> str:
    """The whole SVG; the axes are marked at powers of ten."""
    xs = [x for curve in curves for x, _ in curve.points]
    ys = [y for curve in curves for _, y in curve.points]
    low_x, high_x, low_y, high_y = min(xs), max(xs), math.floor(min(ys)), math.ceil(max(ys))

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            LEFT + (RIGHT - LEFT) * (x - low_x) / (high_x - low_x),
            BOTTOM - (BOTTOM - TOP) * (y - low_y) / (high_y - low_y),
        )

    parts = [f'<text x="10" y="{TOP - 16}">{up}</text>']
    for power in range(low_y, high_y + 1):
        _, y = place(low_x, power)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{ten(power)}</text>')
    for power in range(
        math.ceil(low_x), math.floor(high_x) + 1, max(1, round((high_x - low_x) / 8))
    ):
        x, _ = place(power, low_y)
        parts.append(
            f'<text x="{x:.1f}" y="{BOTTOM + 20}" text-anchor="middle">{ten(power)}</text>'
        )
    parts.append(
        f'<text x="{(LEFT + RIGHT) / 2}" y="{BOTTOM + 42}" text-anchor="middle">{across}</text>'
    )
    for number, curve in enumerate(curves):
        places = [place(*point) for point in curve.points]
        parts.append(f'<g class="c{number}">')
        if curve.dots:
            parts += [f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in places]
        else:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
            parts.append(f'<polyline class="line" points="{path}"/>')
        x, y = places[-1]
        parts.append(
            f'<text x="{x + 12:.1f}" y="{y + 4:.1f}" stroke="none">{curve.name}</text></g>'
        )
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="t d">\n<title id="t">{title}</title>\n<desc id="d">{described}</desc>\n'
        f"<style>{STYLE}\n</style>\n{body}\n</svg>\n"
    )


def ten(power: int) -> str:
    """10 to a power, in Unicode."""
    raised = str(power).translate(str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))
    return f"10{raised}"
