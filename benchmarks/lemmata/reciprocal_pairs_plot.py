"""Draws docs/lemmata/reciprocal_pairs.svg: what counting the pairs costs, in operations.

    python benchmarks/lemmata/reciprocal_pairs_plot.py

Counted are the elements that divisions, roots, tables and sieves go through for L = 10^6 ... 10^12,
beside the steps of the loop over mu(d) F(L / d^2), which follow from its formula.
"""

# ruff: noqa: N803 - numbers are capitals, as in the problem

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from axis import Axis
from chart import Chart, Curve

from lemmata.numbers import count_reciprocal_pairs, hyperbola, sieves, squarefree

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
    sizes = [10.0**k for k in EXPONENTS]
    counted = [elements(10**k) for k in EXPONENTS]
    loop = [LOOP * L ** (2 / 3) for L in sizes]
    shorter = [L for L in sizes if L <= 1e10]
    described = (
        f"Elements counted from {counted[0]:.3g} at L = 10^{EXPONENTS[0]} to {counted[-1]:.3g} at "
        f"L = 10^{EXPONENTS[-1]}, a slope of {math.log10(counted[-1] / counted[-2]):.3f}; "
        f"the loop over the Moebius function takes {loop[-1]:.3g} there."
    )
    Chart(
        "The cost of Project Euler 454",
        Axis("L", logarithmic=True),
        Axis("operations", logarithmic=True),
        (
            Curve("lemmata, counted", sizes, counted, "dot"),
            Curve("sum of μ(d) F(L/d²)", sizes, loop),
            Curve("all pairs (b, c)", shorter, [L * math.log(2) / 2 for L in shorter], colour=5),
        ),
        described=described,
    ).save("reciprocal_pairs")


if __name__ == "__main__":
    main()
