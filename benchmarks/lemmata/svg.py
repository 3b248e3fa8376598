"""What all pictures share: a style sheet that follows the reader's light or dark, and a document.

The SVG is written directly, so that drawing needs no library. `cN` chooses the colour number N;
`line`, `dashed`, `dot` and `bar` say what wears it.
"""

from collections.abc import Iterable
from html import escape
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs" / "lemmata"
COLOURS = (
    ("#0b5cad", "#6cb2ff"),
    ("#b3530c", "#f0964f"),
    ("#1b7f4b", "#56c98a"),
    ("#8a4fa3", "#c99be0"),
    ("#a8780a", "#dcb34a"),
    ("#767676", "#9a9a9a"),
    ("#2a8fbd", "#6fd0f2"),
)


def coloured(dark: bool) -> str:
    """The colours, in light or in dark."""
    return " ".join(f".c{i} {{ color: {pair[dark]} }}" for i, pair in enumerate(COLOURS))


STYLE = f"""
  :root {{ color-scheme: light dark }}
  text {{ font: 13px system-ui, sans-serif; fill: #333 }}
  .grid {{ fill: none; stroke: #ddd }} .mark {{ stroke: #888; stroke-dasharray: 2 4 }}
  .line, .dashed {{ fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round }}
  .dashed {{ stroke-dasharray: 6 4 }} .dot, .bar {{ fill: currentColor }} path.dot {{ stroke: currentColor }}
  {coloured(dark=False)}
  @media (prefers-color-scheme: dark) {{
    text {{ fill: #ddd }} .grid {{ stroke: #3a3a3a }}
    {coloured(dark=True)}
  }}"""


def text(x: float, y: float, words: str, anchor: str = "start") -> str:
    """Words that start, end, or have their middle at x."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def document(
    title: str,
    described: str,
    size: tuple[float, float],
    parts: Iterable[str],
    style: str = STYLE,
) -> str:
    """The whole SVG, with a title and a description for those who do not see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]:g} {size[1]:g}" '
        f'role="img" aria-labelledby="t d">\n<title id="t">{escape(title)}</title>\n'
        f'<desc id="d">{escape(described)}</desc>\n<style>{style}\n</style>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def save(name: str, picture: str, told: str) -> None:
    """Put a picture into the documents and print what it tells."""
    (DOCS / f"{name}.svg").write_text(picture, encoding="utf-8")
    print(f"{name}.svg: {told}")
