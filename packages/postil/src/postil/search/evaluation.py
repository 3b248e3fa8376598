"""Search quality on a judged collection, measured on the product itself.

The collection (BEIR's layout: `corpus.jsonl`, `queries.jsonl`, `qrels/test.tsv`) is indexed as papers are, in
a temporary folder, its vectors too; each query goes through the query language, the analysis and the ranking
that readers get. Means are over the queries that have a relevant document. What a script of its own could
score higher or lower is not what is measured.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from postil.errors import BadFile
from postil.paper import Paper
from postil.paper_id import PaperId
from postil.search.comparison import Run
from postil.search.lexical import Generation, LexicalIndex, Position, open_writer
from postil.search.metrics import ndcg, percentile, recall, reciprocal_rank
from postil.search.ranking import Ranker
from postil.search.schema import document
from postil.search.vectors.origins import model_origin
from postil.search.vectors.spaces import FEWEST
from postil.settings import Settings
from postil.text.query import parse_query

if TYPE_CHECKING:
    from postil.search.vectors.encoder import Origin
    from postil.search.vectors.space import Space

_DEPTH = 100
_HEAP = 15_000_000


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents, queries and the grades of documents for queries, by their ids."""

    documents: tuple[Paper, ...]
    queries: dict[str, str]
    judgements: dict[str, dict[str, int]]

    @classmethod
    def read(cls, folder: Path) -> "Collection":
        """Read a folder in the BEIR layout.

        Raises:
            BadFile: a file is missing or has a line of another form.
        """
        documents = tuple(
            Paper(PaperId("collection", row["_id"]), row.get("title", ""), abstract=row["text"])
            for row in _rows(folder / "corpus.jsonl")
        )
        queries = {row["_id"]: row["text"] for row in _rows(folder / "queries.jsonl")}
        judgements: dict[str, dict[str, int]] = {}
        for query, paper, grade in _judged(folder / "qrels" / "test.tsv"):
            judgements.setdefault(query, {})[paper] = grade
        return cls(documents, queries, judgements)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What ranking scores on a collection; latencies are of ranking alone, in milliseconds.

    Attributes:
        spaces: the spaces of vectors that took part, by name.
        run: the rankings themselves.
        judgements: the grades that they were scored by.
    """

    collection: str
    documents: int
    queries: int
    ndcg_10: float
    recall_100: float
    mrr_10: float
    p50_ms: float
    p99_ms: float
    spaces: tuple[str, ...]
    run: Run
    judgements: dict[str, dict[str, int]]

    def record(self) -> dict[str, object]:
        """The figures as JSON can hold them, with short names in a fixed order."""
        return {
            "collection": self.collection,
            "documents": self.documents,
            "queries": self.queries,
            "spaces": list(self.spaces),
            "ndcg_10": self.ndcg_10,
            "recall_100": self.recall_100,
            "mrr_10": self.mrr_10,
            "p50_ms": self.p50_ms,
            "p99_ms": self.p99_ms,
        }


Progress = Callable[[int, int], None]


def evaluate_collection(
    folder: Path,
    progress: Progress | None = None,
    *,
    settings: Settings | None = None,
) -> Evaluation:
    """Index a collection, run its queries and score the rankings.

    Args:
        folder: the collection.
        progress: told how many queries are done, of how many.
        settings: what says which vectors take part; by default those learnt from the collection itself.

    Raises:
        BadFile: the folder is not in the BEIR layout.
        EncoderUnavailable, EncoderRefused: an encoder gives no vectors.
    """
    collection = Collection.read(folder)
    name = folder.resolve().name
    with tempfile.TemporaryDirectory(prefix="postil-evaluate-") as scratch:
        generation = _indexed(collection, Path(scratch) / "index")
        spaces = _spaces(collection, Path(scratch) / "vectors", settings)
        ranker = Ranker(spaces)
        rankings, latencies = _run(collection, generation, ranker, progress or (lambda *_: None))
        names = tuple(space.name for space in spaces if space.ready())
    scored = [(rankings[query], collection.judgements[query]) for query in rankings]
    return Evaluation(
        name,
        len(collection.documents),
        len(scored),
        fmean(ndcg(ranking, grades) for ranking, grades in scored),
        fmean(recall(ranking, grades) for ranking, grades in scored),
        fmean(reciprocal_rank(ranking, grades) for ranking, grades in scored),
        percentile(latencies, 0.5),
        percentile(latencies, 0.99),
        names,
        Run("postil", rankings),
        collection.judgements,
    )


def _spaces(collection: Collection, folder: Path, settings: Settings | None) -> list["Space"]:
    """Vectors of the collection, as a library of so many papers has them."""
    if len(collection.documents) < FEWEST:
        return []
    found: list[Origin] = []
    if settings is None or settings.meaning:
        from postil.search.vectors.lsa import LearntOrigin

        found.append(LearntOrigin())
    if settings is not None and (model := model_origin(settings)):
        found.append(model)
    if not found:
        return []
    from postil.search.vectors.building import build_space

    return [build_space(collection.documents, folder, origin) for origin in found]


def _indexed(collection: Collection, folder: Path) -> Generation:
    """An index of the collection, where a document's number is its place from 1."""
    lexical = LexicalIndex(folder)
    index, name = lexical.create()
    writer = open_writer(index, _HEAP, 1)
    for number, paper in enumerate(collection.documents, start=1):
        writer.add_document(document(paper, number))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return Generation(index, Position(name, "", 0))


def _run(
    collection: Collection, generation: Generation, ranker: Ranker, progress: Progress
) -> tuple[dict[str, list[str]], list[float]]:
    """Rankings of document ids for every query with a relevant document, and what each took."""
    judged = [q for q in collection.queries if _has_relevant(collection.judgements.get(q, {}))]
    rankings: dict[str, list[str]] = {}
    latencies: list[float] = []
    for done, query in enumerate(judged, start=1):
        started = time.perf_counter()
        root = parse_query(collection.queries[query]).root
        numbers = ranker.first(generation, root, _DEPTH) if root is not None else ()
        latencies.append((time.perf_counter() - started) * 1000)
        rankings[query] = [collection.documents[number - 1].id.key for number in numbers]
        progress(done, len(judged))
    if not rankings:
        raise BadFile("No query of the collection has a relevant document: check qrels/test.tsv.")
    return rankings, latencies


def _has_relevant(judgements: dict[str, int]) -> bool:
    return any(grade > 0 for grade in judgements.values())


def _rows(path: Path) -> Iterator[dict[str, str]]:
    for at, line in _lines(path):
        try:
            row = json.loads(line)
            if not isinstance(row["_id"], str) or not isinstance(row["text"], str):
                raise TypeError
        except (ValueError, KeyError, TypeError) as error:
            raise BadFile(
                f"{path}, line {at}: a JSON object with “_id” and “text” is needed."
            ) from error
        yield row


def _judged(path: Path) -> Iterator[tuple[str, str, int]]:
    for at, line in _lines(path):
        fields = line.split("\t")
        if at == 1 and not fields[-1].strip().lstrip("-").isdigit():
            continue  # the heading
        try:
            query, paper, grade = fields
            yield query, paper, int(grade)
        except ValueError as error:
            raise BadFile(f"{path}, line {at}: query, document and grade are needed.") from error


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8") as file:
            for at, line in enumerate(file, start=1):
                if line.strip():
                    yield at, line.rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(
            f"{path} cannot be read: the folder needs corpus.jsonl, queries.jsonl and qrels/test.tsv."
        ) from error
