"""Lists of rows that lie near one another, so that a question looks at a few of them and not at all rows.

Spherical k-means on a sample, in NumPy. faiss was refused: what it would save is little beside reading the
rows (docs/postil/search.md has the figures), and a reader's install stays light.

    centres.f32   (lists, width) unit vectors
    starts.i64    (lists + 1,) where each list begins among the arranged rows
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from postil.search.vectors.rows import Rows, mapped

EXACT_UP_TO = 50_000
"""Rows up to which every one is looked at."""

SHARE = 0.01
"""How much of the rows a question looks at, where there are lists."""

_FEWEST = 8_000  # rows that a question looks at, at least
_MOST_LISTS = 2048
_SAMPLE = 40  # rows a list that k-means learns from
_ROUNDS = 8
_BLOCK = 8192


def number_of_lists(rows: int) -> int:
    """How many lists rows are worth: four times the square root, up to a limit."""
    return min(_MOST_LISTS, int(4 * rows**0.5))


def learn_centres(rows: Rows, wanted: int) -> NDArray[np.float32]:
    """Unit vectors (lists, width) that rows gather around; the same for the same rows."""
    generator = np.random.default_rng(0)
    size = min(rows.state.count, wanted * _SAMPLE)
    chosen = np.sort(generator.choice(rows.state.count, size, replace=False))
    chosen = chosen[(rows.numbers[chosen] > 0) & (rows.scales[chosen] > 0)]
    sample: NDArray[np.float32] = rows.codes[chosen] * rows.scales[chosen, None]
    centres: NDArray[np.float32] = sample[generator.permutation(len(sample))[:wanted]].copy()
    for _ in range(_ROUNDS):
        nearest = assign(sample, centres)
        centres = _means(sample, nearest, centres)
    return centres


def _means(
    sample: NDArray[np.float32], nearest: NDArray[np.uint16], centres: NDArray[np.float32]
) -> NDArray[np.float32]:
    order = np.argsort(nearest, kind="stable")
    present, first = np.unique(nearest[order], return_index=True)
    sums = np.add.reduceat(sample[order], first, axis=0)
    found = centres.copy()
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    found[present] = sums / np.where(lengths > 0, lengths, 1)
    return found


def assign(vectors: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.uint16]:
    """The nearest centre (n,) of each vector."""
    found = np.empty(len(vectors), dtype=np.uint16)
    for start in range(0, len(vectors), _BLOCK):
        block = vectors[start : start + _BLOCK]
        found[start : start + _BLOCK] = (block @ centres.T).argmax(axis=1)
    return found


def write_lists(folder: Path, centres: NDArray[np.float32], starts: NDArray[np.int64]) -> None:
    """Put the lists beside their rows."""
    centres.astype(np.float32).tofile(folder / "centres.f32")
    starts.astype(np.int64).tofile(folder / "starts.i64")


class Lists:
    """The lists of a state of rows, or none, and the rows nearest to a vector.

    Raises:
        VectorsDamaged: a file is missing, too short or of another state.
    """

    def __init__(self, folder: Path, rows: Rows) -> None:
        state = rows.state
        self._rows = rows
        self.centres = mapped(folder / "centres.f32", np.float32, (state.lists, state.width))
        starts = (state.lists + 1,) if state.lists else (0,)
        self.starts = mapped(folder / "starts.i64", np.int64, starts)
        self._tail = (
            mapped(folder / "lists.u16", np.uint16, (state.count,))[state.arranged :]
            if state.lists
            else np.zeros(0, np.uint16)
        )

    def nearest(
        self, query: NDArray[np.float32], limit: int, share: float = SHARE
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Store numbers and cosines of at most `limit` rows, best first."""
        rows, state = self._rows, self._rows.state
        if not state.lists:
            cosines = rows.cosines(query, 0, state.count)
            places = np.arange(state.count)
            return _best(rows, places, cosines, limit)
        chosen = self._chosen(query, max(_FEWEST, int(share * state.count)))
        found, cosines_found = [], []
        for first, last in self._runs(chosen):
            found.append(np.arange(first, last))
            cosines_found.append(rows.cosines(query, first, last))
        wanted = np.zeros(state.lists, dtype=bool)
        wanted[chosen] = True
        late = np.flatnonzero(wanted[self._tail]) + state.arranged
        if len(late):
            found.append(late)
            cosines_found.append(rows.cosines_at(query, late))
        if not found:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        return _best(rows, np.concatenate(found), np.concatenate(cosines_found), limit)

    def _chosen(self, query: NDArray[np.float32], wanted: int) -> NDArray[np.int64]:
        """The nearest lists that hold so many arranged rows between them."""
        order = np.argsort(-(self.centres @ query))
        sizes = np.diff(self.starts)[order]
        enough = int(np.searchsorted(np.cumsum(sizes), wanted)) + 1
        return order[:enough]

    def _runs(self, chosen: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
        for one in np.sort(chosen).tolist():
            first, last = int(self.starts[one]), int(self.starts[one + 1])
            if last > first:
                yield first, last


def _best(
    rows: Rows, places: NDArray[np.int64], cosines: NDArray[np.float32], limit: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    if 0 < limit < len(cosines):
        top = np.argpartition(-cosines, limit - 1)[:limit]
    else:
        top = np.arange(len(cosines))[: max(limit, 0) or 0]
    order = np.lexsort((rows.numbers[places[top]], -cosines[top]))
    top = top[order]
    top = top[cosines[top] > -1.5]
    return rows.numbers[places[top]].astype(np.int64), cosines[top]
