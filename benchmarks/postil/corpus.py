"""A corpus of any size, invented after the statistics of real records, and a library loaded with it.

    python benchmarks/postil/corpus.py --papers 1000000 --data FOLDER [--shared FOLDER] [--seed N] [--json]

Nothing of a record is copied but single words and parts of names: the statistics are counted when the
command runs (word_statistics.py) and the words are drawn from them, the same for a seed. What it prints
beside the rates compares invented with real papers, so that one can judge what timings are worth.

The library is loaded by a shorter way than an import: papers are known to be new and whole, so they are not
looked up and merged but inserted as the store's own rows, and handed to the index as the same objects instead
of being read back from the log. Rows, documents, segments and notes are those that an import writes, and
`postil status` finds nothing to repair; only the time of loading says nothing about an import's.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from word_statistics import Topic, WordStatistics, sample_of, words_of

from postil.library import Library
from postil.paper import Announcement, Paper
from postil.paper_id import PaperId
from postil.search.lexical import LexicalIndex, Position, open_writer
from postil.search.schema import document
from postil.settings import Settings
from postil.store.connections import Connections
from postil.store.merging import Merge
from postil.store.rows import date_of
from postil.store.writing import write

CHUNK = 5_000
A_MONTH = 20_000  # papers a month of ids
HEAP = 400_000_000
_SENTENCE = 22  # words
_SUBJECTS = 6  # words that a paper is about, which it says again


class Invention:
    """An endless series of papers; the n-th is the same for a seed, whatever was asked before it."""

    def __init__(self, statistics: WordStatistics, seed: int = 20261122) -> None:
        self._of = statistics
        self._seed = seed
        self._words = np.array([*statistics.vocabulary], object)
        self._cumulated = [np.cumsum(topic.words) for topic in statistics.topics]
        # What a paper is about is rarer than what it says: frequencies to the power 3/4, without the head.
        self._about = [_tail(topic) for topic in statistics.topics]
        self._topic_ends = np.cumsum([topic.share for topic in statistics.topics])
        self._set_ends = [np.cumsum(topic.set_shares) for topic in statistics.topics]
        self._names = [
            (names, np.cumsum(shares)) for names, shares in (statistics.given, statistics.family)
        ]

    def papers(self, count: int, start: int = 0) -> Iterator[Paper]:
        """Papers `start` to `start + count`; `start` is a multiple of the chunk."""
        chunks = (paper for at in range(start, start + count, CHUNK) for paper in self._chunk(at))
        return islice(chunks, count)

    def _chunk(self, start: int) -> Iterator[Paper]:
        draw = np.random.default_rng((self._seed, start))
        topics = np.searchsorted(self._topic_ends, draw.random(CHUNK) * self._topic_ends[-1])
        titles = _lengths(draw, self._of.title_lengths)
        abstracts = _lengths(draw, self._of.abstract_lengths)
        texts: list[list[str]] = [[] for _ in range(CHUNK)]
        for topic in np.unique(topics):
            places = np.flatnonzero(topics == topic)
            for place, words in zip(
                places, self._texts(draw, topic, titles[places] + abstracts[places]), strict=True
            ):
                texts[place] = words
        fresh = draw.random(CHUNK) * 2 * self._new_words(start)
        for at in range(CHUNK):
            words = texts[at]
            for n in range(int(fresh[at])):
                words[-1 - n] = f"{_syllables(start + at)}{_syllables(n)}"
            yield self._paper(draw, start + at, int(topics[at]), words, int(titles[at]))

    def _texts(
        self, draw: np.random.Generator, topic: int, lengths: NDArray[np.int64]
    ) -> Iterator[list[str]]:
        """The words of papers of one topic: drawn one by one, some replaced by what the paper is about."""
        total = int(lengths.sum())
        drawn = np.searchsorted(self._cumulated[topic], draw.random(total))
        about = np.searchsorted(self._about[topic], draw.random((len(lengths), _SUBJECTS)))
        share = self._said_again
        again = np.flatnonzero(draw.random(total) < share)
        paper_of = np.repeat(np.arange(len(lengths)), lengths)[again]
        chosen = (draw.random(again.size) ** 1.5 * _SUBJECTS).astype(np.int64)
        drawn[again] = about[paper_of, chosen]
        words = self._words[np.minimum(drawn, len(self._words) - 1)].tolist()
        ends = np.cumsum(lengths)
        return (words[end - n : end] for end, n in zip(ends, lengths, strict=True))

    @property
    def _said_again(self) -> float:
        # Found by comparison: a share of .55 of the repeated words is not repetition by chance.
        return 0.55 * self._of.repeated

    def _new_words(self, papers: int) -> float:
        """How many words a paper has that none before it had, where the vocabulary of the sample ends."""
        scale, beta = self._of.heaps
        reached = (len(self._of.vocabulary) / scale) ** (1 / beta)
        return scale * beta * max(papers, reached) ** (beta - 1) if papers > reached else 0.0

    def _paper(
        self, draw: np.random.Generator, at: int, topic: int, words: list[str], title: int
    ) -> Paper:
        number, announced = self._of.days[int(draw.random() * len(self._of.days))]
        day = date_of(number)
        sets = self._of.topics[topic].sets
        kind = int(np.searchsorted(self._set_ends[topic], draw.random()))
        return Paper(
            _id(at),
            " ".join(words[:title]).capitalize(),
            self._authors(draw),
            _sentences(words[title:]),
            categories=sets[min(kind, len(sets) - 1)],
            submitted=None if announced else day,
            announced=(Announcement(day),) if announced else (),
        )

    def _authors(self, draw: np.random.Generator) -> tuple[str, ...]:
        count = int(self._of.author_counts[int(draw.random() * self._of.author_counts.size)])
        parts = []
        for names, ends in self._names:
            places = np.searchsorted(ends, draw.random(count))
            parts.append([names[min(int(p), len(names) - 1)] for p in places])
        return tuple(
            dict.fromkeys(f"{given} {family}" for given, family in zip(*parts, strict=True))
        )


def _tail(topic: Topic) -> NDArray[np.float64]:
    worth = np.where(topic.words > 1e-3, 0.0, topic.words) ** 0.75
    return np.cumsum(worth / worth.sum())


def _lengths(draw: np.random.Generator, quantiles: NDArray[np.float64]) -> NDArray[np.int64]:
    found = np.interp(draw.random(CHUNK), np.linspace(0, 1, quantiles.size), quantiles)
    return np.maximum(3, found).astype(np.int64)


def _sentences(words: Sequence[str]) -> str:
    parts = (words[at : at + _SENTENCE] for at in range(0, len(words), _SENTENCE))
    return " ".join(f"{' '.join(part).capitalize()}." for part in parts)


def _syllables(number: int) -> str:
    """A word that no list of words has, for a number."""
    letters = ""
    while True:
        number, rest = divmod(number, 100)
        letters += "bdfghklmnprstvwxyzcjq"[rest // 5] + "aeiou"[rest % 5]
        if not number:
            return letters


def _id(at: int) -> PaperId:
    month, serial = divmod(at, A_MONTH)
    year, month = divmod(month + 3, 12)
    return PaperId("arxiv", f"{(7 + year) % 100:02}{month + 1:02}.{serial + 1:05}")


@dataclass
class Loaded:
    """How a load went."""

    papers: int
    seconds: float
    store_mib: float
    index_bytes_a_paper: float


def load(folder: Path, papers: Iterator[Paper]) -> Loaded:
    """A library in a new folder, store and index, by the shorter way."""
    began = time.perf_counter()
    with Library.open(Settings(data=folder, meaning=False)) as library:
        library.search.catch_up()
        store = library.store.recall("identity")
    index = LexicalIndex(folder / "index")
    before = index.read_position()
    if before is None or store is None:
        sys.exit(f"{folder} holds no library that could be filled.")
    opened, name = index.create()
    writer = open_writer(opened, HEAP, 2)
    number = 0
    with closing(Connections(folder)) as connections:
        while chunk := list(islice(papers, CHUNK)):
            with connections.writing() as connection:
                connection.execute("PRAGMA temp_store = MEMORY")
                write(connection, _added(chunk), {}, {})
            for paper in chunk:
                number += 1
                writer.add_document(document(paper, number))
            if number % 100_000 == 0:
                seconds = time.perf_counter() - began
                print(f"{number:,} papers, {number / seconds:,.0f}/s", file=sys.stderr, flush=True)
    writer.commit()
    writer.wait_merging_threads()
    index.write_position(Position(name, store, number))
    index.clear_away(keep=name)
    octets = sum(path.stat().st_size for path in (folder / "index" / name).iterdir())
    return Loaded(
        number,
        round(time.perf_counter() - began, 1),
        round((folder / "postil.db").stat().st_size / 2**20, 1),
        round(octets / max(1, number), 1),
    )


COMPARED = 10_000
RANKS = (10, 100, 1_000, 10_000)


def compare(shared: Path, invention: Invention, seed: int) -> dict[str, dict[str, float]]:
    """The same measures of real and of invented papers, as many of each."""
    real = sample_of(shared, seed + 1, COMPARED)
    return {"real": _measures(real), "invented": _measures(list(invention.papers(COMPARED)))}


def _measures(papers: Sequence[Paper]) -> dict[str, float]:
    texts = [words_of(paper.abstract) for paper in papers]
    held = Counter(word for words in texts for word in set(words))
    shares = sorted(held.values(), reverse=True)
    total, distinct = sum(map(len, texts)), sum(len(set(words)) for words in texts)
    found = {
        "words an abstract": round(total / len(texts), 1),
        "words said again": round(1 - distinct / total, 3),
        "vocabulary": float(len(held)),
        "authors": round(sum(len(p.authors) for p in papers) / len(papers), 2),
    }
    for rank in RANKS:
        share = shares[rank - 1] / len(texts) if rank <= len(shares) else 0.0
        found[f"papers with word {rank:,}"] = round(share, 5)
    return found | _in_common(papers, [set(words) for words in texts], held)


def _in_common(
    papers: Sequence[Paper], texts: Sequence[set[str]], held: Counter[str]
) -> dict[str, float]:
    """How many of the rarer words (in under 2 % of papers) two papers have in common."""
    rare = [{word for word in words if held[word] < len(texts) / 50} for words in texts]
    by_category: dict[str, list[int]] = {}
    for at, paper in enumerate(papers):
        by_category.setdefault(paper.primary, []).append(at)
    within = [len(rare[a] & rare[b]) for g in by_category.values() for a, b in pairwise(g)]
    apart = [len(a & b) for a, b in pairwise(rare)]
    return {
        "rare words in common, same category": round(sum(within) / len(within), 3),
        "rare words in common, any two": round(sum(apart) / len(apart), 3),
    }


def main() -> None:
    """Read the arguments, load, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = os.environ.get("POSTIL_SHARED", Path(__file__).parents[3] / "shared")
    parser.add_argument("--shared", type=Path, default=default)
    parser.add_argument("--papers", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    figures = made(arguments.data, Path(arguments.shared), arguments.papers, arguments.seed)
    if arguments.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:12} {value}")


def made(folder: Path, shared: Path, papers: int, seed: int = 20261122) -> dict[str, object]:
    """Invent and load a library, and say how real it is."""
    if folder.exists():
        sys.exit(f"{folder} is there already: name another folder, or remove it.")
    began = time.perf_counter()
    invention = Invention(WordStatistics.of(shared, seed), seed)
    fitted = round(time.perf_counter() - began, 1)
    compared = compare(shared, invention, seed)
    loaded = load(folder, invention.papers(papers))
    return {"seed": seed, "fitted_s": fitted, "compared": compared, "loaded": asdict(loaded)}


def _added(papers: Sequence[Paper]) -> Merge:
    return Merge(added={paper.id: paper for paper in papers})


if __name__ == "__main__":
    main()
