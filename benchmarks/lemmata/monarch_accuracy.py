"""What Monarch keeps of a matrix beside low rank of as many numbers, and how exact it is.

    OPENBLAS_NUM_THREADS=1 python benchmarks/lemmata/monarch_accuracy.py [--json]

Relative squared errors, in double precision: matrices of independent normal entries of which a
share is not zero, and targets with structure. Monarch has sqrt(n) x sqrt(n) blocks and rank 1, low
rank the rank sqrt(n): 2 n^1.5 numbers each.
"""

# ruff: noqa: N803, N806 - matrices are capitals, as in the papers

import math
import os
import time
from collections.abc import Iterator

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from beside import report

from lemmata.structured import (
    monarch_hadamard,
    monarch_project,
    monarch_solve,
    monarch_to_dense,
    swap_digits,
)


def compared(name: str, A: np.ndarray) -> dict[str, object]:
    n = len(A)
    m = math.isqrt(n)
    monarch_project(A[:16, :16], (4, 4))  # what is loaded at the first call is not measured
    start = time.perf_counter()
    monarch = monarch_project(A, (m, m))
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    low = monarch_project(A, (1, 1), m)
    return {
        "matrix": name,
        "n": n,
        "Monarch": float(monarch.rel_error) ** 2,
        "low rank": float(low.rel_error) ** 2,
        "Monarch ms": 1e3 * seconds,
        "low rank ms": 1e3 * (time.perf_counter() - start),
    }


def solved(n: int) -> dict[str, object]:
    """Solving with a Monarch matrix beside a dense solver; the figure is the relative residual."""
    m, draw = math.isqrt(n), np.random.default_rng(1)
    B1, B2 = draw.standard_normal((m, m, m)), draw.standard_normal((m, m, m))
    M, y = monarch_to_dense(B1, B2), draw.standard_normal(n)
    times: dict[str, list[float]] = {"monarch": [], "dense": []}
    for _ in range(5):
        for name, solve in (
            ("monarch", lambda: monarch_solve(y, B1, B2)),
            ("dense", lambda: np.linalg.solve(M, y)),
        ):
            start = time.perf_counter()
            x = solve()
            times[name].append(1e3 * (time.perf_counter() - start))
            times.setdefault(f"{name} residual", []).append(
                float(np.linalg.norm(M @ x - y) / np.linalg.norm(y))
            )
    return {
        "matrix": "solving with a Monarch matrix: residual; ms of monarch_solve and of LAPACK",
        "n": n,
        "Monarch": times["monarch residual"][-1],
        "low rank": None,
        "Monarch ms": sorted(times["monarch"])[2],
        "low rank ms": sorted(times["dense"])[2],
    }


def rows() -> Iterator[dict[str, object]]:
    draw = np.random.default_rng(0)
    for n in (64, 256, 1024):
        for density in (1.0, 0.2, 0.05, 0.01):
            A = draw.standard_normal((n, n)) * (draw.random((n, n)) < density)
            yield compared(f"normal, density {density:g}", A)
    n = 1024
    F = np.fft.fft(np.eye(n))
    yield compared("Fourier, digits reversed", swap_digits(F, 32))
    yield compared("Fourier, as it stands", F)
    yield compared("Hadamard", monarch_to_dense(*monarch_hadamard(n, 32)))
    band = sum(np.diag(draw.standard_normal(n - abs(d)), d) for d in (-1, 0, 1))
    yield compared("tridiagonal", np.asarray(band))
    smooth = 1 / (1 + np.abs(np.subtract.outer(np.arange(n), np.arange(n))))
    yield compared("1 / (1 + abs(i - j))", smooth)
    yield solved(n)


if __name__ == "__main__":
    report("monarch_accuracy", rows(), ("numpy",))
