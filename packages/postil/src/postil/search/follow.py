"""The index follows the store's log of changes, and is put right by the same way.

Whatever is wrong (no index, unreadable files, another format, another store, a store put back to an earlier
state) the answer is a reason in the report and an index built from the log. One process follows at a time;
the others search on. Told apart by an identity that the store remembers, as folders are copied and moved.
"""

import errno
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import uuid4

from tantivy import Index, IndexWriter

from postil.errors import DataFolderBusy, DataFolderReadOnly
from postil.search.incoming import Pause, as_they_come, until_now
from postil.search.lexical import (
    Generation,
    IndexDamaged,
    LexicalIndex,
    Position,
    guarded,
    open_writer,
)
from postil.search.schema import FORMAT, document
from postil.store.failures import explained
from postil.store.lock import ProcessLock
from postil.store.protocol import Change, Store

ReportProgress = Callable[[int, int], None]

_COMMIT_EVERY = 50_000
_SMALL = 2_000  # changes that one thread and the least memory are enough for
_SMALL_HEAP, _LARGE_HEAP = 15_000_000, 100_000_000
# A thread of the engine keeps up with the thread that makes the documents; a second one only has a core of
# its own where there are three, and twice as many threads make twice as many segments to merge.
_THREADS = 1 if (os.cpu_count() or 1) < 3 else 2
_IDENTITY = "identity"


class Reason(StrEnum):
    """Why the index was, or was not, worked on; a key of the message catalogue."""

    CURRENT = "current"  # nothing to do
    BEHIND = "behind"  # it followed the changes since
    MISSING = "missing"  # there was none
    DAMAGED = "damaged"  # its files could not be read
    OTHER_FORMAT = "other_format"  # written by another version
    OTHER_STORE = "other_store"  # built from another store
    AHEAD = "ahead"  # the store was put back to an earlier state
    MISCOUNTED = "miscounted"  # it held more or fewer papers than the store
    ASKED = "asked"  # somebody asked for a rebuild
    BUSY = "busy"  # another process is following
    READ_ONLY = "read_only"  # the folder cannot be written


REPAIRS = frozenset(
    {
        Reason.MISSING,
        Reason.DAMAGED,
        Reason.OTHER_FORMAT,
        Reason.OTHER_STORE,
        Reason.AHEAD,
        Reason.MISCOUNTED,
    }
)


@dataclass(frozen=True, slots=True)
class FollowReport:
    """What following did.

    Attributes:
        reason: why.
        changes: how many changes were worked in.
        rebuilt: whether the index was built anew.
        seconds: how long it took.
    """

    reason: Reason
    changes: int = 0
    rebuilt: bool = False
    seconds: float = 0.0


