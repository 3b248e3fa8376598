"""Draws docs/lemmata/cur.svg: where an explicit middle matrix loses its digits and factors do not.

    python benchmarks/lemmata/cur_plot.py

The matrix is 500 x 500 with singular values 10^(-j/25), j < 400; columns and rows are the same for
all but the optimum.
"""

# ruff: noqa: N806 - matrices are capitals, as in the papers

import numpy as np
from axis import Axis
from chart import Chart, curves

from lemmata.linalg import cur

COUNTS = tuple(range(10, 341, 15))
SIGMA = 10.0 ** (-np.arange(400) / 25)


def errors() -> dict[str, list[float]]:
    draw = np.random.default_rng(0)
    U, V = (np.linalg.qr(draw.standard_normal((500, 400)))[0] for _ in range(2))
    A = (U * SIGMA) @ V.T
    whole = np.linalg.norm(A)
    lines: dict[str, list[float]] = {
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
        for curve, value in zip(lines.values(), found, strict=True):
            curve.append(value)
    return lines


def main() -> None:
    Chart(
        "Relative error of a CUR decomposition, by the way it is evaluated",
        Axis("columns and rows chosen (singular values 10^(-j/25))", ends=(0, COUNTS[-1])),
        Axis("relative error", logarithmic=True),
        curves(COUNTS, errors()),
    ).save("cur")


if __name__ == "__main__":
    main()
