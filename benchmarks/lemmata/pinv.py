"""The pseudo-inverse beside its peers: time, agreement, and the rank each peer's defaults find.

    OPENBLAS_NUM_THREADS=1 python benchmarks/lemmata/pinv.py [--json]

The matrices are products of two factors of full rank, so that the product of the inverses of the
factors, in double precision, is the answer, and a right cut-off finds the rank. `size` is the
largest entry of the answer, which a wrong cut-off blows up.
"""

# ruff: noqa: N803, N806 - matrices are capitals, as in the papers

import os
from collections.abc import Callable, Iterator

import numpy as np
import scipy.linalg
from beside import report, take_turns

from lemmata.linalg import pinv

SHAPES = (((400, 120), 120), ((400, 120), 70), ((100, 1000), 80), ((100, 40, 20), 20))


def peers(A: np.ndarray) -> dict[str, Callable[[], object]]:
    found: dict[str, Callable[[], object]] = {
        "lemmata": lambda: pinv(A),
        "numpy, its default 1e-15": lambda: np.linalg.pinv(A),
        "numpy, rtol=None": lambda: np.linalg.pinv(A, rtol=None),
    }
    if A.ndim == 2:
        found["scipy"] = lambda: scipy.linalg.pinv(A)
    try:
        import torch
    except ImportError:
        return found
    torch.set_num_threads(int(os.environ.get("OPENBLAS_NUM_THREADS", os.cpu_count() or 1)))
    tensor = torch.from_numpy(A)
    found["torch"] = lambda: torch.linalg.pinv(tensor).numpy()
    return found


def rows() -> Iterator[dict[str, object]]:
    draw = np.random.default_rng(0)
    for shape, rank in SHAPES:
        for dtype in (np.float64, np.float32):
            *batch, m, n = shape
            left, right = draw.standard_normal((*batch, m, rank)), draw.standard_normal((rank, n))
            A = (left @ right).astype(dtype)
            functions = peers(A)
            times = take_turns(functions, 5)
            exact = np.linalg.pinv(right) @ np.linalg.pinv(left)  # as both have full rank
            for name, function in functions.items():
                answer = np.asarray(function())
                error = np.max(np.abs(answer - exact)) / np.max(np.abs(exact))
                yield {
                    "matrix": f"{'×'.join(map(str, shape))}, rank {rank}, {np.dtype(dtype)}",
                    "function": name,
                    "ms": times[name],
                    "time / lemmata": times[name] / times["lemmata"],
                    "relative error": float(error),
                    "size": float(np.max(np.abs(answer))),
                }


if __name__ == "__main__":
    report("pinv", rows(), ("numpy", "scipy", "torch"))
