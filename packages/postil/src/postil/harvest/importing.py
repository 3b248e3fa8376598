"""Import files of records: streaming, in batches, safe to repeat and safe to kill.

Every batch is one transaction of the store, so what a kill leaves is a shorter import; running it again
finds what is there unchanged and goes on. No note of the position is kept: reading a line that is already
held costs less than trusting that a file has not changed since.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from postil.errors import BadFile
from postil.harvest.rejects import Rejects
from postil.paper import Paper
from postil.sources.daily import DateIs, DateReading, judge_dates
from postil.sources.lines import Line, LineFile
from postil.sources.records import BadRecord, decode, read_record
from postil.store.protocol import Store, Written

_BATCH_PAPERS = 1_000
_BATCH_BYTES = 16 << 20
_EVIDENCE_RECORDS = 5_000
_EVIDENCE_BYTES = 32 << 20

Decoded = tuple[Line, dict[str, Any] | BadRecord]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import has come; bytes are counted as they lie on disk, over all files."""

    file: str
    position: int
    total: int | None  # None where a file is a pipe
    read: int
    rejected: int
    seconds: float

    @property
    def rate(self) -> float:
        """Records a second so far."""
        return self.read / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this pace; None where that cannot be known."""
        if self.total is None or not self.position:
            return None
        return self.seconds * max(0, self.total - self.position) / self.position


@dataclass(frozen=True, slots=True)
class FileReading:
    """How the `date` of one file was read."""

    file: str
    reading: DateReading


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. Records read are those added, changed, unchanged or rejected.

    `broken` has a line for each file that turned out to be cut off or damaged; its good lines are in.
    """

    read: int
    added: int
    changed: int
    unchanged: int
    rejected: int
    rejects_path: Path | None
    seconds: float
    date_readings: tuple[FileReading, ...] = ()
    broken: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything in the files is in the store."""
        return not self.rejected and not self.broken


def import_files(
    store: Store,
    paths: Sequence[str | os.PathLike[str]],
    *,
    rejects_folder: Path,
    date_is: DateIs = DateIs.AUTO,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Imported:
    """Put every record of `paths` into `store`.

    Args:
        store: where to; this process is its only writer until the import ends.
        paths: files in any of the three forms, plain, gzip or zstd; `-` is standard input.
        rejects_folder: where `rejects.jsonl` goes when a line cannot be used.
        date_is: which clock `date` of the daily form is; AUTO decides file by file.
        progress: called after each batch.

    Raises:
        BadFile: one of the paths cannot be opened; nothing was imported.
        DataFolderError: the store cannot be written, or another process is writing; every batch before
            is kept.
    """
    with ExitStack() as stack:
        files = [stack.enter_context(LineFile(path)) for path in paths]
        stack.enter_context(store.writing())
        rejects = stack.enter_context(Rejects(rejects_folder))
        return _Import(store, files, rejects, date_is, progress).run()


class _Import:
    """One run over all files: the tally, and where the next batch comes from."""

    def __init__(
        self,
        store: Store,
        files: Sequence[LineFile],
        rejects: Rejects,
        date_is: DateIs,
        progress: Callable[[Progress], None],
    ) -> None:
        self._store = store
        self._files = files
        self._rejects = rejects
        self._date_is = date_is
        self._progress = progress
        self._started = time.monotonic()
        self._read = 0
        self._written = Written()
        self._readings: list[FileReading] = []
        self._broken: list[str] = []

    def run(self) -> Imported:
        for file in self._files:
            for batch in _batches(self._papers(file)):
                self._written += self._store.put(batch)
                self._rejects.flush()
                self._progress(self._state(file))
            self._progress(self._state(file))
        return Imported(
            self._read,
            self._written.added,
            self._written.changed,
            self._written.unchanged,
            self._rejects.count,
            self._rejects.path,
            time.monotonic() - self._started,
            tuple(self._readings),
            tuple(self._broken),
        )

    def _state(self, file: LineFile) -> Progress:
        sizes = [f.total for f in self._files]
        return Progress(
            file.name,
            sum(f.position for f in self._files),
            None if None in sizes else sum(size or 0 for size in sizes),
            self._read,
            self._rejects.count,
            time.monotonic() - self._started,
        )

    def _papers(self, file: LineFile) -> Iterator[tuple[Paper, int]]:
        """The papers of a file, each with the length of its line; what is none goes to the rejects."""
        records = self._records(file)
        head = _head(records)
        date_is = self._clock(file, head)
        for line, record in chain(head, records):
            try:
                if isinstance(record, BadRecord):
                    raise record
                paper = read_record(record, date_is)
            except BadRecord as error:
                self._rejects.add(file.name, line.number, str(error), line.data)
                continue
            yield paper, len(line.data)

    def _records(self, file: LineFile) -> Iterator[Decoded]:
        lines = iter(file)
        while True:
            try:
                line = next(lines, None)
            except BadFile as error:
                self._broken.append(str(error))
                return
            if line is None:
                return
            self._read += 1
            yield line, _decoded(line)

    def _clock(self, file: LineFile, head: Sequence[Decoded]) -> DateIs:
        if self._date_is is not DateIs.AUTO:
            return self._date_is
        reading = judge_dates(record for _, record in head)
        if reading is None:
            return DateIs.ANNOUNCED
        self._readings.append(FileReading(file.name, reading))
        return reading.date_is


def _decoded(line: Line) -> dict[str, Any] | BadRecord:
    """The object in a line, or why there is none; told later, so that rejects keep the file's order."""
    if line.too_long:
        return BadRecord("the line is longer than any paper's record")
    try:
        return decode(line.data)
    except BadRecord as error:
        return error


def _head(records: Iterator[Decoded]) -> list[Decoded]:
    """The first records of a file, as many as the evidence about its dates needs."""
    head: list[Decoded] = []
    size = 0
    for line, record in islice(records, _EVIDENCE_RECORDS):
        head.append((line, record))
        size += len(line.data)
        if size > _EVIDENCE_BYTES:
            break
    return head


def _batches(papers: Iterator[tuple[Paper, int]]) -> Iterator[list[Paper]]:
    """Papers in batches that bound both the length of a transaction and the memory for it."""
    batch: list[Paper] = []
    size = 0
    for paper, length in papers:
        batch.append(paper)
        size += length
        if len(batch) >= _BATCH_PAPERS or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
