"""A space follows the store's log, and is put right by the same way, as the lexical index is.

One process writes at a time; the others reload. A set of rows is made beside the one in use and takes its
place when it is whole; until then it can be left at any moment, by a kill too, and is gone on with.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from secrets import token_hex
from uuid import uuid4

import numpy as np

from postil.errors import DataFolderBusy, DataFolderReadOnly
from postil.search.vectors.arranging import arrange, is_untidy
from postil.search.vectors.encoder import Encoder, Origin, PaperLog, Report
from postil.search.vectors.failures import VectorsDamaged
from postil.search.vectors.lists import Lists, assign
from postil.search.vectors.rows import Rows, RowWriter
from postil.search.vectors.state import (
    State,
    read_choice,
    read_state,
    write_choice,
    write_state,
)
from postil.store.failures import explained
from postil.store.lock import ProcessLock
from postil.store.protocol import Change

_IDENTITY = "identity"  # under which the lexical index has the store remember it too
_COMMIT_SECONDS = 20.0  # work that a kill may undo


class Reason(StrEnum):
    """Why a space was, or was not, worked on."""

    CURRENT = "current"  # nothing to do
    BEHIND = "behind"  # it followed the changes since
    MISSING = "missing"  # there was none
    DAMAGED = "damaged"  # its files could not be read
    OTHER_MAKING = "other_making"  # of another version, or another encoder
    OTHER_STORE = "other_store"  # made from another store
    AHEAD = "ahead"  # the store was put back to an earlier state
    OUTGROWN = "outgrown"  # learnt from far fewer papers than there are now
    MISCOUNTED = "miscounted"  # it held more or fewer papers than the store
    ASKED = "asked"  # somebody asked for it
    BUSY = "busy"  # another process is following
    READ_ONLY = "read_only"  # the folder cannot be written


@dataclass(frozen=True, slots=True)
class SpaceReport:
    """What following did: why, how many changes it worked in, whether all anew, in how many seconds."""

    reason: Reason
    changes: int = 0
    anew: bool = False
    seconds: float = 0.0


class Stopped(Exception):
    """The process is ending; what was done so far is kept."""


class SpaceFollower:
    """Keeps one space up with a store.

    Args:
        log: the store.
        folder: the space's own folder.
        origin: where its encoder comes from.
    """

    def __init__(self, log: PaperLog, folder: Path, origin: Origin) -> None:
        self._log = log
        self._folder = folder
        self._origin = origin
        self._lock = ProcessLock(folder / "space.lock")
        self._encoder: tuple[str, Encoder] | None = None

    def catch_up(self, report: Report, stopping: Callable[[], bool] = lambda: False) -> SpaceReport:
        """Work in what changed, or make anew what cannot be used.

        Raises:
            Stopped: `stopping` said so; what was done is kept.
            EncoderUnavailable, EncoderRefused: the encoder gives no vectors.
            DataFolderFull: there is no room; what was in use still is.
        """
        started = time.perf_counter()
        try:
            with self._alone():
                reason, name = self._diagnosis()
                changes, anew = 0, reason not in {Reason.CURRENT, Reason.BEHIND}
                if reason is not Reason.CURRENT:
                    name = self._unfinished() or self._begin(report) if anew else name
                    changes = self._work_in(name, report, stopping)
                if reason is Reason.BEHIND and self._is_miscounted():
                    reason, anew = Reason.MISCOUNTED, True
                    changes = self._work_in(self._begin(report), report, stopping)
        except DataFolderBusy:
            return SpaceReport(Reason.BUSY)
        except DataFolderReadOnly:
            return SpaceReport(Reason.READ_ONLY)
        return SpaceReport(reason, changes, anew, time.perf_counter() - started)

    def rebuild(self, report: Report) -> SpaceReport:
        """Make all of it anew; the set in use serves until the new one is whole.

        Raises:
            EncoderUnavailable, EncoderRefused: the encoder gives no vectors.
            DataFolderError: another process is at it, or the folder is full or read-only.
        """
        started = time.perf_counter()
        with self._alone():
            changes = self._work_in(self._begin(report), report, lambda: False)
        return SpaceReport(Reason.ASKED, changes, True, time.perf_counter() - started)

    def behind(self) -> int:
        """Roughly how many changes are not worked in yet; all of them while nothing is in use."""
        last = self._log.last_change()
        try:
            state = self._used()[1]
        except VectorsDamaged:
            state = None
        return last if state is None else max(0, last - state.sequence)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with explained(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
        self._lock.acquire()
        try:
            with explained(self._folder):
                yield
        finally:
            self._lock.release()

    def _store_identity(self) -> str:
        identity = self._log.recall(_IDENTITY)
        if identity is None:
            identity = uuid4().hex
            self._log.remember(_IDENTITY, identity)
        return identity

    def _used(self) -> tuple[str, State | None]:
        name = read_choice(self._folder)
        return name, read_state(self._folder / name) if name else None

    def _diagnosis(self) -> tuple[Reason, str]:
        try:
            name, state = self._used()
            if not name:
                return Reason.MISSING, ""
            if state is None or state.identity != self._origin.identity:
                return Reason.OTHER_MAKING, ""
            if state.store != self._store_identity():
                return Reason.OTHER_STORE, ""
            Lists(self._folder / name, Rows(self._folder / name, state))
            self._load(name)
        except VectorsDamaged:
            return Reason.DAMAGED, ""
        last = self._log.last_change()
        if state.sequence > last:
            return Reason.AHEAD, ""
        if self._origin.outgrown(state.learnt_from, self._log.count()):
            return Reason.OUTGROWN, ""
        if state.sequence < last:
            return Reason.BEHIND, name
        return (Reason.MISCOUNTED, "") if self._is_miscounted() else (Reason.CURRENT, name)

    def _is_miscounted(self) -> bool:
        """Whether rows that have followed everything are of another number of papers than the store's."""
        name, state = self._used()
        if state is None:
            return False
        papers = Rows(self._folder / name, state).papers
        # counted before the log is looked at: what is stored in between is no miscount
        return papers != self._log.count() and self._log.last_change() == state.sequence

    def _unfinished(self) -> str:
        """A set that was left in the making and can be gone on with; the others are cleared away."""
        found = ""
        used = self._safely_chosen()
        for folder in sorted(self._folder.glob("rows-*")):
            if folder.name == used:
                continue
            if not found and self._is_sound(folder):
                found = folder.name
            else:
                shutil.rmtree(folder, ignore_errors=True)
        return found

    def _safely_chosen(self) -> str:
        try:
            return read_choice(self._folder)
        except VectorsDamaged:
            return ""

    def _is_sound(self, folder: Path) -> bool:
        try:
            state = read_state(folder)
            if state is None or state.whole:
                return False
            if (state.identity, state.store) != (self._origin.identity, self._store_identity()):
                return False
            if self._origin.outgrown(state.learnt_from, self._log.count()):
                return False
            Rows(folder, state)
            self._load(folder.name)
        except VectorsDamaged:
            return False
        return state.sequence <= self._log.last_change()

    def _begin(self, report: Report) -> str:
        """A new empty set, whose encoder has learnt."""
        used = self._safely_chosen()
        for folder in self._folder.glob("rows-*"):
            if folder.name != used:
                shutil.rmtree(folder, ignore_errors=True)
        name = f"rows-{token_hex(4)}"
        folder = self._folder / name
        folder.mkdir()
        papers = self._log.count()
        encoder = self._origin.begin(self._log, folder, report)
        self._encoder = (name, encoder)
        write_state(
            folder,
            State(
                self._origin.identity,
                self._store_identity(),
                encoder.width,
                learnt_from=papers,
            ),
        )
        return name

    def _load(self, name: str) -> Encoder:
        if self._encoder is None or self._encoder[0] != name:
            self._encoder = (name, self._origin.load(self._folder / name))
        return self._encoder[1]

    def _work_in(self, name: str, report: Report, stopping: Callable[[], bool]) -> int:
        changes = self._follow(name, report, stopping)
        self._finish(name, report)
        return changes

    def _follow(self, name: str, report: Report, stopping: Callable[[], bool]) -> int:
        folder, encoder = self._folder / name, self._load(name)
        state = read_state(folder)
        assert state is not None
        rows, done = Rows(folder, state), 0
        centres = Lists(folder, rows).centres if state.lists else None
        total = self._log.last_change() - state.sequence
        writer, committed = RowWriter(folder, state), time.monotonic()
        added: dict[int, int] = {}
        try:
            while changes := self._log.changes(state.sequence, self._origin.batch):
                self._replace(writer, rows, added, changes)
                papers = [change.paper for change in changes if change.paper is not None]
                numbers = [change.number for change in changes if change.paper is not None]
                if papers:
                    vectors = encoder.papers(papers)
                    lists = None if centres is None else assign(vectors, centres)
                    added |= {n: writer.count + at for at, n in enumerate(numbers)}
                    writer.append(vectors, np.array(numbers, dtype=np.int64), lists)
                state = replace(state, sequence=changes[-1].sequence, count=writer.count)
                done += len(changes)
                report("encoding", done, max(done, total))
                stop = stopping()
                if stop or time.monotonic() - committed > _COMMIT_SECONDS:
                    writer.flush()
                    write_state(folder, state)
                    committed = time.monotonic()
                if stop:
                    raise Stopped
            writer.flush()
            write_state(folder, state)
        finally:
            writer.close()
        return done

    def _replace(
        self, writer: RowWriter, rows: Rows, added: dict[int, int], changes: Sequence[Change]
    ) -> None:
        """Let the rows that changed papers had count no more."""
        numbers = np.array([change.number for change in changes], dtype=np.int64)
        places = rows.places(numbers)
        late = [added.pop(int(number)) for number in numbers if int(number) in added]
        writer.forget(np.concatenate([places[places >= 0], np.array(late, dtype=np.int64)]))

    def _finish(self, name: str, report: Report) -> None:
        """Put a set in use that is up with the store, in order, and clear the others away."""
        state = read_state(self._folder / name)
        assert state is not None
        if is_untidy(state):
            name = arrange(self._folder, name, report)
        elif not state.whole:
            write_state(self._folder / name, replace(state, whole=True))
        if self._safely_chosen() != name:
            write_choice(self._folder, name)
        for folder in self._folder.glob("rows-*"):
            if folder.name != name:
                shutil.rmtree(folder, ignore_errors=True)
