"""Bulk work lets others go first; what runs commands in a process of its own keeps its priority."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from postil.cli.main import app

pytestmark = pytest.mark.skipif(
    not hasattr(os, "getpriority"), reason="this system has no priorities of processes"
)


def own_priority() -> int:
    return os.getpriority(os.PRIO_PROCESS, 0)


def test_an_import_gives_way_to_everything_else(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "postil", "--data", str(tmp_path), "import", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as importing:
        deadline = time.monotonic() + 60
        while (given := os.getpriority(os.PRIO_PROCESS, importing.pid)) < max(10, own_priority()):
            assert time.monotonic() < deadline, f"its priority is still {given}"
            time.sleep(0.05)
        assert importing.stdin is not None
        importing.stdin.close()
    assert importing.returncode == 0


def test_a_command_within_another_program_leaves_its_priority_alone(tmp_path: Path) -> None:
    before = own_priority()
    done = CliRunner().invoke(app, ["--data", str(tmp_path), "import", "-"], input="")
    assert done.exit_code == 0, done.output
    assert own_priority() == before
