"""A server in a process of its own, as the command line starts it, and a look at its pages."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ENVIRONMENT = {
    **os.environ,
    "PYTHONUNBUFFERED": "1",
    "POSTIL_HARVEST": "no",
    "POSTIL_MEANING": "no",
}


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """The server, and the address that it printed; stopped afterwards if it still runs."""
    with subprocess.Popen(
        [sys.executable, "-m", "postil", "--data", str(folder), *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    ) as server:
        try:
            yield server, _address(server)
        finally:
            if server.poll() is None:
                server.send_signal(signal.SIGCONT)
                server.send_signal(signal.SIGINT)
                server.wait(20)


def _address(server: "subprocess.Popen[str]") -> str:
    assert server.stdout is not None
    for line in server.stdout:
        if "http://" in line:
            return line.split()[3]
    raise AssertionError("the server printed no address")


def read(address: str, seconds: float = 10) -> str:
    """The page at an address."""
    with urllib.request.urlopen(address, timeout=seconds) as answer:
        return str(answer.read().decode())
