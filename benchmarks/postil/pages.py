"""How long pages take: a day's list by the server's own clock, a search as a browser waits for it.

    python benchmarks/postil/pages.py --data FOLDER [--rounds N] [--json]

FOLDER is a library of the shared records (search_latency.py makes one). The server runs in a process of its
own, one connection is kept open, and pages come compressed. Day lists are of some 900 papers chosen from the
busiest day by five terms; searches are those of search_latency.py, each asked once: nothing is cached.
"""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from figures import tell
from search_latency import queries

from postil.search.metrics import percentile
from postil.store.sqlite import SqliteStore

DAY_LIST = "/arxiv/cs.LG+cs.AI+cs.CV+quant-ph-cs.RO?date=2026-02-03"
PAGES_OF_THE_DAY = 30
SEARCH_LIMIT_MS = {"p50": 15.0, "p99": 60.0}
DAY_LIMIT_MS = 30.0
_SERVER_TIME = re.compile(r"dur=([\d.]+)")


@contextmanager
def serving(data: Path, processes: int = 1) -> Iterator[tuple[int, int]]:
    """A server over `data` in so many processes of its own; gives its port and the number of the first."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [
        sys.executable,
        "-m",
        "postil",
        "--data",
        str(data),
        "serve",
        "--no-harvest",
        "--processes",
        str(processes),
        "--port",
        str(port),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    sys.exit("The server did not start: try postil serve by hand.")


def ask(connection: HTTPConnection, path: str) -> tuple[float, float, int]:
    """Milliseconds as waited for, milliseconds by the server's clock, and octets received."""
    began = time.perf_counter()
    connection.request("GET", path, headers={"Accept-Encoding": "gzip", "Accept": "text/html"})
    response = connection.getresponse()
    body = response.read()
    waited = (time.perf_counter() - began) * 1000
    timing = _SERVER_TIME.search(response.headers["Server-Timing"])
    if response.status != 200 or timing is None:
        sys.exit(f"{path} was answered with {response.status}.")
    return waited, float(timing[1]), len(body)


def summary(figures: list[float]) -> dict[str, float]:
    """Median, 99th percentile."""
    return {"p50": round(percentile(figures, 0.5), 2), "p99": round(percentile(figures, 0.99), 2)}


def run(data: Path, rounds: int) -> dict[str, object]:
    """All figures."""
    with SqliteStore.open(data) as store:
        held = store.count()
        searches = [q.ours for q in queries(store, rounds)]
    with serving(data) as (port, _):
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        for path in ("/", DAY_LIST, "/search?q=warm"):
            ask(connection, path)
        days = [
            ask(connection, f"{DAY_LIST}&page={1 + i % PAGES_OF_THE_DAY}") for i in range(rounds)
        ]
        found = [ask(connection, f"/search?{urlencode({'q': query})}") for query in searches]
    return {
        "papers": held,
        "day_list_server_ms": summary([served for _, served, _ in days]),
        "day_list_server_limit_ms": {"p99": DAY_LIMIT_MS},
        "search_waited_ms": summary([waited for waited, _, _ in found]),
        "search_server_ms": summary([served for _, served, _ in found]),
        "search_waited_limit_ms": SEARCH_LIMIT_MS,
        "search_page_octets": summary([float(octets) for _, _, octets in found]),
    }


if __name__ == "__main__":
    tell(run, __doc__.splitlines()[0], "rounds", 1_000)
