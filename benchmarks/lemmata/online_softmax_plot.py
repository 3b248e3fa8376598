"""Draws docs/lemmata/online_softmax.svg: what the forms of attention hold at once, by length.

    python benchmarks/lemmata/online_softmax_plot.py

The largest tensor that each form makes for one head of width 64, blocks of 128 keys: counted.
"""

from functools import partial

import torch
from axis import Axis
from chart import Chart, curves
from online_softmax import WIDTH, held

from lemmata.attention import attend

SIZES = (128, 256, 512, 1024, 2048, 4096)


def measured(form: str) -> list[float]:
    found = []
    for n in SIZES:
        q, k, v = (torch.zeros(n, WIDTH) for _ in range(3))
        found.append(float(held(partial(attend, q, k, v, form=form))))
    return found


def main() -> None:
    Chart(
        "What the forms of softmax attention hold at once",
        Axis("tokens", logarithmic=True),
        Axis("numbers in the largest tensor", logarithmic=True),
        curves(SIZES, {form: measured(form) for form in ("dense", "tree", "blockwise")}),
    ).save("online_softmax")


if __name__ == "__main__":
    main()
