"""The connections of one SQLite file: any number of readers, lent and taken back, and one writer.

Readers are lent for the length of one read instead of being tied to threads: a server's threads come and
go, and a connection tied to one that is gone stays open.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from postil.errors import DataFolderError, DataFolderTooNew
from postil.store.failures import damaged, explained, read_only
from postil.store.lock import ProcessLock
from postil.store.migrations import MIGRATIONS, is_foreign, migrate, version_of

FILE_NAME = "postil.db"
LOCK_NAME = "writer.lock"
_BUSY_MILLISECONDS = 10_000
# How long opening waits for another process that is just laying out the same folder.
_PATIENCE_SECONDS = 10.0


class Connections:
    """Readers and the writer of `<folder>/postil.db`, which is laid out or migrated first.

    `when_undone` is called whenever a transaction or a part of one was undone, before anybody else may write.

    Raises:
        DataFolderError: the folder is read-only, full, damaged, busy or of a later version.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.when_undone: Callable[[], None] = lambda: None
        self._idle: list[sqlite3.Connection] = []
        self._mutex = threading.Lock()
        self._writer: sqlite3.Connection | None = None
        self._writer_turn = threading.RLock()
        self._depth = 0
        self._transactions = 0
        self._writing_thread: int | None = None
        self._lock = ProcessLock(folder / LOCK_NAME)
        self._closed = False
        with explained(folder):
            self._prepare()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to read from: what this thread is just writing, else as `at_one_moment`."""
        if self._writing_thread == threading.get_ident() and self._writer is not None:
            with explained(self.folder):
                yield self._writer
            return
        with self.at_one_moment() as connection:
            yield connection

    @contextmanager
    def at_one_moment(self) -> Iterator[sqlite3.Connection]:
        """A connection inside a read transaction: all that is read in the block is of one moment."""
        with self._mutex:
            connection = self._idle.pop() if self._idle else None
        with explained(self.folder):
            connection = connection or self._connect()
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                connection.rollback()
                with self._mutex:
                    closed = self._closed
                    if not closed:
                        self._idle.append(connection)
                if closed:
                    connection.close()

    @contextmanager
    def holding_the_pen(self) -> Iterator[None]:
        """Be the only writer of all processes; threads of this one wait for each other."""
        with self._writer_turn:
            if self._depth == 0:
                self._lock.acquire()
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._lock.release()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The writer inside a transaction, as `atomically`; what SQLite says in the block is explained."""
        with explained(self.folder), self.atomically() as connection:
            yield connection

    @contextmanager
    def atomically(self) -> Iterator[sqlite3.Connection]:
        """The writer inside a transaction that ends with the block: committed, or undone on any error.

        A block inside another one is a savepoint of the same transaction.
        """
        with self.holding_the_pen():
            nested = self._transactions > 0
            with explained(self.folder):
                connection = self._begun(nested)
            self._transactions += 1
            self._writing_thread = threading.get_ident()
            try:
                yield connection
                with explained(self.folder):
                    connection.execute("RELEASE inner" if nested else "COMMIT")
            except BaseException:
                self._undo(connection, nested)
                self.when_undone()
                raise
            finally:
                self._transactions -= 1
                if not nested:
                    self._writing_thread = None

    def _begun(self, nested: bool) -> sqlite3.Connection:
        self._writer = self._writer or self._connect()
        if nested and not self._writer.in_transaction:
            raise DataFolderError(
                f"What was being written to {self.folder} was undone after an error: run it again."
            )
        self._writer.execute("SAVEPOINT inner" if nested else "BEGIN IMMEDIATE")
        return self._writer

    @staticmethod
    def _undo(connection: sqlite3.Connection, nested: bool) -> None:
        # A full disk, for one, makes SQLite undo the whole transaction by itself.
        if nested and connection.in_transaction:
            connection.execute("ROLLBACK TO inner")
            connection.execute("RELEASE inner")
        elif not nested:
            connection.rollback()

    def close(self) -> None:
        """Close every connection; the last one folds the write-ahead log into the file."""
        with self._mutex:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        effective = os.access in os.supports_effective_ids
        if not os.access(self.folder, os.W_OK | os.X_OK, effective_ids=effective):
            raise read_only(self.folder)
        if self._version() == len(MIGRATIONS):
            return
        self._lock.acquire(_PATIENCE_SECONDS)
        try:
            if self._version() < len(MIGRATIONS):
                connection = self._connect()
                try:
                    migrate(connection)
                finally:
                    connection.close()
        finally:
            self._lock.release()

    def _version(self) -> int:
        """The version on disk; looked up without writing, unless a killed process left things to tidy up.

        Raises:
            DataFolderTooNew: it is later than this Postil's.
            DataFolderDamaged: the file is no store of ours.
        """
        if not (self.folder / FILE_NAME).exists():
            return 0
        try:
            version, foreign = self._looked_up("ro")
        except sqlite3.OperationalError:
            # Only who may write can undo what a killed process had begun.
            version, foreign = self._looked_up("rw")
        if foreign:
            raise damaged(self.folder, "it is not a store of Postil")
        if version > len(MIGRATIONS):
            raise DataFolderTooNew(
                f"{self.folder} was written by a later Postil (store version {version}, this one "
                f"knows {len(MIGRATIONS)}): update Postil, or give another folder."
            )
        return version

    def _looked_up(self, mode: str) -> tuple[int, bool]:
        address = f"{(self.folder / FILE_NAME).as_uri()}?mode={mode}"
        connection = sqlite3.connect(address, uri=True, isolation_level=None)
        try:
            connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
            return version_of(connection), is_foreign(connection)
        finally:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.folder / FILE_NAME, isolation_level=None, check_same_thread=False
        )
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA journal_size_limit = 67108864")
        return connection
