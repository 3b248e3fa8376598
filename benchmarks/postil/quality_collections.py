"""Judged collections made from the shared records, so that ranking is not fitted to two old ones.

    python benchmarks/postil/quality_collections.py FOLDER [--shared FOLDER]

Nobody judged these; what is relevant follows from the records themselves:

    titles     the title asks for its own abstract: documents have no title, one is right
    sentences  the last sentence of an abstract asks for the rest of the paper, one is right
    authors    a title asks for the other papers of the same people (two names shared, five at most on each),
               the paper itself taken away: a stand-in for "papers about this"
    fields     the same, asked with three telling words of the title, as a reader types

Each is drawn with a seed from another part of the records. They are written in BEIR's layout, to be read by
`postil evaluate`; the records' texts stay in FOLDER and never enter the repository.
"""

import argparse
import gzip
import json
import os
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

Record = dict[str, object]
MADE = ("titles", "sentences", "authors", "fields")
RECENT, ARCHIVE = "arxiv-recent.jsonl.gz", "arxiv-archive-sample.jsonl.gz"
_SENTENCE = re.compile(r"(?<=[a-z\)])\. (?=[A-Z])")
_WORD = re.compile(r"[A-Za-z][a-z]{3,}")


def records(path: Path, chosen: random.Random, share: float) -> Iterator[Record]:
    """A seeded share of a file of records."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if chosen.random() < share:
                yield json.loads(line)


def write(folder: Path, documents: list[Record], asked: dict[str, tuple[str, list[str]]]) -> None:
    """A collection: documents, and for each query its text and the ids that are right."""
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    _write_rows(folder / "corpus.jsonl", documents)
    queries: list[Record] = [{"_id": key, "text": text} for key, (text, _) in asked.items()]
    _write_rows(folder / "queries.jsonl", queries)
    lines = [f"{key}\t{one}\t1" for key, (_, right) in asked.items() for one in right]
    text = "query-id\tcorpus-id\tscore\n" + "\n".join(lines) + "\n"
    (folder / "qrels" / "test.tsv").write_text(text, encoding="utf-8")


def _write_rows(path: Path, rows: list[Record]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _document(record: Record, title: str, text: str) -> Record:
    return {"_id": str(record["id"]), "title": title, "text": text}


def titles(found: list[Record], draw: random.Random, count: int) -> tuple[list[Record], dict]:
    """Abstracts without titles, asked for by title."""
    documents = [_document(r, "", str(r["abstract"])) for r in found]
    chosen = draw.sample(found, count)
    return documents, {str(r["id"]): (_plain(str(r["title"])), [str(r["id"])]) for r in chosen}


def sentences(found: list[Record], draw: random.Random, count: int) -> tuple[list[Record], dict]:
    """Papers without their last sentence, asked for by it."""
    documents, asked = [], {}
    chosen = {str(r["id"]) for r in draw.sample(found, 2 * count)}
    for record in found:
        parts = _SENTENCE.split(str(record["abstract"]))
        key, text = str(record["id"]), str(record["abstract"])
        if key in chosen and len(parts) > 3 and 8 <= len(parts[-1].split()) <= 40:
            text = ". ".join(parts[:-1]) + "."
            if len(asked) < count:
                asked[key] = (_plain(parts[-1]), [key])
        documents.append(_document(record, str(record["title"]), text))
    return documents, asked


def by_people(
    found: list[Record], draw: random.Random, count: int, words: int | None
) -> tuple[list[Record], dict]:
    """Other papers of the same people, asked for by a title or by its rarest words."""
    named: dict[str, list[int]] = defaultdict(list)
    for at, record in enumerate(found):
        authors = record["authors"]
        if isinstance(authors, list) and 2 <= len(authors) <= 5:
            for name in authors:
                named[name].append(at)
    together = Counter(
        pair for places in named.values() if len(places) < 30 for pair in _pairs(places)
    )
    near: dict[int, list[int]] = defaultdict(list)
    for (one, other), shared in together.items():
        if shared >= 2:
            near[one].append(other)
            near[other].append(one)
    frequent = Counter(w for r in found for w in set(_words(str(r["title"]))))
    asked = {}
    for at in draw.sample(sorted(near), min(count, len(near))):
        record = found[at]
        text = _plain(str(record["title"]))
        if words:
            told = sorted(set(_words(text)), key=lambda w: (frequent[w], w))
            text = " ".join(w for w in _words(text) if w in told[:words])
        if text:
            asked[str(record["id"])] = (text, [str(found[other]["id"]) for other in near[at]])
    documents = [
        _document(r, str(r["title"]), str(r["abstract"]))
        for r in found
        if str(r["id"]) not in asked
    ]
    there = {str(row["_id"]) for row in documents}
    kept = {k: (t, [p for p in right if p in there]) for k, (t, right) in asked.items()}
    return documents, {key: pair for key, pair in kept.items() if pair[1]}


def _pairs(places: list[int]) -> Iterator[tuple[int, int]]:
    for at, one in enumerate(places):
        yield from ((one, other) for other in places[at + 1 :])


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _plain(text: str) -> str:
    """Words without the signs of the query language: a title is no list of conditions."""
    return " ".join(re.sub(r'["()+:\\$|]|(?<!\w)-|-(?!\w)', " ", text).split())


def make(folder: Path, data: Path, count: int = 300) -> None:
    """Write all collections that are not there yet."""
    if all((folder / name / "qrels" / "test.tsv").exists() for name in MADE):
        return
    draw = random.Random(20261122)
    recent = list(records(data / RECENT, draw, 0.16))
    archive = list(records(data / ARCHIVE, draw, 1.0))
    physics = [r for r in archive if not str(r["categories"][0]).startswith("math")]
    write(folder / "titles", *titles(draw.sample(archive, 10_000), draw, count))
    write(folder / "sentences", *sentences(draw.sample(recent, 6_000), draw, count))
    write(folder / "authors", *by_people(draw.sample(physics, 20_000), draw, count, None))
    write(folder / "fields", *by_people(recent, draw, count, 3))


def main() -> None:
    """Read the arguments and write the collections."""
    here = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    shared = Path(os.environ.get("POSTIL_SHARED") or here.parent / "shared")
    parser.add_argument("--shared", type=Path, default=shared)
    arguments = parser.parse_args()
    make(arguments.folder, arguments.shared / "data")
    for name in MADE:
        lines = {
            part: sum(1 for _ in (arguments.folder / name / part).open(encoding="utf-8"))
            for part in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv")
        }
        print(name, lines)


if __name__ == "__main__":
    main()
