"""Search quality on judged collections, beside other libraries in the same run.

    python benchmarks/postil/quality.py [--shared FOLDER] [--made FOLDER] [--classic FOLDER]
        [--models NAMES] [--json] [--raise]

Ours is `postil evaluate`: the query language, the analysis and the ranking that readers get, by words alone,
with the vectors learnt from the collection, and with a model where --models names one. The measures are the
product's for everybody: linear gains, every judged document in the ideal, queries with a relevant document.

Before ours count, the harness must reproduce others: the bare engine over the tokens of bm25s must score as
bm25s does, bm25s as BM25 written out, the bare engine as the same with lengths rounded, and bm25s over
Lucene's tokens as Lucene itself where there is one (see quality_peers.py), each within 0.005 nDCG@10 on every
collection; else nothing is printed but the difference, and the status is 1. On the classic collections the
engine and bm25s are up to 0.006 apart by the rounding alone: there each is held to its own form written out.

Ours is held to the better of bm25s with and without stop words, and to the best of it and FTS5. The
floors in quality_floors.json can only be raised, which --raise does; a test reads them.
--made adds the collections of quality_collections.py, written to that folder where they are missing, and
--classic those that quality_classic.py has written to that folder.
"""

import argparse
import json
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

from quality_classic import CLASSIC
from quality_collections import MADE, make
from quality_peers import (
    bare_run,
    bm25s_run,
    fts5_run,
    lucene_run,
    lucene_tokens,
    rounded,
    snowball_tokens,
    written_run,
)

from postil.search.comparison import Run, compare
from postil.search.evaluation import Collection, evaluate_collection
from postil.search.metrics import ndcg, recall, reciprocal_rank
from postil.settings import Settings

COLLECTIONS = ("cranfield", "cisi")
WITHIN = 0.005
FLOORS = Path(__file__).with_name("quality_floors.json")
BM25S, BM25S_STOP = "bm25s", "bm25s, stop words"
TITLE_WEIGHTS = (1.0, 2.0, 5.0)
Figures = dict[str, object]


def score(collection: Collection, run: Run) -> dict[str, float]:
    """The measures of a run, over the queries that have a relevant document."""
    judged = [
        (run.rankings.get(query, ()), grades)
        for query, grades in collection.judgements.items()
        if any(grade > 0 for grade in grades.values())
    ]
    return {
        "ndcg_10": fmean(ndcg(ranking, grades) for ranking, grades in judged),
        "recall_100": fmean(recall(ranking, grades) for ranking, grades in judged),
        "mrr_10": fmean(reciprocal_rank(ranking, grades) for ranking, grades in judged),
    }


def peers(collection: Collection) -> dict[str, Run]:
    """What ours is held to, by name."""
    runs = [
        bm25s_run(collection, snowball_tokens(False), BM25S),
        bm25s_run(collection, snowball_tokens(True), BM25S_STOP),
        *(fts5_run(collection, weight) for weight in TITLE_WEIGHTS),
    ]
    return {run.name: run for run in runs}


def reproduced(
    collection: Collection, known: dict[str, Run], *, directly: bool
) -> dict[str, list[float]]:
    """What must agree: a name, and the nDCG@10 of the two; `directly` holds the engine to bm25s as well."""
    tokens = snowball_tokens(False)
    bare = bare_run(collection, tokens, "bare engine")
    written = written_run(collection, tokens, "BM25 written out")
    with_rounding = written_run(collection, tokens, "BM25 with rounded lengths", rounded)
    pairs = {
        "bm25s, BM25 written out": (known[BM25S], written),
        "bare engine over bm25s's tokens, BM25 with rounded lengths": (bare, with_rounding),
    }
    if directly:
        pairs["bare engine over bm25s's tokens, bm25s"] = (bare, known[BM25S])
    if lucene := lucene_run(collection):
        alike = bm25s_run(collection, lucene_tokens(), "bm25s over Lucene's tokens")
        pairs["bm25s over Lucene's tokens, Lucene"] = (alike, lucene)
        known["Lucene"] = lucene
    return {
        name: [round(score(collection, run)["ndcg_10"], 4) for run in pair]
        for name, pair in pairs.items()
    }


