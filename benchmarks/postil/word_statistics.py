"""What is counted in real records so that invented ones behave like them in a search engine.

Counts alone are kept, of a seeded sample of the records: no title and no abstract survives. Words per
category carry the co-occurrence (a paper draws its words from its primary category's own frequencies), the
share of words said again carries how bursty papers are, and the growth of the vocabulary (Heaps' law)
says how many words a larger corpus has that the sample has not.
"""

import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from postil.paper import Paper
from postil.sources.lines import LineFile
from postil.sources.records import decode, read_record

FILES = ("arxiv-recent.jsonl.gz", "arxiv-archive-sample.jsonl.gz")
SAMPLE = 40_000  # records
FEWEST = 300  # papers that a primary category needs for a topic of its own
_WORD = re.compile(r"[a-z]{2,24}")
_Counting = TypeVar("_Counting")
_MIXED = ""  # the topic of all smaller categories together


@dataclass(frozen=True)
class Topic:
    """A primary category: its share of papers, its words' frequencies, its sets of categories."""

    share: float
    words: NDArray[np.float64]  # (vocabulary,) sums to 1
    sets: Sequence[tuple[str, ...]]
    set_shares: NDArray[np.float64]


@dataclass(frozen=True)
class WordStatistics:
    """The fitted parameters.

    Attributes:
        vocabulary: words, the most frequent first.
        topics: by primary category.
        title_lengths, abstract_lengths: quantiles of lengths in words, 0 to 100 %.
        repeated: share of an abstract's words that it has said before.
        heaps: K and beta of vocabulary = K papers^beta.
        given, family: parts of authors' names with their shares.
        author_counts: how many authors papers have, one draw each.
        days: days of announcement or submission as yyyymmdd, one draw each, and whether announced.
    """

    vocabulary: Sequence[str]
    topics: Sequence[Topic]
    title_lengths: NDArray[np.float64]
    abstract_lengths: NDArray[np.float64]
    repeated: float
    heaps: tuple[float, float]
    given: tuple[Sequence[str], NDArray[np.float64]]
    family: tuple[Sequence[str], NDArray[np.float64]]
    author_counts: NDArray[np.int64]
    days: Sequence[tuple[int, bool]]

    @classmethod
    def of(cls, shared: Path, seed: int = 20261122, sample: int = SAMPLE) -> "WordStatistics":
        """Count a sample of the records in `shared/data`."""
        papers = sample_of(shared, seed, sample)
        counted = _Counted()
        for paper in papers:
            counted.add(paper)
        return counted.statistics()


def sample_of(shared: Path, seed: int, count: int) -> list[Paper]:
    """A share of each file, every tenth line or so, until there are enough."""
    draw, papers = random.Random(seed), []
    for name in FILES:
        lines = LineFile(shared / "data" / name)
        kept = (line for line in lines if draw.random() < 0.4)
        papers += [read_record(decode(line.data)) for line in islice(kept, count // len(FILES))]
    return papers


class _Counted:
    """Counts while the records pass."""

    def __init__(self) -> None:
        self.words: dict[str, Counter[str]] = defaultdict(Counter)
        self.sets: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
        self.titles: list[int] = []
        self.abstracts: list[int] = []
        self.distinct = 0
        self.seen: set[str] = set()
        self.growth: list[tuple[int, int]] = []
        self.names: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        self.author_counts: list[int] = []
        self.days: list[tuple[int, bool]] = []

    def add(self, paper: Paper) -> None:
        title, abstract = words_of(paper.title), words_of(paper.abstract)
        if not abstract or not title or not paper.day_number:
            return
        self.words[paper.primary].update(title + abstract)
        self.sets[paper.primary][paper.categories] += 1
        self.titles.append(len(title))
        self.abstracts.append(len(abstract))
        self.distinct += len(set(abstract))
        self.seen.update(abstract)
        if len(self.titles) % 1_000 == 0:
            self.growth.append((len(self.titles), len(self.seen)))
        self.author_counts.append(min(40, max(1, len(paper.authors))))
        for name in paper.authors[:40]:
            first, _, last = name.rpartition(" ")
            self.names[0][first or "A."] += 1
            self.names[1][last] += 1
        self.days.append((paper.day_number, bool(paper.announced)))

    def statistics(self) -> WordStatistics:
        every: Counter[str] = Counter()
        for counter in self.words.values():
            every.update(counter)
        vocabulary = [word for word, _ in every.most_common()]
        place = {word: at for at, word in enumerate(vocabulary)}
        return WordStatistics(
            vocabulary,
            self._topics(place),
            _quantiles(self.titles),
            _quantiles(self.abstracts),
            1 - self.distinct / sum(self.abstracts),
            _heaps(self.growth),
            _shares(self.names[0]),
            _shares(self.names[1]),
            np.array(self.author_counts),
            self.days,
        )

    def _topics(self, place: dict[str, int]) -> list[Topic]:
        papers = {name: sum(sets.values()) for name, sets in self.sets.items()}
        scale = len(self.titles)
        groups: dict[str, list[str]] = defaultdict(list)
        for name, held in papers.items():
            groups[name if held * SAMPLE >= FEWEST * scale else _MIXED].append(name)
        topics = []
        for names in groups.values():
            words = np.zeros(len(place))
            sets: Counter[tuple[str, ...]] = Counter()
            for name in names:
                sets.update(self.sets[name])
                for word, times in self.words[name].items():
                    words[place[word]] += times
            kinds, shares = _shares(sets)
            held = sum(papers[name] for name in names)
            topics.append(Topic(held / scale, words / words.sum(), kinds, shares))
        return topics


def words_of(text: str) -> list[str]:
    """The words of a text that are of letters alone, in lower case."""
    return _WORD.findall(text.lower())


def _quantiles(values: Sequence[int]) -> NDArray[np.float64]:
    return np.quantile(values, np.linspace(0, 1, 101))


def _shares(counter: Counter[_Counting]) -> tuple[list[_Counting], NDArray[np.float64]]:
    values = np.array(list(counter.values()), float)
    return list(counter), values / values.sum()


def _heaps(growth: Iterable[tuple[int, int]]) -> tuple[float, float]:
    """K and beta by least squares on the logarithms of the later half."""
    points = list(growth)
    points = points[len(points) // 2 :]
    x, y = (np.log([p[at] for p in points]) for at in (0, 1))
    beta, intercept = np.polyfit(x, y, 1)
    return math.exp(intercept), float(beta)
