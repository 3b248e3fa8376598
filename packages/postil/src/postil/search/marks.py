"""What of a paper's title and abstract a query has matched, for marking it there.

Words mark every form of their stem, as ranking counts them; phrases mark the words in a row and nothing
else; names of authors that are asked for as such are marked whole (`name_marks`). What a query excludes, and
what it asks of days and categories, marks nothing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from postil.search.analysis import STEMMED, is_east_asian_character, word_terms
from postil.search.name_marks import NOBODY, NameMarks, name_marks_of
from postil.text.accents import fold
from postil.text.chinese import words_of_query
from postil.text.highlighting import is_of_word, words_of
from postil.text.query import Field, Node, Phrase, Word, leaves


@dataclass(frozen=True, slots=True)
class FieldMarks:
    """What is marked in one field (see `postil.text.highlighting.Marker`).

    Attributes:
        stems: words are marked that have one of these stems.
        forms: words are marked that are one of these.
        rows: words are marked that stand in a row like one of these.
        runs: East Asian texts of the query; longer pieces of one are marked.
    """

    stems: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    rows: tuple[tuple[str, ...], ...] = ()
    runs: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.stems or self.forms or self.rows or self.runs)

    def may_mark(self, text: str) -> bool:
        """Whether something may be marked in a text as its authors wrote it."""
        if not self:
            return False
        if not text.isascii() or any(mark in text for mark in "\\${"):
            return True  # it is shown otherwise than it is written
        folded = text.lower()
        if self._of_stems_alone:
            return any(beginning in folded for beginning in _beginnings(self.stems))
        return _pattern(self).search(folded) is not None

    def find(self, folded: str) -> Iterable[tuple[int, int]]:
        """The marked stretches of a folded text, ascending and apart."""
        if self._of_stems_alone:
            return self._words_with_stems(folded)
        return self._found(folded) if self else ()

    @property
    def _of_stems_alone(self) -> bool:
        return not (self.forms or self.rows or self.runs or any(map(_sign_of, self.stems)))

    def _words_with_stems(self, folded: str) -> list[tuple[int, int]]:
        """As `_found`; most queries have nothing but stems, and plain searches need no expression made."""
        stems = self.stems
        found: list[tuple[int, int]] = []
        for beginning in _beginnings(stems):
            at = folded.find(beginning)
            while at >= 0:
                after = at + 1
                if _begins(folded, at):
                    rest = _REST(folded, at + len(beginning))
                    word = _without_chinese(folded[at : rest.end() if rest else at])
                    after = at + len(word)
                    if _stem(word) in stems:
                        found.append((at, after))
                at = folded.find(beginning, after)
        return sorted(found)

    def _found(self, folded: str) -> Iterator[tuple[int, int]]:
        search, stems = _pattern(self).search, self.stems
        at = 0
        while match := search(folded, at):
            start, end = match.span()
            is_meant = _begins(folded, start)
            if is_meant and match.lastgroup == "stem":
                word = _without_chinese(match[0])
                end, is_meant = start + len(word), _stem(word) in stems
            if is_meant:
                yield start, end
            at = end if is_meant else start + 1


_REST = re.compile(r"[^\W_]*").match
_SIGNED = {"plusplus": r"\+\+", "sharp": "#"}
_LONGEST_RUN = 24


@lru_cache(maxsize=512)
def _pattern(marks: FieldMarks) -> re.Pattern[str]:
    """Everything that may be marked, the longest first; words by the beginning that all forms of a stem have.

    Each alternative begins with a plain character, which the engine skips to; that a word begins there is
    looked at afterwards. No class of all East Asian characters: it takes 3 ms to compile, for every query.
    """
    found = [_row(row) for row in sorted(marks.rows, key=len, reverse=True)]
    found += [_row((form,)) for form in sorted(marks.forms, key=len, reverse=True)]
    found += sorted(set(_pieces(marks.runs)), key=len, reverse=True)
    found += [_row((stem,)) for stem in sorted(marks.stems) if _sign_of(stem)]
    begun = _beginnings(marks.stems)
    if begun:
        found.append(f"(?P<stem>(?:{'|'.join(map(re.escape, begun))})[^\\W_]*)")
    return re.compile("|".join(found))


@lru_cache(maxsize=512)
def _beginnings(stems: frozenset[str]) -> tuple[str, ...]:
    """What all words of these stems begin with; a stem may end otherwise than its words do: studi, hope."""
    begun = {stem[:-1] if len(stem) > 2 else stem for stem in stems}
    return tuple(b for b in sorted(begun) if not any(b != o and b.startswith(o) for o in begun))


def _begins(folded: str, at: int) -> bool:
    """Whether a word begins there; East Asian characters always do."""
    return at == 0 or not (is_of_word(folded[at - 1]) and is_of_word(folded[at]))


def _without_chinese(word: str) -> str:
    """A word short of Chinese that follows it without a blank."""
    if word.isascii():
        return word
    return word[: next((at for at, c in enumerate(word) if at and not is_of_word(c)), len(word))]


def _row(row: Sequence[str]) -> str:
    """Words in a row, with anything but words between them."""
    said = ""
    for at, word in enumerate(row):
        both = at > 0 and not is_east_asian_character(row[at - 1])
        apart = r"[\W_]+" if both and not is_east_asian_character(word) else r"[\W_]*"
        said += (apart if at else "") + (_sign_of(word) or re.escape(word))
    return said if is_east_asian_character(row[-1]) else said + r"(?![a-z0-9])"


def _sign_of(word: str) -> str:
    """C++ and C# as a text has them, for the words that the index has; else an empty string."""
    return next((word[0] + sign for said, sign in _SIGNED.items() if word[1:] == said), "")


