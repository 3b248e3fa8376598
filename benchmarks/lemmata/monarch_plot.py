"""Draws docs/lemmata/monarch.svg: what Monarch and low rank lose as a matrix gets sparser.

    python benchmarks/lemmata/monarch_plot.py

Relative squared errors of 256 x 256 matrices of independent normal entries, of which a share is not
zero; Monarch 16 x 16 of rank 1 and low rank 16 hold the same 8,192 numbers.
"""

# ruff: noqa: N806 - matrices are capitals, as in the papers

import numpy as np
from axis import Axis
from chart import Chart, curves

from lemmata.structured import monarch_project

N, BLOCKS = 256, 16
DENSITIES = np.geomspace(1, 0.004, 25)


def measured() -> dict[str, list[float]]:
    draw = np.random.default_rng(0)
    lines: dict[str, list[float]] = {"Monarch": [], "low rank": []}
    for density in DENSITIES:
        A = draw.standard_normal((4, N, N)) * (draw.random((4, N, N)) < density)
        for name, nblocks, rank in (("Monarch", (BLOCKS,) * 2, 1), ("low rank", (1, 1), BLOCKS)):
            lines[name].append(float(np.mean(monarch_project(A, nblocks, rank).rel_error ** 2)))
    return lines


def main() -> None:
    lines = {f"{name} {y[-1]:.2f}": y for name, y in measured().items()}
    Chart(
        "What Monarch and low rank of as many numbers lose of a sparse matrix",
        Axis("share of entries that are not zero", logarithmic=True, ends=(1, DENSITIES[-1])),
        Axis("relative squared error", ends=(0, 1)),
        curves(DENSITIES, lines),
    ).save("monarch")


if __name__ == "__main__":
    main()
