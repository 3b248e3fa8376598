"""One process at a time: an advisory lock on a file that names its holder.

The kernel drops the lock when its holder dies, however it dies; a lock file that exists means nothing by
itself, so nothing stale is ever left to clear away. (SQLite's own lock lasts one transaction only, and an
import is many.)
"""

import errno
import fcntl
import os
import time
from pathlib import Path

from postil.errors import DataFolderBusy
from postil.store.failures import explained


class ProcessLock:
    """An exclusive lock between processes; `acquire` and `release` are not re-entrant.

    Args:
        path: the lock file, created when first needed and never removed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self, patience: float = 0.0) -> None:
        """Take the lock, waiting up to `patience` seconds.

        Raises:
            DataFolderBusy: another process holds it; the message names it.
            DataFolderError: the lock file cannot be opened.
        """
        with explained(self._path.parent):
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        deadline = time.monotonic() + patience
        while not _locked(descriptor):
            if time.monotonic() >= deadline:
                holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
                os.close(descriptor)
                raise DataFolderBusy(
                    f"Another process (pid {holder or 'unknown'}) is writing to "
                    f"{self._path.parent}: wait until it is done, or stop it."
                )
            time.sleep(0.05)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode("ascii"), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in {errno.EWOULDBLOCK, errno.EACCES}:
            raise
        return False
    return True
