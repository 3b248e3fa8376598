"""CUR by factors beside the explicit middle matrix, where singular values fall to 1e-16.

    OPENBLAS_NUM_THREADS=1 python benchmarks/lemmata/cur.py [--json]

A is 1000 x 1000 with singular values 10^(-j/25), j < 400. All rows use the columns and rows that
`cur` chose; the optimum is that of the SVD. No maintained Python package computes a CUR; what one
would write instead stands in for the peers. Times are for the factors, the choice not included,
but for lemmata, whose time is all of it.
"""

# ruff: noqa: N803, N806 - matrices are capitals, as in the papers

from collections.abc import Callable, Iterator

import numpy as np
from beside import Row, report, take_turns

from lemmata.linalg import cur

SIDE, RANK = 1000, 400


def steep() -> np.ndarray:
    draw = np.random.default_rng(0)
    U = np.linalg.qr(draw.standard_normal((SIDE, RANK)))[0]
    V = np.linalg.qr(draw.standard_normal((SIDE, RANK)))[0]
    return (U * 10.0 ** (-np.arange(RANK) / 25)) @ V.T


def ways(A: np.ndarray, k: int) -> dict[str, Callable[[], np.ndarray]]:
    choice = cur(A, k, "cross", method="cpqr")
    C, R, W = choice.C, choice.R, A[np.ix_(choice.rows, choice.columns)]
    return {
        "lemmata projection": lambda: cur(A, k, method="cpqr").to_dense(),
        "lemmata cross": lambda: cur(A, k, "cross", method="cpqr").to_dense(),
        "lemmata cross, 10 % more rows": lambda: cur(
            A, (k + k // 10, k), "cross", method="cpqr"
        ).to_dense(),
        "pinv(C) A pinv(R)": lambda: C @ (np.linalg.pinv(C) @ A @ np.linalg.pinv(R)) @ R,
        "inv(A[rows, columns])": lambda: C @ np.linalg.inv(W) @ R,
        "pinv(A[rows, columns], 1e-12)": lambda: C @ np.linalg.pinv(W, rtol=1e-12) @ R,
        "solve(A[rows, columns], R)": lambda: C @ np.linalg.solve(W, R),
        "SVD, the optimum": lambda: truncated(A, k),
    }


def truncated(A: np.ndarray, k: int) -> np.ndarray:
    U, sigma, Vt = np.linalg.svd(A, full_matrices=False)
    return (U[:, :k] * sigma[:k]) @ Vt[:k]


def rows() -> Iterator[Row]:
    A = steep()
    whole = np.linalg.norm(A)
    for k in (100, 200, 300):
        functions = ways(A, k)
        times = take_turns(functions, 2)
        optimum = np.linalg.norm(10.0 ** (-np.arange(k, RANK) / 25)) / whole
        for name, function in functions.items():
            error = float(np.linalg.norm(A - function()) / whole)
            yield {
                "k": k,
                "way": name,
                "relative error": f"{error:.1e}",
                "error / optimum": error / float(optimum),
                "ms": times[name],
            }


if __name__ == "__main__":
    report("cur", rows())
