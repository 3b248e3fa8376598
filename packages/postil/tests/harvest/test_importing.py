"""Importing files into a store: what goes in, what is rejected, what is reported."""

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import orjson
import pytest
import zstandard

from postil.errors import BadFile, DataFolderBusy, DataFolderFull
from postil.harvest.exporting import export_lines
from postil.harvest.importing import FileReading, Imported, Progress, import_files
from postil.paper import Announcement
from postil.paper_id import PaperId
from postil.sources.daily import DateIs, DateReading
from postil.store.sqlite import SqliteStore

GOOD: list[dict[str, object]] = [
    {
        "id": f"2603.{n:05}",
        "title": f"Paper {n}",
        "authors": ["A. Writer"],
        "abstract": "Of margins. " * 20,
        "categories": ["cs.DL"],
        "date": f"2026-03-{n % 28 + 1:02}",
    }
    for n in range(1, 2_501)
]
BAD = [b"not json", b'{"title": "no id"}', b"\xff\xfe\xfd", b"[1, 2]", b'{"id": "2603.99999"}']


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with SqliteStore.open(tmp_path / "data") as opened:
        yield opened


def _lines(records: list[dict[str, object]]) -> bytes:
    return b"".join(orjson.dumps(record) + b"\n" for record in records)


def _import(store: SqliteStore, *paths: Path, date_is: DateIs = DateIs.AUTO) -> Imported:
    return import_files(store, paths, rejects_folder=store.folder, date_is=date_is)


def _tally(imported: Imported) -> tuple[int, ...]:
    return imported.read, imported.added, imported.changed, imported.unchanged, imported.rejected


