"""Draws docs/lemmata/minimize_simplex.svg: the certificate of each method, iteration by iteration.

    python benchmarks/lemmata/minimize_simplex_plot.py

Least squares with 100 weights, as in the benchmark; Frank-Wolfe with its step 2 / (t + 2) beside.
"""

# ruff: noqa: N803, N806 - matrices are capitals, as in the papers

from typing import Any

import numpy as np
from axis import Axis
from chart import Chart, curves
from minimize_simplex import problem

from lemmata.optimize import LeastSquares, minimize_simplex

LENGTH, LEAST = 150, 1e-8


def gaps(method: Any, A: Any, b: Any) -> list[float]:
    """The relative gap after 1, 2, ... iterations, LEAST from where it is below that."""
    seen: list[float] = []
    minimize_simplex(
        LeastSquares(A, b),
        method=method,
        rtol=LEAST,
        max_iter=LENGTH,
        callback=lambda found: seen.append(found.gap / found.fun),
    )
    return [max(gap, LEAST) for gap in seen] + [LEAST] * (LENGTH - len(seen))


def frank_wolfe(A: Any, b: Any) -> list[float]:
    x, seen = np.full(A.shape[1], 1 / A.shape[1]), []
    for t in range(LENGTH):
        i = int(np.argmin(A.T @ (A @ x - b)))
        x *= 1 - 2 / (t + 2)
        x[i] += 2 / (t + 2)
        r = A @ x - b
        g = A.T @ r
        seen.append(float((g - g.min()) @ x / (r @ r / 2)))
    return seen


def main() -> None:
    A, b = problem(100, 100)
    lines = {name: gaps(name, A, b) for name in ("fista", "pairwise-fw", "mirror")}
    lines["Frank-Wolfe"] = frank_wolfe(A, b)
    Chart(
        "The Frank-Wolfe gap of four methods on least squares with 100 weights",
        Axis("iterations", ends=(0, LENGTH)),
        Axis("gap relative to the value", logarithmic=True),
        curves(range(1, LENGTH + 1), lines),
    ).save("minimize_simplex")


if __name__ == "__main__":
    main()
