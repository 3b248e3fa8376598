import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from postil.cli.main import app

CORPUS = [
    {"_id": "d1", "title": "Wings", "text": "The lift of a wing in a stream."},
    {"_id": "d2", "title": "Plates", "text": "Heat over a flat plate."},
]
QUERIES = [{"_id": "q1", "text": "lift of a wing"}, {"_id": "q2", "text": "hot plates"}]
OTHER = "q1 Q0 d2 1 9.5 theirs\nq1 Q0 d1 2 8.5 theirs\nq2 Q0 d2 1 1.5 theirs\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "c" / "qrels").mkdir(parents=True)
    for name, rows in (("corpus", CORPUS), ("queries", QUERIES)):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (tmp_path / "c" / f"{name}.jsonl").write_text(text)
    (tmp_path / "c" / "qrels" / "test.tsv").write_text("q1\td1\t1\nq2\td2\t1\n")
    return tmp_path / "c"


def evaluated(folder: Path, *arguments: str) -> Result:
    data = str(folder.parent / "data")
    return CliRunner().invoke(app, ["--data", data, "evaluate", str(folder), *arguments])


def test_a_collection_is_compared_with_a_run_of_anothers(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "theirs.txt").write_text(OTHER)
    found = json.loads(
        evaluated(folder, "--against", str(tmp_path / "theirs.txt"), "--json").stdout
    )
    assert found["ndcg_10"] == 1.0
    compared = found["comparison"]
    assert (compared["against"], compared["better"], compared["worse"]) == ("theirs", 1, 0)
    assert compared["queries"]["q1"] == [1.0, pytest.approx(0.6309297535714575)]
    low, high = compared["interval"]
    assert low <= compared["difference"] <= high


def test_a_comparison_is_told_in_words_too(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "theirs.txt").write_text(OTHER)
    said = evaluated(folder, "--words", "--against", str(tmp_path / "theirs.txt")).stdout
    assert "nDCG@10 against theirs" in said
    assert "+0.1845" in said
    assert "q1 +0.37" in said


def test_a_run_that_is_saved_equals_itself(folder: Path, tmp_path: Path) -> None:
    path = str(tmp_path / "ours.txt")
    assert evaluated(folder, "--save", path).exit_code == 0
    found = json.loads(evaluated(folder, "--against", path, "--json").stdout)["comparison"]
    assert (found["difference"], found["better"], found["worse"]) == (0.0, 0, 0)


def test_a_run_that_cannot_be_read_is_refused_before_any_work(folder: Path) -> None:
    done = evaluated(folder, "--against", str(folder / "absent.txt"))
    assert done.exit_code != 0
    assert "absent.txt" in str(done.exception) + done.output
