"""Latent-semantic vectors of 60,000 real texts: truncated_svd beside its peers at one residual.

    python benchmarks/lemmata/truncated_svd.py [--json] [--sweep]

TF-IDF of titles and abstracts (scikit-learn, the setting of its own text-clustering example), k =
256. Each peer runs with the cheapest of its settings whose residual is within 0.1 % of the best;
--sweep shows all settings that were tried, with their excess. Lemmata is not told a setting: it
stops when it is certain. Residuals are measured the same way for all, as ||A - U diag(s) Vt||_F,
the best from PROPACK at full precision. Times are medians of as many runs as the table says, in
turns, wall-clock, on as many threads as each library takes.
"""

# ruff: noqa: N803, N806 - matrices are capitals, as in the papers

import gzip
import json
import math
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from beside import report

from lemmata.linalg import truncated_svd

TEXTS, K, GOAL = 60_000, 256, 1e-3
SHARED = Path(os.environ.get("POSTIL_SHARED", Path(__file__).parents[3] / "shared"))
FILE = SHARED / "data" / "arxiv-recent.jsonl.gz"
Factors = tuple[Any, Any, Any]
Decompose = Callable[[], Factors]
SWEEP = "--sweep" in sys.argv


def texts() -> list[str]:
    if not FILE.is_file():
        print(f"{FILE} is needed: set POSTIL_SHARED to the folder of shared data", file=sys.stderr)
        raise SystemExit(2)
    found = []
    with gzip.open(FILE, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            found.append(f"{record['title']}\n{record['abstract']}")
            if len(found) == TEXTS:
                break
    return found


def weighted() -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    choice = {"min_df": 5, "max_df": 0.5, "stop_words": "english", "sublinear_tf": True}
    return TfidfVectorizer(**choice).fit_transform(texts())


def lemmata(A: Any) -> Decompose:
    def run() -> Factors:
        result = truncated_svd(A, K, tol=GOAL, rng=0)
        return result.U, result.s, result.Vt

    return run


def sklearn(A: Any, n_iter: int, n_oversamples: int) -> Decompose:
    from sklearn.utils.extmath import randomized_svd

    def run() -> Factors:
        return randomized_svd(A, K, n_iter=n_iter, n_oversamples=n_oversamples, random_state=0)

    return run


def scipy(A: Any, solver: str, tol: float) -> Decompose:
    from scipy.sparse.linalg import svds

    return lambda: svds(A, k=K, solver=solver, tol=tol, rng=np.random.default_rng(0))


def fbpca(A: Any, n_iter: int, width: int) -> Decompose:
    from fbpca import pca

    def run() -> Factors:
        np.random.seed(0)  # its only door to randomness
        return pca(A, K, raw=True, n_iter=n_iter, l=width)

    return run


def torch(A: Any, niter: int, q: int) -> Decompose:
    import torch as library

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # sparse tensors are announced as beta
        tensor = library.sparse_csr_tensor(A.indptr, A.indices, A.data, size=A.shape)

    def run() -> Factors:
        library.manual_seed(0)
        U, s, V = library.svd_lowrank(tensor, q=q, niter=niter)
        return U.numpy(), s.numpy(), V.numpy().T

    return run


def residual(A: Any, factors: Factors) -> float:
    """||A - U diag(s) Vt||_F of the K largest triplets, from inner products."""
    U, s, Vt = factors
    order = np.argsort(-s)[:K]
    U, s, Vt = U[:, order], s[order].astype(float), Vt[order]
    AV = A @ np.ascontiguousarray(Vt.T, dtype=float)
    cross = float(np.sum(U * AV, axis=0, dtype=float) @ s)
    inner = (U.T @ U).astype(float) * (Vt @ Vt.T).astype(float)
    return math.sqrt(float(np.sum(A.data**2)) - 2 * cross + s @ inner @ s)


def contenders(A: Any, A32: Any) -> Iterator[tuple[str, str, int, Decompose]]:
    """Name, setting, runs: the chosen settings, and with --sweep all that were tried."""
    yield "lemmata", "float64", 3, lemmata(A)
    yield "lemmata", "float32", 3, lemmata(A32)
    # PROPACK at full precision comes early: it tells the best residual
    yield "scipy svds propack", "float64, tol=0", 1, scipy(A, "propack", 0)
    for n_iter, over in [(6, 10), (7, 10), (5, 40), (5, 64), (4, 128)] if SWEEP else [(7, 10)]:
        setting = f"float32, n_iter={n_iter}, n_oversamples={over}"
        yield "sklearn randomized", setting, 1 if SWEEP else 3, sklearn(A32, n_iter, over)
    if SWEEP:
        yield "sklearn randomized", "float64, n_iter=7, n_oversamples=10", 1, sklearn(A, 7, 10)
    for tol in [0.0, 1e-2, 0.1] if SWEEP else [0.1]:
        yield "scipy svds propack", f"float32, tol={tol:g}", 1, scipy(A32, "propack", tol)
    for tol in [1e-2, 0.1] if SWEEP else [0.1]:
        yield "scipy svds arpack", f"float32, tol={tol:g}", 1, scipy(A32, "arpack", tol)
    for n_iter, width in [(6, 266), (7, 266), (5, 320)] if SWEEP else [(7, 266)]:
        yield "fbpca", f"float64, n_iter={n_iter}, l={width}", 1, fbpca(A, n_iter, width)
    for niter, q in [(6, 266), (7, 266), (5, 320)] if SWEEP else [(7, 266)]:
        yield "torch.svd_lowrank", f"float32, niter={niter}, q={q}", 1, torch(A32, niter, q)


def measured(A: Any) -> list[dict[str, object]]:
    A32 = A.astype(np.float32)
    every = list(contenders(A, A32))
    taken: dict[int, list[float]] = {number: [] for number in range(len(every))}
    residuals: dict[int, float] = {}
    for turn in range(3):
        for number, (_, _, runs, decompose) in enumerate(every):
            if turn >= runs:
                continue
            start = time.perf_counter()
            factors = decompose()
            taken[number].append(time.perf_counter() - start)
            if number not in residuals:
                residuals[number] = residual(A, factors)
    best = next(residuals[n] for n, one in enumerate(every) if one[1] == "float64, tol=0")
    ours = statistics.median(taken[0])
    return [
        {
            "method": name,
            "setting": setting,
            "runs": runs,
            "seconds": statistics.median(taken[number]),
            "lemmata float64 / it": ours / statistics.median(taken[number]),
            "above the best": f"{100 * (residuals[number] / best - 1):.4f} %",
        }
        for number, (name, setting, runs, _) in enumerate(every)
    ]


def main() -> None:
    if SWEEP:
        sys.argv.remove("--sweep")
    A = weighted()
    packages = ("numpy", "scipy", "scikit-learn", "fbpca", "torch")
    report("truncated_svd", measured(A), packages)


if __name__ == "__main__":
    main()
