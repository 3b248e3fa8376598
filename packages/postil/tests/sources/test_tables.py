"""Tables that grow by pages: the same rows in every form, nothing doubled, nothing lost by a kill."""

import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postil.errors import BadFile, DataFolderBusy
from postil.sources import tables
from postil.sources.table_lines import Row
from postil.sources.tables import Position, open_table

COLUMNS = ("id", "text", "stars")
FORMS = (".csv", ".jsonl", ".sqlite")


def opened(path: Path, recipe: str = "r", key: tuple[str, ...] = ("id",)):
    return open_table(path, COLUMNS, key, recipe, 1)


def rows_of(path: Path) -> list[tuple[str, ...]]:
    """The rows as text, read by somebody else's reader."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as text:
            head, *rows = list(csv.reader(text))
        assert tuple(head) == COLUMNS
        return [tuple(row) for row in rows]
    if path.suffix == ".jsonl":
        found = [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]
        assert all(tuple(row) == COLUMNS for row in found)
        return [tuple("" if v is None else str(v) for v in row.values()) for row in found]
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT * FROM rows ORDER BY rowid").fetchall()
    connection.close()
    return [tuple("" if v is None else str(v) for v in row) for row in found]


@pytest.fixture(params=FORMS)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / f"table{request.param}"


AWKWARD: list[Row] = [
    (1, 'a "quoted", line\nand another\r', 5),
    ("2", "矩阵 \ud800", None),
    (3, "", 4.5),
]


def test_rows_come_back_as_they_went_in(path):
    table = opened(path)
    assert table.position() == Position(1, 0)
    assert table.add(AWKWARD, 2) == 3
    assert table.position() == Position(2, 3)
    table.close()
    assert rows_of(path) == [
        ("1", 'a "quoted", line\nand another\r', "5"),
        ("2", "矩阵 ?", ""),
        ("3", "", "4.5"),
    ]


def test_a_key_is_kept_once_within_a_page_across_pages_and_across_runs(path):
    table = opened(path)
    assert table.add([(1, "a", 1), (1, "b", 1), (2, "c", 1)], 2) == 2
    assert table.add([("2", "d", 1), (3, "e", 1)], 3) == 1
    table.close()
    again = opened(path)
    assert again.add([(3, "f", 1), (None, "g", 1), (None, "h", 1)], None) == 1
    assert again.position() == Position(None, 4)
    again.close()
    assert [row[1] for row in rows_of(path)] == ["a", "c", "e", "g"]


def test_without_a_key_every_row_is_kept(path):
    table = opened(path, key=())
    assert table.add([(1, "a", 1), (1, "a", 1)], None) == 2
    table.close()
    assert len(rows_of(path)) == 2


def test_another_recipe_is_refused(path):
    opened(path).close()
    with pytest.raises(BadFile, match="another recipe"):
        opened(path, recipe="s")
    opened(path).close()


def test_two_at_once_are_refused(path):
    first = opened(path)
    with pytest.raises(DataFolderBusy):
        opened(path)
    first.close()
    opened(path).close()


def test_a_file_of_somebody_else_is_never_touched(path):
    path.write_text("mine\n")
    with pytest.raises(BadFile):
        opened(path)
    assert path.read_text() == "mine\n"


def test_a_database_of_something_else_is_never_touched(tmp_path):
    path = tmp_path / "x.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE rows (a)")
    connection.commit()
    connection.close()
    with pytest.raises(BadFile, match="something else"):
        opened(path)


def test_a_table_that_others_shortened_is_refused(tmp_path):
    path = tmp_path / "x.csv"
    table = opened(path)
    table.add(AWKWARD, 2)
    table.close()
    os.truncate(path, 10)
    with pytest.raises(BadFile, match="shorter"):
        opened(path)


@pytest.mark.parametrize("name", ["table", "table.txt", "table.xlsx"])
def test_the_name_must_say_the_form(tmp_path, name):
    with pytest.raises(BadFile, match=r"\.csv, \.jsonl or \.sqlite"):
        opened(tmp_path / name)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadFile):
        opened(tmp_path / "no" / "table.csv")


@pytest.mark.parametrize("form", [".csv", ".jsonl"])
def test_what_was_written_but_not_noted_is_cut_off(tmp_path, form, monkeypatch):
    path = tmp_path / f"t{form}"
    table = opened(path)
    table.add([(1, "a", 1)], 2)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tables.TextTable, "_write_note", die)
    with pytest.raises(KeyboardInterrupt):
        table.add([(2, "b", 1)], 3)
    table.close()
    monkeypatch.undo()
    assert len(rows_of(path)) == 2
    again = opened(path)
    assert again.position() == Position(2, 1)
    assert again.add([(2, "b", 1)], 3) == 1
    again.close()
    assert [row[0] for row in rows_of(path)] == ["1", "2"]


VALUES = st.none() | st.text(st.characters(codec="utf-8"), max_size=12) | st.integers(-9, 9)
PAGES = st.lists(st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=4), max_size=5)


@given(pages=PAGES, form=st.sampled_from(FORMS))
@settings(deadline=None, max_examples=40)
def test_a_table_agrees_with_a_dictionary(tmp_path_factory, pages, form):
    path = tmp_path_factory.mktemp("t") / f"t{form}"
    expected: dict[str, tuple[str, ...]] = {}
    for number, page in enumerate(pages, 1):
        table = opened(path)
        table.add(page, number + 1)
        table.close()
        for row in page:
            written = tuple("" if v is None else str(v) for v in row)
            expected.setdefault(written[0], written)
    opened(path).close()
    assert rows_of(path) == list(expected.values())


FILLING = """
import sys
from pathlib import Path
from postil.sources.tables import open_table
path, pages, size = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
table = open_table(path, ("id", "text", "stars"), sys.argv[4].split(), "r", 1)
print("open", flush=True)
page = table.position().next_page
while page is not None:
    rows = [(f"{page}-{n}", "text " * 200, n) for n in range(size)]
    page = page + 1 if page < pages else None
    table.add(rows, page)
    print("page", flush=True)
table.close()
"""


@pytest.mark.parametrize("key", ["id", ""])
def test_a_kill_at_any_point_loses_and_doubles_nothing(path, key):
    """Without a key too, so that it is not the key that hides a page put in twice."""
    pages, size = 40, 40
    command = [sys.executable, "-c", FILLING, str(path), str(pages), str(size), key]
    for kill in range(6):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for _ in range(2 + 3 * (kill % 3)):
            process.stdout.readline()
        time.sleep(0.0007 * kill)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    found = [row[0] for row in rows_of(path)]
    assert found == [f"{page}-{n}" for page in range(1, pages + 1) for n in range(size)]
