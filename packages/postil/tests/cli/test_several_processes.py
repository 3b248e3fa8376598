"""`postil serve --processes`: several processes at one address, as they live and die."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError

import pytest
from served import ENVIRONMENT, read, serving

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")

TWO = ("serve", "--port", "0", "--processes", "2")
PAPER = {
    "id": "2602.00001",
    "title": "Kernels of low order",
    "authors": ["Ada Lovelace"],
    "abstract": "We bound the entropy of kernels.",
    "categories": ["cs.LG"],
    "date": "2026-02-03",
}


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "postil", "--data", str(folder), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env=ENVIRONMENT
    )


def beside(first: int) -> list[int]:
    """The processes that `first` has started, and that answer pages."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            parent = int((path.parent / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == first and b"--answering-at" in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def wait_for(condition: Callable[[], object], what: str) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, f"waited in vain for {what}"
        time.sleep(0.1)


def answered(address: str) -> bool:
    try:
        return read(f"{address}/healthz", 1) == "ok\n"
    except (URLError, TimeoutError, ConnectionError):
        return False


def test_another_process_answers_while_the_first_stands_still(tmp_path: Path) -> None:
    with serving(tmp_path / "data", *TWO) as (first, address):
        wait_for(lambda: beside(first.pid), "a second process")
        first.send_signal(signal.SIGSTOP)
        wait_for(lambda: answered(address), "an answer from the second")


def test_a_process_that_is_lost_is_replaced(tmp_path: Path) -> None:
    with serving(tmp_path / "data", *TWO) as (first, address):
        wait_for(lambda: beside(first.pid), "a second process")
        (lost,) = beside(first.pid)
        os.kill(lost, signal.SIGKILL)
        wait_for(lambda: [pid for pid in beside(first.pid) if pid != lost], "another")
        assert answered(address)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_when_the_first_process_ends(tmp_path: Path, how: signal.Signals) -> None:
    with serving(tmp_path / "data", *TWO) as (first, address):
        wait_for(lambda: beside(first.pid), "a second process")
        (other,) = beside(first.pid)
        first.send_signal(how)
        first.wait(30)
        wait_for(lambda: not Path(f"/proc/{other}").exists(), "the end of the second")
        assert not answered(address)


def test_what_is_imported_is_found_by_every_process(tmp_path: Path) -> None:
    folder, file = tmp_path / "data", tmp_path / "late.jsonl"
    file.write_text(json.dumps(PAPER), "utf-8")
    with serving(folder, *TWO) as (first, address):
        wait_for(lambda: beside(first.pid), "a second process")
        (other,) = beside(first.pid)
        assert run(folder, "import", str(file)).returncode == 0
        for stopped in (other, first.pid):
            os.kill(stopped, signal.SIGSTOP)
            wait_for(lambda: "2602.00001" in read(f"{address}/search?q=entropy", 30), "the paper")
            os.kill(stopped, signal.SIGCONT)


def test_a_number_of_processes_that_cannot_be_is_refused_in_a_line(tmp_path: Path) -> None:
    refused = run(tmp_path / "data", "serve", "--processes", "0")
    assert refused.returncode == 2
    assert "Invalid value for '--processes'" in refused.stderr
    assert run(tmp_path / "data", "serve", "--answering-at", "99").returncode == 2
