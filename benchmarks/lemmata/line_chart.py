"""A line chart as SVG, written directly: lines, labels at their ends, light and dark."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 56, 540, 34, 352
COLOURS = (
    ("#0b5cad", "#6cb2ff"),
    ("#b3530c", "#f0964f"),
    ("#1b7f4b", "#56c98a"),
    ("#8a4fa3", "#c99be0"),
    ("#a8780a", "#dcb34a"),
    ("#767676", "#9a9a9a"),
)


@dataclass(frozen=True)
class Chart:
    """Curves over the same points `x`, on a logarithmic axis where `logarithmic`."""

    title: str
    x_label: str
    y_label: str
    x: Sequence[float]
    curves: Mapping[str, Sequence[float]]
    y_ticks: Sequence[float]
    x_ticks: Sequence[float]
    logarithmic: bool = False

    def svg(self) -> str:
        """The chart, with a title and a description for those who do not see it."""
        ends = (f"{name} {c[0]:.3g} to {c[-1]:.3g}" for name, c in self.curves.items())
        described = f"{self.y_label} against {self.x_label}: {', '.join(ends)}."
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'aria-labelledby="t d">\n<title id="t">{self.title}</title>\n'
            f'<desc id="d">{described}</desc>\n<style>{style()}</style>\n'
            + "\n".join([*self._axes(), *self._lines()])
            + "\n</svg>\n"
        )

    def _axes(self) -> list[str]:
        parts = [f'<text x="{LEFT - 40}" y="{TOP - 16}">{self.y_label}</text>']
        for tick in self.y_ticks:
            y = self._y(tick)
            parts.append(f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
            parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
        for tick in self.x_ticks:
            x = self._x(tick)
            parts.append(
                f'<text x="{x:.1f}" y="{BOTTOM + 20}" text-anchor="middle">{tick:g}</text>'
            )
        middle = (LEFT + RIGHT) / 2
        label = f'<text x="{middle}" y="{BOTTOM + 40}" text-anchor="middle">{self.x_label}</text>'
        return [*parts, label]

    def _lines(self) -> list[str]:
        parts = []
        heights = spread([self._y(curve[-1]) for curve in self.curves.values()])
        pairs = zip(self.curves.items(), heights, strict=True)
        for number, ((name, curve), height) in enumerate(pairs):
            points = " ".join(
                f"{self._x(x):.1f},{self._y(y):.1f}" for x, y in zip(self.x, curve, strict=True)
            )
            end = self._y(curve[-1])
            parts.append(f'<polyline class="line c{number}" points="{points}"/>')
            path = f"M{RIGHT + 3} {end:.1f}L{RIGHT + 14} {height:.1f}"
            parts.append(f'<path class="line c{number}" d="{path}"/>')
            parts.append(f'<text x="{RIGHT + 20}" y="{height + 4:.1f}">{name}</text>')
        return parts

    def _x(self, value: float) -> float:
        low, high = self.x[0], self.x[-1]
        return LEFT + (RIGHT - LEFT) * (value - low) / (high - low)

    def _y(self, value: float) -> float:
        low, high = self.y_ticks[0], self.y_ticks[-1]
        if self.logarithmic:
            value, low, high = (math.log(max(v, self.y_ticks[0])) for v in (value, low, high))
        return BOTTOM - (BOTTOM - TOP) * (value - low) / (high - low)


def spread(heights: list[float], gap: float = 16) -> list[float]:
    """Heights of labels near their lines but `gap` apart."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    placed = list(heights)
    for before, after in pairwise(order):
        placed[after] = max(placed[after], placed[before] + gap)
    return placed


def style() -> str:
    """Colours that follow the reader's light or dark."""
    light = " ".join(f".c{i} {{ stroke: {c[0]} }}" for i, c in enumerate(COLOURS))
    dark = " ".join(f".c{i} {{ stroke: {c[1]} }}" for i, c in enumerate(COLOURS))
    return f"""
  text {{ font: 13px system-ui, sans-serif; fill: #333 }}
  .grid {{ stroke: #ddd }} .line {{ fill: none; stroke-width: 2; stroke-linejoin: round }}
  {light}
  @media (prefers-color-scheme: dark) {{
    text {{ fill: #ddd }} .grid {{ stroke: #3a3a3a }}
    {dark}
  }}
"""
