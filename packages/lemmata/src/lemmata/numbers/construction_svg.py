"""A construction as pictures: one SVG that draws itself, or a still one for each step.

The moving picture is CSS alone: no script, it runs once, and for readers who asked for reduced
motion it stands finished at once. Both follow the reader's light or dark.
"""

import math
from collections.abc import Iterator
from itertools import chain

from lemmata.errors import ArgumentError
from lemmata.numbers.heptadecagon import Circle, Construction, Line, Point

SCALE = 230.0  # pixels a unit
WIDTH, HEIGHT = 720, 620
MIDDLE = (360.0, 275.0)
SECONDS = 2.4  # a step
OVERHANG = 0.05
NAMED = frozenset("OENABCFGH")  # of the points that are not vertices
CLIP = f'<clipPath id="view"><rect width="{WIDTH}" height="{HEIGHT - 52}"/></clipPath>'
STYLE = """
  svg { --ink: #333; --faint: #c9c9c9; --now: #b3530c; --done: #0b5cad; background: transparent }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #ddd; --faint: #4a4a4a; --now: #f0964f; --done: #6cb2ff }
  }
  text { font: 14px system-ui, sans-serif; fill: var(--ink) }
  .caption { font-size: 17px; text-anchor: middle }
  .curve { fill: none; stroke: var(--faint); stroke-width: 1.1 }
  .now .curve { stroke: var(--now); stroke-width: 1.8 }
  .base .curve { stroke: var(--ink); stroke-width: 1.4 }
  .dot { fill: var(--ink) } .now .dot { fill: var(--now) }
  .polygon { fill: none; stroke: var(--done); stroke-width: 2.6; stroke-linejoin: round }"""
MOTION = """
  @keyframes draw { from { opacity: 0; stroke-dashoffset: 1; stroke: var(--now); stroke-width: 2 }
    1% { opacity: 1 } 45% { stroke-dashoffset: 0 }
    90% { stroke-dashoffset: 0; stroke: var(--now); stroke-width: 2 }
    to { stroke-dashoffset: 0 } }
  @keyframes appear { from { opacity: 0 } to { opacity: 1 } }
  @keyframes say { from { opacity: 0 } 10% { opacity: 1 } 92% { opacity: 1 } to { opacity: 0 } }
  @media (prefers-reduced-motion: no-preference) {
    .moving .curve, .moving .polygon { stroke-dasharray: 1; animation: draw var(--long) both }
    .moving .dot, .moving .name { animation: appear .4s both }
    .moving .caption { animation: say var(--long) both }
    .moving .last { animation-name: appear; animation-duration: .4s }
  }
  @media (prefers-reduced-motion: reduce) { .moving .caption:not(.last) { display: none } }"""


def animated_svg(construction: Construction) -> str:
    """The whole construction in one SVG that draws one step after the other."""
    parts = [f"<style>{STYLE}{MOTION}\n  svg {{ --long: {SECONDS}s }}\n</style>"]
    parts += [CLIP, *_points(construction.given, None, 0.0)]
    last = len(construction.steps) - 1
    for number, step in enumerate(construction.steps):
        start = number * SECONDS
        parts.append('<g class="moving base">' if not number else '<g class="moving">')
        parts += ['<g clip-path="url(#view)">', *_curves(construction, number, start), "</g>"]
        parts += _points((point for point, _, _ in step.points), construction, start + SECONDS / 2)
        if number == last:
            parts.append(_polygon(construction, start + SECONDS / 2))
        parts.append(
            _caption(construction, number, start, "caption last" if number == last else "caption")
        )
        parts.append("</g>")
    return _document(construction, parts, "drawn step by step")


def frame_svg(construction: Construction, number: int) -> str:
    """A still picture after step `number` (from 1 on), its own curves and points marked."""
    parts = [f"<style>{STYLE}\n</style>", CLIP, *frame_parts(construction, number)]
    return _document(construction, parts, f"step {number} of {len(construction.steps)}")