def ours(folder: Path, models: list[str]) -> dict[str, tuple[Run, Figures]]:
    """Our runs, by which vectors take part."""
    base = replace(Settings(data=folder), embeddings="")
    ways = {
        "postil, words": replace(base, meaning=False),
        "postil": base,
        **{f"postil, {model}": replace(base, embeddings=model) for model in models},
    }
    found = {}
    for name, settings in ways.items():
        evaluated = evaluate_collection(folder, settings=settings)
        times: Figures = {"p50_ms": evaluated.p50_ms, "p99_ms": evaluated.p99_ms}
        found[name] = (Run(name, evaluated.run.rankings), times)
    return found


def run(folder: Path, models: list[str]) -> Figures:
    """Everybody's figures on one collection."""
    collection = Collection.read(folder)
    known = peers(collection)
    checks = reproduced(collection, known, directly=folder.name not in CLASSIC)
    for name, (one, other) in checks.items():
        if abs(one - other) > WITHIN:
            sys.exit(f"{folder.name}: {name} differ: {one} and {other}. No figure of ours counts.")
    rows = {name: score(collection, peer) for name, peer in known.items()}
    better = max((BM25S, BM25S_STOP), key=lambda name: rows[name]["ndcg_10"])
    best = max((n for n in known if n != "Lucene"), key=lambda name: rows[name]["ndcg_10"])
    against = {}
    for name, (ranked, times) in ours(folder, models).items():
        rows[name] = score(collection, ranked) | times
        against[name] = [
            _short(compare(ranked, known[peer], collection.judgements).record())
            for peer in dict.fromkeys((better, best))
        ]
    return {
        "documents": len(collection.documents),
        "reproduced": checks,
        "rows": {name: {k: round(v, 4) for k, v in row.items()} for name, row in rows.items()},
        "against": against,
    }


def _short(record: Figures) -> Figures:
    low, high = record["interval"]
    return {
        "against": record["against"],
        "difference": round(record["difference"], 4),
        "interval": [round(low, 4), round(high, 4)],
        "better": record["better"],
        "worse": record["worse"],
    }


def show(name: str, figures: Figures) -> None:
    """A table of one collection."""
    print(f"{name}, {figures['documents']} documents")
    for said, (one, other) in figures["reproduced"].items():
        print(f"  {said}: {one:.4f} {other:.4f}")
    print(f"  {'':28}{'nDCG@10':>9}{'recall@100':>12}{'MRR@10':>9}")
    for who, row in figures["rows"].items():
        print(f"  {who:28}{row['ndcg_10']:9.4f}{row['recall_100']:12.4f}{row['mrr_10']:9.4f}")
    for who, rows in figures["against"].items():
        for row in rows:
            low, high = row["interval"]
            print(
                f"  {who} against {row['against']}: {row['difference']:+.4f} "
                f"({low:+.4f} to {high:+.4f}), better on {row['better']}, worse on {row['worse']}"
            )
    print()


def raise_floors(found: dict[str, Figures]) -> None:
    """Add today's figures to the floors where they are higher; nothing is ever taken away."""
    floors = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    today = datetime.now(UTC).date().isoformat()
    for name in COLLECTIONS:
        rows = found[name]["rows"]
        for who in ("postil, words", "postil"):
            history = floors.setdefault(name, {}).setdefault(who, [])
            value = round(rows[who]["ndcg_10"] - 0.0005, 4)
            if not history or value > history[-1][1]:
                history.append([today, value])
    FLOORS.write_text(json.dumps(floors, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Read the arguments and print the figures."""
    here = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    shared = Path(os.environ.get("POSTIL_SHARED") or here.parent / "shared")
    parser.add_argument("--shared", type=Path, default=shared)
    parser.add_argument("--made", type=Path, help="where the made collections are, or go")
    parser.add_argument("--classic", type=Path, help="where quality_classic.py wrote")
    parser.add_argument("--models", default="", help="such as minilm, several with commas")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--raise", dest="lift", action="store_true", help="raise the floors")
    arguments = parser.parse_args()
    folders = [arguments.shared / "data" / "ir" / name for name in COLLECTIONS]
    if not folders[0].is_dir():
        sys.exit(f"No shared data at {arguments.shared}: name the folder with --shared.")
    if arguments.made:
        make(arguments.made, arguments.shared / "data")
        folders += [arguments.made / name for name in MADE]
    if arguments.classic:
        folders += [arguments.classic / name for name in CLASSIC]
    models = [name for name in arguments.models.split(",") if name]
    found = {}
    for folder in folders:
        found[folder.name] = run(folder, models)
        if not arguments.json:
            show(folder.name, found[folder.name])
    if arguments.lift:
        raise_floors(found)
    if arguments.json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
