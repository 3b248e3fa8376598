"""Three spectra, one dense matrix each: truncated_svd beside its peers with nothing said.

    python benchmarks/lemmata/truncated_svd_dense.py [--json]

2000 x 1000, k = 50, in double precision. Every library runs with its own defaults, as it would
for somebody who says no more than k: what is compared is how near the best residual that comes,
and the time. A peer that is not installed is left out.
"""

# ruff: noqa: N803, N806 - matrices are capitals, as in the papers

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from beside import report, take_turns

from lemmata.linalg import truncated_svd

M, N, K = 2000, 1000, 50
SPECTRA: dict[str, Any] = {
    "1/j": 1 / np.arange(1, N + 1),
    "0.97^j": 0.97 ** np.arange(N),
    "50 of 1, then 0.1": np.where(np.arange(N) < K, 1.0, 0.1),
}


def matrix(sigma: Any) -> Any:
    draw = np.random.default_rng(0)
    U = np.linalg.qr(draw.standard_normal((M, N)))[0]
    V = np.linalg.qr(draw.standard_normal((N, N)))[0]
    return (U * sigma) @ V.T


def lemmata(A: Any, **choice: Any) -> Any:
    result = truncated_svd(A, K, rng=0, **choice)
    return result.U, result.s, result.Vt


def peers(A: Any) -> dict[str, Callable[[], Any]]:
    from scipy.sparse.linalg import svds

    found: dict[str, Callable[[], Any]] = {
        "lemmata": lambda: lemmata(A),
        "lemmata, tol=1e-8": lambda: lemmata(A, tol=1e-8),
        "numpy svd, all of it": lambda: np.linalg.svd(A, full_matrices=False),
        "scipy svds arpack": lambda: svds(A, k=K, solver="arpack", rng=0),
        "scipy svds propack": lambda: svds(A, k=K, solver="propack", rng=0),
    }
    if find_spec("sklearn"):
        from sklearn.utils.extmath import randomized_svd

        found["sklearn randomized_svd"] = lambda: randomized_svd(A, K, random_state=0)
    if find_spec("fbpca"):
        from fbpca import pca

        found["fbpca"] = lambda: pca(A, K, raw=True)
    if find_spec("torch"):
        import torch

        tensor = torch.asarray(A)

        def lowrank() -> Any:
            U, s, V = torch.svd_lowrank(tensor, q=K)
            return U.numpy(), s.numpy(), V.numpy().T

        found["torch.svd_lowrank, q=50"] = lowrank
    return found


def main() -> None:
    rows = []
    for name, sigma in SPECTRA.items():
        A = matrix(sigma)
        best = float(np.sqrt(np.sum(sigma[K:] ** 2)))
        contenders = peers(A)
        taken = take_turns(contenders, runs=3)
        for peer, decompose in contenders.items():
            U, s, Vt = decompose()
            order = np.argsort(-s)[:K]
            error = np.linalg.norm(A - (U[:, order] * s[order]) @ Vt[order])
            rows.append(
                {
                    "spectrum": name,
                    "library": peer,
                    "ms": taken[peer],
                    "above the best": f"{100 * (float(error) / best - 1):.2g} %",
                }
            )
    report("truncated_svd_dense", rows, ("numpy", "scipy", "scikit-learn", "fbpca", "torch"))


if __name__ == "__main__":
    main()
