"""Vectors on disk: eight bits a number, mapped into memory, found by the store's numbers.

    rows.i8       (count, width) codes; a vector is codes / its length
    scales.f32    (count,) one over the length of the codes, so that a cosine costs one product
    numbers.i32   (count,) the store's number of each row; 0 where the row was replaced or removed
    lists.u16     (count,) the list of each row, where there are lists

Float16 was refused: twice the size for cosines that differ by 0.001 at most. A row that is changed is written
anew at the end, so that a reader never meets half of one.
"""

import mmap
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from postil.search.vectors.failures import VectorsDamaged
from postil.search.vectors.state import State

BLOCK = 2048  # rows turned to floats at once: what stays in a core's own cache
_KINDS = {"rows.i8": np.int8, "scales.f32": np.float32, "numbers.i32": np.int32}


def coded(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Codes and scales of vectors; those without a length get a scale of 0."""
    largest = np.abs(vectors).max(axis=1, initial=0.0, keepdims=True)
    codes = np.rint(vectors * (127 / np.where(largest > 0, largest, 1))).astype(np.int8)
    lengths = np.sqrt(np.square(codes, dtype=np.float32).sum(axis=1))
    scales = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return codes, scales.astype(np.float32)


class Rows:
    """One state of a set of rows; arrays are mapped, and read where they are touched.

    Args:
        folder: the set's folder.
        state: how far it is.

    Raises:
        VectorsDamaged: a file is missing or shorter than the state says.
    """

    def __init__(self, folder: Path, state: State) -> None:
        self.state = state
        count, width = state.count, state.width
        self.codes = mapped(folder / "rows.i8", np.int8, (count, width))
        self.scales = mapped(folder / "scales.f32", np.float32, (count,))
        self.numbers = mapped(folder / "numbers.i32", np.int32, (count,))
        greatest = int(self.numbers.max(initial=0))
        if int(self.numbers.min(initial=0)) < 0 or greatest > 1 << 30:
            raise VectorsDamaged(f"{folder / 'numbers.i32'} has numbers that no paper has.")
        # where a number stands twice the later row is meant
        self._places = np.full(greatest + 1, -1, dtype=np.int32)
        self._places[self.numbers] = np.arange(count, dtype=np.int32)

    @property
    def papers(self) -> int:
        """How many papers have a row."""
        return int(np.count_nonzero(self._places[1:] >= 0))

    def places(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where the rows of papers stand; -1 where they have none."""
        known = (numbers > 0) & (numbers < len(self._places))
        places = self._places[np.where(known, numbers, 0)].astype(np.int64)
        stands = known & (places >= 0)
        stands[stands] = self.numbers[places[stands]] == numbers[stands]
        return np.where(stands, places, -1)

    def vectors(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The unit vectors (n, width) of papers; zeros where they have none."""
        found = np.zeros((len(numbers), self.state.width), dtype=np.float32)
        places = self.places(numbers)
        there = places >= 0
        found[there] = self.codes[places[there]] * self.scales[places[there], None]
        return found

    def scores(self, query: NDArray[np.float32], numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """Cosines (n,); NaN where a paper has no vector."""
        found = np.full(len(numbers), np.nan, dtype=np.float32)
        places = self.places(numbers)
        there = places >= 0
        there[there] = self.scales[places[there]] > 0
        at = places[there]
        found[there] = (self.codes[at].astype(np.float32) @ query) * self.scales[at]
        return found

    def cosines(self, query: NDArray[np.float32], first: int, last: int) -> NDArray[np.float32]:
        """Cosines of the rows from `first` to before `last`; -2 where a row counts no more."""
        found = np.empty(last - first, dtype=np.float32)
        for start in range(first, last, BLOCK):
            end = min(start + BLOCK, last)
            np.dot(
                self.codes[start:end].astype(np.float32),
                query,
                out=found[start - first : end - first],
            )
        found *= self.scales[first:last]
        return self._living(found, np.arange(first, last))

    def cosines_at(
        self, query: NDArray[np.float32], places: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Cosines of the rows at `places`; -2 where a row counts no more."""
        found = (self.codes[places].astype(np.float32) @ query) * self.scales[places]
        return self._living(found, places)

    def _living(self, found: NDArray[np.float32], places: NDArray[np.int64]) -> NDArray[np.float32]:
        numbers = self.numbers[places]
        found[(numbers == 0) | (self._places[numbers] != places) | (self.scales[places] == 0)] = -2
        return found

    def let_go(self) -> None:
        """Give the memory of the codes back; what is asked for is mapped again."""
        let_go(self.codes)

    def blocks(self, size: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """All rows as unit vectors, `size` at a time, with the place of the first."""
        for start in range(0, self.state.count, size):
            end = min(start + size, self.state.count)
            yield start, self.codes[start:end] * self.scales[start:end, None]


class RowWriter:
    """Writes rows behind those that a state counts; `flush` before a state that counts more."""

    def __init__(self, folder: Path, state: State) -> None:
        self.count = state.count
        self._width = state.width
        self._files = {
            name: os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            for name in _KINDS
        }
        self._lists = os.open(folder / "lists.u16", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def append(
        self,
        vectors: NDArray[np.float32],
        numbers: NDArray[np.int64],
        lists: NDArray[np.uint16] | None = None,
    ) -> None:
        """Write vectors (n, width) of papers."""
        codes, scales = coded(vectors)
        self.append_coded(codes, scales, numbers, lists)

    def append_coded(
        self,
        codes: NDArray[np.int8],
        scales: NDArray[np.float32],
        numbers: NDArray[Any],
        lists: NDArray[np.uint16] | None,
    ) -> None:
        """Write rows as they are kept."""
        at = self.count
        _put(self._files["rows.i8"], codes, at * self._width)
        _put(self._files["scales.f32"], scales, at * 4)
        if lists is not None:
            _put(self._lists, lists, at * 2)
        _put(self._files["numbers.i32"], numbers.astype(np.int32), at * 4)
        self.count += len(numbers)

    def forget(self, places: NDArray[np.int64]) -> None:
        """Let rows count no more."""
        for place in places.tolist():
            os.pwrite(self._files["numbers.i32"], b"\0\0\0\0", place * 4)

    def flush(self) -> None:
        """Wait until all of it is on the disk."""
        for descriptor in (*self._files.values(), self._lists):
            os.fsync(descriptor)

    def close(self) -> None:
        """Let go of the files."""
        for descriptor in (*self._files.values(), self._lists):
            os.close(descriptor)


def _put(descriptor: int, array: NDArray[Any], offset: int) -> None:
    rest = memoryview(array.tobytes())
    while rest:
        written = os.pwrite(descriptor, rest, offset)
        rest, offset = rest[written:], offset + written


def mapped(path: Path, kind: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    """A file's first bytes as a read-only array.

    Raises:
        VectorsDamaged: the file is missing or too short.
    """
    if 0 in shape:
        return np.zeros(shape, dtype=kind)
    try:
        return np.asarray(np.memmap(path, kind, "r", shape=shape))
    except (OSError, ValueError) as error:
        raise VectorsDamaged(f"{path} cannot be read ({error}).") from error


def let_go(array: Any) -> None:
    """Take the pages of an array made by `mapped` out of this process's memory, where the system can.

    Nothing is lost by it, and others may read meanwhile: a page that is touched is mapped again.
    """
    while isinstance(array, np.ndarray):
        array = array.base
    if isinstance(array, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        array.madvise(mmap.MADV_DONTNEED)
