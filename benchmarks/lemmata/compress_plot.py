"""Draws docs/lemmata/compress.svg from the table that compress.py measured into the page.

    python benchmarks/lemmata/compress_plot.py

One bar a form and size: the share of the original's ten nearest neighbours that is kept. The SVG is
written directly and follows the reader's light or dark.
"""

import re
import sys
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs" / "lemmata"
WIDTH, LEFT, RIGHT, TOP, STEP = 720, 236, 640, 44, 25
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #333 }
  .quarter { fill: #0b5cad } .half { fill: #2a8fbd } .int8 { fill: #1b7f4b } .grid { stroke: #ddd }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .grid { stroke: #3a3a3a }
    .quarter { fill: #6cb2ff } .half { fill: #3f7fae } .int8 { fill: #56c98a }
  }"""
ROW = re.compile(r"^\| (0\.\d+) \| ([^|]+) \| ([\d.]+) \|", re.MULTILINE)


def bars() -> list[tuple[str, str, float]]:
    """(class, label, share kept) of each row of the page's table."""
    found = ROW.findall((DOCS / "compress.md").read_text("utf-8"))
    if not found:
        sys.exit(
            "docs/lemmata/compress.md holds no table yet: python benchmarks/tables.py fills it"
        )
    kinds = {"0.25": "quarter", "0.5": "half"}
    return [
        ("int8" if "int8" in form else kinds[size], f"{form}, {size}", float(kept))
        for size, form, kept in found
    ]


def drawn(rows: list[tuple[str, str, float]]) -> str:
    height, span = TOP + STEP * len(rows) + 40, RIGHT - LEFT
    bottom = TOP + STEP * len(rows)
    parts = [f'<text x="{LEFT}" y="22">share of the ten nearest neighbours kept</text>']
    for tick in (0, 0.25, 0.5, 0.75, 1):
        x = LEFT + span * tick
        parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{TOP - 8}" y2="{bottom}"/>')
        parts.append(f'<text x="{x}" y="{bottom + 18}" text-anchor="middle">{tick:g}</text>')
    for number, (kind, label, kept) in enumerate(rows):
        y = TOP + STEP * number
        parts.append(f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{label}</text>')
        parts.append(
            f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{span * kept:.1f}" height="17"/>'
        )
        parts.append(f'<text x="{LEFT + span * kept + 6:.1f}" y="{y + 13}">{kept:.2f}</text>')
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-labelledby="t d">\n<title id="t">What compression leaves of an encoder\'s '
        f'neighbours</title>\n<desc id="d">{described(rows)}</desc>\n<style>{STYLE}\n</style>\n'
        f"{body}\n</svg>\n"
    )


def described(rows: list[tuple[str, str, float]]) -> str:
    told = "; ".join(f"{label} of the bytes: {kept:.2f}" for _, label, kept in rows)
    return f"Share of the original's ten nearest neighbours kept by form and size: {told}."


def main() -> None:
    rows = bars()
    (DOCS / "compress.svg").write_text(drawn(rows), encoding="utf-8")
    print(described(rows))


if __name__ == "__main__":
    main()
