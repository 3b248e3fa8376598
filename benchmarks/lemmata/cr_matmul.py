"""Column-row products of a real similarity matrix beside the exact one, PCA and int8.

    OPENBLAS_NUM_THREADS=1 python benchmarks/lemmata/cr_matmul.py [--json]

X is 400 documents of Cranfield by terms (TF-IDF rows of length 1), Y the other 1,000 transposed:
XY is their cosine similarity, and c terms of the vocabulary are kept. PCA keeps c directions of Y,
uncentred; int8 keeps every number of X and Y in one byte, a scale a row. `top 10` is the share of
each document's ten nearest that is found. Choosing is timed with the product, the SVD and the
rounding apart from it, as they are done once for a collection. The greedy choice of 1,024 terms
is left out: it takes longer than all the rest.
"""

# ruff: noqa: N803, N806 - matrices are capitals, as in the papers

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from beside import report, take_turns
from sklearn.feature_extraction.text import TfidfVectorizer

from lemmata.linalg import cr_matmul

SHARED = Path(os.environ.get("POSTIL_SHARED", Path(__file__).parents[3] / "shared"))
QUERIES = 400
WAYS = (
    ("norm", "unbiased"),
    ("uniform", "unbiased"),
    ("topk", "none"),
    ("topk", "optimal"),
    ("omp", "optimal"),
)


def factors() -> tuple[np.ndarray, np.ndarray]:
    path = SHARED / "data/ir/cranfield/corpus.jsonl"
    if not path.is_file():
        print(f"cr_matmul: no collection at {path}; set POSTIL_SHARED", file=sys.stderr)
        raise SystemExit(2)
    records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    texts = [f"{record.get('title', '')} {record['text']}" for record in records]
    vectors = TfidfVectorizer(sublinear_tf=True, min_df=3, stop_words="english")
    A = vectors.fit_transform(text for text in texts if text.strip()).toarray().astype(np.float32)
    A = np.random.default_rng(0).permutation(A[A.any(axis=1)])
    return A[:QUERIES].copy(), A[QUERIES:].T.copy()


def rounded(A: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    scale = np.abs(A).max(axis=1, keepdims=True) / 127
    return np.rint(A / scale).astype(np.int8), scale


def by_int8(Q: tuple[np.ndarray, np.ndarray], D: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    # NumPy has no fast product of bytes: the numbers are those of int8, the time is float's
    return (Q[0].astype(np.float32) @ D[0].astype(np.float32).T) * (Q[1] * D[1].T)


def overlap(product: np.ndarray, exact: np.ndarray) -> float:
    pairs = (np.argpartition(-P, 10, axis=1)[:, :10] for P in (product, exact))
    return float(np.mean([len(set(a) & set(b)) / 10 for a, b in zip(*pairs, strict=True)]))


def row(
    name: str, c: object, ms: float, product: np.ndarray, exact: np.ndarray, stated: float | None
) -> dict[str, object]:
    return {
        "product": name,
        "terms kept": c,
        "ms": ms,
        "relative error": float(np.linalg.norm(product - exact) / np.linalg.norm(exact)),
        "stated": "–" if stated is None else f"{stated:.3g}",
        "top 10": overlap(product, exact),
    }


def rows() -> Iterator[dict[str, object]]:
    X, Y = factors()
    exact = X @ Y
    rng = np.random.default_rng(1)
    Q, D = rounded(X), rounded(Y.T)
    right = np.linalg.svd(Y, full_matrices=False)[0]
    yield row("exact", X.shape[1], take_turns({"": lambda: X @ Y}, 5)[""], exact, exact, None)
    ms = take_turns({"": lambda: by_int8(Q, D)}, 5)[""]
    yield row("int8", X.shape[1], ms, by_int8(Q, D), exact, None)
    for c in (64, 256, 1024):
        for method, weights in WAYS if c < 1000 else WAYS[:-1]:

            def approximate(m=method, w=weights, c=c):
                return cr_matmul(X, Y, c, m, w, rng=rng)

            runs = 1 if method == "omp" else 5
            ms = take_turns({"": approximate}, runs)[""]
            found = cr_matmul(X, Y, c, method, weights, rng=rng, certify=True)
            name = f"{method}, {weights}"
            yield row(name, c, ms, found.product, exact, found.expected_relative_error)
        if c > right.shape[1]:
            continue
        V = right[:, :c]
        XV, VY = X @ V, V.T @ Y
        ms = take_turns({"": lambda a=XV, b=VY: a @ b}, 5)[""]
        yield row("PCA", c, ms, XV @ VY, exact, None)


if __name__ == "__main__":
    report("cr_matmul", rows(), ("numpy", "scikit-learn"))
