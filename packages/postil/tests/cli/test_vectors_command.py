import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with some papers, without vectors."""
    rows = [
        {"id": f"2401.{at:05}", "title": f"Paper {at}", "abstract": f"spins lattice word{at % 9}"}
        for at in range(1, 31)
    ]
    file = tmp_path / "papers.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    run(tmp_path / "data", "import", str(file))
    return tmp_path / "data"


def run(data: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "postil", "--data", str(data), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | environ
    )


def states(data: Path, *arguments: str, **environ: str) -> Any:
    found = run(data, *arguments, "--json", **environ)
    assert found.returncode == 0, found.stderr
    answer = json.loads(found.stdout)
    return answer["vectors"] if isinstance(answer, dict) else answer


def test_vectors_are_made_on_demand_and_the_status_tells_of_them(data: Path) -> None:
    (before,) = states(data, "status")
    assert (before["name"], before["papers"], before["behind"]) == ("lsa", 0, 30)
    (made,) = states(data, "vectors")
    assert (made["papers"], made["behind"], made["step"]) == (30, 0, None)
    assert states(data, "status") == [made]


def test_reindex_makes_vectors_anew_where_it_is_asked_to(data: Path) -> None:
    states(data, "vectors")
    (old,) = (data / "vectors" / "lsa").glob("rows-*")
    assert run(data, "reindex").returncode == 0
    assert old.exists()
    assert run(data, "reindex", "--vectors").returncode == 0
    assert not old.exists()
    assert states(data, "status")[0]["papers"] == 30


def test_a_search_goes_on_where_a_model_gives_no_vectors(data: Path) -> None:
    environ = {
        "POSTIL_EMBEDDINGS": "endpoint",
        "POSTIL_EMBEDDINGS_URL": "http://127.0.0.1:9/v1",
        "POSTIL_EMBEDDINGS_MODEL": "m",
    }
    failed = run(data, "vectors", **environ)
    assert failed.returncode == 2
    assert "cannot be reached" in failed.stderr
    assert [state["papers"] for state in states(data, "status", **environ)] == [30, 0]
    found = run(data, "search", "lattice", "--json", **environ)
    assert json.loads(found.stdout)["total"] == 30
