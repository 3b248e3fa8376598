"""Draws docs/lemmata/constructible_polygons.svg, the 17-gon constructed before the reader's eyes.

    python benchmarks/lemmata/constructible_polygons_plot.py [--frames FOLDER]

Beside it constructible_polygons_steps.svg, every step as a still picture on one sheet, for paper
and for readers who do not want motion; with --frames also a file for each.
"""

import argparse
from pathlib import Path

from svg import document, save

from lemmata.numbers import animated_svg, frame_svg, heptadecagon
from lemmata.numbers.construction_svg import CLIP, HEIGHT, STYLE, WIDTH, frame_parts
from lemmata.numbers.heptadecagon import Construction

ACROSS = 3
CELL = 320


def sheet(construction: Construction) -> str:
    """All steps on one sheet."""
    count = len(construction.steps)
    shrink = CELL / WIDTH
    height = int(HEIGHT * shrink) + 14
    parts = [CLIP]
    for number in range(1, count + 1):
        row, column = divmod(number - 1, ACROSS)
        place = f"translate({column * CELL},{row * height}) scale({shrink:.4f})"
        parts += [f'<g transform="{place}">', *frame_parts(construction, number), "</g>"]
    described = "One still picture for each step of Richmond's construction, its new curves marked."
    size = (ACROSS * CELL, -(-count // ACROSS) * height)
    return document(f"The {count} steps of the 17-gon", described, size, parts, STYLE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=Path, help="a folder for one file a step")
    frames: Path | None = parser.parse_args().frames
    construction = heptadecagon()
    told = f"{len(construction.steps)} steps"
    save("constructible_polygons", animated_svg(construction), told)
    save("constructible_polygons_steps", sheet(construction), told)
    if frames:
        frames.mkdir(parents=True, exist_ok=True)
        for number in range(1, len(construction.steps) + 1):
            path = frames / f"step_{number:02}.svg"
            path.write_text(frame_svg(construction, number), encoding="utf-8")


if __name__ == "__main__":
    main()
