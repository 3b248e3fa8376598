"""Processes that work beside this one and end when it does, however it ends.

The input of such a process is a pipe that nothing is written to: the system closes it when the process that
holds the other end is gone, killed or not. Watching for the parent's number was refused: another process may
have that number by then.
"""

import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence

_PATIENCE = 10.0  # seconds that the other process has to finish what it is writing
_LOOK = 0.1  # seconds between two looks whether it still runs


def accompany(
    command: Sequence[str],
    stopped: threading.Event,
    *,
    files: Sequence[int] = (),
    aloud: bool = False,
) -> str:
    """Run a process until it ends or `stopped` is set; what it complained of last, if it failed.

    Args:
        command: what to run; it calls `when_left`.
        stopped: set from another thread.
        files: descriptors that it keeps open.
        aloud: whether what it says on standard error is said on ours too.
    """
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=tuple(files),
        start_new_session=True,  # Ctrl+C is for this process, which then closes the input
    ) as process:
        said: deque[str] = deque(maxlen=1)
        assert process.stderr is not None
        assert process.stdin is not None
        lines = process.stderr

        def listen() -> None:
            for line in lines:
                said.append(line.decode("utf-8", "replace").strip())
                if aloud:
                    sys.stderr.write(line.decode("utf-8", "replace"))

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        while process.poll() is None and not stopped.wait(_LOOK):
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
    return said[0] if said and said[0] else f"It ended with status {process.returncode}."


def when_left(act: Callable[[], object]) -> None:
    """Call `act` once, from a thread, when the process that started this one is gone or closes our input."""

    def watch() -> None:
        # past Python's own buffer, whose lock the end of the interpreter would wait for
        while os.read(0, 4096):
            pass
        act()

    threading.Thread(target=watch, daemon=True, name="when-left").start()
