"""The words of one state of the index that begin in some way, the most frequent first.

Short beginnings have tens of thousands of words and take many milliseconds to look through, so what they
gave is kept for as long as the state is.
"""

from collections.abc import Sequence
from functools import cached_property

from tantivy import DocAddress, Occur, Order, Query

from postil.search.lexical import Generation

_ORDER_STEP = 1_000_000_000 * 10_000
_MOST_KEPT = 4_096


class Terms:
    """Looks words up, and papers by their words, in one state of the index."""

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self._kept: dict[tuple[str, str, int], tuple[tuple[str, int], ...]] = {}

    def beginning(self, field: str, prefix: str, limit: int) -> tuple[tuple[str, int], ...]:
        """The most frequent terms of a field that begin with `prefix`, and how many papers have each."""
        asked = (field, prefix, limit)
        found = self._kept.get(asked)
        if found is None:
            searcher = self.generation.searcher
            found = tuple(searcher.terms_with_prefix(field, prefix, None, limit))
            if len(self._kept) < _MOST_KEPT:
                self._kept[asked] = found
        return found

    def beginning_beside(
        self, field: str, prefix: str, beside: Query, limit: int
    ) -> tuple[tuple[str, int], ...]:
        """The same among the papers that a query finds."""
        searcher = self.generation.searcher
        return tuple(searcher.terms_with_prefix(field, prefix, beside, limit))

    def frequency(self, field: str, term: str) -> int:
        """How many papers have a term."""
        return self.generation.searcher.doc_freq(field, term)

    def spread(self, field: str, prefix: str) -> int:
        """How many papers the terms that begin with `prefix` have in all, as far as that is small."""
        return sum(papers for _, papers in self.beginning(field, prefix, 12))

    def term(self, field: str, value: str) -> Query:
        """The papers that have a term."""
        schema = self.generation.index.schema
        return Query.term_query(schema, field, value, index_option="basic")

    def phrase(self, field: str, words: list[str]) -> Query:
        """The papers that have these words side by side."""
        if len(words) < 2:
            return self.term(field, words[0]) if words else Query.empty_query()
        schema = self.generation.index.schema
        return Query.phrase_query(schema, field, list(words))

    def newest(self, query: Query, limit: int) -> tuple[int, ...]:
        """Numbers of the newest papers that a query finds."""
        searcher = self.generation.searcher
        found = searcher.search(query, limit, count=False, order_by_field="order", order=Order.Desc)
        return self._numbers([address for _, address in found.hits])

    def best(self, query: Query, limit: int) -> tuple[int, ...]:
        """Numbers of the papers that a query finds with the highest scores."""
        found = self.generation.searcher.search(query, limit, count=False)
        return self._numbers([address for _, address in found.hits])

    def _numbers(self, addresses: list[DocAddress]) -> tuple[int, ...]:
        values = self.generation.searcher.fast_field_values("number", addresses)
        return tuple(value for value in values if isinstance(value, int))

    @cached_property
    def _newest_order(self) -> int:
        searcher = self.generation.searcher
        found = searcher.search(Query.all_query(), 1, count=False, order_by_field="order")
        return int(found.hits[0][0]) if found.hits else 0

    def newest_year(self) -> int:
        """The year of the newest paper; 0 where none is dated."""
        return self._newest_order // _ORDER_STEP


def any_of(queries: list[Query]) -> Query:
    """The papers that one of several queries finds."""
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def all_of(queries: list[Query], better: Sequence[Query] = ()) -> Query:
    """The papers that each of several queries finds, those first that one of `better` finds too."""
    clauses = [(Occur.Must, query) for query in queries]
    return Query.boolean_query(clauses + [(Occur.Should, query) for query in better])
