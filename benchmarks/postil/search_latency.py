"""How long a search takes, beside bare tantivy-py and SQLite's FTS5 on the same records, in the same run.

    python benchmarks/postil/search_latency.py [--data FOLDER] [--shared FOLDER] [--queries N] [--json]

FOLDER is a library of the shared records; what is missing of it is imported first. The peers get the same
papers: tantivy-py a title and an abstract with its own English stems, asked through its own parser with the
title counted twice; FTS5 the same two columns with Porter stems (the first 150 queries only, it is slow).
Queries are drawn with a seed from the records: 60 % of two or three words, 20 % phrases, 10 % words under a
category or a span of days, 10 % words with a negation. Every engine is asked each query in turn, three times
over; a query counts with its best time. Milliseconds are of the wall clock; `cpu` are those of the thread.
"""

import argparse
import json
import os
import random
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tantivy import Document, Index, Schema, SchemaBuilder

from postil.library import Library, Search
from postil.paper import Paper
from postil.search.metrics import percentile
from postil.settings import Settings
from postil.store.protocol import Store

FILES = ("arxiv-recent.jsonl.gz", "arxiv-archive-sample.jsonl.gz")
RATIO_LIMIT, FULL_P50_LIMIT_MS = 1.5, 3.0
ROUNDS = 3
FTS_QUERIES = 150
SHOWN = 20
_WORD = re.compile(r"[a-z]{3,}")


@dataclass(frozen=True)
class Asked:
    """One query in the three languages."""

    kind: str
    ours: str
    bare: str
    fts: str


def queries(store: Store, count: int, seed: int = 20261101) -> list[Asked]:
    """Queries of words that stand in papers, the same for a seed and a library."""
    draw = random.Random(seed)
    last = store.last_change()
    found: list[Asked] = []
    kinds = ["words"] * 6 + ["phrase"] * 2 + ["filter", "negation"]
    while len(found) < count:
        papers = store.load([draw.randint(1, last)])
        if papers and (asked := _asked(kinds[len(found) % 10], papers[0], draw)):
            found.append(asked)
    return found


def _asked(kind: str, paper: Paper, draw: random.Random) -> Asked | None:
    words = _WORD.findall(f"{paper.title} {paper.abstract}".lower())
    if len(words) < 20:
        return None
    chosen = draw.sample(words, draw.choice([2, 3]))
    plain, either = " ".join(chosen), " OR ".join(f'"{word}"' for word in chosen)
    if kind == "words":
        return Asked(kind, plain, plain, either)
    if kind == "negation":
        other = draw.choice(words)
        return Asked(kind, f"{plain} -{other}", f"{plain} -{other}", f'({either}) NOT "{other}"')
    if kind == "phrase":
        return _phrase(paper, draw)
    if draw.random() < 0.5 and paper.categories:
        code = paper.primary
        asked = f"+category:{json.dumps(code)} +({plain})"
        return Asked("filter", f"cat:{code} {plain}", asked, either)
    year = paper.day_number // 10_000
    span = f"+day:[{year}0101 TO {year}0631] +({plain})"
    return Asked("filter", f"date:{year}-01..{year}-06 {plain}", span, either)


def _phrase(paper: Paper, draw: random.Random) -> Asked | None:
    words = paper.title.lower().split()
    length = draw.choice([2, 3])
    if len(words) <= length:
        return None
    start = draw.randrange(len(words) - length)
    chosen = words[start : start + length]
    quoted = f'"{" ".join(chosen)}"'
    return Asked("phrase", quoted, quoted, quoted) if all(map(_WORD.fullmatch, chosen)) else None


class Bare:
    """tantivy-py as one would use it: two stemmed fields, its parser, its defaults."""

    def __init__(self, folder: Path, store: Store) -> None:
        path = folder / "tantivy"
        if not path.exists():
            _build_bare(path, store)
        self._index = Index.open(str(path))
        self._searcher = self._index.searcher()

    def rank(self, asked: Asked) -> Sequence[object]:
        """Numbers of the best papers."""
        query = self._index.parse_query(
            asked.bare, ["title", "abstract"], field_boosts={"title": 2.0}
        )
        hits = self._searcher.search(query, SHOWN, count=False).hits
        return self._searcher.fast_field_values("number", [address for _, address in hits])


def _bare_schema() -> Schema:
    return (
        SchemaBuilder()
        .add_text_field("title", tokenizer_name="en_stem")
        .add_text_field("abstract", tokenizer_name="en_stem")
        .add_text_field("category", tokenizer_name="raw", index_option="basic")
        .add_integer_field("day", indexed=True, fast=True)
        .add_integer_field("number", fast=True)
        .build()
    )


def _build_bare(path: Path, store: Store) -> None:
    path.mkdir(parents=True)
    index = Index(_bare_schema(), str(path))
    writer = index.writer(100_000_000, 2)
    for number, paper in _numbered(store):
        writer.add_document(
            Document(
                title=paper.title,
                abstract=paper.abstract,
                category=list(paper.categories),
                day=paper.day_number,
                number=number,
            )
        )
    writer.commit()
    writer.wait_merging_threads()


def _numbered(store: Store) -> Iterator[tuple[int, Paper]]:
    sequence = 0
    while changes := store.changes(sequence, 1_000):
        yield from ((change.number, change.paper) for change in changes if change.paper)
        sequence = changes[-1].sequence


