"""A file of records as numbered lines, in constant memory, however long the file or a line in it."""

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from postil.errors import BadFile
from postil.sources.compression import pieces

# Far above a record with thousands of authors, far below what memory must bear.
LONGEST_LINE = 4 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """A line without its end; of one that is too long, only the first part is kept."""

    number: int
    data: bytes
    too_long: bool = False


class LineFile:
    """A plain, gzip or zstd file, or standard input as `-`, read once from start to end.

    Attributes:
        name: what to call the file in messages.
        total: its size on disk in bytes; None where it is a pipe.

    Raises:
        BadFile: there is no such file, or it cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.name = "standard input" if str(path) == "-" else _shown(Path(path).name)
        self._position = 0
        try:
            self._file = _opened(path)
        except OSError as error:
            raise BadFile(f"{_shown(str(path))} cannot be read ({error.strerror}).") from error
        except ValueError as error:
            raise BadFile(f"{_shown(str(path))} is not the name of a file.") from error
        self.total = _size(self._file)

    @property
    def position(self) -> int:
        """How many bytes of the file have been read."""
        return self._position

    def read(self, size: int, /) -> bytes:
        """The next bytes as they are on disk.

        Raises:
            BadFile: the disk fails, or the path is a folder.
        """
        try:
            piece = self._file.read(size)
        except OSError as error:
            raise BadFile(f"{self.name} cannot be read ({error.strerror}).") from error
        self._position += len(piece)
        return piece

    def __iter__(self) -> Iterator[Line]:
        """The lines that are not blank, numbered from 1.

        Raises:
            BadFile: the file turns out to be cut off or damaged; the lines before have been given.
        """
        number = 0
        try:
            for number, data, too_long in _split(pieces(self, self.name)):
                bare = data.removeprefix(_BYTE_ORDER_MARK) if number == 1 else data
                if bare and not bare.isspace():
                    yield Line(number, bare, too_long)
        except BadFile as error:
            after = f", after line {number}" if number else ""
            raise BadFile(f"{str(error).rstrip('.')}{after}.") from error

    def close(self) -> None:
        """Close the file; standard input stays open."""
        if self._file is not sys.stdin.buffer:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _shown(name: str) -> str:
    """A file's name as a message can hold it: in one line, and in Unicode."""
    return "".join(c if c.isprintable() else "?" for c in name)


def _opened(path: str | os.PathLike[str]) -> BinaryIO:
    if str(path) == "-":
        return sys.stdin.buffer
    return Path(path).open("rb")


def _size(file: BinaryIO) -> int | None:
    try:
        found = os.fstat(file.fileno())
    except (OSError, ValueError):
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _split(content: Iterator[bytes]) -> Iterator[Line]:
    """Cut at line feeds. Past `LONGEST_LINE` the rest of a line is dropped as it comes."""
    number, rest, too_long = 1, b"", False
    for piece in content:
        first, *others = piece.split(b"\n")
        rest, too_long = _grown(rest, first, too_long)
        for following in others:
            yield Line(number, rest, too_long)
            number += 1
            rest, too_long = _grown(b"", following, False)
    if rest:
        yield Line(number, rest, too_long)


def _grown(rest: bytes, more: bytes, too_long: bool) -> tuple[bytes, bool]:
    if too_long or len(rest) + len(more) > LONGEST_LINE:
        return (rest + more)[:1000], True
    return rest + more, False
