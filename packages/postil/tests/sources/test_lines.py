"""Files as numbered lines: plain, compressed, cut off, damaged, hostile."""

import gzip
import io
import os
import random
import sys
import threading
import tracemalloc
from pathlib import Path

import pytest
import zstandard

from postil.errors import BadFile
from postil.sources.lines import LONGEST_LINE, Line, LineFile

LINES = [f"line {n} ".encode() * (n % 40 + 1) for n in range(1, 2_001)]
CONTENT = b"\n".join(LINES) + b"\n"


def _zstd(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(content)


PACKED = {
    "plain": ("x.jsonl", CONTENT),
    "gzip": ("x.jsonl.gz", gzip.compress(CONTENT)),
    "zstd": ("x.jsonl.zst", _zstd(CONTENT)),
    "gzip in members": ("x.gz", gzip.compress(CONTENT[:999]) + gzip.compress(CONTENT[999:])),
    "zstd in frames": ("x.zst", _zstd(CONTENT[:999]) + _zstd(CONTENT[999:])),
    "gzip padded by a tape": ("x.gz", gzip.compress(CONTENT) + b"\0" * 1024),
    "gzip under another name": ("x.jsonl", gzip.compress(CONTENT)),
    "no line feed at the end": ("x.jsonl", CONTENT[:-1]),
    "Windows": ("x.jsonl", CONTENT.replace(b"\n", b"\r\n")),
    "a byte-order mark": ("x.jsonl", b"\xef\xbb\xbf" + CONTENT),
}


def _read(path: Path) -> list[Line]:
    with LineFile(path) as file:
        return list(file)


@pytest.mark.parametrize("how", PACKED)
def test_every_way_of_packing_gives_the_same_numbered_lines(how: str, tmp_path: Path) -> None:
    name, packed = PACKED[how]
    path = tmp_path / name
    path.write_bytes(packed)
    found = [(line.number, line.data.rstrip(b"\r")) for line in _read(path)]
    assert found == list(enumerate(LINES, start=1))


def test_blank_lines_are_passed_over_but_counted(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\n\na\n  \r\n\nb")
    assert _read(tmp_path / "x") == [Line(3, b"a"), Line(6, b"b")]


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"")
    (tmp_path / "y.gz").write_bytes(gzip.compress(b""))
    assert _read(tmp_path / "x") == _read(tmp_path / "y.gz") == []


@pytest.mark.parametrize("how", ["gzip", "zstd", "gzip in members", "zstd in frames"])
@pytest.mark.parametrize("missing", [1, 5, 100, 500])
def test_a_file_that_was_cut_off_gives_its_lines_and_then_says_so(
    how: str, missing: int, tmp_path: Path
) -> None:
    # Words by chance, so that the file packs badly and much of it is read before the cut.
    chance = random.Random(1)
    content = b"".join(b"%x\n" % chance.getrandbits(2_000) for _ in range(1_000))
    halves = content[:200_000], content[200_000:]
    pack = gzip.compress if "gzip" in how else _zstd
    packed = pack(content) if "in" not in how.split() else pack(halves[0]) + pack(halves[1])
    path = tmp_path / "x"
    path.write_bytes(packed[:-missing])
    found: list[Line] = []
    with (
        pytest.raises(BadFile, match=r"x is cut off in the middle: .*, after line \d+\.$") as error,
        LineFile(path) as file,
    ):
        found.extend(file)
    assert [line.data for line in found] == content.split(b"\n")[: len(found)]
    assert len(found) > 200
    assert str(error.value).endswith(f"after line {len(found)}.")


@pytest.mark.parametrize("how", ["gzip", "zstd"])
def test_a_file_that_is_damaged_says_so(how: str, tmp_path: Path) -> None:
    name, packed = PACKED[how]
    (tmp_path / name).write_bytes(packed[:200] + b"\xff" * 50 + packed[250:])
    with pytest.raises(BadFile, match=r"is damaged|is cut off"):
        _read(tmp_path / name)


def test_text_after_the_end_of_gzip_is_damage(tmp_path: Path) -> None:
    (tmp_path / "x.gz").write_bytes(gzip.compress(CONTENT) + b"and more")
    with pytest.raises(BadFile, match=r"damaged.*after line 2000"):
        _read(tmp_path / "x.gz")


@pytest.mark.parametrize("name", ["x.gz", "x.zst"])
@pytest.mark.parametrize("content", [b"", b"<html>not found</html>"])
def test_a_file_that_is_not_what_its_name_says_is_refused(
    name: str, content: bytes, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadFile, match="not compressed as its name says"):
        _read(tmp_path / name)


def test_a_zip_archive_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04rest")
    with pytest.raises(BadFile, match="unpack it first"):
        _read(tmp_path / "x.zip")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (
        tmp_path,
        tmp_path / "missing",
        tmp_path / ("x" * 300),
        Path("nul\0"),
        Path("two\nlines"),
    ):
        with pytest.raises(BadFile) as error:
            _read(path)
        assert "\n" not in str(error.value)


def test_a_line_that_is_too_long_is_marked_and_the_next_ones_are_read(tmp_path: Path) -> None:
    longest = b"x" * LONGEST_LINE
    (tmp_path / "x").write_bytes(
        b"a\n" + b"y" * 10_000_000 + b"\n" + longest + b"\nb\n" + longest + b"z"
    )
    found = _read(tmp_path / "x")
    assert [(line.number, line.too_long) for line in found] == [
        (1, False),
        (2, True),
        (3, False),
        (4, False),
        (5, True),
    ]
    assert found[2].data == longest
    assert found[1].data.startswith(b"yyy")
    assert len(found[1].data) <= 1_000


@pytest.mark.parametrize("how", ["gzip", "zstd"])
def test_a_file_that_unpacks_to_far_more_than_it_is_stays_in_little_memory(
    how: str, tmp_path: Path
) -> None:
    size = 300 << 20
    path = tmp_path / "x"
    if how == "gzip":
        with gzip.open(path, "wb", compresslevel=1) as file:
            for _ in range(300):
                file.write(b"\0" * (1 << 20))
    else:
        path.write_bytes(_zstd(b"\0" * size))
    tracemalloc.start()
    try:
        found = _read(path)
        assert tracemalloc.get_traced_memory()[1] < size // 2
    finally:
        tracemalloc.stop()
    assert [(line.number, line.too_long) for line in found] == [(1, True)]


def test_the_position_runs_to_the_size_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "x.gz").write_bytes(gzip.compress(CONTENT))
    with LineFile(tmp_path / "x.gz") as file:
        assert file.position == 0
        assert file.total == (tmp_path / "x.gz").stat().st_size
        list(file)
        assert file.position == file.total


def test_standard_input_is_read_as_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    packed = gzip.compress(CONTENT)

    def feed() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(packed)

    feeder = threading.Thread(target=feed)
    feeder.start()
    with os.fdopen(reading, "rb") as pipe, io.TextIOWrapper(pipe) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        with LineFile("-") as file:
            assert file.total is None
            assert [line.data for line in file] == LINES
        assert not pipe.closed
        monkeypatch.undo()
    feeder.join()
