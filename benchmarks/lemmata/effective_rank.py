"""Effective rank beside its peers: time and answer, each pair taking turns in one process.

    OPENBLAS_NUM_THREADS=1 python benchmarks/lemmata/effective_rank.py [--json] [--runs N]

A peer is what one would write or install instead: a formula on NumPy's singular values,
numpy.linalg.matrix_rank, and optht (which brings SciPy) for the Gavish-Donoho threshold. A peer
that is not installed is named as absent. Times are medians, in milliseconds.
"""

# ruff: noqa: N803, N806 - matrices are capitals, as in the papers

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from lemmata.linalg import effective_rank

SHAPES = ((1000, 384), (384, 1536), (20000, 100), (64, 40, 40))


@dataclass(frozen=True)
class Row:
    kind: str
    shape: tuple[int, ...]
    peer: str
    lemmata_ms: float
    peer_ms: float | None
    relative_difference: float | None


def singular_values(A):
    return np.linalg.svd(A, compute_uv=False)


def entropy(A):
    s = singular_values(A)
    p = s / s.sum(-1, keepdims=True)
    return np.exp(-np.sum(p * np.log(p), -1))


def participation(A):
    s = singular_values(A) ** 2
    return s.sum(-1) ** 2 / (s**2).sum(-1)


def stable(A):
    return np.linalg.norm(A, "fro", (-2, -1)) ** 2 / np.linalg.norm(A, 2, (-2, -1)) ** 2


def nuclear(A):
    return np.linalg.norm(A, "nuc", (-2, -1)) / np.linalg.norm(A, 2, (-2, -1))


def energy(A):
    kept = np.cumsum(singular_values(A) ** 2, -1)
    return np.sum(kept < 0.81 * kept[..., -1:], -1) + 1


def gavish_donoho(A):
    from optht import optht

    if A.ndim > 2:
        return np.array([gavish_donoho(matrix) for matrix in A])
    sigma = singular_values(A)
    # 0 cannot come out of it: an empty selection raises
    try:
        return optht(min(A.shape) / max(A.shape), sigma)
    except ValueError:
        return 0


PEERS: dict[str, tuple[str, Callable]] = {
    "entropy": ("formula on numpy svd", entropy),
    "participation": ("formula on numpy svd", participation),
    "stable": ("two numpy norms", stable),
    "nuclear": ("two numpy norms", nuclear),
    "numerical": ("numpy matrix_rank", np.linalg.matrix_rank),
    "energy": ("formula on numpy svd", energy),
    "gavish_donoho": ("optht", gavish_donoho),
}


def planted(shape):
    """Rank a tenth of the shorter side, in white noise: the matrix that these measures are for."""
    draw = np.random.default_rng(0)
    *batch, m, n = shape
    rank = min(m, n) // 10
    signal = draw.standard_normal((*batch, m, rank)) @ draw.standard_normal((*batch, rank, n))
    return signal + 2 * draw.standard_normal(shape)


def turns(ours, peer, A, runs):
    """Medians of both, timed in turns so that a busy moment of the machine meets both."""
    taken = {ours: [], peer: []}
    for function in taken:
        function(A)
    for _ in range(runs):
        for function, times in taken.items():
            start = time.perf_counter()
            function(A)
            times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(taken[ours]), statistics.median(taken[peer])


def row(kind, shape, runs):
    name, peer = PEERS[kind]
    A = planted(shape)

    def ours(A):
        return effective_rank(A, kind, epsilon=0.1 if kind == "energy" else None)

    try:
        answer = peer(A)
    except ImportError:
        lone, _ = turns(ours, lambda A: None, A, runs)
        return Row(kind, shape, f"{name} (absent)", lone, None, None)
    ours_ms, peer_ms = turns(ours, peer, A, runs)
    difference = float(np.max(np.abs(ours(A) - answer) / np.maximum(np.abs(answer), 1)))
    return Row(kind, shape, name, ours_ms, peer_ms, difference)


def version_of(package):
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    rows = (row(kind, shape, options.runs) for shape in SHAPES for kind in PEERS)
    environment = {
        "python": sys.version.split()[0],
        "cores": os.cpu_count(),
        "threads": os.environ.get("OPENBLAS_NUM_THREADS", "as many as cores"),
        "dtype": "float64",
        **{package: version_of(package) for package in ("lemmata", "numpy", "optht", "scipy")},
    }
    if options.json:
        result = {"benchmark": "lemmata/effective_rank", "runs": options.runs}
        result |= {"environment": environment, "rows": [asdict(row) for row in rows]}
        print(json.dumps(result, indent=2))
    else:
        print("; ".join(f"{name} {value}" for name, value in environment.items()), end="\n\n")
        print("| matrix | kind | lemmata ms | peer | peer ms | peer / lemmata | difference |")
        print("|---|---|--:|---|--:|--:|--:|")
        for r in rows:
            print(as_table_row(r), flush=True)


def as_table_row(r: Row) -> str:
    head = f"| {'×'.join(map(str, r.shape))} | {r.kind} | {r.lemmata_ms:.2f} | {r.peer} |"
    if r.peer_ms is None:
        return f"{head} – | – | – |"
    ratio = r.peer_ms / r.lemmata_ms
    return f"{head} {r.peer_ms:.2f} | {ratio:.2f} | {r.relative_difference:.0e} |"


if __name__ == "__main__":
    main()
