"""What a query that is being typed may become: phrases, authors, categories, fields and papers.

All of it is read from the lexical index and from the few papers that it names; nothing is stored or counted
beforehand, so there is nothing to keep up, to repair or to load at the start. A table of all names and one
of frequent phrases were weighed: some 60 bytes a paper, and a second thing to follow the store.
"""

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from threading import Lock

from postil.categories import categories
from postil.paper_id import PaperId
from postil.search.analysis import FUNCTION_WORDS
from postil.search.lexical import Generation, LexicalIndex, Position, guarded
from postil.search.suggest_names import named_authors
from postil.search.suggest_phrases import Phrases
from postil.search.suggest_terms import Terms
from postil.store.protocol import Store
from postil.text.accents import fold
from postil.text.names import name_words
from postil.text.query_fields import FIELD_NAMES
from postil.text.query_tail import Tail, read_tail

LONGEST = 200
"""Characters of a query beyond which nothing is suggested."""
_MOST = 8
_KEPT = 256
_NOT_WORDS = re.compile(r"[\W_]+")
_CANONICAL_FIELDS = ("author", "title", "abstract", "cat", "date", "id")


class Kind(StrEnum):
    """What a suggestion is; a key of the message catalogue."""

    PHRASE = "phrase"
    AUTHOR = "author"
    CATEGORY = "category"
    DATE = "date"
    FIELD = "field"
    PAPER = "paper"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing that the end of the query may become.

    Attributes:
        kind: what it is.
        text: what to show: the words, the name, the code, or the paper's title as its authors wrote it.
        query: the whole query with it.
        papers: how many papers it has; 0 where that was not counted.
        paper: the paper itself, where it is one.
    """

    kind: Kind
    text: str
    query: str
    papers: int = 0
    paper: PaperId | None = None


class Suggester:
    """Completes queries over an index and its store; any thread may ask."""

    def __init__(self, store: Store, index: LexicalIndex) -> None:
        self._store = store
        self._index = index
        self._lock = Lock()
        self._position: Position | None = None
        self._terms: Terms | None = None
        self._known: OrderedDict[tuple[str, int], tuple[Suggestion, ...]] = OrderedDict()

    def suggest(
        self, text: str, names: Mapping[str, Sequence[str]] | None = None, limit: int = _MOST
    ) -> tuple[Suggestion, ...]:
        """What `text`, a query typed so far, may become, the likeliest first. Never raises for what it holds.

        Args:
            text: the query.
            names: the names of categories by code, in every language that a reader may type; English if None.
            limit: the most suggestions.

        Raises:
            IndexDamaged: the index cannot be read; `catch_up` repairs it.
        """
        generation = self._index.generation()
        if generation is None or not text.strip() or len(text) > LONGEST:
            return ()
        with self._lock:
            if self._terms is None or self._position != generation.position:
                self._position, self._terms = generation.position, Terms(generation)
                self._known.clear()
            terms = self._terms
            terms.generation = generation  # the one before would keep its files in memory
            if found := self._known.get((text, limit)):
                return found
        made = guarded(lambda: tuple(self._made(read_tail(text), terms, names, limit)))
        with self._lock:
            self._known[text, limit] = made
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return made

    def _made(
        self, tail: Tail, terms: Terms, names: Mapping[str, Sequence[str]] | None, limit: int
    ) -> Iterable[Suggestion]:
        match tail.field:
            case "author":
                return _authors(tail, terms, self._store, limit)
            case "cat":
                return _categories_of(tail, terms.generation, names, limit)
            case "date":
                return _dates(tail, terms, limit)
            case "id":
                return ()
            case _:
                return self._words(tail, terms, names, limit)

    def _words(
        self, tail: Tail, terms: Terms, names: Mapping[str, Sequence[str]] | None, limit: int
    ) -> list[Suggestion]:
        """Phrases, and where neither a field nor quotation marks say otherwise everything else too."""
        phrases = Phrases(tail, terms, self._store)
        alone = bool(tail.field or tail.quoted)
        likely = phrases.likely(limit if alone else 4)
        people = [] if alone else _loose_authors(tail, terms, self._store, 3, alone=not likely)
        if not likely and not people:
            likely = phrases.of_last_word(limit if alone else 4)
        made = [
            Suggestion(
                Kind.PHRASE, found.text, _completed(tail, found.start, found.text), found.papers
            )
            for found in likely
        ]
        if alone:
            return made[:limit]
        known = _categories_named(tail, terms.generation, names, 2)
        papers = [
            Suggestion(Kind.PAPER, paper.title, tail.text, 0, paper.id)
            for paper in phrases.papers(3 if len(tail.before) < 2 else 4)
        ]
        return _shared_out([made, people, known, _fields(tail), papers], limit)


def _shared_out(groups: Sequence[Sequence[Suggestion]], limit: int) -> list[Suggestion]:
    """At most `limit` of all groups, in their order: each gets one place, then another, while any is left."""
    taken = [0] * len(groups)
    while sum(taken) < limit:
        grown = False
        for at, group in enumerate(groups):
            if taken[at] < len(group) and sum(taken) < limit:
                taken[at] += 1
                grown = True
        if not grown:
            break
    return [s for group, count in zip(groups, taken, strict=True) for s in group[:count]]


def _completed(tail: Tail, start: int, text: str) -> str:
    head = tail.text[:start]
    if tail.field and not tail.quoted and " " in text:
        return f'{head}"{text}"'
    return f'{head}{text}"' if tail.quoted else f"{head}{text}"


def _authors(tail: Tail, terms: Terms, store: Store, limit: int) -> list[Suggestion]:
    """Names for the value of an author field."""
    words = name_words(tail.value)
    ended = tail.value[-1:].isspace()
    given, partial = (words, "") if ended else (words[:-1], words[-1] if words else "")
    head = tail.text[: tail.start - 1] if tail.quoted else tail.text[: tail.start]
    return [
        Suggestion(Kind.AUTHOR, name, f'{head}"{name}"', papers)
        for name, papers in named_authors(terms, store, given, partial, limit)
    ]


def _loose_authors(
    tail: Tail, terms: Terms, store: Store, limit: int, *, alone: bool
) -> list[Suggestion]:
    """Names that the last two words, or the last one `alone`, may be the beginning of."""
    partial = name_words(tail.partial)
    if len(partial) != 1 or not tail.partial[-1:].isalnum():
        return []
    for before in (tail.before[-1:], ()):
        if not before and tail.before and not alone:
            break
        given = tuple(w for _, word in before for w in name_words(word))
        head = tail.text[: before[0][0] if before else tail.at]
        if found := named_authors(terms, store, given, partial[0], limit):
            return [
                Suggestion(Kind.AUTHOR, name, f'{head}author:"{name}"', papers)
                for name, papers in found
            ]
    return []


@cache
def _english() -> Mapping[str, Sequence[str]]:
    return {code: (category.name,) for code, category in categories().items()}


def _counted(code: str, query: str, generation: Generation) -> Suggestion:
    papers = generation.searcher.doc_freq("category", code)
    return Suggestion(Kind.CATEGORY, code, query, papers)


def _ranked(
    asked: str, generation: Generation, names: Mapping[str, Sequence[str]] | None, least: int
) -> list[str]:
    """The codes that begin with what is asked, then those with a name that has words that do."""
    wanted = fold(asked.strip())
    wanted_words = _NOT_WORDS.sub(" ", wanted)
    if len(wanted) < least or wanted in FUNCTION_WORDS:
        return []
    folded = _folded_names(tuple((names or _english()).items()))
    by_code = [code for code, _ in folded if code.lower().startswith(wanted)]
    begins = wanted_words if not wanted.isascii() else f" {wanted_words}"
    by_name = [code for code, said in folded if begins in said and code not in by_code]
    freq = generation.searcher.doc_freq
    return [
        *sorted(by_code, key=lambda code: (-freq("category", code), code)),
        *sorted(by_name, key=lambda code: (-freq("category", code), code)),
    ]


@lru_cache(maxsize=4)
def _folded_names(
    names: tuple[tuple[str, Sequence[str]], ...],
) -> tuple[tuple[str, str], ...]:
    """The names of each category in one folded text, a blank before each of their words."""
    return tuple(
        (code, " " + " | ".join(_NOT_WORDS.sub(" ", fold(name)) for name in said))
        for code, said in names
    )


def _categories_of(
    tail: Tail, generation: Generation, names: Mapping[str, Sequence[str]] | None, limit: int
) -> list[Suggestion]:
    """Codes for the value of a category field, of which `cs.LG+` may stand there already."""
    start = max(tail.value.rfind(sign) for sign in "+,") + 1
    head, asked = tail.text[: tail.start + start], tail.value[start:]
    return [
        _counted(code, head + code, generation)
        for code in _ranked(asked, generation, names, 0)[:limit]
    ]


def _categories_named(
    tail: Tail, generation: Generation, names: Mapping[str, Sequence[str]] | None, limit: int
) -> list[Suggestion]:
    """Categories that the words typed last name: two of them or more, or the only one."""
    starts = [start for start, _ in tail.before] or [tail.at]
    for start in starts:
        asked = tail.text[start:]
        codes = _ranked(asked, generation, names, 3 if asked.isascii() else 1)
        found = [_counted(c, f"{tail.text[:start]}cat:{c}", generation) for c in codes]
        if found := [each for each in found if each.papers]:
            return found[:limit]
    return []


def _dates(tail: Tail, terms: Terms, limit: int) -> list[Suggestion]:
    """The newest years that the value may begin, and the span that ends today."""
    last = terms.newest_year()
    if not last:
        return []
    span = tail.value.rpartition("..")
    asked, head = span[2], tail.text[: len(tail.text) - len(span[2])]
    years = [str(year) for year in range(last, last - 40, -1) if str(year).startswith(asked)]
    found = [
        Suggestion(Kind.DATE, f"{span[0]}{span[1]}{y}", f"{head}{y}") for y in years[: limit - 2]
    ]
    if not span[1]:
        found += [Suggestion(Kind.DATE, f"{y}..", f"{head}{y}..") for y in years[:2]]
    return found


def _fields(tail: Tail) -> list[Suggestion]:
    """The fields whose name begins with what is typed."""
    asked = tail.partial.lower()
    if len(asked) < (2 if asked.isascii() else 1):
        return []
    names = [
        name
        for name in FIELD_NAMES
        if name.startswith(asked) and (name in _CANONICAL_FIELDS or not name.isascii())
    ]
    return [Suggestion(Kind.FIELD, f"{n}:", f"{tail.text[: tail.at]}{n}:") for n in names[:2]]
