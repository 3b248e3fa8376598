"""Which authors of a paper a query has asked for by name, for marking them there.

Read as the index reads names, key by key, so that `schrodinger, e` marks Erwin Schrödinger. Loose words mark
no author: most that are somebody's name are a word as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from postil.text.names import Reading, asked_readings, byline_keys
from postil.text.query import Author, Node, leaves

_MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class NameMarks:
    """The names asked for, in all the ways to read each; one of a reading's keys of each kind is enough."""

    readings: tuple[Reading, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.readings)

    def is_meant(self, name: str) -> bool:
        """Whether an author, as a paper has the name, is asked for."""
        if not self.readings:
            return False
        keys = frozenset(byline_keys([name]))
        return any(
            all(not keys.isdisjoint(alternatives) for alternatives in reading)
            for reading in self.readings
        )

    def meant_among(self, names: Sequence[str]) -> tuple[str, ...]:
        """The first few of some names that are asked for: a shortened list of authors shows these too."""
        return tuple(islice(filter(self.is_meant, names), _MOST_SHOWN)) if self.readings else ()


NOBODY = NameMarks()
"""Where no author is asked for."""


def name_marks_of(root: Node | None) -> NameMarks:
    """The authors that a query's tree asks for; not those that it excludes."""
    authors = [leaf for leaf in leaves(root, excluded=False) if isinstance(leaf, Author)]
    readings = (reading for author in authors for reading in asked_readings(author.name))
    return NameMarks(tuple(dict.fromkeys(reading for reading in readings if reading)))
