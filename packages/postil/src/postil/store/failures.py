"""What SQLite and the file system say when the data folder fails them, as errors that a reader can act on."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from postil.errors import (
    BadInput,
    DataFolderBusy,
    DataFolderDamaged,
    DataFolderError,
    DataFolderFull,
    DataFolderReadOnly,
)

_READ_ONLY = {errno.EACCES, errno.EPERM, errno.EROFS}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn what goes wrong in the block into a `DataFolderError` about `folder`."""
    try:
        yield
    except sqlite3.Error as error:
        raise _from_sqlite(error, folder) from error
    except UnicodeEncodeError as error:
        raise BadInput("A paper has characters that are no Unicode text; none was kept.") from error
    except OSError as error:
        raise _from_system(error, folder) from error


def _from_sqlite(error: sqlite3.Error, folder: Path) -> Exception:
    # The primary result code is the low byte; what remains says where it happened.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return read_only(folder)
    if code == sqlite3.SQLITE_FULL:
        return _full(folder)
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return damaged(folder, str(error))
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return DataFolderBusy(f"The store in {folder} stayed locked by another process: try again.")
    if code == sqlite3.SQLITE_IOERR:
        return DataFolderError(f"The disk under {folder} fails ({error}): check it.")
    return error


def _from_system(error: OSError, folder: Path) -> Exception:
    if error.errno in _READ_ONLY:
        return read_only(folder)
    if error.errno in _FULL:
        return _full(folder)
    return DataFolderError(f"{folder} cannot be used as a data folder ({error.strerror}).")


def read_only(folder: Path) -> DataFolderReadOnly:
    """The error for a folder that cannot be written."""
    return DataFolderReadOnly(
        f"{folder} cannot be written: give a folder of your own with --data or POSTIL_DATA."
    )


def _full(folder: Path) -> DataFolderFull:
    return DataFolderFull(
        f"No room is left for {folder}: free some and run it again; all that was kept before is there."
    )


def damaged(folder: Path, detail: str) -> DataFolderDamaged:
    """The error for a store that is no sound database."""
    return DataFolderDamaged(
        f"The store {folder / 'postil.db'} is damaged ({detail}): move it away and import again."
    )
