"""An import killed (SIGKILL) at many points: nothing lost, nothing doubled, and the next run completes it.

A small process forks one import after another. Each is killed inside SQLite's work (after so many steps of
its virtual machine), between two batches, or from outside after a while.
"""

import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from postil.harvest.exporting import export_lines
from postil.harvest.importing import import_files
from postil.paper import Paper
from postil.sources.records import decode, read_record
from postil.store.sqlite import SqliteStore

BATCH = 40
RECORDS: list[dict[str, object]] = [
    {
        "id": f"2603.{n:05}",
        "title": f"Paper {n}, as it is now",
        "authors": ["A. Writer", f"B. Reader {n}"],
        "abstract": "Of margins. " * 60,
        "categories": ["cs.DL", "math.HO"],
        "announced": [{"day": f"2026-03-{n % 9 + 1:02}", "kind": "new"}],
        "versions": [{"number": 1}, {"number": 2}],
    }
    for n in range(1, 321)
]
# What a library held before: every third paper, and some that the file does not have.
EARLIER: list[dict[str, object]] = [
    *[{"id": r["id"], "title": "As it was", "comment": "old"} for r in RECORDS[::3]],
    *[{"id": f"2602.{n:05}", "title": "Elsewhere"} for n in range(1, 30)],
]

EXECUTIONER = """
import os, signal, sqlite3, sys, time
from pathlib import Path
from postil.harvest import importing
from postil.store.sqlite import SqliteStore

importing._BATCH_PAPERS = {batch}
connect = sqlite3.connect

class Careless(sqlite3.Connection):
    def execute(self, statement, *parameters):
        return super().execute("" if statement in ("BEGIN IMMEDIATE", "COMMIT") else statement, *parameters)

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def run(how, when, source, folder):
    steps = batches = 0
    def step():
        nonlocal steps
        steps += 1
        if how in ("step", "careless") and steps == when:
            die()
    def mortal(*where, **options):
        kind = Careless if how == "careless" else sqlite3.Connection
        connection = connect(*where, factory=kind, **options)
        connection.set_progress_handler(step, 100)
        connection.execute("PRAGMA wal_autocheckpoint = 10")
        return connection
    def batch(_):
        nonlocal batches
        batches += 1
        if how == "batch" and batches == when:
            die()
    sqlite3.connect = mortal
    with SqliteStore.open(Path(folder)) as store:
        importing.import_files(store, [source], rejects_folder=Path(folder), progress=batch)
    if how == "delay":
        signal.pause()
    print("steps", steps, flush=True)

for line in sys.stdin:
    how, when, source, folder = line.rstrip("\\n").split("\\t")
    child = os.fork()
    if not child:
        run(how, int(when), source, folder)
        os._exit(0)
    if how == "delay":
        time.sleep(int(when) / 1e6)
        os.kill(child, signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Executioner:
    """Runs imports in processes of their own and kills them."""

    def __init__(self, process: "subprocess.Popen[str]", source: Path) -> None:
        self._process = process
        self._source = source

    def kill(self, how: str, when: int, folder: Path) -> None:
        """Import into `folder`, killed `when` so many steps, batches or microseconds have passed."""
        self._send(how, when, folder)
        assert self._answer() == str(-signal.SIGKILL)

    def steps(self, folder: Path) -> int:
        """How many steps a whole import takes."""
        self._send("never", 0, folder)
        steps = int(self._answer().removeprefix("steps "))
        assert self._answer() == "0"
        return steps

    def _send(self, how: str, when: int, folder: Path) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{how}\t{when}\t{self._source}\t{folder}\n")
        self._process.stdin.flush()

    def _answer(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("source") / "papers.jsonl"
    path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in RECORDS))
    return path


@pytest.fixture(scope="module")
def executioner(source: Path) -> Iterator[Executioner]:
    command = [sys.executable, "-c", EXECUTIONER.replace("{batch}", str(BATCH))]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Executioner(process, source)
        assert process.stdin
        process.stdin.close()


@pytest.fixture(scope="module", params=["an empty folder", "a library with papers"])
def before(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder as it was before the import."""
    folder = tmp_path_factory.mktemp("before")
    if request.param != "an empty folder":
        with SqliteStore.open(folder) as store:
            store.put([read_record(record) for record in EARLIER])
    return folder


