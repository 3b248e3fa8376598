"""A paper's words as it writes them, with the stems that the index knows them by.

What relates two papers must be said in their own words: "state space", "HiPPO", not "state", "space" and
"hippo". So every stem keeps its place in the text, and stems that stand side by side in both papers are
quoted together. Addresses and numbers are left out: they say where something is, not what it is about.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from postil.paper import Paper
from postil.search.analysis import STEMMED
from postil.text.accents import fold
from postil.text.markup import searchable

_ADDRESS = re.compile(
    r"https?://\S+|\bwww\.\S+|\b(?:github|gitlab|huggingface)\.\S+", re.IGNORECASE
)
_OF_ADDRESSES = ("://", "www.", ".com", ".io", ".co/")
_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[぀-ヿ㐀-鿿가-힯]")
_STOP = re.compile(r"(?:[^\w\s-]|_)+")
_LONGEST_QUOTATION = 4  # words

Pair = tuple[str, str]


class Token(NamedTuple):
    """A word of a text: its stem and where it stands; `joined` says that it goes on from the one before."""

    stem: str
    start: int
    end: int
    joined: bool


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one paper.

    Attributes:
        text: title and abstract (or summary), without markup and addresses.
        counts: how often each stem stands there.
        pairs: the stems that stand side by side.
    """

    text: str
    counts: Mapping[str, int]
    pairs: frozenset[Pair]

    @classmethod
    def of(cls, paper: Paper) -> "Wording":
        """Read a paper's words."""
        written = f"{paper.title}.\n{paper.abstract or paper.summary}"
        if any(mark in written for mark in _OF_ADDRESSES):
            written = _ADDRESS.sub(" ", written)
        text = searchable(written)
        if not text.isascii() and _HAN.search(text):
            tokens = _all_tokens(text)
            pairs = frozenset((a.stem, b.stem) for a, b in pairwise(tokens) if b.joined)
            return cls(text, Counter(token.stem for token in tokens), pairs)
        return cls._read_fast(text)

    @classmethod
    def _read_fast(cls, text: str) -> "Wording":
        """The same without places, for text whose words are parted by blanks: a list has a hundred."""
        counts: dict[str, int] = {}
        pairs: set[Pair] = set()
        for clause in _STOP.split(text):
            before = ""
            for stem in map(_stem, clause.replace("-", " ").split()):
                if stem:
                    counts[stem] = counts.get(stem, 0) + 1
                    if before:
                        pairs.add((before, stem))
                before = stem
        return cls(text, counts, frozenset(pairs))

    @property
    def tokens(self) -> tuple[Token, ...]:
        """Every word that may say something, in order."""
        return _all_tokens(self.text)

    def overlap(self, other: "Wording") -> float:
        """How much of the two wordings is the same, from 0 to 1: Dice's coefficient of their pairs."""
        total = len(self.pairs) + len(other.pairs)
        return 2 * len(self.pairs & other.pairs) / total if total else 0.0

    def phrases(self, stems: Iterable[str], pairs: Iterable[Pair]) -> dict[str, tuple[str, ...]]:
        """Pieces of this text made of the given stems, joined where the given pairs allow, longest first.

        Returns:
            For each piece, as first written, its stems.
        """
        wanted, allowed = frozenset(stems), frozenset(pairs)
        found: dict[tuple[str, ...], str] = {}
        for run in self._runs(wanted, allowed):
            key = tuple(token.stem for token in run)
            written = " ".join(self.text[run[0].start : run[-1].end].split())
            # Of two ways to write it, the one with capitals inside is a name and says more.
            if key not in found or (not _is_named(found[key]) and _is_named(written)):
                found[key] = written
        return {written: key for key, written in found.items()}

    def _runs(self, wanted: frozenset[str], allowed: frozenset[Pair]) -> Iterator[list[Token]]:
        run: list[Token] = []
        for token in self.tokens:
            goes_on = run and token.joined and (run[-1].stem, token.stem) in allowed
            if goes_on and token.stem in wanted and len(run) < _LONGEST_QUOTATION:
                run.append(token)
                continue
            if run:
                yield run
            run = [token] if token.stem in wanted else []
        if run:
            yield run


@lru_cache(maxsize=16)
def _all_tokens(text: str) -> tuple[Token, ...]:
    # Kept for the paper that twenty others are being compared with.
    return tuple(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    """The words of `text`; of East Asian runs the overlapping pairs of characters."""
    before = -1
    for match in _WORD.finditer(text):
        start, end = match.span()
        joined = before >= 0 and text[before:start].replace("-", " ").isspace()
        word = match[0]
        if not word.isascii() and _HAN.search(word):
            for at in range(start, end - 1):
                if stem := _stem(text[at : at + 2]):
                    yield Token(stem, at, at + 2, joined or at > start)
            before = end
        elif stem := _stem(word):
            yield Token(stem, start, end, joined)
            before = end
        else:
            before = -1


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    """The stem of a word; empty for a function word, a number and a single letter."""
    if len(word) < 2 or word.isdigit():
        return ""
    stems = STEMMED.analyze(fold(word))
    return stems[0] if stems else ""


def _is_named(written: str) -> bool:
    """Whether capitals stand inside a word, as in HiPPO or LSTM."""
    return any(c.isupper() and before.isalpha() for before, c in pairwise(written))
