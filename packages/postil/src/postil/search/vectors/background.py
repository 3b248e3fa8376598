"""Vectors are made while the reader reads: by a process of its own, so that no page waits for it.

A thread of the serving process was refused: it shares the interpreter's lock with every page, and learning
leaves some hundreds of megabytes with the process. The other process stops when its input is closed, which
the end of the serving process does, however it ends.
"""

import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from postil.errors import PostilError
from postil.search.vectors.spaces import Spaces

_INTERVAL = 2.0  # seconds between two looks at the log
_PAUSE = (
    15.0  # seconds to the next attempt after one that failed, doubled after each that fails again
)
_LONGEST_PAUSE = 900.0
_PATIENCE = 10.0  # seconds that the other process has to finish what it is writing
_log = logging.getLogger(__name__)


def worker_command(data: Path) -> list[str]:
    """The command of the process that makes vectors for a data folder."""
    return [sys.executable, "-m", "postil", "--data", str(data), "vectors", "--until-closed"]


@contextmanager
def making_vectors(
    spaces: Spaces, command: list[str], interval: float = _INTERVAL
) -> Iterator[None]:
    """Open the spaces and keep them up with the store, in the background, until the block ends.

    Args:
        spaces: what to keep up.
        command: what brings them up and ends; see `worker_command`.
        interval: seconds between two looks at the log.
    """
    stopped = threading.Event()
    thread = threading.Thread(
        target=_keep_up, args=(spaces, command, interval, stopped), name="vectors", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _keep_up(spaces: Spaces, command: list[str], interval: float, stopped: threading.Event) -> None:
    last_complaint, failures = "", 0
    stopped.wait(min(interval, 1.0))  # the first page first
    while not stopped.is_set():
        complaint = ""
        try:
            spaces.open()
            if spaces.behind():
                complaint = _run(command, stopped)
                spaces.open()
        except PostilError as error:
            complaint = str(error)
        failures = failures + 1 if complaint else 0
        if complaint and complaint != last_complaint:
            _log.warning("%s", complaint)
        last_complaint = complaint
        stopped.wait(
            min(_PAUSE * 2 ** min(failures, 10) / 2, _LONGEST_PAUSE) if failures else interval
        )


def _run(command: list[str], stopped: threading.Event) -> str:
    """Run the other process until it ends or this one does; what it complained of, if anything."""
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,  # Ctrl+C is for the serving process, which then closes the input
    ) as process:
        said: list[bytes] = []
        assert process.stderr is not None
        assert process.stdin is not None
        listener = threading.Thread(target=lambda: said.extend(process.stderr or ()), daemon=True)
        listener.start()
        while process.poll() is None and not stopped.wait(0.1):
            pass
        process.stdin.close()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        listener.join()
    if process.returncode == 0 or stopped.is_set():
        return ""
    lines = b"".join(said).decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else f"Vectors could not be made (status {process.returncode})."
