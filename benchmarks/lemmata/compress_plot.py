"""Draws docs/lemmata/compress.svg from the table that compress.py measured into the page.

    python benchmarks/lemmata/compress_plot.py

One bar a form and size: the share of the original's ten nearest neighbours that is kept. Where the
page holds no table, as without the shared data, the picture stays as it is.
"""

import re

from axis import Axis
from svg import DOCS, document, save, text

LEFT, RIGHT, TOP, STEP = 236, 640, 44, 25
ROW = re.compile(r"^\| (0\.\d+) \| ([^|]+) \| ([\d.]+) \|", re.MULTILINE)
COLOURS = {"0.25": "c0", "0.5": "c6"}


def bars() -> list[tuple[str, str, float]]:
    """(colour, label, share kept) of each row of the page's table."""
    found = ROW.findall((DOCS / "compress.md").read_text("utf-8"))
    return [
        ("c2" if "int8" in form else COLOURS[size], f"{form}, {size}", float(kept))
        for size, form, kept in found
    ]


def drawn(rows: list[tuple[str, str, float]]) -> list[str]:
    axis = Axis("share of the ten nearest neighbours kept", ends=(0, 1))
    bottom = TOP + STEP * len(rows)
    parts = [text(LEFT, 22, axis.label)]
    for value, name in axis.ticks():
        x = LEFT + (RIGHT - LEFT) * value
        parts.append(f'<path class="grid" d="M{x:.1f} {TOP - 8}V{bottom}"/>')
        parts.append(text(x, bottom + 18, name, "middle"))
    for y, (colour, label, kept) in zip(range(TOP, bottom, STEP), rows, strict=True):
        wide = (RIGHT - LEFT) * kept
        parts.append(text(LEFT - 8, y + 13, label, "end"))
        parts.append(
            f'<rect class="bar {colour}" x="{LEFT}" y="{y}" width="{wide:.1f}" height="17"/>'
        )
        parts.append(text(LEFT + wide + 6, y + 13, f"{kept:.2f}"))
    return parts


def main() -> None:
    rows = bars()
    if not rows:
        print("compress.svg: left as it is, as compress.md holds no table; tables.py puts one in")
        return
    told = "; ".join(f"{label} of the bytes: {kept:.2f}" for _, label, kept in rows)
    told = f"Share of the original's ten nearest neighbours kept by form and size: {told}."
    title = "What compression leaves of an encoder's neighbours"
    save("compress", document(title, told, (720, TOP + STEP * len(rows) + 40), drawn(rows)), told)


if __name__ == "__main__":
    main()