def frame_parts(construction: Construction, number: int) -> list[str]:
    """The elements of a still picture, to be placed in another that holds STYLE and CLIP."""
    steps = construction.steps
    if not 1 <= number <= len(steps):
        raise ArgumentError(f"number must be a step from 1 to {len(steps)}, got {number}")
    parts = _points(construction.given, None, None)
    for each, step in enumerate(steps[:number]):
        newest = each == number - 1 < len(steps) - 1  # at the end the polygon stands out
        kind = "now" if newest else "base" if not each else "before"
        parts.append(f'<g class="{kind}">')
        parts += ['<g clip-path="url(#view)">', *_curves(construction, each, None), "</g>"]
        parts += _points((point for point, _, _ in step.points), construction, None)
        parts.append("</g>")
    if number == len(steps):
        parts.append(_polygon(construction, None))
    return [*parts, _caption(construction, number - 1, None, "caption")]


def _curves(construction: Construction, number: int, start: float | None) -> Iterator[str]:
    for curve in construction.steps[number].drawn:
        if isinstance(curve, Circle):
            x, y = _place(curve.centre)
            radius = math.dist((x, y), _place(curve.through))
            shape = f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{radius:.2f}"'
        else:
            (x, y), (to_x, to_y) = _ends(construction, curve)
            shape = f'<line x1="{x:.2f}" y1="{y:.2f}" x2="{to_x:.2f}" y2="{to_y:.2f}"'
        yield f'{shape} class="curve" pathLength="1"{_delayed(start)}/>'


def _ends(construction: Construction, line: Line) -> tuple[tuple[float, float], ...]:
    """The line from its first point to its last, and a little further."""
    on_it = [line.start, line.end]
    for step in construction.steps:
        on_it += [point for point, *curves in step.points if line in curves]
    (x, y), (to_x, to_y) = _place(line.start), _place(line.end)
    run, rise = to_x - x, to_y - y
    shares = [
        ((px - x) * run + (py - y) * rise) / (run * run + rise * rise)
        for px, py in map(_place, on_it)
    ]
    low, high = min(shares) - OVERHANG, max(shares) + OVERHANG
    return (x + low * run, y + low * rise), (x + high * run, y + high * rise)


def _points(
    points: "Iterator[Point] | tuple[Point, ...]",
    construction: Construction | None,
    start: float | None,
) -> list[str]:
    parts = []
    for point in points:
        x, y = _place(point)
        vertex = construction is not None and point in construction.vertices
        parts.append(f'<circle class="dot" cx="{x:.2f}" cy="{y:.2f}" r="2.6"{_delayed(start)}/>')
        if vertex or point.name in NAMED:
            # vertices are named outside the circle, other points below and to the right
            out = (16 * float(point.x), 16 * float(point.y)) if vertex else (9.0, -11.0)
            at = f'x="{x + out[0]:.1f}" y="{y - out[1] + 5:.1f}"'
            name = point.name.removeprefix("P") if vertex else point.name
            parts.append(
                f'<text class="name" {at} text-anchor="middle"{_delayed(start)}>{name}</text>'
            )
    return parts


def _polygon(construction: Construction, start: float | None) -> str:
    corners = " ".join(f"{x:.2f},{y:.2f}" for x, y in map(_place, construction.vertices))
    return f'<polygon class="polygon" points="{corners}" pathLength="1"{_delayed(start)}/>'


def _caption(construction: Construction, number: int, start: float | None, kind: str) -> str:
    text = construction.steps[number].text
    at = f'x="{WIDTH / 2:g}" y="{HEIGHT - 22}"'
    return f'<text class="{kind}" {at}{_delayed(start)}>{number + 1}. {text}</text>'


def _delayed(start: float | None) -> str:
    return "" if start is None else f' style="animation-delay:{start:.1f}s"'


def _place(point: Point) -> tuple[float, float]:
    return MIDDLE[0] + SCALE * float(point.x), MIDDLE[1] - SCALE * float(point.y)


def _document(construction: Construction, parts: list[str], how: str) -> str:
    texts = "; ".join(step.text for step in construction.steps)
    sides = len(construction.vertices)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="t d">\n<title id="t">A regular {sides}-gon with straightedge and compass, '
        f'{how}</title>\n<desc id="d">{texts}.</desc>\n'
    )
    return head + "\n".join(chain(parts, ("</svg>\n",)))
