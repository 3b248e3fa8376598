"""Papers just written, for the index that follows at once: reading one back takes half as long as writing it.

They are known by their place in the log of changes. Whoever changes a paper later, in whichever process,
gives it another place, so what is kept under a place that can be read is what the database holds there.
"""

import threading
from collections.abc import Iterable

from postil.paper import Paper

MOST = 6_000
"""Papers kept where nobody follows; some 4 kB each. A page of arXiv's records has 2,500."""


class Fresh:
    """The papers of the last changes, each handed out once; any thread may ask."""

    def __init__(self) -> None:
        self._papers: dict[int, Paper] = {}
        self._mutex = threading.Lock()

    def keep(self, papers: Iterable[tuple[int, Paper]]) -> None:
        """Remember papers by their places in the log."""
        with self._mutex:
            self._papers.update(papers)
            for place in [*self._papers][:-MOST]:
                del self._papers[place]

    def take(self, places: Iterable[int]) -> dict[int, Paper]:
        """Those of the papers at these places that are still remembered, and remember them no more."""
        with self._mutex:
            found = [(place, self._papers.pop(place, None)) for place in places]
        return {place: paper for place, paper in found if paper is not None}

    def forget(self) -> None:
        """A transaction was undone, and its places will be given out again."""
        with self._mutex:
            self._papers.clear()
