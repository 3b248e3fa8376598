"""What `postil search` says beside its results."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
RECORD = {
    "id": "2602.00001",
    "title": "Kernels of $\\Lambda_c$ order",
    "authors": ["Ada Lovelace"],
    "abstract": "We bound the entropy of kernels by $O(n \\log n)$.",
    "categories": ["cs.LG"],
    "date": "2026-02-03",
}


@pytest.fixture
def postil(tmp_path: Path) -> Run:
    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "postil", "--data", str(tmp_path / "data"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    file = tmp_path / "day.jsonl"
    file.write_text(json.dumps(RECORD) + "\n", "utf-8")
    assert run("import", str(file)).returncode == 0
    return run


def test_a_misspelt_word_is_told_on_the_error_stream(postil: Run) -> None:
    done = postil("search", "kernesl")
    assert done.returncode == 0
    assert "Did you mean: kernels" in done.stderr
    assert "Did you mean" not in done.stdout
    assert json.loads(postil("search", "kernesl", "--json").stdout)["meant"] == "kernels"


def test_why_prints_numbers_that_add_up(postil: Run) -> None:
    done = postil("search", "entropy", "kernel", "--why", "--abstracts")
    assert "We bound the entropy" in done.stdout
    total = re.search(r"([\d.]+) in all:", done.stdout)
    parts = re.findall(r"^ +([\d.]+)  (\w+), ", done.stdout, re.MULTILINE)
    assert total
    assert {said for _, said in parts} == {"entropy", "kernel"}
    assert sum(round(1000 * float(score)) for score, _ in parts) == round(1000 * float(total[1]))
    answer = json.loads(postil("search", "entropy", "--why", "--json").stdout)
    why = answer["why"]["2602.00001"]
    assert why["score"] == pytest.approx(sum(part["score"] for part in why["parts"]))


def test_whoever_is_asked_for_is_named_among_many_authors(postil: Run, tmp_path: Path) -> None:
    many = RECORD | {"id": "2602.00002", "authors": [f"Bo Name{at}" for at in range(30)]}
    file = tmp_path / "many.jsonl"
    file.write_text(json.dumps(many) + "\n", "utf-8")
    assert postil("import", str(file)).returncode == 0
    assert "Bo Name7, … Bo Name21 and 22 more" in postil("search", "author:name21").stdout
    assert "Bo Name7 and 22 more" in postil("search", "author:name3").stdout


def test_without_colours_the_words_are_as_they_are(postil: Run) -> None:
    done = postil("search", "kernel")
    assert "Kernels of Λ_c order" in done.stdout
    assert "\x1b" not in done.stdout
