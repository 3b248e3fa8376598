"""A query's tree as a query of the engine.

There are two ways to take the words that stand side by side: as wishes (a paper needs one of them, or none
beside a word marked with +; more of them rank it higher) and as demands (it needs every one). Clauses of
plain terms are kept in one flat list, which the engine answers faster than a nested one.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from math import log1p

from tantivy import FieldType, Occur, Query, Schema, Searcher

from postil.search.analysis import (
    FUNCTION_WORDS,
    STEMMED,
    WordTerms,
    is_east_asian_character,
    phrase_places,
    word_terms,
)
from postil.text.names import Reading, asked_readings
from postil.text.query import (
    And,
    Author,
    Category,
    DateRange,
    Every,
    Field,
    Identifier,
    Node,
    Not,
    Or,
    Phrase,
    Word,
)

TITLE_WEIGHT = 0.5
FORM_WEIGHT = 0.15  # of a word in the very form that was asked for
RARITY = 0.15  # the power of a word's weight (idf) by which rare words count for more than in BM25
_USUAL_WEIGHT = 6.0
TITLE_PHRASE_WEIGHT = 0.5
PAIR_WEIGHT = 0.3  # of two Chinese characters beside the word that they are
NAMES_WEIGHT = 3.0  # of authors and a year, in a query that they and words of the title are all of
_LONGEST_TITLE = 40  # words
_LONGEST_ITEM = 12
_Clause = tuple[Occur, Query]
_Loose = tuple[WordTerms, Field, int]


class Required(StrEnum):
    """How many of the loose words of a query a paper must have."""

    ANY = "any"
    EVERY = "every"


class Translator:
    """Translates trees for one state of the index."""

    def __init__(self, schema: Schema, searcher: Searcher) -> None:
        self._schema = schema
        self._searcher = searcher

    def query(self, root: Node, required: Required) -> Query:
        """The engine's query for a tree."""
        match root:
            case And(children):
                return self._side_by_side(children, required)
            case Every(children):
                return self._all_of(children, required)
            case Or(children):
                return _union([self.query(child, required) for child in children])
            case Not(child):
                return _but(self.query(child, required))
            case Word():
                return self._side_by_side((root,), required)
            case Phrase(text, field):
                return self._phrase(text, field)
            case condition:
                return Query.const_score_query(self._condition(condition), 0.0)

    def conditions(self, root: Node) -> Query | None:
        """What a tree asks for beside words that stand side by side; None where it is of another form."""
        if isinstance(root, Word):
            return _everything()
        if not isinstance(root, And):
            return None
        others = tuple(child for child in root.children if not isinstance(child, Word))
        return self._side_by_side(others, Required.ANY) if others else _everything()

    def named(self, root: Node) -> Query | None:
        """Papers that the words of a tree name: by a part of the title, or by the names of authors."""
        children = root.children if isinstance(root, And) else (root,)
        words = dict.fromkeys(child for child in children if isinstance(child, Word))
        loose = [(word_terms(word.text), word.field, 1) for word in words]
        ways = self._as_title(loose)
        telling = [terms for terms, field, _ in loose if terms.stems and not field]
        names = [name for terms in telling if (name := self._as_name(terms))]
        if len(telling) > 1:
            demands = [self._demand(terms, Field.TITLE) for terms in telling]
            ways.append(_intersection(demands))
        if names:
            ways.append(_intersection([self._term("byline", name) for name in names]))
        ways += self._as_item([entry for entry in loose if entry[0].stems])
        return _union(ways) if ways else None

    def _condition(self, node: Author | Category | Identifier | DateRange) -> Query:
        match node:
            case Author(name):
                return _union([self._named(reading) for reading in asked_readings(name)])
            case Category(code):
                return self._term("category", code)
            case Identifier(paper):
                return self._term("id", str(paper))
            case DateRange(first, last):
                return Query.range_query(
                    self._schema,
                    "day",
                    FieldType.Integer,
                    first,
                    last,
                    use_inverted_index=True,
                )

    def _named(self, reading: Reading) -> Query:
        """Papers whose authors' keys have one of each alternatives of a name."""
        return _intersection(
            [
                _union([self._term("byline", key) for key in alternatives])
                for alternatives in reading
            ]
        )

    def _side_by_side(self, children: Sequence[Node], required: Required) -> Query:
        words = Counter(child for child in children if isinstance(child, Word))
        loose = [(word_terms(word.text), word.field, times) for word, times in words.items()]
        loose = [entry for entry in loose if entry[0].forms]
        telling = [entry for entry in loose if not entry[0].is_function_word] or loose
        if words and not loose:
            return Query.empty_query()
        clauses: list[_Clause] = []
        for child in children:
            if isinstance(child, Not):
                clauses.append((Occur.MustNot, self.query(child.child, required)))
            elif not isinstance(child, Word):
                clauses.append((Occur.Must, self.query(child, required)))
        if required is Required.EVERY:
            clauses += [(Occur.Must, self._demand(terms, field)) for terms, field, _ in telling]
        elif loose:
            wishes = self._wishes(telling) + self._as_title(loose) + self._as_item(telling)
            others = any(occur is Occur.Must for occur, _ in clauses)
            if others and not any(isinstance(c, Every) and len(c.children) == 1 for c in children):
                clauses.append((Occur.Must, _union(wishes)))
            else:
                clauses += [(Occur.Should, query) for query in wishes]
        return _combined(clauses)

    def _wishes(self, telling: Iterable[_Loose]) -> list[Query]:
        """Plain queries, of which a paper must match one."""
        return [
            query
            for terms, field, times in telling
            for query in self._scoring(terms, field, float(times))
        ]

    def _as_title(self, loose: Sequence[_Loose]) -> list[Query]:
        """What lifts a paper whose title has these very words in this order, function words too.

        Whoever types a part of a title wants that paper. A paper that has the phrase has the words, so this
        changes the order of what matches and nothing else.
        """
        forms: list[str | tuple[int, str]] = [form for terms, _, _ in loose for form in terms.forms]
        if not 2 <= len(forms) <= _LONGEST_TITLE or any(field for _, field, _ in loose):
            return []
        phrase = Query.phrase_query(self._schema, "title_exact", forms)
        return [_weighted(phrase, TITLE_PHRASE_WEIGHT)]

    def _as_item(self, telling: Sequence[_Loose]) -> list[Query]:
        """What lifts a paper whose title has all the words, or whose authors and year have, or both together.

        Whoever types `halko tropp 2009` or `oord wavenet` wants the paper by them, not one that mentions them
        often. Title and byline count together only where a word is a year, or a name more than a word.
        """
        if not 2 <= sum(len(terms.forms) for terms, _, _ in telling) <= _LONGEST_ITEM:
            return []
        if any(field for _, field, _ in telling):
            return []
        titles = [
            _intersection([self._stem("title", part) for part in _title_parts(terms)])
            for terms, _, _ in telling
        ]
        found = [_intersection(titles)]
        names = [self._in_bylines(terms) for terms, _, _ in telling]
        if len(telling) == 1 or not any(names):
            return found
        in_bylines = [
            _weighted(self._term("byline", name), NAMES_WEIGHT) if name else None for name in names
        ]
        if all(names):
            found.append(_intersection([query for query in in_bylines if query]))
        elif any(_is_year(name) for name in names) or any(self._as_name(t) for t, _, _ in telling):
            either = [
                _union([title, byline]) if byline else title
                for title, byline in zip(titles, in_bylines, strict=True)
            ]
            found.append(_intersection(either))
        return found

    def _in_bylines(self, terms: WordTerms) -> str:
        """The word as a name or year, where any paper is by somebody of that name or of that year."""
        name = "".join(terms.forms)
        return name if len(name) > 1 and self._searcher.doc_freq("byline", name) else ""

    def _scoring(self, terms: WordTerms, field: Field, times: float) -> list[Query]:
        """Plain term queries whose scores add up to what a word is worth."""
        if terms.is_function_word:
            return [_weighted(query, times) for query in self._as_they_are(terms, field)]
        if field is Field.ABSTRACT:
            forms = [self._forms("abstract_exact", stem) for stem in terms.parts]
            return [_weighted(query, times) for query in forms]
        if terms.chinese:
            return self._chinese(terms, field, times)
        whole = (terms.whole,) if terms.whole else ()
        stems = [*_telling_parts(terms), *whole]
        if field is Field.TITLE:
            return [_weighted(self._stem("title", stem), times) for stem in stems]
        found = []
        for stem in stems:
            weight = times * self._rarity(stem)
            found.append(_weighted(self._stem("text", stem), weight))
            found.append(_weighted(self._stem("title", stem), weight * TITLE_WEIGHT))
        if not terms.east_asian:
            found += [
                _weighted(self._term("abstract_exact", form), times * FORM_WEIGHT)
                for form in terms.forms
                if form not in FUNCTION_WORDS and (len(form) > 1 or len(terms.forms) == 1)
            ]
        if name := self._as_name(terms):
            found.append(_weighted(self._term("byline", name), times))
        return found

    def _rarity(self, stem: str) -> float:
        """What a rare word counts for beyond its weight in BM25: about 1."""
        papers, having = self._searcher.num_docs, self._searcher.doc_freq("text", stem)
        return float((log1p((papers - having + 0.5) / (having + 0.5)) / _USUAL_WEIGHT) ** RARITY)

    def _chinese(self, terms: WordTerms, field: Field, times: float) -> list[Query]:
        """Words where the index has them as words, and what else the text has; pairs alone elsewhere.

        The pairs that two words make where they meet say nothing.
        """
        weighted = [(stem, times) for stem in terms.beside]
        for word in terms.chinese:
            known = self._searcher.doc_freq("text", word.term) > 0
            weighted += [(word.term, times)] if known else []
            weighted += [(pair, times * (PAIR_WEIGHT if known else 1.0)) for pair in word.pairs]
        found = []
        for term, weight in weighted:
            if field is Field.TITLE:
                found.append(_weighted(self._stem("title", term), weight))
            else:
                found.append(_weighted(self._stem("text", term), weight))
                found.append(_weighted(self._stem("title", term), weight * TITLE_WEIGHT))
        return found

    def _as_name(self, terms: WordTerms) -> str:
        """The word as a name or year, where it is one in the index more often than it is a word."""
        if len(terms.forms) != 1 or not terms.stems or len(form := terms.forms[0]) < 2:
            return ""
        named = self._searcher.doc_freq("byline", form)
        return form if named and named >= self._searcher.doc_freq("text", terms.stems[0]) else ""

    def _demand(self, terms: WordTerms, field: Field) -> Query:
        """A query that a paper meets if it has the word, whatever it scores."""
        if terms.is_function_word:
            return _union(self._as_they_are(terms, field))
        if field is Field.ABSTRACT:
            parts = [self._forms("abstract_exact", stem) for stem in terms.parts]
        else:
            where = "title" if field is Field.TITLE else "text"
            parts = [self._stem(where, stem) for stem in terms.parts]
            if terms.whole:
                return _union([self._term(where, terms.whole), _intersection(parts)])
            if not field and (name := self._as_name(terms)):
                return _union([*parts, self._term("byline", name)])
        if terms.east_asian and not terms.chinese and len(parts) > 2:
            # pairs across two words need not be there: half of them is as much as one can ask
            return Query.boolean_query(
                [(Occur.Should, part) for part in parts],
                minimum_number_should_match=(len(parts) + 1) // 2,
            )
        return _intersection(parts)

    def _as_they_are(self, terms: WordTerms, field: Field) -> list[Query]:
        """Function words, which the stemmed fields do not keep, in the fields that keep every word."""
        fields = [f"{field}_exact"] if field else ["title_exact", "abstract_exact"]
        return [_intersection([self._term(name, form) for form in terms.forms]) for name in fields]

    def _stem(self, field: str, stem: str) -> Query:
        """A stem in a field; an East Asian character by itself begins some pair wherever it stands."""
        if not is_east_asian_character(stem):
            return self._term(field, stem)
        pairs = self._searcher.terms_with_prefix(field, stem)
        return _union([self._term(field, pair) for pair, _ in pairs])

    def _forms(self, field: str, stem: str) -> Query:
        """Every form in a field without stems that has this stem."""
        if len(stem) < 3:
            return self._stem(field, stem)
        near = self._searcher.terms_with_prefix(field, stem[:-1])
        forms = [form for form, _ in near if STEMMED.analyze(form) == [stem]]
        return _union([self._term(field, form) for form in forms])

    def _all_of(self, children: Sequence[Node], required: Required) -> Query:
        clauses: list[_Clause] = []
        for child in children:
            match child:
                case Not(inner):
                    clauses.append((Occur.MustNot, self.query(inner, required)))
                case Word(text, field) if (terms := word_terms(text)).forms:
                    clauses.append((Occur.Must, self._demand(terms, field)))
                    if required is Required.ANY and field is not Field.ABSTRACT:
                        scoring = self._scoring(terms, field, 1.0)
                        clauses += [(Occur.Should, query) for query in scoring]
                case _:
                    clauses.append((Occur.Must, self.query(child, required)))
        return _combined(clauses)

    def _phrase(self, text: str, field: Field) -> Query:
        places = phrase_places(text)
        fields = [f"{field}_exact"] if field else ["title_exact", "abstract_exact"]
        if not places:
            return Query.empty_query()
        if len(places) == 1:
            return _union([self._stem(name, places[0][1]) for name in fields])
        # a title is one string, in an abstract the end of a sentence parts two
        apart: list[str | tuple[int, str]] = list(places)
        joined: list[str | tuple[int, str]] = [term for _, term in places]
        return _union(
            [
                Query.phrase_query(self._schema, name, joined if name == "title_exact" else apart)
                for name in fields
            ]
        )

    def _term(self, field: str, value: str) -> Query:
        return Query.term_query(self._schema, field, value, index_option=_OPTIONS[field])


