"""Ranking from five likes: closed-form feedback beside Rocchio, means, logistic regression and SVM.

    OPENBLAS_NUM_THREADS=1 python benchmarks/lemmata/ridge_feedback.py [--json]

Cranfield and CISI (shared data), TF-IDF rows of length 1. A topic is a query with at least ten
relevant documents: five drawn at random are liked, 100 random others are the background (which may
hold relevant ones, as nobody knows), the rest is ranked and average precision counts the relevant.
The query's words are used by nobody. Three draws a topic. Each method's setting is the best on one
half of the topics, scored on the other, and the halves change places; every method has the same
number of settings. Differences are paired by topic, with 95 % intervals from 10,000 bootstraps.
"""

# ruff: noqa: N803, N806 - matrices are capitals, as in the papers

import json
import os
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from beside import report
from scipy.sparse import csr_array, vstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from lemmata.linalg import feedback

SHARED = Path(os.environ.get("POSTIL_SHARED", Path(__file__).parents[3] / "shared"))
LIKES, BACKGROUND, DRAWS, LEAST = 5, 100, 3, 10
Scorer = Callable[[csr_array, csr_array, csr_array, float], np.ndarray]


def collection(name: str) -> tuple[csr_array, list[np.ndarray]]:
    """TF-IDF rows of length 1, and the relevant rows of each topic that has enough."""
    folder = SHARED / "data" / "ir" / name
    if not folder.is_dir():
        print(f"ridge_feedback: no collection at {folder}; set POSTIL_SHARED", file=sys.stderr)
        raise SystemExit(2)
    lines = (folder / "corpus.jsonl").read_text("utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    row = {record["_id"]: i for i, record in enumerate(records)}
    texts = [f"{record.get('title', '')} {record['text']}" for record in records]
    X = TfidfVectorizer(sublinear_tf=True, min_df=2, stop_words="english").fit_transform(texts)
    relevant: dict[str, set[int]] = defaultdict(set)
    for line in (folder / "qrels/test.tsv").read_text("utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")
        if int(grade) > 0 and document in row:
            relevant[query].add(row[document])
    topics = [np.array(sorted(rows)) for rows in relevant.values() if len(rows) >= LEAST]
    return csr_array(X), topics


def by_feedback(L: csr_array, B: csr_array, X: csr_array, penalty: float) -> np.ndarray:
    used = np.unique(np.r_[L.indices, B.indices])  # the other features have weight 0
    weights = np.zeros(X.shape[1])
    weights[used] = feedback(L[:, used].toarray(), B[:, used].toarray(), penalty).weights
    return X @ weights


def by_rocchio(L: csr_array, B: csr_array, X: csr_array, share: float) -> np.ndarray:
    return X @ (mean(L) - share * mean(B))


def by_centred_mean(L: csr_array, B: csr_array, X: csr_array, power: float) -> np.ndarray:
    center = mean(X)
    norms = np.sqrt(1 - 2 * (X @ center) + center @ center) ** power
    return (X @ (mean(L) - center)) / norms


def mean(A: csr_array) -> np.ndarray:
    return np.asarray(A.mean(axis=0)).ravel()


def by_logistic(L: csr_array, B: csr_array, X: csr_array, C: float) -> np.ndarray:
    model = LogisticRegression(C=C, class_weight="balanced", max_iter=300)
    return X @ model.fit(vstack([L, B]), labels(L, B)).coef_[0]


def by_svc(L: csr_array, B: csr_array, X: csr_array, C: float) -> np.ndarray:
    model = LinearSVC(C=C, class_weight="balanced", max_iter=5000)
    return X @ model.fit(vstack([L, B]), labels(L, B)).coef_[0]


def labels(L: csr_array, B: csr_array) -> np.ndarray:
    return np.r_[np.ones(L.shape[0]), np.zeros(B.shape[0])]


METHODS: dict[str, tuple[Scorer, tuple[float, ...]]] = {
    "lemmata feedback": (by_feedback, (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)),
    "Rocchio": (by_rocchio, (0.0, 0.25, 0.5, 1.0, 1.5, 2.0)),
    "centred mean": (by_centred_mean, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
    "scikit-learn LogisticRegression": (by_logistic, (0.001, 0.01, 0.1, 1.0, 10.0, 100.0)),
    "scikit-learn LinearSVC": (by_svc, (0.001, 0.01, 0.1, 1.0, 10.0, 100.0)),
}


def average_precision(scores: np.ndarray, wanted: np.ndarray) -> float:
    ranks = np.flatnonzero(wanted[np.argsort(-scores, kind="stable")]) + 1
    return float(np.mean(np.arange(1, len(ranks) + 1) / ranks))


def measured(
    X: csr_array, topics: list[np.ndarray]
) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Average precision (settings, topics) and the median milliseconds of each method."""
    rng = np.random.default_rng(0)
    found = {name: np.zeros((len(s), len(topics))) for name, (_, s) in METHODS.items()}
    taken: dict[str, list[float]] = defaultdict(list)
    for number, relevant in enumerate(topics):
        for _ in range(DRAWS):
            liked = rng.permutation(relevant)[:LIKES]
            others = np.setdiff1d(np.arange(X.shape[0]), liked)
            background = rng.permutation(others)[:BACKGROUND]
            ranked = np.setdiff1d(others, background)
            wanted = np.isin(ranked, relevant)
            if not wanted.any():
                continue
            L, B, R = X[liked], X[background], X[ranked]
            for name, (scorer, settings) in METHODS.items():
                for i, setting in enumerate(settings):
                    start = time.perf_counter()
                    scores = scorer(L, B, R, setting)
                    taken[name].append(1e3 * (time.perf_counter() - start))
                    found[name][i, number] += average_precision(scores, wanted) / DRAWS
    return found, {name: float(np.median(times)) for name, times in taken.items()}


def cross_chosen(scores: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Each topic's score at the setting that was best on the half without it."""
    halves = np.arange(scores.shape[1]) % 2
    chosen = [int(np.argmax(scores[:, halves != half].mean(axis=1))) for half in (0, 1)]
    return scores[np.array(chosen)[halves], np.arange(scores.shape[1])], chosen


def rows() -> Iterator[dict[str, object]]:
    warnings.simplefilter("ignore")  # of convergence, in settings that lose anyway
    for name in ("cranfield", "cisi"):
        X, topics = collection(name)
        order = np.random.default_rng(1).permutation(len(topics))
        found, times = measured(X, [topics[i] for i in order])
        best = {method: cross_chosen(scores) for method, scores in found.items()}
        ours = best["lemmata feedback"][0]
        for method, (scores, chosen) in best.items():
            difference = ours - scores
            samples = np.random.default_rng(2).integers(len(topics), size=(10_000, len(topics)))
            low, high = np.percentile(difference[samples].mean(axis=1), (2.5, 97.5))
            same = method == "lemmata feedback"
            yield {
                "collection": f"{name}, {len(topics)} topics",
                "method": method,
                "MAP": round(float(scores.mean()), 4),
                "lemmata's lead": None if same else f"{difference.mean():+.4f}",
                "95 % interval": None if same else f"{low:+.4f} to {high:+.4f}",
                "ahead, behind": None
                if same
                else f"{int((difference > 0).sum())}, {int((difference < 0).sum())}",
                "settings chosen": " and ".join(f"{METHODS[method][1][i]:g}" for i in chosen),
                "ms": times[method],
            }


if __name__ == "__main__":
    report("ridge_feedback", rows(), ("numpy", "scipy", "scikit-learn"))
