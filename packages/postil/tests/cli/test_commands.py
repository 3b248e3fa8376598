"""The commands, as a process: what they print, where, and with which exit status."""

import gzip
import json
import os
import socket
import subprocess
import sys
import time

import pytest
from served import read, serving

RECORDS = [
    {
        "id": f"2602.{number:05}",
        "title": f"Kernels of order {number}",
        "authors": ["Erwin Schrödinger", "Ada Lovelace"],
        "abstract": f"We bound the entropy of kernel number {number} by $O(n \\log n)$.",
        "categories": ["cs.LG", "stat.ML"] if number % 2 else ["math.NA"],
        "date": "2026-02-03",
    }
    for number in range(1, 31)
]


def lines(records):
    return "".join(json.dumps(record) + "\n" for record in records)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def postil(folder):
    def run(*arguments, **options):
        return subprocess.run(
            [sys.executable, "-m", "postil", "--data", str(folder), *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            **options,
        )

    return run


@pytest.fixture
def filled(postil, tmp_path):
    file = tmp_path / "day.jsonl"
    file.write_text(lines(RECORDS), "utf-8")
    assert postil("import", file).returncode == 0
    return postil


def refused(done, status=2):
    """The one line of an error, after checking that it is one."""
    assert done.returncode == status, done.stderr
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("postil: ")
    assert "Traceback" not in done.stderr
    return done.stderr


def test_an_import_says_what_it_did_and_a_second_one_that_nothing_changed(filled, tmp_path):
    again = filled("import", tmp_path / "day.jsonl")
    assert again.returncode == 0
    assert "30 records read: all were held already, nothing changed." in again.stdout


def test_an_import_answers_in_json(postil, tmp_path):
    packed = tmp_path / "day.jsonl.gz"
    packed.write_bytes(gzip.compress(lines(RECORDS).encode()))
    found = json.loads(postil("import", packed, "--json").stdout)
    assert (found["read"], found["added"], found["dates"]) == (30, 30, {packed.name: "announced"})


def test_records_can_come_from_standard_input(postil):
    done = postil("import", "-", input=lines(RECORDS[:3]))
    assert "3 new" in done.stdout


def test_a_bad_line_is_told_and_the_rest_goes_in(postil, tmp_path):
    file = tmp_path / "day.jsonl"
    file.write_text(lines(RECORDS[:2]) + "nonsense\n" + lines(RECORDS[2:4]), "utf-8")
    done = postil("import", file)
    assert done.returncode == 1
    assert "4 new" in done.stdout and "1 rejected" in done.stdout
    rejects = (tmp_path / "data" / "rejects" / "rejects.jsonl").read_text("utf-8")
    assert json.loads(rejects)["line"] == 3


def test_today_prints_the_whole_day(filled):
    found = json.loads(filled("today", "--json").stdout)
    assert (found["date"], found["total"], len(found["papers"])) == ("2026-02-03", 30, 30)


def test_today_takes_union_and_difference(filled):
    found = json.loads(filled("today", "cs.LG+math.NA-stat.ML", "--json").stdout)
    assert {paper["categories"][0] for paper in found["papers"]} == {"math.NA"}


def test_a_day_without_papers_says_so(filled):
    done = filled("today", "--date", "2026-02-04")
    assert done.returncode == 0 and "No papers are held for 2026-02-04" in done.stdout


def test_search_finds_and_counts(filled):
    found = json.loads(filled("search", "author:schrodinger", "cat:math.NA", "--json").stdout)
    assert found["total"] == 15 and len(found["papers"]) == 15


def test_a_query_that_cannot_be_parsed_is_explained_beside_its_best_reading(filled):
    done = filled("search", '"kernel number')
    assert done.returncode == 0
    assert "Read as:" in done.stderr and "Kernels of order" in done.stdout


def test_show_prints_papers_in_the_order_asked(filled):
    found = json.loads(filled("show", "2602.00002", "arxiv.org/abs/2602.00001v3", "--json").stdout)
    assert [paper["id"] for paper in found] == ["2602.00002", "2602.00001"]


def test_show_names_what_is_not_held(filled):
    assert "2405.06147" in refused(filled("show", "2405.06147"), status=1)


def test_export_comes_back_byte_for_byte(filled, tmp_path):
    first = filled("export").stdout
    file = tmp_path / "export.jsonl"
    file.write_text(first, "utf-8")
    other = subprocess.run(
        [sys.executable, "-m", "postil", "--data", str(tmp_path / "other"), "import", str(file)],
        check=False,
        capture_output=True,
    )
    assert other.returncode == 0
    again = subprocess.run(
        [sys.executable, "-m", "postil", "--data", str(tmp_path / "other"), "export"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert again.stdout == first and first.count("\n") == 30


def test_export_takes_a_query(filled):
    assert filled("export", "cat:math.NA").stdout.count("\n") == 15


def test_an_export_into_a_closed_pipe_ends_quietly(filled, folder):
    done = subprocess.run(
        f'"{sys.executable}" -m postil --data "{folder}" export | head -c 10 > /dev/null',
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr


def test_status_says_that_store_and_index_agree(filled):
    found = json.loads(filled("status", "--json").stdout)
    assert (found["papers"], found["indexed"], found["behind"]) == (30, 30, 0)


def test_reindex_rebuilds_what_was_lost(filled, folder):
    for path in sorted((folder / "index").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    assert json.loads(filled("reindex", "--json").stdout)["papers"] == 30
    assert json.loads(filled("search", "entropy", "--json").stdout)["total"] == 30


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "nonsense"),
        ("today", "cs.XX"),
        ("today", "--date", "yesterday"),
        ("import", "no/such/file.jsonl"),
        ("evaluate", "no/such/folder"),
        ("serve", "--host", "0.0.0.0"),
        ("serve", "--port", "70000"),
    ],
)
def test_bad_input_is_one_line_and_status_two(postil, arguments):
    refused(postil(*arguments))


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("search",), ("search", "x", "--sort", "best")]
)
def test_bad_usage_is_status_two(postil, arguments):
    done = postil(*arguments)
    assert done.returncode == 2 and "Traceback" not in done.stderr