_OPTIONS = {
    "text": "freq",
    "title": "freq",
    "title_exact": "freq",
    "abstract_exact": "freq",
    "byline": "basic",
    "category": "basic",
    "id": "basic",
}


def _is_year(name: str) -> bool:
    return len(name) == 4 and name.isdecimal()


def _title_parts(terms: WordTerms) -> tuple[str, ...]:
    return (terms.whole,) if terms.whole else terms.parts


def _telling_parts(terms: WordTerms) -> list[str]:
    """The parts of a torn word that may match by themselves: not the 4 of GPT-4, nor the c of Lambda_c."""
    if terms.east_asian:
        return list(terms.stems)
    parts = [s for s in terms.stems if len(s) > 1 and not (terms.whole and s.isdigit())]
    return parts or list(terms.stems)


def _weighted(query: Query, weight: float) -> Query:
    return query if weight == 1.0 else Query.boost_query(query, weight)


def _union(queries: Sequence[Query]) -> Query:
    if not queries:
        return Query.empty_query()
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _intersection(queries: Sequence[Query]) -> Query:
    if not queries:
        return Query.empty_query()
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _but(query: Query) -> Query:
    return Query.boolean_query([(Occur.Must, _everything()), (Occur.MustNot, query)])


def _everything() -> Query:
    return Query.const_score_query(Query.all_query(), 0.0)


def _combined(clauses: list[_Clause]) -> Query:
    if all(occur is Occur.MustNot for occur, _ in clauses):
        clauses = [(Occur.Must, _everything()), *clauses]
    return Query.boolean_query(clauses)