def _check_and_complete(folder: Path, before: Path, source: Path, expected: bytes) -> int:
    """Everything that must hold after a kill; returns how many lines had gone in before it."""
    incoming = [read_record(decode(line)) for line in source.read_bytes().splitlines()]
    earlier = _papers(before)
    with SqliteStore.open(folder) as store:
        assert store.check() == []
        held = {str(paper.id): paper for paper in store.papers()}
        merged = [earlier.get(str(p.id), p).updated_by(p) for p in incoming]
        done = sum(held.get(str(p.id)) == p for p in merged)
        # Batches are whole, in the file's order, and nothing else has changed.
        assert done % BATCH == 0
        assert held == earlier | {str(p.id): p for p in merged[:done]}
        imported = import_files(store, [source], rejects_folder=folder)
        assert imported.unchanged == done
        assert imported.complete
        assert b"".join(export_lines(store)) == expected
        assert store.check() == []
        everything = earlier.keys() | {str(paper.id) for paper in incoming}
        assert {str(c.paper.id) for c in store.changes(0, 10_000) if c.paper} == everything
        assert store.count() == len(everything)
    return done


def _papers(folder: Path) -> dict[str, Paper]:
    if not any(folder.iterdir()):
        return {}
    with SqliteStore.open(folder) as store:
        return {str(paper.id): paper for paper in store.papers()}


def test_an_import_killed_at_any_point_is_completed_by_the_next(
    executioner: Executioner, before: Path, source: Path, tmp_path: Path
) -> None:
    shutil.copytree(before, tmp_path / "whole")
    steps = executioner.steps(tmp_path / "whole")
    with SqliteStore.open(tmp_path / "whole") as store:
        expected = b"".join(export_lines(store))
    chance = random.Random(len(expected))
    kills = [("step", 1), *(("step", at) for at in chance.sample(range(2, steps), 15))]
    kills += [("batch", at) for at in range(1, len(RECORDS) // BATCH + 1)]
    kills += [("delay", chance.randrange(1_000, 60_000)) for _ in range(4)]
    done = set()
    for how, when in kills:
        folder = tmp_path / f"{how}-{when}"
        shutil.copytree(before, folder)
        executioner.kill(how, when, folder)
        done.add(_check_and_complete(folder, before, source, expected))
    # The kills have really hit the import at its beginning, middle and end.
    assert {0, len(RECORDS)} < done
    assert len(done) >= 7


def test_an_import_killed_again_and_again_gets_there(
    executioner: Executioner, before: Path, source: Path, tmp_path: Path
) -> None:
    shutil.copytree(before, tmp_path / "whole")
    steps = executioner.steps(tmp_path / "whole")
    with SqliteStore.open(tmp_path / "whole") as store:
        expected = b"".join(export_lines(store))
    folder = tmp_path / "killed"
    shutil.copytree(before, folder)
    for percent in (10, 15, 20, 25, 30, 35):
        executioner.kill("step", steps * percent // 100, folder)
    _check_and_complete(folder, before, source, expected)


def test_the_checks_reject_a_store_that_writes_without_transactions(
    executioner: Executioner, source: Path, tmp_path: Path
) -> None:
    with SqliteStore.open(tmp_path / "before") as store:
        store.put([read_record(record) for record in EARLIER])
    shutil.copytree(tmp_path / "before", tmp_path / "whole")
    steps = executioner.steps(tmp_path / "whole")
    caught = 0
    for at in range(steps // 6, steps, steps // 6):
        folder = tmp_path / str(at)
        shutil.copytree(tmp_path / "before", folder)
        executioner.kill("careless", at, folder)
        try:
            _check_and_complete(folder, tmp_path / "before", source, b"")
        except AssertionError as error:
            caught += "== expected" not in str(error) and "b''" not in str(error)
    assert caught >= 3
