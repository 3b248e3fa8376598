"""Draws docs/lemmata/pinv.svg: how far a pseudo-inverse is off, by the cut-off it is given.

    python benchmarks/lemmata/pinv_plot.py

A 300 x 100 matrix of rank 60 with singular values from 1 to 0.01, in single and in double
precision. Below the rounding of the dtype noise is inverted; above the smallest singular value a
part of the matrix is lost.
"""

# ruff: noqa: N806 - matrices are capitals, as in the papers

import numpy as np
from axis import Axis
from chart import Chart, curves

from lemmata.linalg import pinv

LEVELS = np.logspace(-18, 0, 91)


def measured() -> dict[str, list[float]]:
    draw = np.random.default_rng(0)
    U = np.linalg.qr(draw.standard_normal((300, 60)))[0]
    V = np.linalg.qr(draw.standard_normal((100, 60)))[0]
    sigma = np.logspace(0, -2, 60)
    A, exact = (U * sigma) @ V.T, (V / sigma) @ U.T
    size = np.linalg.norm(exact)
    found = {}
    for name, dtype in (("single precision", np.float32), ("double precision", np.float64)):
        B = A.astype(dtype)
        found[name] = [float(np.linalg.norm(pinv(B, rtol=t) - exact) / size) for t in LEVELS]
    return found


def main() -> None:
    lines = measured()
    described = "; ".join(
        f"{name}: {line[15]:.0e} at 1e-15, {line[48]:.0e} at 4e-9, {line[65]:.0e} at 1e-5"
        for name, line in lines.items()
    )
    Chart(
        "Error of a pseudo-inverse by its relative cut-off",
        Axis("relative cut-off rtol", logarithmic=True),
        Axis("relative error", logarithmic=True),
        curves(LEVELS, lines),
        places={
            "1e-15": 1e-15,
            "default, double": 300 * 2.0**-52,
            "default, single": 300 * 2.0**-23,
        },
        legend=True,
        described=f"Relative error against the relative cut-off. {described}.",
    ).save("pinv")


if __name__ == "__main__":
    main()