class Follower:
    """Keeps a lexical index up with a store."""

    def __init__(self, store: Store, index: LexicalIndex) -> None:
        self._store = store
        self._index = index
        self._lock = ProcessLock(index.folder / "lexical.lock")

    def catch_up(self, progress: ReportProgress, pause: Pause = lambda: False) -> FollowReport:
        """Work in what changed, or rebuild what cannot be used; `pause` is asked before a large commit.

        Raises:
            DataFolderFull: there is no room; what was searchable before still is.
        """
        started = time.perf_counter()
        try:
            with self._alone():
                reason = self._diagnosis()
                if reason is Reason.BEHIND:
                    changes = self._follow(progress, pause)
                    if self._is_miscounted():
                        reason, changes = Reason.MISCOUNTED, self._rebuild(progress)
                elif reason in REPAIRS:
                    changes = self._rebuild(progress)
                else:
                    changes = 0
        except DataFolderBusy:
            return FollowReport(Reason.BUSY)
        except DataFolderReadOnly:
            return FollowReport(Reason.READ_ONLY)
        seconds = time.perf_counter() - started
        return FollowReport(reason, changes, reason in REPAIRS, seconds)

    def rebuild(self, progress: ReportProgress) -> FollowReport:
        """Build the index anew; the one in use serves until the new one is whole.

        Raises:
            DataFolderError: another process is following, or the folder is full or read-only.
        """
        started = time.perf_counter()
        with self._alone():
            changes = self._rebuild(progress)
        return FollowReport(Reason.ASKED, changes, True, time.perf_counter() - started)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        folder = self._index.folder
        with explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
        self._lock.acquire()
        try:
            with explained(folder), _engine_explained():
                yield
        finally:
            self._lock.release()

    def _identity(self) -> str:
        identity = self._store.recall(_IDENTITY)
        if identity is None:
            identity = uuid4().hex
            self._store.remember(_IDENTITY, identity)
        return identity

    def _diagnosis(self) -> Reason:
        try:
            position = self._index.read_position()
            if position is None:
                return Reason.MISSING
            if position.format != FORMAT:
                return Reason.OTHER_FORMAT
            if position.store != self._identity():
                return Reason.OTHER_STORE
            self._index.refresh(always=True)
        except IndexDamaged:
            return Reason.DAMAGED
        self._index.clear_away(keep=position.folder)
        last = self._store.last_change()
        if position.sequence != last:
            return Reason.BEHIND if position.sequence < last else Reason.AHEAD
        return Reason.MISCOUNTED if self._is_miscounted() else Reason.CURRENT

    def _is_miscounted(self) -> bool:
        """Whether an index that has followed everything holds another number of papers than the store."""
        generation = self._index.generation()
        if generation is None or generation.position.sequence != self._store.last_change():
            return False
        return generation.searcher.num_docs != self._store.count()

    def _follow(self, progress: ReportProgress, pause: Pause) -> int:
        generation = self._index.generation()
        assert generation is not None
        return self._work_in(generation.index, generation, generation.position, progress, pause)

    def _rebuild(self, progress: ReportProgress) -> int:
        serving = self._index_in_use()
        index, name = self._index.create()
        try:
            start = Position(name, self._identity(), 0)
            changes = self._work_in(index, None, start, progress, publish=not serving)
        except BaseException:
            if serving:
                shutil.rmtree(self._index.folder / name, ignore_errors=True)
            raise
        self._index.clear_away(keep=name)
        return changes

    def _index_in_use(self) -> bool:
        """Whether searches have something to go on with while a new index is built."""
        try:
            generation = self._index.generation()
            return generation is not None and generation.position.store == self._identity()
        except IndexDamaged:
            return False

    def _work_in(
        self,
        index: Index,
        generation: Generation | None,
        position: Position,
        progress: ReportProgress,
        pause: Pause = lambda: False,
        *,
        publish: bool = True,
    ) -> int:
        """Write the changes after `position`; commits are published as they come, or only the last one."""
        small = self._store.last_change() - position.sequence <= _SMALL
        writer = open_writer(index, *((_SMALL_HEAP, 1) if small else (_LARGE_HEAP, _THREADS)))
        greatest = generation.greatest_number() if generation else 0
        try:
            # A small writer stops at what it was opened for: an import may be storing much more meanwhile.
            after = position.sequence
            changes = (
                until_now(self._store, after) if small else as_they_come(self._store, after, pause)
            )
            done, last = self._write(writer, greatest, position, changes, progress, publish=publish)
        except BaseException:
            with suppress(IndexDamaged):
                guarded(writer.rollback)
            raise
        finally:
            with suppress(IndexDamaged):
                guarded(writer.wait_merging_threads)
        # said again after the merges, so that other processes let go of the segments merged away
        self._index.write_position(last)
        self._index.refresh(always=True)
        return done

    def _write(
        self,
        writer: IndexWriter,
        greatest: int,
        position: Position,
        batches: Iterable[Sequence[Change]],
        progress: ReportProgress,
        *,
        publish: bool,
    ) -> tuple[int, Position]:
        done = uncommitted = 0
        sequence, total = position.sequence, self._store.last_change() - position.sequence
        for changes in batches:
            for change in changes:
                # a number beyond the greatest cannot be in the index yet
                if change.number <= greatest:
                    writer.delete_documents_by_term("number", change.number)
                if change.paper is not None:
                    writer.add_document(document(change.paper, change.number))
                    greatest = max(greatest, change.number)
            sequence = changes[-1].sequence
            done += len(changes)
            uncommitted += len(changes)
            progress(done, max(done, total))
            if uncommitted >= _COMMIT_EVERY and publish:
                uncommitted = 0
                guarded(writer.commit)
                self._index.write_position(replace(position, sequence=sequence))
                self._index.refresh(always=True)
        guarded(writer.commit)
        last = replace(position, sequence=sequence)
        self._index.write_position(last)
        return done, last


_NO_ROOM = re.compile(r"No space left|Disk quota|File too large|StorageFull", re.IGNORECASE)
_NO_RIGHT = re.compile(r"Permission denied|Read-only file system|PermissionDenied", re.IGNORECASE)


@contextmanager
def _engine_explained() -> Iterator[None]:
    """Turn the engine's complaints about the disk into the errors that a reader can act on."""
    try:
        yield
    except IndexDamaged as error:
        if _NO_ROOM.search(str(error)):
            raise OSError(errno.ENOSPC, str(error)) from error
        if _NO_RIGHT.search(str(error)):
            raise OSError(errno.EACCES, str(error)) from error
        raise
