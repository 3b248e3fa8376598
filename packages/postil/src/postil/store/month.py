"""A month of announcements as bitsets: one bit an entry, one Python integer a category.

A category expression is then a handful of operations on integers of a few kilobytes, one for each of its
terms (benchmarks/postil/hydration.py times a calendar and a day's list).
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby

from postil.categories import CategoryExpression, keys
from postil.paper import AnnouncementKind
from postil.store.protocol import Listed


class Month:
    """The lists of a month's days. Within a day every paper counts once, as the first kind it has there."""

    def __init__(self, listed: Iterable[Listed]) -> None:
        numbers: list[int] = []
        of_kind: dict[AnnouncementKind, list[int]] = defaultdict(list)
        of_categories: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self._spans: dict[date, tuple[int, int]] = {}
        for day, entries in groupby(listed, key=lambda entry: entry.day):
            start, seen = len(numbers), set()
            for _, number, kind, categories in entries:
                if number in seen:
                    continue
                seen.add(number)
                of_kind[kind].append(len(numbers))
                of_categories[categories].append(len(numbers))
                numbers.append(number)
            self._spans[day] = (start, len(numbers))
        self._numbers = array("q", numbers)
        self._kinds = {kind: _bits(at, len(numbers)) for kind, at in of_kind.items()}
        self._categories = _by_key(of_categories, len(numbers))
        self._all = (1 << len(numbers)) - 1

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def days(self) -> Sequence[date]:
        """The days that have entries, in order."""
        return list(self._spans)

    def chosen(self, day: date, expression: CategoryExpression | None) -> int:
        """The entries of `day` that `expression` chooses: bit i is the day's entry i."""
        start, end = self._spans.get(day, (0, 0))
        return (self._matching(expression) >> start) & ((1 << (end - start)) - 1)

    def count(self, expression: CategoryExpression | None) -> list[tuple[date, int]]:
        """How many entries of each day `expression` chooses; days without any are left out."""
        matching = self._matching(expression)
        found = []
        for day, (start, end) in self._spans.items():
            if papers := ((matching >> start) & ((1 << (end - start)) - 1)).bit_count():
                found.append((day, papers))
        return found

    def numbers(self, day: date, chosen: int) -> Iterator[int]:
        """The numbers of the day's entries whose bits are set, in the order of the list."""
        start, _ = self._spans.get(day, (0, 0))
        for offset, digit in enumerate(reversed(f"{chosen:b}")):
            if digit == "1":
                yield self._numbers[start + offset]

    def kinds(self, day: date, chosen: int) -> dict[AnnouncementKind, int]:
        """How many of the chosen entries are of each kind; every kind is there."""
        start, _ = self._spans.get(day, (0, 0))
        return {
            kind: (self._kinds.get(kind, 0) >> start & chosen).bit_count()
            for kind in AnnouncementKind
        }

    def category_counts(self, day: date) -> dict[str, int]:
        """How many papers of `day` each category and each archive has."""
        start, end = self._spans.get(day, (0, 0))
        mask = ((1 << (end - start)) - 1) << start
        counts = {key: (bits & mask).bit_count() for key, bits in self._categories.items()}
        return {key: papers for key, papers in sorted(counts.items()) if papers}

    def _matching(self, expression: CategoryExpression | None) -> int:
        if expression is None:
            return self._all
        matching = self._union(expression.included) if expression.included else self._all
        return matching & ~self._union(expression.excluded)

    def _union(self, codes: Iterable[str]) -> int:
        united = 0
        for code in codes:
            united |= self._categories.get(code, 0)
        return united


def _by_key(of_categories: Mapping[tuple[str, ...], Sequence[int]], size: int) -> dict[str, int]:
    """A bitset for everything that a paper can be found under: canonical codes and archives."""
    positions: dict[str, list[int]] = defaultdict(list)
    for categories, at in of_categories.items():
        for key in keys(categories):
            positions[key].extend(at)
    return {key: _bits(at, size) for key, at in positions.items()}


def _bits(positions: Iterable[int], size: int) -> int:
    octets = bytearray(size // 8 + 1)
    for position in positions:
        octets[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(octets, "little")
