"""Vectors are made while the reader reads: by a process of its own, so that no page waits for it.

A thread of the serving process was refused: it shares the interpreter's lock with every page, and learning
leaves some hundreds of megabytes with the process.
"""

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from postil.companion import accompany
from postil.errors import PostilError
from postil.search.vectors.spaces import Spaces

_INTERVAL = 2.0  # seconds between two looks at the log
_PAUSE = (
    15.0  # seconds to the next attempt after one that failed, doubled after each that fails again
)
_LONGEST_PAUSE = 900.0
_log = logging.getLogger(__name__)


def worker_command(data: Path) -> list[str]:
    """The command of the process that makes vectors for a data folder."""
    return [sys.executable, "-m", "postil", "--data", str(data), "vectors", "--until-closed"]


@contextmanager
def making_vectors(
    spaces: Spaces, command: list[str] | None, interval: float = _INTERVAL
) -> Iterator[None]:
    """Open the spaces and keep them up with the store, in the background, until the block ends.

    Args:
        spaces: what to keep up.
        command: what brings them up and ends, see `worker_command`; None where another process sees to it,
            and the newest of what it has made is all there is to open.
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


def _keep_up(
    spaces: Spaces, command: list[str] | None, interval: float, stopped: threading.Event
) -> None:
    last_complaint, failures = "", 0
    stopped.wait(min(interval, 1.0))  # the first page first
    while not stopped.is_set():
        complaint = ""
        try:
            spaces.open()
            if command is not None and spaces.behind():
                complaint = accompany(command, stopped)
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
