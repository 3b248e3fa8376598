"""Draws docs/lemmata/min_sum_decomposition.svg: how many sums are tried, and the law.

    python benchmarks/lemmata/min_sum_decomposition_plot.py

Dots are means over random N, lines the law 1.183 N^(1/6) and the bound 3 + sqrt(1 + 4 sqrt N).
"""

import math
from pathlib import Path

from loglog import Curve, drawn
from min_sum_decomposition_law import LAW, measured

TARGET = Path(__file__).parents[2] / "docs" / "lemmata" / "min_sum_decomposition.svg"


def main() -> None:
    found = list(measured())
    middle = math.log10(1.5)
    means = [(size + middle, math.log10(mean)) for size, mean, _, _ in found]
    ends = [found[0][0] + middle, found[-1][0] + middle]
    curves = (
        Curve("mean, on 1.183 N^(1/6)", means, dots=True),
        Curve(
            "bound, 2 N^(1/4)",
            [(x, math.log10(3 + math.sqrt(1 + 4 * 10 ** (x / 2)))) for x in ends],
        ),
        Curve("", [(x, math.log10(LAW) + x / 6) for x in ends]),
    )
    ratios = [mean / sixth for _, mean, sixth, _ in found]
    described = (
        f"Mean numbers of sums tried over N^(1/6), for N from 10^{found[0][0]} to 10^{found[-1][0]}: "
        + ", ".join(f"{ratio:.2f}" for ratio in ratios)
        + f". The law, drawn through them, says {LAW:.3f}."
    )
    TARGET.write_text(
        drawn("Sums tried for N = ab + c", described, "N", "sums tried", curves), "utf-8"
    )
    print(f"{TARGET.name}: {described}")


if __name__ == "__main__":
    main()
