"""More processes that answer at one address: an interpreter uses one core at a time, a group needs several.

They share the listening socket, and the system gives each connection to one that is free; the folder they
share as any of Postil's processes do. What is done once is left to the first of them: to harvest, to follow
the store, to make vectors. Processes that each answer all kinds of pages were preferred to one for searches
alone: nothing passes between them, so none can wait for another.
"""

import logging
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from postil.companion import accompany

MOST = 64
_PAUSE = 1.0  # seconds before one that ended is replaced, doubled where it ended soon
_LONGEST_PAUSE = 60.0
_log = logging.getLogger(__name__)


def answering_command(data: Path, listening: socket.socket) -> list[str]:
    """The command of one more process that answers for a data folder at `listening`."""
    at = str(listening.fileno())
    return [sys.executable, "-m", "postil", "--data", str(data), "serve", "--answering-at", at]


@contextmanager
def answering(count: int, command: Sequence[str], listening: socket.socket) -> Iterator[None]:
    """Keep `count` more processes at `listening` until the block ends; one that ends is replaced.

    Args:
        count: how many.
        command: what each of them runs, see `answering_command`.
        listening: the socket, which they inherit.
    """
    stopped = threading.Event()
    threads = [
        threading.Thread(target=_keep, args=(command, listening, stopped), name=f"answering-{at}")
        for at in range(count)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


def _keep(command: Sequence[str], listening: socket.socket, stopped: threading.Event) -> None:
    pause = _PAUSE
    while not stopped.is_set():
        began = time.monotonic()
        complaint = accompany(command, stopped, files=[listening.fileno()], aloud=True)
        if stopped.is_set():
            return
        _log.warning("A process that answers pages was lost, and is replaced. %s", complaint)
        lasted = time.monotonic() - began
        pause = min(pause * 2, _LONGEST_PAUSE) if lasted < _LONGEST_PAUSE else _PAUSE
        stopped.wait(pause)
