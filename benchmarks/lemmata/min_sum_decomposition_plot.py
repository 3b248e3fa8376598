"""Draws docs/lemmata/min_sum_decomposition.svg: how many sums are tried, and the law.

    python benchmarks/lemmata/min_sum_decomposition_plot.py

Dots are means over random N, lines the law 1.183 N^(1/6) and the bound 3 + sqrt(1 + 4 sqrt N).
"""

import math

from axis import Axis
from chart import Chart, Curve
from min_sum_decomposition_law import LAW, measured


def main() -> None:
    found = list(measured())
    sizes = [1.5 * 10.0**size for size, _, _, _ in found]
    law = [LAW * N ** (1 / 6) for N in sizes]
    bound = [3 + math.sqrt(1 + 4 * math.sqrt(N)) for N in sizes]
    curves = (
        Curve(f"{LAW:.3f} N^(1/6)", sizes, law, colour=5),
        Curve("mean, counted", sizes, [mean for _, mean, _, _ in found], "dot", colour=0),
        Curve("bound, 2 N^(1/4)", sizes, bound, colour=1),
    )
    described = (
        f"Mean numbers of sums tried over N^(1/6), for N from 10^{found[0][0]} to 10^{found[-1][0]}: "
        + ", ".join(f"{mean / sixth:.2f}" for _, mean, sixth, _ in found)
        + f". The law, drawn through them, says {LAW:.3f}."
    )
    Chart(
        "Sums tried for N = ab + c",
        Axis("N", logarithmic=True),
        Axis("sums tried", logarithmic=True),
        curves,
        described=described,
    ).save("min_sum_decomposition")


if __name__ == "__main__":
    main()
