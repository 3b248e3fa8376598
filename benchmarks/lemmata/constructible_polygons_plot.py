"""Draws docs/lemmata/constructible_polygons.svg, the 17-gon constructed before the reader's eyes.

    python benchmarks/lemmata/constructible_polygons_plot.py [--frames FOLDER]

Beside it constructible_polygons_steps.svg, every step as a still picture on one sheet, for paper
and for readers who do not want motion; with --frames also a file for each.
"""

import argparse
from pathlib import Path

from lemmata.numbers import animated_svg, frame_svg, heptadecagon
from lemmata.numbers.construction_svg import CLIP, HEIGHT, STYLE, WIDTH, frame_parts

FOLDER = Path(__file__).parents[2] / "docs" / "lemmata"
ACROSS = 3
CELL = 320


def sheet() -> str:
    """All steps on one sheet."""
    construction = heptadecagon()
    count = len(construction.steps)
    shrink = CELL / WIDTH
    height = int(HEIGHT * shrink) + 14
    parts = []
    for number in range(1, count + 1):
        row, column = divmod(number - 1, ACROSS)
        place = f"translate({column * CELL},{row * height}) scale({shrink:.4f})"
        parts.append(f'<g transform="{place}">')
        parts += frame_parts(construction, number)
        parts.append("</g>")
    rows = -(-count // ACROSS)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {ACROSS * CELL} {rows * height}" '
        f'role="img" aria-labelledby="t d">\n<title id="t">The {count} steps of the 17-gon</title>\n'
        '<desc id="d">One still picture for each step of Richmond\'s construction, its new curves '
        f"marked.</desc>\n<style>{STYLE}\n</style>\n{CLIP}\n" + "\n".join(parts) + "\n</svg>\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=Path, help="a folder for one file a step")
    frames: Path | None = parser.parse_args().frames
    construction = heptadecagon()
    moving = FOLDER / "constructible_polygons.svg"
    moving.write_text(animated_svg(construction), encoding="utf-8")
    still = FOLDER / "constructible_polygons_steps.svg"
    still.write_text(sheet(), encoding="utf-8")
    print(f"{moving.name}, {still.name}: {len(construction.steps)} steps")
    if frames:
        frames.mkdir(parents=True, exist_ok=True)
        for number in range(1, len(construction.steps) + 1):
            path = frames / f"step_{number:02}.svg"
            path.write_text(frame_svg(construction, number), encoding="utf-8")


if __name__ == "__main__":
    main()
