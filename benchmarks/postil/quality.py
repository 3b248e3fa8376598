"""Search quality on Cranfield and CISI, beside stemmed BM25 by another library, in the same run.

    python benchmarks/postil/quality.py [--shared FOLDER] [--json]

Ours is `postil evaluate`: the query language, the analysis and the ranking that readers get. The peer is
bm25s with PyStemmer's English stems (Porter's second stemmer) over title and text together, k1 1.2, b 0.75,
with and without its English stop words; the better of the two is what ours is held to. The measures are the
product's for both (linear gains, every judged document in the ideal).
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import fmean

import bm25s
import Stemmer

from postil.search.evaluation import Collection, evaluate_collection
from postil.search.metrics import ndcg, recall, reciprocal_rank

COLLECTIONS = ("cranfield", "cisi")
TOLERANCE = 0.01
Ranker = Callable[[str], list[str]]


def peer(collection: Collection, stop_words: str | None) -> Ranker:
    """bm25s over the collection, as a function from a query to document ids."""
    stemmer = Stemmer.Stemmer("english")

    def tokens(texts: list[str]) -> object:
        return bm25s.tokenize(texts, stopwords=stop_words, stemmer=stemmer, show_progress=False)

    engine = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    texts = [f"{paper.title} {paper.abstract}" for paper in collection.documents]
    engine.index(tokens(texts), show_progress=False)

    def rank(query: str) -> list[str]:
        found, _ = engine.retrieve(tokens([query]), k=100, show_progress=False)
        return [collection.documents[at].id.key for at in found[0]]

    return rank


def score(collection: Collection, rank: Ranker) -> dict[str, float]:
    """The measures of a ranker, over the queries that have a relevant document."""
    judged = [
        (rank(text), collection.judgements[query])
        for query, text in collection.queries.items()
        if any(grade > 0 for grade in collection.judgements.get(query, {}).values())
    ]
    return {
        "ndcg_10": fmean(ndcg(ranking, grades) for ranking, grades in judged),
        "recall_100": fmean(recall(ranking, grades) for ranking, grades in judged),
        "mrr_10": fmean(reciprocal_rank(ranking, grades) for ranking, grades in judged),
    }


def run(folder: Path) -> dict[str, object]:
    """Ours and the peer's figures on one collection."""
    ours = evaluate_collection(folder).record()
    collection = Collection.read(folder)
    rows = {
        "postil": {name: ours[name] for name in ("ndcg_10", "recall_100", "mrr_10")},
        "bm25s": score(collection, peer(collection, None)),
        "bm25s, stop words": score(collection, peer(collection, "en")),
    }
    best = max(rows["bm25s"]["ndcg_10"], rows["bm25s, stop words"]["ndcg_10"])
    difference = rows["postil"]["ndcg_10"] - best
    rounded = {
        who: {name: round(value, 4) for name, value in row.items()} for who, row in rows.items()
    }
    return {
        "rows": rounded,
        "against_better_peer": round(difference, 4),
        "within_tolerance": difference >= -TOLERANCE,
        "p50_ms": round(float(ours["p50_ms"]), 3),
        "p99_ms": round(float(ours["p99_ms"]), 3),
    }


def show(name: str, figures: dict[str, object]) -> None:
    """A table of one collection."""
    print(f"{name:22}{'nDCG@10':>10}{'recall@100':>12}{'MRR@10':>10}")
    rows = figures["rows"]
    for who, row in rows.items():
        print(f"  {who:20}{row['ndcg_10']:10.4f}{row['recall_100']:12.4f}{row['mrr_10']:10.4f}")
    print(f"  against the better peer: {figures['against_better_peer']:+.4f} nDCG@10\n")


def main() -> None:
    """Read the arguments and print the figures."""
    here = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    shared = Path(os.environ.get("POSTIL_SHARED") or here.parent / "shared")
    parser.add_argument("--shared", type=Path, default=shared)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    folders = [arguments.shared / "data" / "ir" / name for name in COLLECTIONS]
    if not folders[0].is_dir():
        sys.exit(f"No shared data at {arguments.shared}: name the folder with --shared.")
    figures = {folder.name: run(folder) for folder in folders}
    if arguments.json:
        print(json.dumps(figures))
        return
    for name, found in figures.items():
        show(name, found)


if __name__ == "__main__":
    main()
