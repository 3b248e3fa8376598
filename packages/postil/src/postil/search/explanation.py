"""Why a paper is among the results: what each word of the query added to its score, and where it stood.

The engine explains its own score as a tree; here its leaves are gathered under the words that the reader
typed and the fields that a reader knows. Nothing is computed a second way, so whatever ranking does is what
is told, and the numbers add up to the score by which the paper was placed.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tantivy import DocAddress, Query

from postil.search.analysis import phrase_terms, word_terms
from postil.search.lexical import DECIMALS, Generation
from postil.search.marks import looked_for
from postil.search.ranking import Ranker
from postil.search.translation import Required
from postil.text.query import Field, Node, Phrase, Word, parse_query

_TERM = re.compile(r'Term\(field=(\d+), type=Str, "(.*)"\)', re.DOTALL)
_CODE = re.compile(r"\\u\{([0-9a-f]+)\}")


class Place(StrEnum):
    """Where something of the query was found; a key of the message catalogue."""

    TEXT = "text"
    TITLE = "title"
    ABSTRACT = "abstract"
    BYLINE = "byline"
    TITLE_ROW = "title_row"
    ROW = "row"
    LSA = "lsa"
    MODEL = "model"


_PLACES = {
    "title": Place.TITLE,
    "title_exact": Place.TITLE,
    "abstract_exact": Place.ABSTRACT,
    "byline": Place.BYLINE,
}


@dataclass(frozen=True, slots=True)
class Part:
    """What something of the query added to the score by being somewhere in the paper."""

    said: str
    place: Place
    score: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """A paper's score and its parts, which add up to it: word by word, those first that added most."""

    score: float
    parts: tuple[Part, ...]


def explained(
    query: str, generation: Generation, number: int, ranker: Ranker
) -> Explanation | None:
    """Why the paper with this number answers a query; None where it does not.

    Where meaning has a share in the order, words have the rest of it, each of them in proportion. Score and
    parts have three decimals and add up exactly.
    """
    root = parse_query(query).root
    address = _address(generation, number)
    if root is None or address is None:
        return None
    sums: dict[tuple[str, Place], float] = defaultdict(float)
    shares = ranker.shares(generation, root, number)
    tree = _tree(generation.translator.query(root, Required.ANY), generation, address)
    if tree is not None:
        words = float(tree["value"])
        factor = shares["words"] / words if shares.get("words") and words else 1.0
        for said, place, score in _Reader(root, generation, address).leaves(tree, factor):
            if score:
                sums[said, place] += score
    elif not shares:
        return None
    for name in set(shares) - {"words"}:
        sums["", Place(name)] = shares[name]
    return _adding_up(sum(sums.values()), sums)