def test_a_folder_of_a_later_version_is_left_alone(filled, folder):
    import sqlite3

    with sqlite3.connect(folder / "postil.db") as database:
        database.execute("PRAGMA user_version = 9999")
    before = (folder / "postil.db").read_bytes()
    assert "later" in refused(filled("status")) or "upgrade" in refused(filled("status"))
    assert (folder / "postil.db").read_bytes() == before


def test_a_file_where_the_folder_should_be_is_one_line(postil, folder):
    folder.write_text("not a folder", "utf-8")
    refused(postil("status"))


def test_demo_serves_the_shelf(folder):
    with serving(folder, "demo", "--port", "0") as (_, address):
        assert "Eckart" in read(f"{address}/shelf")


def test_serving_twice_takes_a_free_port_for_the_second(filled, folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert str(port) in refused(filled("serve", "--port", port))
        environment = {
            **os.environ,
            "POSTIL_PORT": str(port),
            "POSTIL_HARVEST": "no",
            "POSTIL_MEANING": "no",
        }
        server = subprocess.Popen(
            [sys.executable, "-m", "postil", "--data", str(folder), "serve"],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert server.stdout is not None
        line = server.stdout.readline()
        server.terminate()
        server.communicate(timeout=20)
    assert "http://127.0.0.1:" in line and f":{port} " not in line


def test_a_day_that_is_imported_while_the_reader_runs_appears(filled, folder, tmp_path):
    late = [{**RECORDS[0], "id": "2602.09999", "title": "A late arrival"}]
    file = tmp_path / "late.jsonl"
    file.write_text(lines(late), "utf-8")
    with serving(folder, "serve", "--port", "0") as (_, address):
        assert "2602.09999" not in read(f"{address}/search?q=arrival")
        assert filled("import", file).returncode == 0
        until = time.monotonic() + 30
        while "2602.09999" not in read(f"{address}/search?q=arrival"):
            assert time.monotonic() < until
            time.sleep(0.1)
        assert "A late <mark>arrival</mark>" in read(f"{address}/search?q=arrival")
        assert "A late arrival" in read(f"{address}/arxiv/cs.LG?date=2026-02-03&page=1")


def test_related_papers_come_with_what_they_share(filled):
    done = filled("related", "2602.00001", "--limit", 3)
    assert done.returncode == 0
    assert done.stdout.startswith("Related to 2602.00001")
    assert "shares: " in done.stdout
    answer = json.loads(filled("related", "2602.00001", "--json").stdout)
    assert answer["id"] == "2602.00001"
    assert "2602.00001" not in {each["paper"]["id"] for each in answer["related"]}
    refused(filled("related", "2602.99999"), status=1)
