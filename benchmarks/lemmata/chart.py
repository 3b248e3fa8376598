"""The chart that the plots of the documents are drawn with: lines and dots on two axes.

Names stand at the right, each beside the end of its curve and apart from the others, or in a
legend where ends coincide. What lies outside given ends of an axis is drawn at its edge.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from statistics import fmean

from axis import Axis
from svg import document, save, text

WIDTH, HEIGHT = 720, 400
TOP, BOTTOM = 46, 352
GAP = 16  # between names
LETTER = 7.5  # its width, rather too wide than too narrow


@dataclass(frozen=True)
class Curve:
    """Points and their name, "" for none; `shape` is "line", "dashed" or "dot"."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    shape: str = "line"
    colour: int | None = None


def curves(x: Sequence[float], lines: Mapping[str, Sequence[float]]) -> list[Curve]:
    """Several curves over the same points."""
    return [Curve(name, x, y) for name, y in lines.items()]


@dataclass(frozen=True)
class Chart:
    """Curves on two axes, dotted lines at `levels` of the one and at `places` on the other."""

    title: str
    across: Axis
    up: Axis
    curves: Sequence[Curve]
    levels: Mapping[str, float] = field(default_factory=dict)
    places: Mapping[str, float] = field(default_factory=dict)
    legend: bool = False
    described: str = ""

    def save(self, name: str) -> None:
        """Draw it into the documents, described for those who do not see it."""
        ends = (f"{curve.name}: {curve.y[0]:.3g} to {curve.y[-1]:.3g}" for curve in self.curves)
        told = self.described or f"{self.up.label} against {self.across.label}. {'; '.join(ends)}."
        save(name, document(self.title, told, (WIDTH, HEIGHT), Drawing(self).parts()), told)


class Drawing:
    """A chart with its points in their places on the page."""

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self.across = chart.across.fitted(chain.from_iterable(c.x for c in chart.curves))
        self.up = chart.up.fitted(chain.from_iterable(c.y for c in chart.curves), outward=True)
        self.left = 16 + LETTER * max(len(name) for _, name in self.up.ticks())
        names = [*(curve.name for curve in chart.curves), *chart.levels]
        self.aside = 16 if chart.legend else 3  # a legend keeps away from the curves
        self.right = WIDTH - 22 - self.aside - LETTER * max(map(len, names))
        self.drawn = [
            (
                curve,
                f"{curve.shape} c{number if curve.colour is None else curve.colour}",
                [(self.x(x), self.y(y)) for x, y in zip(curve.x, curve.y, strict=True)],
            )
            for number, curve in enumerate(chart.curves)
        ]

    def x(self, value: float) -> float:
        return self.left + (self.right - self.left) * min(max(self.across.along(value), 0), 1)

    def y(self, value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * min(max(self.up.along(value), 0), 1)

    def parts(self) -> list[str]:
        """Everything, what lies behind first."""
        return [*self._axes(), *self._dotted(), *self._curves(), *self._names()]

    def _axes(self) -> list[str]:
        parts = [text(8, 18, self.up.label)]
        for value, name in self.up.ticks():
            y = self.y(value)
            parts.append(f'<path class="grid" d="M{self.left:.1f} {y:.1f}H{self.right:.1f}"/>')
            parts.append(text(self.left - 7, y + 4, name, "end"))
        for value, name in self.across.ticks():
            x = self.x(value)
            parts.append(f'<path class="grid" d="M{x:.1f} {BOTTOM}v5"/>')
            parts.append(text(x, BOTTOM + 20, name, "middle"))
        return [
            *parts,
            text((self.left + self.right) / 2, BOTTOM + 40, self.across.label, "middle"),
        ]

    def _dotted(self) -> list[str]:
        """Levels, and places with their names on top, each away from the next."""
        parts = []
        for level in map(self.y, self.chart.levels.values()):
            parts.append(f'<path class="mark" d="M{self.left:.1f} {level:.1f}H{self.right:.1f}"/>')
        found = sorted((self.x(value), name) for name, value in self.chart.places.items())
        for (x, name), (after, _) in pairwise([*found, (math.inf, "")]):
            parts.append(f'<path class="mark" d="M{x:.1f} {TOP - 6}V{BOTTOM}"/>')
            anchor = "end" if after - x < LETTER * len(name) else "start"
            parts.append(text(x, TOP - 10, name, anchor))
        return parts

    def _curves(self) -> list[str]:
        parts = []
        for curve, worn, places in self.drawn:
            if curve.shape == "dot":
                dots = (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in places)
                parts.append(f'<g class="{worn}">{"".join(dots)}</g>')
            else:
                points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
                parts.append(f'<polyline class="{worn}" points="{points}"/>')
        return parts

    def _names(self) -> list[str]:
        """The names of curves and levels, each with a stroke from where it ends."""
        parts: list[str] = []
        ends: list[tuple[str, str, float]] = []
        for curve, worn, places in self.drawn:
            x, y = places[-1]
            if curve.name and x < self.right - 40 and not self.chart.legend:
                parts.append(text(x + 8, y + 4, curve.name))
            elif curve.name:
                ends.append((curve.name, worn, TOP if self.chart.legend else y))
        ends += [(name, "mark", self.y(value)) for name, value in self.chart.levels.items()]
        x = self.right + self.aside
        heights = spread([y for _, _, y in ends], TOP, BOTTOM)
        for (name, worn, y), height in zip(ends, heights, strict=True):
            begin = height if self.chart.legend else y
            stroke = f"M{x:.1f} {begin:.1f}L{x + 12:.1f} {height:.1f}"
            parts.append(f'<path class="{worn}" d="{stroke}"/>')
            parts.append(text(x + 17, height + 4, name))
        return parts


def spread(heights: Sequence[float], low: float, high: float) -> list[float]:
    """The places at least GAP apart between `low` and `high` that are nearest to `heights`.

    Less GAP times their rank the places only need to rise: isotonic regression, by pooling
    neighbours that are in the wrong order.
    """
    order = sorted(range(len(heights)), key=heights.__getitem__)
    pools: list[list[float]] = []
    for rank, number in enumerate(order):
        pools.append([heights[number] - GAP * rank])
        while len(pools) > 1 and fmean(pools[-2]) > fmean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    pooled = [fmean(pool) for pool in pools for _ in pool]
    most = high - GAP * (len(heights) - 1)
    placed = {
        number: min(max(place, low), most) + GAP * rank
        for rank, (number, place) in enumerate(zip(order, pooled, strict=True))
    }
    return [placed[number] for number in range(len(heights))]
