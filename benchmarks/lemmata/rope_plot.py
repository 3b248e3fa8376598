"""Draws docs/lemmata/rope.svg: where the layouts put a picture of 4 x 6 patches between two texts.

python benchmarks/lemmata/rope_plot.py
"""

from axis import Axis
from chart import Chart, Curve

from lemmata.attention import Image, Text, layout
from lemmata.attention.positions import Scheme

NAMES: dict[Scheme, str] = {"tie": "Tie", "tv": "TV", "mrope": "M-RoPE"}
TEXT = 5


def main() -> None:
    curves = []
    for colour, (scheme, name) in enumerate(NAMES.items()):
        found = layout([Text(TEXT), Image(4, 6), Text(TEXT)], scheme).positions[TEXT:].tolist()
        patches, after = found[:24], found[24:]
        curves.append(Curve(name, [x for _, x in patches], [y for y, _ in patches], "dot", colour))
        curves.append(Curve("", [x for _, x in after], [y for y, _ in after], "line", colour))
    before = [float(n) for n in range(TEXT)]
    curves.append(Curve("text before", before, before, "line", 5))
    Chart(
        "A picture of four rows and six columns between two texts, in three layouts",
        Axis("position on the axis of columns"),
        Axis("position on the axis of rows"),
        curves,
        legend=True,
        described="Patches are dots, text is a line on the diagonal. Tie and TV stand in the middle of "
        "the way from the text before to the text after; M-RoPE's patches begin at the text before, and "
        "the text after begins next to its last column.",
    ).save("rope")


if __name__ == "__main__":
    main()
