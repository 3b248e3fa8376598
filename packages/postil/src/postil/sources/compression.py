"""The bytes of a file, decompressed piece by piece, noticing where a compressed file was cut off.

Python's `gzip` module and zstandard's stream reader were refused: the one cannot say how far it has come in
the compressed file, the other takes a file that was cut off for one that ended.
"""

import zlib
from collections.abc import Iterator
from typing import Protocol

import zstandard

from postil.errors import BadFile

PIECE = 1 << 20
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_ZIP = b"PK\x03\x04"
_SUFFIXES = {".gz": _GZIP, ".zst": _ZSTD}
# A kilobyte of zstd may hold 32 MB, so a hostile file is fed in small bites.
_BITE = 1 << 11
_WIDEST_WINDOW = 1 << 27


class Readable(Protocol):
    """What the pieces are read from."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""


def pieces(file: Readable, name: str) -> Iterator[bytes]:
    """The content of `file`, whose form is told by its first bytes, not by its name.

    Raises:
        BadFile: the file is cut off, damaged, or of a compression that is not read here.
    """
    head = file.read(PIECE)
    for suffix, mark in _SUFFIXES.items():
        if name.endswith(suffix) and not head.startswith(mark):
            raise BadFile(f"{name} is not compressed as its name says: fetch it again.")
    if head.startswith(_ZIP):
        raise BadFile(f"{name} is a zip archive: unpack it first.")
    raw = _with_head(head, file)
    if head.startswith(_GZIP):
        return _from_gzip(raw, name)
    return _from_zstd(raw, name) if head.startswith(_ZSTD) else raw


def _with_head(head: bytes, file: Readable) -> Iterator[bytes]:
    while head:
        yield head
        head = file.read(PIECE)


def _from_gzip(raw: Iterator[bytes], name: str) -> Iterator[bytes]:
    member = zlib.decompressobj(wbits=31)
    fresh = True
    for piece in raw:
        waiting = piece
        while waiting:
            if fresh and not waiting.strip(b"\0"):
                break  # tape drives pad the end with zeros
            fresh = False
            try:
                content = member.decompress(waiting, PIECE)
            except zlib.error as error:
                raise _damaged(name) from error
            if content:
                yield content
            waiting = member.unused_data if member.eof else member.unconsumed_tail
            if member.eof:
                member, fresh = zlib.decompressobj(wbits=31), True
    if not fresh:
        raise _cut_off(name)


def _from_zstd(raw: Iterator[bytes], name: str) -> Iterator[bytes]:
    decompressor = zstandard.ZstdDecompressor(max_window_size=_WIDEST_WINDOW)
    frame = decompressor.decompressobj()
    fresh = True
    for piece in raw:
        for start in range(0, len(piece), _BITE):
            waiting = piece[start : start + _BITE]
            while waiting:
                fresh = False
                try:
                    content = frame.decompress(waiting)
                except zstandard.ZstdError as error:
                    raise _damaged(name) from error
                if content:
                    yield content
                waiting = b""
                if frame.eof:
                    waiting, frame, fresh = frame.unused_data, decompressor.decompressobj(), True
    if not fresh:
        raise _cut_off(name)


def _cut_off(name: str) -> BadFile:
    return BadFile(f"{name} is cut off in the middle: fetch it again")


def _damaged(name: str) -> BadFile:
    return BadFile(f"{name} is damaged: fetch it again")
