"""Representatives beside k-means medoids, pivoted QR, chance and apricot: coverage and time.

    OPENBLAS_NUM_THREADS=1 python benchmarks/lemmata/select_representatives.py [--json]

Coverage is the mean cosine of each vector to its nearest representative, negative ones as 0. The
real vectors are 384 latent dimensions of TF-IDF of abstracts of one stretch of arXiv's lists (from
the shared data); the planted ones are 30 unit directions in noise of 0.3 and 1 times their size.
k-means is run from five seeds, and the best of the five coverages stands in the table; chance is
the mean of ten. apricot is slow and gets 500 vectors.
"""

# ruff: noqa: N803, N806 - matrices are capitals, as in the papers

import gzip
import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from beside import Row, report, take_turns
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from lemmata.linalg import interpolative, select_representatives

SHARED = Path(os.environ.get("POSTIL_SHARED", Path(__file__).parents[2].parent / "shared"))
RECORDS = SHARED / "data" / "arxiv-recent.jsonl.gz"
SEEDS = 5


def abstracts(count: int) -> np.ndarray:
    """Unit vectors (count, 384) of the first `count` records, fitted on twice as many."""
    with gzip.open(RECORDS, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in islice(lines, 2 * count)]
    texts = [f"{record['title']} {record['abstract']}" for record in records]
    weights = TfidfVectorizer(sublinear_tf=True, min_df=3, stop_words="english")
    latent = TruncatedSVD(384, n_iter=2, random_state=0)
    return unit(latent.fit_transform(weights.fit_transform(texts))[:count])


def planted(noise: float, n: int = 2000, clusters: int = 30) -> np.ndarray:
    draw = np.random.default_rng(0)
    centres = unit(draw.standard_normal((clusters, 384)))
    X = centres[draw.integers(0, clusters, n)]
    return unit(X + noise * draw.standard_normal((n, 384)) / np.sqrt(384))


def unit(X: np.ndarray) -> np.ndarray:
    return (X / np.linalg.norm(X, axis=1, keepdims=True)).astype(np.float32)


def coverage(X: np.ndarray, picks: np.ndarray) -> float:
    return float(np.maximum(X @ X[picks].T, 0).max(axis=1).mean())


def medoids(X: np.ndarray, k: int, seed: int) -> np.ndarray:
    """The vector nearest to each centre of k-means."""
    centres = KMeans(k, n_init=1, random_state=seed).fit(X).cluster_centers_
    return np.argmax(X @ unit(centres).T, axis=0)


def apricot(X: np.ndarray, k: int) -> np.ndarray:
    from apricot import FacilityLocationSelection

    chosen = FacilityLocationSelection(k, metric="precomputed", optimizer="lazy")
    return chosen.fit(np.maximum(X @ X.T, 0).astype(float)).ranking


def chance(X: np.ndarray, k: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).choice(len(X), k, replace=False)


def rows() -> Iterator[Row]:
    real = abstracts(2000)
    small = real[:500]
    yield from compared("500 abstracts", small, 10, {"apricot-select": lambda: apricot(small, 10)})
    for k in (10, 30):
        yield from compared("2,000 abstracts", real, k)
    for noise in (0.3, 1.0):
        yield from compared(f"30 planted, noise {noise:g}", planted(noise), 30)


def compared(
    name: str,
    X: np.ndarray,
    k: int,
    peers: dict[str, Callable[[], np.ndarray]] | None = None,
) -> Iterator[Row]:
    ours = {m: lambda m=m: select_representatives(X, k, m) for m in ("facility", "css")}
    others = {
        "k-means medoids": lambda: medoids(X, k, 0),
        "pivoted QR": lambda: interpolative(X, k, method="cpqr", axis="rows").indices,
        **(peers or {}),
    }
    # slower ones are not run more often than they need, nor the fast ones less
    times = {**take_turns(ours, 15), **take_turns(others, 2), "chance": None}
    draws = {
        "k-means medoids": max(coverage(X, medoids(X, k, seed)) for seed in range(SEEDS)),
        "chance": float(np.mean([coverage(X, chance(X, k, seed)) for seed in range(10)])),
    }
    for way, ms in times.items():
        found = ours[way]() if way in ours else None
        picks = found.indices if found else others[way]() if way not in draws else None
        yield {
            "vectors": name,
            "k": k,
            "method": f"lemmata {way}" if found else way,
            "ms": ms,
            "coverage": f"{draws[way] if picks is None else coverage(X, picks):.4f}",
            "proved share of the best": f"{found.certificate:.3f}" if found else None,
        }


if __name__ == "__main__":
    if not RECORDS.is_file():
        print(f"No records at {RECORDS}: set POSTIL_SHARED to the shared folder.", file=sys.stderr)
        sys.exit(2)
    warnings.simplefilter("ignore")  # apricot's, of its own dependencies
    report("select_representatives", rows(), ("numpy", "scikit-learn", "apricot-select"))
