"""One page of a list as the template wants it, whatever the list is of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from postil.paper import Paper


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper as it stands on a list; `kind` is empty where the list has no sections."""

    paper: Paper
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a list.

    `sections` maps each kind to its count over the whole list, and is empty where one kind is all there is.
    `section_before` is the kind of the entry before the first, where its heading is already in view.
    """

    entries: Sequence[Entry]
    total: int
    number: int = 1
    size: int = 25
    sections: Mapping[str, int] | None = None
    section_before: str = ""

    def values(self, address: Callable[[int], str]) -> dict[str, Any]:
        """The template's values; `address` gives the address of a page by its number."""
        first = (self.number - 1) * self.size + 1
        last = first + len(self.entries) - 1
        return {
            "entries": self.entries,
            "total": self.total,
            "sections": self.sections or {},
            "section_before": self.section_before,
            "first": first if self.entries else 0,
            "last": max(last, 0),
            "next_path": address(self.number + 1) if last < self.total and self.entries else "",
            "previous_path": address(self.number - 1) if self.number > 1 else "",
        }
