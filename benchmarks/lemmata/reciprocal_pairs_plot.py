"""Draws docs/lemmata/reciprocal_pairs.svg: what counting the pairs costs, in operations.

    python benchmarks/lemmata/reciprocal_pairs_plot.py

Counted are the elements that divisions, roots, tables and sieves go through for L = 10^6 ... 10^12,
beside the steps of the loop over mu(d) F(L / d^2), which follow from its formula.
"""

# ruff: noqa: N803 - numbers are capitals, as in the problem

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from loglog import Curve, drawn

from lemmata.numbers import count_reciprocal_pairs, hyperbola, sieves, squarefree

TARGET = Path(__file__).parents[2] / "docs" / "lemmata" / "reciprocal_pairs.svg"
EXPONENTS = range(6, 13)
LOOP = 1.5 * 2.8  # zeta(4/3) / zeta(8/3) = 2.80: the sum of mu(d)^2 d^(-4/3)


def elements(L: int) -> int:
    counted = [0]
    undo = []

    def noted(place: Any, name: str, size: Callable[..., int]) -> None:
        function = getattr(place, name)

        def wrapped(*arguments: Any) -> Any:
            counted[0] += size(*arguments)
            return function(*arguments)

        undo.append((place, name, function))
        setattr(place, name, wrapped)

    noted(hyperbola, "floor_quotients", lambda numerator, divisors, out: divisors.size)
    noted(squarefree, "floor_roots", lambda squares: squares.size)
    noted(squarefree, "_how_many_reach", lambda falling: int(np.sum(falling)))
    noted(squarefree.SquarefreeCounts, "__init__", lambda self, root: root)
    noted(sieves.SquarefreeSieve, "flags", lambda self, start, stop: stop - start)
    count_reciprocal_pairs(L)
    for place, name, function in undo:
        setattr(place, name, function)
    return counted[0]


def main() -> None:
    counted = [(k, math.log10(elements(10**k))) for k in EXPONENTS]
    ends = [min(EXPONENTS), max(EXPONENTS)]
    curves = (
        Curve("lemmata, counted", counted, dots=True),
        Curve("sum of μ(d) F(L/d²)", [(k, math.log10(LOOP) + 2 * k / 3) for k in ends]),
        Curve(
            "all pairs (b, c)",
            [(k, k + math.log10(math.log(2) / 2)) for k in ends if k < 10] + [(10, 9.54)],
        ),
    )
    rise = counted[-1][1] - counted[-2][1]
    described = (
        f"Elements counted from {10 ** counted[0][1]:.3g} at L = 10^{counted[0][0]} to "
        f"{10 ** counted[-1][1]:.3g} at L = 10^{counted[-1][0]}, a slope of {rise:.3f}; "
        f"the loop over the Moebius function takes {10 ** (math.log10(LOOP) + 8):.3g} there."
    )
    TARGET.write_text(
        drawn("The cost of Project Euler 454", described, "L", "operations", curves), "utf-8"
    )
    print(f"{TARGET.name}: {described}")


if __name__ == "__main__":
    main()