def _adding_up(score: float, sums: Mapping[tuple[str, Place], float]) -> Explanation:
    """Round the score, and each part down or up so that their sum is the rounded score."""
    unit = 10**DECIMALS
    total = round(score * unit)
    floors = {key: int(value * unit // 1) for key, value in sums.items()}
    by_rest = sorted(sums, key=lambda key: floors[key] - sums[key] * unit)
    for at in range(min(total - sum(floors.values()), len(by_rest))):
        floors[by_rest[at]] += 1
    parts = [Part(said, place, count / unit) for (said, place), count in floors.items() if count]
    words: dict[str, float] = defaultdict(float)
    for part in parts:
        words[part.said] += part.score
    parts.sort(key=lambda part: (-words[part.said], part.said, -part.score))
    return Explanation(sum(floors.values()) / unit, tuple(parts))


def _address(generation: Generation, number: int) -> DocAddress | None:
    schema = generation.index.schema
    hits = generation.searcher.search(Query.term_query(schema, "number", number), 1).hits
    return hits[0][1] if hits else None


def _tree(query: Query, generation: Generation, address: DocAddress) -> dict[str, Any] | None:
    """The engine's account of a score; None where the paper does not match."""
    try:
        tree = json.loads(query.explain(generation.searcher, address).to_json())
    except ValueError:
        return None
    return tree if isinstance(tree, dict) else None


class _Reader:
    """Reads the engine's account of one paper for one query."""

    def __init__(self, root: Node, generation: Generation, address: DocAddress) -> None:
        self._generation = generation
        self._address = address
        self._said: dict[str, str] = {}
        self._rows: list[tuple[str, Place, float]] | None = None
        self._names = _field_names(generation)
        words: list[Word] = []
        for leaf in looked_for(root):
            if isinstance(leaf, Word):
                words.append(leaf)
            self._learn(leaf)
        self._phrases = [leaf for leaf in looked_for(root) if isinstance(leaf, Phrase)]
        self._in_a_row = " ".join(word.text for word in words if not word.field)

    def _learn(self, leaf: Word | Phrase) -> None:
        """Under which words the terms of the index go that they stand for."""
        if isinstance(leaf, Phrase):
            for term in phrase_terms(leaf.text):
                self._said.setdefault(term, f"“{leaf.text}”")
            return
        terms = word_terms(leaf.text)
        for term in (*terms.forms, *terms.stems, terms.whole):
            self._said.setdefault(term, leaf.text)

    def leaves(self, node: Mapping[str, Any], factor: float) -> Iterator[tuple[str, Place, float]]:
        """What each leaf of the account added, boosts above it included."""
        value, about = float(node["value"]) * factor, str(node.get("description", ""))
        inner: Sequence[Mapping[str, Any]] = node.get("details") or ()
        if found := _TERM.search(" ".join(node.get("context") or ())):
            field = self._names[int(found[1])]
            place = _PLACES.get(field, Place.TEXT)
            yield self._as_said(_CODE.sub(_character, found[2])), place, value
        elif about.startswith("Phrase"):
            said, place = self._row(float(node["value"]))
            yield said, place, value
        elif about.startswith("Boost") and len(inner) == 1:
            boost = value / float(inner[0]["value"]) if float(inner[0]["value"]) else 0.0
            yield from self.leaves(inner[0], boost)
        elif about.startswith("BooleanClause") and inner:
            for each in inner:
                yield from self.leaves(each, factor)
        elif value:
            yield self._in_a_row, Place.ROW, value

    def _as_said(self, term: str) -> str:
        return self._said.get(term) or self._said.get(term.lstrip("Z")) or term.lstrip("ZJ")

    def _row(self, value: float) -> tuple[str, Place]:
        """Which words in a row a score is of: the engine does not say, so each is asked by itself.

        Each is told once, as two may score the same.
        """
        if self._rows is None:
            self._rows = list(self._asked_rows())
        near = min(self._rows, key=lambda row: abs(row[2] - value), default=None)
        if near and abs(near[2] - value) < 1e-3 * max(value, 1.0):
            self._rows.remove(near)
            return near[0], near[1]
        return self._in_a_row, Place.ROW

    def _asked_rows(self) -> Iterator[tuple[str, Place, float]]:
        for phrase in self._phrases:
            for field in (Field.TITLE, Field.ABSTRACT):
                if phrase.field in {Field.ANYWHERE, field}:
                    place = Place.TITLE if field is Field.TITLE else Place.ABSTRACT
                    asked = Phrase(phrase.text, field)
                    yield f"“{phrase.text}”", place, self._score_of(asked)
        if " " in self._in_a_row:
            row = self._score_of(Phrase(self._in_a_row, Field.TITLE))
            yield self._in_a_row, Place.TITLE_ROW, row

    def _score_of(self, phrase: Phrase) -> float:
        query = self._generation.translator.query(phrase, Required.ANY)
        tree = _tree(query, self._generation, self._address)
        return float(tree["value"]) if tree else 0.0


def _character(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


def _field_names(generation: Generation) -> list[str]:
    """The names of the fields by their numbers, from the schema's own account of itself."""
    account: Any = generation.index.schema.__reduce__()
    return [str(field["name"]) for field in account[1][0]["inner"]]