def test_a_second_import_changes_nothing_and_says_so(store: SqliteStore, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(_lines(GOOD))
    first = _import(store, tmp_path / "x.jsonl")
    before = b"".join(export_lines(store)), store.last_change()
    second = _import(store, tmp_path / "x.jsonl")
    assert _tally(first) == (2_500, 2_500, 0, 0, 0)
    assert _tally(second) == (2_500, 0, 0, 2_500, 0)
    assert second.complete
    assert (b"".join(export_lines(store)), store.last_change()) == before


def test_every_packing_ends_in_the_same_store(tmp_path: Path) -> None:
    content = _lines(GOOD)
    exports = set()
    for name, packed in (
        ("a.jsonl", content),
        ("b.jsonl.gz", gzip.compress(content)),
        ("c.jsonl.zst", zstandard.ZstdCompressor().compress(content)),
    ):
        (tmp_path / name).write_bytes(packed)
        with SqliteStore.open(tmp_path / f"data-{name}") as store:
            _import(store, tmp_path / name)
            exports.add(b"".join(export_lines(store)))
    assert len(exports) == 1


def test_an_export_imports_to_the_same_bytes(store: SqliteStore, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(_lines(GOOD))
    _import(store, tmp_path / "x.jsonl")
    exported = b"".join(export_lines(store))
    (tmp_path / "export.jsonl").write_bytes(exported)
    with SqliteStore.open(tmp_path / "other") as other:
        assert _import(other, tmp_path / "export.jsonl").added == 2_500
        assert b"".join(export_lines(other)) == exported
    assert _import(store, tmp_path / "export.jsonl").unchanged == 2_500


def test_bad_lines_are_written_down_and_the_rest_goes_in(
    store: SqliteStore, tmp_path: Path
) -> None:
    lines = _lines(GOOD[:10]).splitlines()
    for at, bad in enumerate(BAD):
        lines.insert(at * 2, bad)
    lines.append(b'{"id": "2603.00001", "title": "' + b"y" * 10_000_000 + b'"}')
    (tmp_path / "x.jsonl").write_bytes(b"\n".join(lines))
    imported = _import(store, tmp_path / "x.jsonl")
    assert _tally(imported) == (16, 10, 0, 0, 6)
    assert not imported.complete
    assert imported.rejects_path == store.folder / "rejects.jsonl"
    rejects = [json.loads(line) for line in imported.rejects_path.read_text().splitlines()]
    assert [reject["line"] for reject in rejects] == [1, 3, 5, 7, 9, 16]
    assert {reject["file"] for reject in rejects} == {"x.jsonl"}
    for reject, reason in zip(
        rejects, ["not JSON", "“id”", "not UTF-8", "no object", "title", "longer"], strict=True
    ):
        assert reason in reject["reason"]
        assert len(reject["text"]) <= 201
    assert store.count() == 10


def test_an_import_without_rejects_leaves_the_last_file_of_them_alone(
    store: SqliteStore, tmp_path: Path
) -> None:
    (tmp_path / "bad.jsonl").write_bytes(BAD[0])
    (tmp_path / "good.jsonl").write_bytes(_lines(GOOD[:1]))
    _import(store, tmp_path / "bad.jsonl")
    kept = (store.folder / "rejects.jsonl").read_bytes()
    assert _import(store, tmp_path / "good.jsonl").rejects_path is None
    assert (store.folder / "rejects.jsonl").read_bytes() == kept


def test_a_file_cut_off_gives_its_good_lines_and_the_next_file_goes_in(
    store: SqliteStore, tmp_path: Path
) -> None:
    packed = gzip.compress(_lines(GOOD[:2_000]))
    (tmp_path / "cut.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    (tmp_path / "whole.jsonl").write_bytes(_lines(GOOD[2_000:]))
    imported = _import(store, tmp_path / "cut.jsonl.gz", tmp_path / "whole.jsonl")
    assert imported.rejected == 0
    assert not imported.complete
    assert len(imported.broken) == 1
    assert imported.broken[0].startswith("cut.jsonl.gz is cut off")
    assert imported.added == imported.read > 600
    assert PaperId.parse("2603.02500") in store.get([PaperId.parse("2603.02500")])


def test_a_missing_file_stops_the_import_before_it_begins(
    store: SqliteStore, tmp_path: Path
) -> None:
    (tmp_path / "x.jsonl").write_bytes(_lines(GOOD[:5]))
    with pytest.raises(BadFile, match="missing"):
        _import(store, tmp_path / "x.jsonl", tmp_path / "missing.jsonl")
    assert store.count() == 0


def test_the_same_id_twice_in_a_file_is_one_paper(store: SqliteStore, tmp_path: Path) -> None:
    again = GOOD[0] | {"id": "https://arxiv.org/abs/2603.00001v2", "title": "A later title"}
    (tmp_path / "x.jsonl").write_bytes(_lines([GOOD[0], again, again]))
    assert _tally(_import(store, tmp_path / "x.jsonl")) == (3, 1, 1, 1, 0)
    (paper,) = store.papers()
    assert paper.title == "A later title"


def test_dates_are_read_file_by_file_as_their_ids_tell(store: SqliteStore, tmp_path: Path) -> None:
    listed = [GOOD[0] | {"id": "2602.00001", "date": "2026-03-02"}]
    arrived = [GOOD[0] | {"id": "2603.00002", "date": "2026-02-28"}]
    (tmp_path / "listed").write_bytes(_lines(listed))
    (tmp_path / "arrived").write_bytes(_lines(arrived))
    imported = _import(store, tmp_path / "listed", tmp_path / "arrived")
    assert imported.date_readings == (
        FileReading("listed", DateReading(DateIs.ANNOUNCED, 0, 1)),
        FileReading("arrived", DateReading(DateIs.SUBMITTED, 1, 0)),
    )
    first, second = store.papers()
    assert (first.submitted, first.announced) == (None, (Announcement(date(2026, 3, 2)),))
    assert (second.submitted, second.announced) == (date(2026, 2, 28), ())


def test_a_clock_that_is_named_is_not_second_guessed(store: SqliteStore, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(_lines([GOOD[0] | {"id": "2602.00001"}]))
    imported = _import(store, tmp_path / "x", date_is=DateIs.SUBMITTED)
    assert imported.date_readings == ()
    assert [paper.announced for paper in store.papers()] == [()]


def test_progress_runs_to_the_end_of_all_files(store: SqliteStore, tmp_path: Path) -> None:
    for name, records in (("a", GOOD[:1_500]), ("b", GOOD[1_500:])):
        (tmp_path / name).write_bytes(_lines(records))
    seen: list[Progress] = []
    import_files(
        store, [tmp_path / "a", tmp_path / "b"], rejects_folder=tmp_path, progress=seen.append
    )
    assert [p.position for p in seen] == sorted(p.position for p in seen)
    assert seen[-1].position == seen[-1].total == sum((tmp_path / n).stat().st_size for n in "ab")
    assert (seen[0].file, seen[-1].file, seen[-1].read) == ("a", "b", 2_500)
    assert seen[-1].seconds_left == 0
    assert seen[-1].rate > 0


def test_progress_without_a_size_does_not_guess() -> None:
    assert Progress("standard input", 100, None, 10, 0, 1.0).seconds_left is None
    assert Progress("x", 0, 100, 0, 0, 0.0).seconds_left is None
    assert Progress("x", 0, 100, 0, 0, 0.0).rate == 0
    assert Progress("x", 25, 100, 10, 0, 2.0).seconds_left == pytest.approx(6)


def test_a_second_import_at_once_is_told_to_wait(store: SqliteStore, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(_lines(GOOD))
    refused: list[str] = []

    def meanwhile(_: Progress) -> None:
        with SqliteStore.open(store.folder) as other, pytest.raises(DataFolderBusy) as error:
            _import(other, tmp_path / "x.jsonl")
        refused.append(str(error.value))

    imported = import_files(
        store, [tmp_path / "x.jsonl"], rejects_folder=store.folder, progress=meanwhile
    )
    assert imported.added == 2_500
    assert refused
    assert all("\n" not in message for message in refused)
    assert store.check() == []


def test_a_full_disk_stops_the_import_and_a_later_one_completes_it(
    store: SqliteStore, tmp_path: Path
) -> None:
    (tmp_path / "x.jsonl").write_bytes(_lines(GOOD))
    store.remember("before", "the disk is full")
    writer = store._connections._writer
    assert writer is not None
    writer.execute("PRAGMA max_page_count = 200")
    with pytest.raises(DataFolderFull) as error:
        _import(store, tmp_path / "x.jsonl")
    assert "\n" not in str(error.value)
    assert store.check() == []
    assert 0 < store.count() < 2_500
    writer.execute("PRAGMA max_page_count = 1000000")
    assert _import(store, tmp_path / "x.jsonl").complete
    assert store.count() == 2_500


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is full")
def test_a_full_disk_under_the_rejects_is_said_in_one_line(
    store: SqliteStore, tmp_path: Path
) -> None:
    (tmp_path / "x.jsonl").write_bytes(_lines(GOOD[:3]) + BAD[0])
    (store.folder / "rejects.jsonl").symlink_to("/dev/full")
    with pytest.raises(DataFolderFull) as error:
        _import(store, tmp_path / "x.jsonl")
    assert "\n" not in str(error.value)
    assert store.check() == []


MEASURE = """
import resource, sys
from pathlib import Path
from postil.harvest.importing import import_files
from postil.store.sqlite import SqliteStore
with SqliteStore.open(Path(sys.argv[2])) as store:
    import_files(store, [sys.argv[1]], rejects_folder=store.folder)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    peaks = []
    for copies in (5_500, 14_000):
        with (tmp_path / "x.jsonl").open("wb") as file:
            for n in range(copies):
                key = f"{2601 + n // 9_999}.{n % 9_999 + 1:05}"
                file.write(orjson.dumps(GOOD[0] | {"id": key, "abstract": "margin " * 100}) + b"\n")
        command = [
            sys.executable,
            "-c",
            MEASURE,
            str(tmp_path / "x.jsonl"),
            str(tmp_path / str(copies)),
        ]
        peaks.append(int(subprocess.check_output(command)))
    # Beyond the records that the dates are judged by, nothing is kept: the rest is 14 MB longer.
    assert peaks[1] < peaks[0] * 1.05
