"""Texts as counts of stems, and which stems are kept.

A stem that stands in one text alone says nothing about any other; beyond a limit the rarest are left out.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from postil.paper import Paper
from postil.search.analysis import STEMMED, plain

Counts = Any
"""A csr_array of SciPy, which has no types of its own; loaded where rows are counted, and not for a query."""

MOST_TERMS = 60_000


def stems(text: str) -> list[str]:
    """The stems of a text, as ranking has them."""
    return STEMMED.analyze(plain(text))


def paper_text(paper: Paper) -> str:
    """What of a paper its vector is made from."""
    return "\n".join(filter(None, (paper.title, paper.abstract, paper.summary)))


class Vocabulary:
    """The stems that are kept, each with its column."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self._columns = {word: at for at, word in enumerate(self.words)}

    @classmethod
    def of(cls, texts: Iterable[Sequence[str]]) -> "Vocabulary":
        """The stems of at least two texts, the most widespread first."""
        spread: Counter[str] = Counter()
        for text in texts:
            spread.update(set(text))
        kept = sorted((-n, word) for word, n in spread.items() if n > 1)
        return cls([word for _, word in kept[:MOST_TERMS]])

    def __len__(self) -> int:
        return len(self.words)

    def counted(self, text: Sequence[str]) -> tuple[list[int], list[int]]:
        """The columns of a text's stems, and how often each stands there."""
        columns = self._columns
        counts = Counter(columns[word] for word in text if word in columns)
        return list(counts), list(counts.values())

    def counts(self, texts: Sequence[Sequence[str]]) -> Counts:
        """Counts (texts, stems) as a sparse matrix."""
        from scipy.sparse import csr_array  # type: ignore[import-untyped]

        columns: list[int] = []
        values: list[int] = []
        starts = [0]
        for text in texts:
            where, often = self.counted(text)
            columns += where
            values += often
            starts.append(len(columns))
        return csr_array(
            (
                np.array(values, dtype=np.float32),
                np.array(columns, dtype=np.int32),
                np.array(starts, dtype=np.int32),
            ),
            shape=(len(texts), len(self)),
        )
