"""“Did you mean”: what a query may have meant, offered beside its results and never in their place.

A word is doubted when the index has hardly ever seen it and has often seen one that is nearly the same: the
candidates are the index's own words, weighed by how many papers have them against how far they are. Left
alone are words that name an author, numbers, TeX, ids, quotations, capitals such as BERT, and what is
excluded. When a query finds nothing, less evidence is asked for, and a quotation that no paper has may have
been meant as its words.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import log

from tantivy import Occur, Query

from postil.search.analysis import FUNCTION_WORDS, STEMMED, word_terms
from postil.search.lexical import Generation, LexicalIndex, guarded
from postil.search.marks import looked_for
from postil.search.spelling import distance, may_be_near, near_words
from postil.search.translation import Required
from postil.text.query import Word, parse_query
from postil.text.query_fields import FIELD_NAMES, read_id
from postil.text.query_tokens import Scanner

LONGEST = 300
"""Characters of a query beyond which nothing is corrected."""
_MOST_WORDS = 12
_FIELDS = ("title_exact", "abstract_exact")
_PIECE = re.compile(r'"[^"]*"?|\$[^$]*\$|[^\s"]+')
_QUOTED = re.compile(r'(?<![:\-])"([^"]*)"')
_FIELD = re.compile(r"([-+(]*)([^\W\d_]+):(.*)", re.DOTALL)
_CORE = re.compile(r"[(+\[]*([A-Za-z]+(?:-[A-Za-z]+)*)[)\],.;:!?]*")
_NAME = re.compile(r"[^\W\d_]{4,}")
_USUAL_LENGTH = 7
_LEAST_WEIGHT = 0.25
_OPERATORS = frozenset({"OR", "AND", "NOT"})


@dataclass(frozen=True, slots=True)
class Confidence:
    """How much evidence a correction needs.

    Attributes:
        shortest: letters that a word has at least.
        per_error: how many times (as a logarithm) more papers the other word must have, for each error.
        papers: in how many papers, of a million, the other word stands at least.
        rare: in how many papers, of a million, the doubted word stands at most.
        two_errors: letters from which two errors are thought of.
    """

    shortest: int
    per_error: float
    papers: float
    rare: float
    two_errors: int


SURE = Confidence(shortest=5, per_error=3.6, papers=60.0, rare=45.0, two_errors=8)
EAGER = Confidence(shortest=4, per_error=0.8, papers=4.0, rare=45.0, two_errors=6)


@dataclass(frozen=True, slots=True)
class Correction:
    """Another query that may have been meant.

    Attributes:
        query: the whole of it, as it would be typed.
        words: pairs of a word as typed and as it may have been meant; none where only quotation marks went.
    """

    query: str
    words: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Doubted:
    """A word of a query where it stands; `author` says that it is a part of a name."""

    start: int
    word: str
    author: bool = False


class Corrector:
    """Corrects queries by the words of an index; any thread may ask."""

    def __init__(self, index: LexicalIndex) -> None:
        self._index = index

    def correct(self, query: str, *, found: int) -> Correction | None:
        """What `query`, which found so many papers, may have been meant to say; None where it stands.

        Raises:
            IndexDamaged: the index cannot be read; `catch_up` repairs it.
        """
        generation = self._index.generation()
        if generation is None or len(query) > LONGEST or not query.strip():
            return None
        return guarded(lambda: _offered(query, generation, found))


def _offered(query: str, generation: Generation, found: int) -> Correction | None:
    corrected = _corrected(query, generation, found)
    return corrected if corrected or found else _unquoted(query, generation)


def _unquoted(query: str, generation: Generation) -> Correction | None:
    """The words of quotations as words, where some paper has any of them; names and what is excluded stay."""
    text = Scanner(query).text
    loose = _QUOTED.sub(r"\1", text)
    root = parse_query(loose).root
    if loose == text or root is None:
        return None
    found = generation.count(generation.translator.query(root, Required.ANY))
    return Correction(" ".join(loose.split()), ()) if found else None


def _corrected(query: str, generation: Generation, found: int) -> Correction | None:
    asked = SURE if found else EAGER
    text = Scanner(query).text
    words = _Words(generation)
    changes: list[tuple[_Doubted, str]] = []
    for doubted in list(_doubted(text))[:_MOST_WORDS]:
        better = words.name(doubted.word) if doubted.author else words.better(doubted.word, asked)
        if better:
            changes.append((doubted, better))
    if not changes:
        return None
    corrected = text
    for doubted, better in reversed(changes):
        end = doubted.start + len(doubted.word)
        corrected = corrected[: doubted.start] + _cased(better, doubted.word) + corrected[end:]
    better_words = {better for doubted, better in changes if not doubted.author}
    if not _goes_together(corrected, better_words, generation, found, words):
        return None
    return Correction(corrected, tuple((d.word, _cased(b, d.word)) for d, b in changes))


def _goes_together(
    corrected: str, better: Collection[str], generation: Generation, found: int, words: "_Words"
) -> bool:
    """Whether some paper has the new words and half of the others; any of them will do if none was found.

    Others that hardly any paper has are left out: they may be as wrong, or more than one can put right.
    """
    root = parse_query(corrected).root
    if root is None:
        return False
    translated = generation.translator.query
    clauses = [(Occur.Must, translated(root, Required.ANY))]
    others = []
    for word in (leaf for leaf in looked_for(root) if isinstance(leaf, Word)):
        if not found:
            break
        if word.text.lower() in better:
            clauses.append((Occur.Must, translated(word, Required.EVERY)))
        elif word.text.lower() not in FUNCTION_WORDS and not words.is_rare(word.text.lower()):
            others.append((Occur.Should, translated(word, Required.EVERY)))
    query = Query.boolean_query(clauses + others, (len(others) + 1) // 2 or None)
    return generation.count(query) > 0


def _cased(word: str, like: str) -> str:
    return word.capitalize() if like[:1].isupper() else word


def _doubted(text: str) -> Iterator[_Doubted]:
    """The words of a query that may be misspelt, in order."""
    quoted_name = False
    for match in _PIECE.finditer(text):
        piece, start = match[0], match.start()
        if piece[0] == '"':
            if quoted_name:
                yield from (_Doubted(start + m.start(), m[0], True) for m in _NAME.finditer(piece))
            quoted_name = False
            continue
        quoted_name = False
        if piece[0] in "$-" or piece in _OPERATORS:
            continue
        if field := _FIELD.fullmatch(piece):
            name = FIELD_NAMES.get(field[2].lower(), "")
            if "-" in field[1] or not name:
                continue
            if name == "author":
                quoted_name = not field[3]
                at = start + field.start(3)
                yield from (_Doubted(at + m.start(), m[0], True) for m in _NAME.finditer(field[3]))
                continue
            if name not in {"title", "abstract"}:
                continue
            start, piece = start + field.start(3), field[3]
        if (core := _CORE.fullmatch(piece)) and not read_id(core[1]):
            yield from _parts(start + core.start(1), core[1])


def _parts(start: int, core: str) -> Iterator[_Doubted]:
    for match in re.finditer(r"[A-Za-z]+", core):
        word = match[0]
        # capitals beyond the first letter make a name: BERT, LoRA
        if word[1:].islower() and word.lower() not in FUNCTION_WORDS:
            yield _Doubted(start + match.start(), word)


class _Words:
    """The words of one state of the index."""

    def __init__(self, generation: Generation) -> None:
        self._searcher = generation.searcher
        self._millionth = max(self._searcher.num_docs, 1) / 1e6

    def _papers(self, word: str) -> int:
        return max(self._searcher.doc_freq(field, word) for field in _FIELDS)

    def is_rare(self, word: str) -> bool:
        """Whether hardly any paper has a word in any of its forms."""
        return max(self._papers(word), self._of_stem(word)) <= SURE.rare * self._millionth

    def better(self, typed: str, asked: Confidence) -> str:
        """The word that was more likely meant, or an empty string."""
        word = typed.lower()
        if len(word) < asked.shortest:
            return ""
        own = max(self._papers(word), self._of_stem(word))
        if own > asked.rare * self._millionth or self._searcher.doc_freq("byline", word):
            return ""
        least = max(1.0, asked.papers * self._millionth)
        best, score = "", log(own + 1.0)
        for other, papers in self._candidates(word, least, asked):
            cost = distance(word, other, 2.0)
            worth = log(papers + 1.0) - asked.per_error * _at_length(cost, len(word))
            if worth > score and not _is_a_form(word, other):
                best, score = other, worth
        return best

    def _of_stem(self, word: str) -> int:
        stems = word_terms(word).stems
        return max((self._searcher.doc_freq("text", stem) for stem in stems), default=0)

    def _candidates(self, word: str, least: float, asked: Confidence) -> Iterator[tuple[str, int]]:
        seen = {word}
        for other in near_words(word):
            if other not in seen:
                seen.add(other)
                if (papers := self._papers(other)) >= least:
                    yield other, papers
        if len(word) < asked.two_errors:
            return
        for prefix in {word[:3], word[0] + word[2] + word[1], word[:2] + word[3], word[1:4]}:
            for field in _FIELDS:
                for other, papers in self._searcher.terms_with_prefix(field, prefix, None, 800):
                    if papers < least:
                        break
                    if other not in seen and may_be_near(word, other, 2):
                        seen.add(other)
                        if distance(word, other, 2.0) <= 2.0:
                            yield other, papers

    def name(self, typed: str) -> str:
        """A name like one that nobody has, or an empty string."""
        word = "".join(word_terms(typed).forms)
        if not word.isascii() or len(word) < 4 or self._searcher.doc_freq("byline", word):
            return ""
        best, score = "", 0.0
        for other in set(near_words(word)):
            if papers := self._searcher.doc_freq("byline", other):
                worth = log(papers + 1.0) + 4.0 - 2.0 * distance(word, other, 2.0)
                if worth > score:
                    best, score = other, worth
        return best


def _at_length(cost: float, length: int) -> float:
    """What an error weighs: more in a short word, whose neighbours are often words; less in a long one."""
    least = _LEAST_WEIGHT if cost <= 1.0 else 0.8
    return cost * max(least, 1.0 + (_USUAL_LENGTH - length) * 0.25)


def _is_a_form(word: str, other: str) -> bool:
    """Whether both have one stem: the search has matched it already."""
    return STEMMED.analyze(word) == STEMMED.analyze(other)