class FullText:
    """SQLite's own full-text index, ordered by its BM25."""

    def __init__(self, folder: Path, store: Store) -> None:
        path = folder / "fts5.db"
        fresh = not path.exists()
        self._connection = sqlite3.connect(path)
        if fresh:
            self._connection.execute(
                "CREATE VIRTUAL TABLE papers USING fts5"
                "(title, abstract, content='', tokenize='porter unicode61')"
            )
            with self._connection:
                self._connection.executemany(
                    "INSERT INTO papers (rowid, title, abstract) VALUES (?, ?, ?)",
                    ((number, p.title, p.abstract) for number, p in _numbered(store)),
                )

    def rank(self, asked: Asked) -> Sequence[object]:
        """Numbers of the best papers; conditions beside the words are left out."""
        found = self._connection.execute(
            "SELECT rowid FROM papers WHERE papers MATCH ? ORDER BY bm25(papers, 2.0, 1.0) LIMIT ?",
            (asked.fts, SHOWN),
        )
        return [row[0] for row in found]


Engine = Callable[[Asked], object]


def measure(
    engines: dict[str, Engine], asked: Sequence[Asked], rounds: int = ROUNDS
) -> dict[str, dict[str, float]]:
    """Milliseconds of every engine, a query in turn for each of them."""
    wall = {name: [float("inf")] * len(asked) for name in engines}
    cpu = {name: [float("inf")] * len(asked) for name in engines}
    for _ in range(rounds):
        for at, query in enumerate(asked):
            for name, engine in engines.items():
                wall_start, cpu_start = time.perf_counter(), time.thread_time()
                engine(query)
                cpu[name][at] = min(cpu[name][at], (time.thread_time() - cpu_start) * 1000)
                wall[name][at] = min(wall[name][at], (time.perf_counter() - wall_start) * 1000)
    return {name: _summary(wall[name], cpu[name]) for name in engines}


def _summary(wall: Sequence[float], cpu: Sequence[float]) -> dict[str, float]:
    return {
        "p50_ms": round(percentile(wall, 0.5), 3),
        "p99_ms": round(percentile(wall, 0.99), 3),
        "mean_ms": round(sum(wall) / len(wall), 3),
        "cpu_p50_ms": round(percentile(cpu, 0.5), 3),
        "cpu_p99_ms": round(percentile(cpu, 0.99), 3),
    }


def engines_of(search: Search, bare: Bare) -> dict[str, Engine]:
    """What is compared: ranking alone on both sides, then a whole page of papers with its counts."""
    return {
        "tantivy-py, ranking": bare.rank,
        "postil, ranking": lambda asked: search.rank(asked.ours, SHOWN),
        "postil, 20 papers and counts": lambda asked: search.find(asked.ours, limit=SHOWN),
    }


def run(data: Path, shared: Path, count: int) -> dict[str, object]:
    """All figures."""
    with Library.open(Settings(data=data)) as library:
        if not library.store.count():
            library.import_files([shared / "data" / name for name in FILES])
            library.search.catch_up()
        store, search = library.store, library.search
        asked = queries(store, count)
        peers = data / "peers"
        peers.mkdir(exist_ok=True)
        bare, fts = Bare(peers, store), FullText(peers, store)
        engines = engines_of(search, bare)
        measure(engines, asked[:200], 1)  # a warm page cache for all
        figures: dict[str, object] = {"papers": store.count(), "queries": len(asked)}
        every = measure(engines, asked)
        for kind in ("words", "phrase", "filter", "negation"):
            figures[kind] = measure(engines, [a for a in asked if a.kind == kind], 1)
        every |= measure({"SQLite FTS5, ranking": fts.rank}, asked[:FTS_QUERIES], 1)
        return figures | {"all": every} | _verdicts(every)


def _verdicts(every: dict[str, dict[str, float]]) -> dict[str, object]:
    ours, bare = every["postil, ranking"], every["tantivy-py, ranking"]
    full = every["postil, 20 papers and counts"]
    return {
        "ratio_p50": round(ours["p50_ms"] / bare["p50_ms"], 3),
        "ratio_p99": round(ours["p99_ms"] / bare["p99_ms"], 3),
        "ratio_limit": RATIO_LIMIT,
        "full_p50_ms": full["p50_ms"],
        "full_p50_limit_ms": FULL_P50_LIMIT_MS,
    }


def show(figures: dict[str, object]) -> None:
    """A table a kind, and the verdicts."""
    for kind, rows in figures.items():
        if not isinstance(rows, dict):
            print(f"{kind:18} {rows}")
            continue
        print(f"\n{kind:32}" + "".join(f"{name:>12}" for name in next(iter(rows.values()))))
        for name, row in rows.items():
            print(f"  {name:30}" + "".join(f"{value:12.3f}" for value in row.values()))


def main() -> None:
    """Read the arguments and print the figures."""
    here = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data", type=Path, default=Path(tempfile.gettempdir()) / "postil-benchmark-data"
    )
    shared = Path(os.environ.get("POSTIL_SHARED") or here.parent / "shared")
    parser.add_argument("--shared", type=Path, default=shared)
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if not (arguments.shared / "data" / FILES[0]).exists():
        sys.exit(f"No shared data at {arguments.shared}: name the folder with --shared.")
    figures = run(arguments.data, arguments.shared, arguments.queries)
    if arguments.json:
        print(json.dumps(figures))
    else:
        show(figures)


if __name__ == "__main__":
    main()
