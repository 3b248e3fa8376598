"""Terms of the index as the engine's queries, and queries put together.

Clauses of plain terms are kept in one flat list, which the engine answers faster than a nested one.
"""

from collections.abc import Sequence
from functools import lru_cache

from tantivy import Occur, Query, Schema, Searcher

from postil.search.analysis import STEMMED, WordTerms, is_east_asian_character, phrase_places
from postil.text.query import Field

Clause = tuple[Occur, Query]
_FREQUENCIES_KEPT = 8192
_OPTIONS = {
    "text": "freq",
    "title": "freq",
    "title_exact": "freq",
    "abstract_exact": "freq",
    "byline": "basic",
    "category": "basic",
    "id": "basic",
}


class Fields:
    """The fields of one state of the index, asked for words."""

    def __init__(self, schema: Schema, searcher: Searcher) -> None:
        self.schema = schema
        self.searcher = searcher
        # a query is translated to rank and to count, and a look-up takes the engine a tenth of a millisecond
        self._frequency = lru_cache(maxsize=_FREQUENCIES_KEPT)(searcher.doc_freq)

    def frequency(self, field: str, value: str) -> int:
        """How many papers have a term, those counted in that were deleted since the last merge."""
        return self._frequency(field, value)

    def term(self, field: str, value: str) -> Query:
        """The papers that have a term."""
        return Query.term_query(self.schema, field, value, index_option=_OPTIONS[field])

    def stem(self, field: str, stem: str) -> Query:
        """A stem in a field; an East Asian character by itself begins some pair wherever it stands."""
        if not is_east_asian_character(stem):
            return self.term(field, stem)
        pairs = self.searcher.terms_with_prefix(field, stem)
        return union([self.term(field, pair) for pair, _ in pairs])

    def forms(self, field: str, stem: str) -> Query:
        """Every form in a field without stems that has this stem."""
        if len(stem) < 3:
            return self.stem(field, stem)
        near = self.searcher.terms_with_prefix(field, stem[:-1])
        forms = [form for form, _ in near if STEMMED.analyze(form) == [stem]]
        return union([self.term(field, form) for form in forms])

    def as_they_are(self, terms: WordTerms, field: Field) -> list[Query]:
        """Function words, which the stemmed fields do not keep, in the fields that keep every word."""
        fields = [f"{field}_exact"] if field else ["title_exact", "abstract_exact"]
        return [intersection([self.term(name, form) for form in terms.forms]) for name in fields]

    def as_name(self, terms: WordTerms) -> str:
        """The word as a name or year, where it is one in the index more often than it is a word."""
        if len(terms.forms) != 1 or not terms.stems or len(form := terms.forms[0]) < 2:
            return ""
        named = self.frequency("byline", form)
        return form if named and named >= self.frequency("text", terms.stems[0]) else ""

    def phrase(self, text: str, field: Field) -> Query:
        """Words in a row, as they are."""
        places = phrase_places(text)
        fields = [f"{field}_exact"] if field else ["title_exact", "abstract_exact"]
        if not places:
            return Query.empty_query()
        if len(places) == 1:
            return union([self.stem(name, places[0][1]) for name in fields])
        # a title is one string, in an abstract the end of a sentence parts two
        apart: list[str | tuple[int, str]] = list(places)
        joined: list[str | tuple[int, str]] = [term for _, term in places]
        return union(
            [
                Query.phrase_query(self.schema, name, joined if name == "title_exact" else apart)
                for name in fields
            ]
        )


def weighted(query: Query, weight: float) -> Query:
    """A query whose score counts so much."""
    return query if weight == 1.0 else Query.boost_query(query, weight)


def union(queries: Sequence[Query]) -> Query:
    """What one of several queries finds."""
    if not queries:
        return Query.empty_query()
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def intersection(queries: Sequence[Query]) -> Query:
    """What each of several queries finds."""
    if not queries:
        return Query.empty_query()
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def but(query: Query) -> Query:
    """Everything that a query does not find."""
    return Query.boolean_query([(Occur.Must, everything()), (Occur.MustNot, query)])


def everything() -> Query:
    """Every paper, none before another."""
    return Query.const_score_query(Query.all_query(), 0.0)


def combined(clauses: list[Clause]) -> Query:
    """The clauses as one query; what only excludes is taken from everything."""
    if all(occur is Occur.MustNot for occur, _ in clauses):
        clauses = [(Occur.Must, everything()), *clauses]
    return Query.boolean_query(clauses)
