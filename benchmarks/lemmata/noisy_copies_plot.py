"""Draws docs/lemmata/noisy_copies.svg: pairs that attention computes, against the number of copies.

python benchmarks/lemmata/noisy_copies_plot.py
"""

from axis import Axis
from chart import Chart, curves

from lemmata.heads import copies_mask

TOKENS = 64
COPIES = (1, 2, 4, 8, 16, 32)


def main() -> None:
    lines = {
        "mask of all pairs": [(TOKENS * (1 + c)) ** 2 for c in COPIES],
        "two streams": [TOKENS**2 * (1 + c) for c in COPIES],
        "pairs that see": [int(copies_mask(TOKENS, c).sum()) for c in COPIES],
    }
    Chart(
        "64 tokens and noisy copies of each: pairs that are computed",
        Axis("noisy copies of a token", logarithmic=True),
        Axis("pairs of query and key", logarithmic=True),
        curves(COPIES, {name: [float(v) for v in values] for name, values in lines.items()}),
    ).save("noisy_copies")


if __name__ == "__main__":
    main()
