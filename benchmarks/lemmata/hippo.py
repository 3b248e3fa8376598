"""HiPPO-LegS: how well the past comes back, by rule, and what a step costs beside a dense solve.

    OMP_NUM_THREADS=1 python benchmarks/lemmata/hippo.py [--json]

The signal is a sum of five sines with random phases over T samples; errors are root mean squares
over that of the signal. `step` is one update; `dense step` solves with the whole matrix, as SciPy
and NumPy would, for the rules that solve at all.
"""

# ruff: noqa: N803, N806 - matrices are capitals, as in the papers

import os
from collections.abc import Iterator

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from beside import report, take_turns

from lemmata.ssm import LegSMemory, legs

SIZES = ((32, 200), (32, 1000), (64, 100), (256, 1000))  # N, T


def signal(T: int) -> np.ndarray:
    draw, t = np.random.default_rng(0), np.arange(T) / T
    waves = [draw.normal() * np.sin(2 * np.pi * f * t + draw.uniform(0, 6)) for f in range(1, 6)]
    return np.sum(waves, axis=0)


def rows() -> Iterator[dict[str, object]]:
    for N, T in SIZES:
        u, middles = signal(T), (np.arange(T) + 0.5) / T
        A, B = legs(N)
        identity, x = np.eye(N), np.ones(N)

        def dense(A=A, B=B, identity=identity, x=x) -> np.ndarray:
            right = x + 0.05 * (A @ x) + 0.1 * B
            return np.linalg.solve(identity - 0.05 * A, right)

        for method in ("exact", "bilinear", "backward", "euler"):
            memory = LegSMemory(N, method)
            missed = memory.reconstruct(memory.project(u), middles) - u
            runs = {"step": lambda memory=memory, x=x: memory.update(x, 1.0, 10)}
            if method in ("bilinear", "backward"):
                runs["dense"] = dense
            times = take_turns(runs, 51)
            yield {
                "N": N,
                "T": T,
                "rule": method,
                "error": float(np.linalg.norm(missed) / np.linalg.norm(u)),
                "step ms": times["step"],
                "dense step ms": times.get("dense"),
            }


if __name__ == "__main__":
    report("hippo", rows())
