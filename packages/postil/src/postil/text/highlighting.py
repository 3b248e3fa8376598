"""Which parts of a shown text a query has matched.

A text is read as the index reads it, each character with the place where it is shown; what a query finds
there is its own affair (`Marker`). A formula is one place: it is marked as a whole or not at all, so that its
markup stays whole too. Marking the finished HTML was refused: words there stand between tags and entities,
and a match across an emphasis or a formula cannot be seen any more. So was cutting every text into words
first: a page has five thousand of them, and a query finds a hundred.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from postil.text.accents import fold
from postil.text.formulas import Formula
from postil.text.reading import as_script, as_words, spell_greek
from postil.text.segments import Link, Segment, Styled, Text

WHOLE = (0, 0)
"""The stretch of a formula that is marked: all of it."""
_WORD = re.compile(r"[\u2e80-\U0003ffff]|[^\W_\u2e80-\U0003ffff]+")
_RUN = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]")


class Marker(Protocol):
    """What a query marks."""

    def may_mark(self, text: str) -> bool:
        """Whether anything of a text, as authors wrote it, could be marked; may err towards yes."""

    def find(self, folded: str) -> Iterable[tuple[int, int]]:
        """The marked stretches of a folded text without markup, ascending and apart."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A piece of text or a formula, and where it begins in the text as it is read."""

    start: int
    end: int
    whole: bool


def words_of(text: str) -> list[str]:
    """The words of a text without markup as they stand folded; East Asian characters one by one."""
    return _WORD.findall(_folded(text)[0])


def is_of_word(character: str) -> bool:
    """Whether a character is a letter or digit of a script that writes words apart."""
    return character.isalnum() and character < "\u2e80"


def marked_places(segments: Sequence[Segment], marker: Marker) -> dict[int, list[tuple[int, int]]]:
    """What is marked of each leaf of a tree, counted from 0 in reading order.

    Returns:
        For a leaf of text its marked stretches; for a formula `WHOLE`.
    """
    read, leaves = _read(segments)
    folded, origin = _folded(read)
    found: dict[int, list[tuple[int, int]]] = {}
    for start, end in marker.find(folded):
        _place(read, origin[start], origin[end - 1] + 1, leaves, found)
    return found


def marked_stretches(text: str, marker: Marker) -> list[tuple[int, int]]:
    """The marked stretches of a text that has no markup, ascending and apart."""
    if text.isascii():
        return list(marker.find(text.lower()))
    folded, origin = _folded(text)
    stretches: list[tuple[int, int]] = []
    for start, end in marker.find(folded):
        _add(stretches, origin[start], origin[end - 1] + 1)
    return stretches


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """A text folded, and from which of its characters each folded one comes."""
    if text.isascii():
        return text.lower(), range(len(text))
    folded: list[str] = []
    origin: list[int] = []
    for match in _RUN.finditer(text):
        said = match[0].lower() if match[0].isascii() else _folded_character(match[0])
        folded.append(said)
        whole = len(said) == match.end() - match.start()
        origin += range(*match.span()) if whole else [match.start()] * len(said)
    return "".join(folded), origin


@lru_cache(maxsize=4096)
def _folded_character(character: str) -> str:
    return fold(spell_greek(character))


def _place(
    read: str,
    start: int,
    end: int,
    leaves: Sequence[Leaf],
    found: dict[int, list[tuple[int, int]]],
) -> None:
    """Mark a stretch of what was read in every leaf that it touches, less the blanks at its ends there."""
    at = bisect_right(leaves, start, key=lambda leaf: leaf.start) - 1
    while at < len(leaves) and leaves[at].start < end:
        leaf = leaves[at]
        low, high = max(start, leaf.start), min(end, leaf.end)
        while low < high and read[low].isspace():
            low += 1
        while low < high and read[high - 1].isspace():
            high -= 1
        if low < high and leaf.whole:
            found[at] = [WHOLE]
        elif low < high:
            _add(found.setdefault(at, []), low - leaf.start, high - leaf.start)
        at += 1


def _add(stretches: list[tuple[int, int]], low: int, high: int) -> None:
    """Add a stretch that may overlap the one before, as parts of one word do."""
    if stretches and stretches[-1][1] > low:
        before = stretches.pop()
        low, high = before[0], max(high, before[1])
    stretches.append((low, high))


def _read(segments: Sequence[Segment]) -> tuple[str, list[Leaf]]:
    """A tree as the index reads it: formulas by what they say, an index joined to the word before it."""
    said = ""
    leaves: list[Leaf] = []
    apart = False  # whether what follows a formula begins another word
    for leaf in _leaves(segments):
        if isinstance(leaf, Formula):
            joins = leaf.tex[:1] in ("_", "^") and not said[-1:].isdigit()
            script = as_script(leaf.tex) if joins else None
            words, glued = as_words(leaf.tex) if script is None else script, joins
            apart = script is None
        else:
            words, glued, apart = leaf.text, not apart, False
        if not glued and said[-1:].isalnum() and words[:1].isalnum():
            said += " "
        leaves.append(Leaf(len(said), len(said) + len(words), isinstance(leaf, Formula)))
        said += words
    return said, leaves


def _leaves(segments: Sequence[Segment]) -> Iterator[Text | Formula]:
    for segment in segments:
        match segment:
            case Styled(_, children) | Link(_, children):
                yield from _leaves(children)
            case leaf:
                yield leaf
