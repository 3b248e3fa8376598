"""The first records of the shared data, in which every oddity of the archive's own text is to be met."""

from itertools import islice
from pathlib import Path

import pytest

from postil.harvest.exporting import export_lines
from postil.harvest.importing import import_files
from postil.sources.daily import DateIs
from postil.sources.lines import LineFile
from postil.store.sqlite import SqliteStore

FILES = {
    "arxiv-recent.jsonl.gz": DateIs.ANNOUNCED,
    "arxiv-archive-sample.jsonl.gz": DateIs.SUBMITTED,
}


@pytest.mark.shared
@pytest.mark.parametrize("name", FILES)
def test_real_records_go_in_whole_and_come_out_again(
    name: str, shared: Path, tmp_path: Path
) -> None:
    with LineFile(shared / name) as file, (tmp_path / "x.jsonl").open("wb") as head:
        head.writelines(line.data + b"\n" for line in islice(file, 5_000))
    with SqliteStore.open(tmp_path / "data") as store:
        imported = import_files(store, [tmp_path / "x.jsonl"], rejects_folder=tmp_path)
        assert (imported.added, imported.rejected, imported.complete) == (5_000, 0, True)
        assert [found.reading.date_is for found in imported.date_readings] == [FILES[name]]
        exported = b"".join(export_lines(store))
    (tmp_path / "export.jsonl").write_bytes(exported)
    with SqliteStore.open(tmp_path / "again") as again:
        import_files(again, [tmp_path / "export.jsonl"], rejects_folder=tmp_path)
        assert b"".join(export_lines(again)) == exported
