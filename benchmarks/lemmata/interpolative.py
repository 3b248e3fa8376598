"""Interpolative decomposition beside SciPy's: time, error over the optimum, largest coefficient.

    OPENBLAS_NUM_THREADS=1 python benchmarks/lemmata/interpolative.py [--json]

Two matrices of 4000 x 2000 with singular values that fall slowly (1/j) and fast (10^(-j/8)), and
Kahan's matrix of side 96, on which pivoted QR fails. Each row is timed in turns with SciPy.
"""

# ruff: noqa: N803, N806 - matrices are capitals, as in the papers

import math
from collections.abc import Callable, Iterator

import numpy as np
import scipy.linalg.interpolative as peer
from beside import Row, report, take_turns

from lemmata.linalg import interpolative

M, N, RANK, K = 4000, 2000, 300, 40
METHODS = ("auto", "cpqr", "srrqr", "rpchol", "sketch", "css")
RUNS = 2


def planted(spectrum: np.ndarray) -> np.ndarray:
    draw = np.random.default_rng(0)
    U = np.linalg.qr(draw.standard_normal((M, RANK)))[0]
    V = np.linalg.qr(draw.standard_normal((N, RANK)))[0]
    return (U * spectrum) @ V.T


def kahan(n: int = 96, c: float = 0.285) -> np.ndarray:
    s = math.sqrt(1 - c**2)
    upright = np.eye(n) - c * np.triu(np.ones((n, n)), 1)
    tilt = 1e3 * np.finfo(float).eps * np.arange(n, 0, -1)
    return s ** np.arange(n)[:, None] * upright + np.diag(tilt)


def scipy_parts(A: np.ndarray, k: int, *, rand: bool) -> tuple[np.ndarray, np.ndarray]:
    """SciPy's answer as (indices, Z)."""
    order, T = peer.interp_decomp(A, k, rand=rand)
    Z = np.empty((k, A.shape[1]))
    Z[:, order] = np.hstack([np.eye(k), T])
    return order[:k], Z


def lemmata_parts(A: np.ndarray, k: int, method: str) -> tuple[np.ndarray, np.ndarray]:
    found = interpolative(A, k, method=method, rng=0)
    return found.indices, found.Z


def rows() -> Iterator[Row]:
    j = np.arange(1, RANK + 1)
    for name, spectrum in (("4000×2000, 1/j", 1 / j), ("4000×2000, 10^(-j/8)", 10.0 ** (-j / 8))):
        optimum = float(np.linalg.norm(spectrum[K:]))
        yield from compared(name, planted(spectrum), K, optimum, METHODS)
    A = kahan()
    least = float(np.linalg.svd(A, compute_uv=False)[-1])
    yield from compared("Kahan, 96×96, k = 95", A, 95, least, ("auto", "cpqr", "srrqr"))


def compared(
    name: str, A: np.ndarray, k: int, optimum: float, methods: tuple[str, ...]
) -> Iterator[Row]:
    ways: dict[str, Callable[[], tuple[np.ndarray, np.ndarray]]] = {
        **{f"lemmata {m}": lambda m=m: lemmata_parts(A, k, m) for m in methods},
        "scipy rand=False": lambda: scipy_parts(A, k, rand=False),
        "scipy rand=True": lambda: scipy_parts(A, k, rand=True),
    }
    times = take_turns(ways, RUNS)
    for way, parts in ways.items():
        indices, Z = parts()
        yield {
            "matrix": name,
            "method": way,
            "ms": times[way],
            "scipy's least / this": min(times[w] for w in ways if w[0] == "s") / times[way],
            "error / optimum": float(np.linalg.norm(A - A[:, indices] @ Z)) / optimum,
            "largest coefficient": float(np.max(np.abs(Z))),
        }


if __name__ == "__main__":
    report("interpolative", rows())
