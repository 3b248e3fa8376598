"""Draws docs/lemmata/cur.svg: where an explicit middle matrix loses its digits and factors do not.

    python benchmarks/lemmata/cur_plot.py

The matrix is 500 x 500 with singular values 10^(-j/25), j < 400; columns and rows are the same for
all but the optimum.
"""

# ruff: noqa: N806 - matrices are capitals, as in the papers

from pathlib import Path

import numpy as np
from line_chart import Chart

from lemmata.linalg import cur

TARGET = Path(__file__).parents[2] / "docs" / "lemmata" / "cur.svg"
COUNTS = tuple(range(10, 341, 15))
SIGMA = 10.0 ** (-np.arange(400) / 25)


def errors() -> dict[str, list[float]]:
    draw = np.random.default_rng(0)
    U, V = (np.linalg.qr(draw.standard_normal((500, 400)))[0] for _ in range(2))
    A = (U * SIGMA) @ V.T
    whole = np.linalg.norm(A)
    curves: dict[str, list[float]] = {
        name: []
        for name in ("inv(A[I, J])", "pinv(C) A pinv(R)", "cross", "projection", "optimum (SVD)")
    }
    for k in COUNTS:
        cross = cur(A, k, "cross", method="cpqr")
        C, R, W = cross.C, cross.R, A[np.ix_(cross.rows, cross.columns)]
        approximations = (
            C @ np.linalg.inv(W) @ R,
            C @ (np.linalg.pinv(C) @ A @ np.linalg.pinv(R)) @ R,
            cross.to_dense(),
            cur(A, k, method="cpqr").to_dense(),
        )
        found = [float(np.linalg.norm(A - B) / whole) for B in approximations]
        found.append(float(np.linalg.norm(SIGMA[k:]) / whole))
        for curve, value in zip(curves.values(), found, strict=True):
            curve.append(value)
    return curves


def main() -> None:
    chart = Chart(
        title="Relative error of a CUR decomposition, by the way it is evaluated",
        x_label="columns and rows chosen (singular values 10^(-j/25))",
        y_label="relative error",
        x=COUNTS,
        curves=errors(),
        y_ticks=(1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 1.0),
        x_ticks=(10, 100, 200, 300),
        logarithmic=True,
    )
    TARGET.write_text(chart.svg(), encoding="utf-8")
    print({name: f"{curve[-1]:.1e}" for name, curve in chart.curves.items()})


if __name__ == "__main__":
    main()
