"""Effective rank beside its peers: time and answer, each pair taking turns in one process.

    OPENBLAS_NUM_THREADS=1 python benchmarks/lemmata/effective_rank.py [--json]

A peer is what one would write or install instead: a formula on NumPy's singular values,
numpy.linalg.matrix_rank, and optht (which brings SciPy) for the Gavish-Donoho threshold. A peer
that is not installed is named as absent. Times are medians, in milliseconds.
"""

# ruff: noqa: N803, N806 - matrices are capitals, as in the papers

from collections.abc import Callable

import numpy as np
from beside import report, take_turns

from lemmata.linalg import effective_rank

SHAPES = ((1000, 384), (384, 1536), (20000, 100), (64, 40, 40))
RUNS = 11


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


def row(kind, shape):
    name, peer = PEERS[kind]
    A = planted(shape)

    def ours():
        return effective_rank(A, kind, epsilon=0.1 if kind == "energy" else None)

    functions = {"lemmata": ours, "peer": lambda: peer(A)}
    ratio = difference = None
    try:
        answer = peer(A)
        difference = float(np.max(np.abs(ours() - answer) / np.maximum(np.abs(answer), 1)))
    except ImportError:
        name = f"{name} (absent)"
        del functions["peer"]
    ms = take_turns(functions, RUNS)
    if "peer" in ms:
        ratio = ms["peer"] / ms["lemmata"]
    *batch, m, n = shape
    return {
        "matrix": f"{batch[0]} of {m}×{n}" if batch else f"{m}×{n}",
        "kind": kind,
        "lemmata ms": ms["lemmata"],
        "peer": name,
        "peer ms": ms.get("peer"),
        "peer / lemmata": ratio,
        "difference": difference,
    }


if __name__ == "__main__":
    report(
        "effective_rank",
        (row(kind, shape) for shape in SHAPES for kind in PEERS),
        ("numpy", "scipy", "optht"),
    )