def _pieces(runs: Sequence[str]) -> Iterator[str]:
    """The pieces of East Asian runs, of two characters or more; a single character where it is the whole."""
    for run in runs:
        for start in range(min(len(run), _LONGEST_RUN)):
            for end in range(start + 2, min(len(run), _LONGEST_RUN) + 1):
                yield re.escape(run[start:end])
        if len(run) == 1:
            yield re.escape(run)


@dataclass(frozen=True, slots=True)
class Marks:
    """What is marked in a paper's title, what in its abstract or summary, and who among its authors."""

    title: FieldMarks = FieldMarks()
    abstract: FieldMarks = FieldMarks()
    authors: NameMarks = NOBODY

    def __bool__(self) -> bool:
        return bool(self.title or self.abstract or self.authors)


@lru_cache(maxsize=256)
def marks_of(root: Node | None) -> Marks:
    """What a query's tree marks."""
    wanted = list(looked_for(root))
    words = [leaf for leaf in wanted if isinstance(leaf, Word)]
    if any(not word_terms(word.text).is_function_word for word in words):
        kept = [w for w in words if not word_terms(w.text).is_function_word]
        wanted = [leaf for leaf in wanted if not isinstance(leaf, Word) or leaf in kept]
    title, abstract = _of_field(wanted, Field.TITLE), _of_field(wanted, Field.ABSTRACT)
    return Marks(title, abstract, name_marks_of(root))


def looked_for(node: Node | None) -> Iterator[Word | Phrase]:
    """The words and phrases of a tree that are looked for."""
    return (leaf for leaf in leaves(node, excluded=False) if isinstance(leaf, Word | Phrase))


def _of_field(wanted: Sequence[Word | Phrase], field: Field) -> FieldMarks:
    stems: set[str] = set()
    forms: set[str] = set()
    rows: list[tuple[str, ...]] = []
    runs: list[str] = []
    for leaf in wanted:
        if leaf.field not in {Field.ANYWHERE, field}:
            continue
        said = tuple(words_of(leaf.text))
        if isinstance(leaf, Phrase):
            rows += [said] if said else []
            continue
        terms = word_terms(leaf.text)
        if terms.east_asian:
            runs += _east_asian(leaf.text)
        elif terms.is_function_word:
            forms.update(terms.forms)
        else:
            whole = bool(terms.whole)
            stems.update(s for s in terms.stems if len(s) > 1 and not (whole and s.isdigit()))
            if len(terms.stems) == 1:
                stems.update(terms.stems)
            if whole:
                forms.add(terms.whole)
                rows.append(terms.forms)
    return FieldMarks(frozenset(stems), frozenset(forms), tuple(rows), tuple(runs))


def _east_asian(text: str) -> list[str]:
    """The words that a segmenter sees, else the runs as they are."""
    folded = fold(text)
    words = words_of_query(folded)
    return [word for word in words if len(word) > 1] or [folded]


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    return next(iter(STEMMED.analyze(word)), "")
