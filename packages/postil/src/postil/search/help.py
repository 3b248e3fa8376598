"""Help with a query: what it may become, what it may have meant, what it matched, and why."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from postil.paper_id import PaperId
from postil.search.corrections import Correction, Corrector
from postil.search.explanation import Explanation, explained
from postil.search.lexical import LexicalIndex, guarded
from postil.search.marks import Marks, marks_of
from postil.search.ranking import Ranker
from postil.search.suggest import Suggester, Suggestion
from postil.store.protocol import Store
from postil.text.query import parse_query

if TYPE_CHECKING:
    from postil.search.vectors import Vectors


class Help:
    """Helps with queries over a store and its index; any thread may ask, and nothing is kept on disk."""

    def __init__(self, store: Store, index: LexicalIndex, spaces: Sequence["Vectors"] = ()) -> None:
        self._store = store
        self._ranker = Ranker(spaces)
        self._index = index
        self._suggester = Suggester(store, index)
        self._corrector = Corrector(index)

    def suggest(
        self, text: str, names: Mapping[str, Sequence[str]] | None = None, limit: int = 8
    ) -> tuple[Suggestion, ...]:
        """What a query typed so far may become; see `Suggester.suggest`."""
        return self._suggester.suggest(text, names, limit)

    def correct(self, query: str, *, found: int) -> Correction | None:
        """What a query that found so many papers may have been meant to say; see `Corrector.correct`."""
        return self._corrector.correct(query, found=found)

    def marks(self, query: str) -> Marks:
        """What a query marks in titles and abstracts."""
        return marks_of(parse_query(query).root)

    def explain(self, query: str, paper: PaperId) -> Explanation | None:
        """Why a paper answers a query, as ranking by relevance has it; None where it does not.

        Raises:
            IndexDamaged: the index cannot be read; `catch_up` repairs it.
        """
        generation = self._index.generation()
        number = self._store.numbers([paper]).get(paper)
        if generation is None or number is None:
            return None
        return guarded(lambda: explained(query, generation, number, self._ranker))
