"""Cold start of the reader to its first answer, and its resident memory after a round of reading.

    python benchmarks/postil/startup.py --data FOLDER [--json]

FOLDER is a data folder with papers in it. The clock starts before the interpreter does and stops when the
first search page has arrived over loopback. Memory is the resident set after 300 searches and day lists,
with the share of it that belongs to mapped files (the operating system may take that back) beside it.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

RUNS = 5
QUERIES = ("state space models", '"attention is"', "low-rank -video", "cat:cs.LG kernel", "entropy")


def start(data: Path) -> tuple[subprocess.Popen[str], str]:
    """A server on a free port, and its address as it printed it."""
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "postil",
            "--data",
            str(data),
            "serve",
            "--no-harvest",
            "--port",
            "0",
        ],
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    assert server.stdout is not None
    for line in server.stdout:
        if "http://" in line:
            return server, line.split()[3]
    raise SystemExit("the server said no address")


def get(address: str) -> int:
    """Read a page whole; its status."""
    with urllib.request.urlopen(address, timeout=30) as answer:
        answer.read()
        return int(answer.status)


def resident(pid: int) -> dict[str, float]:
    """Resident memory of a process in MiB: all of it, and the part that is mapped files."""
    fields = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    return {
        name: int(fields[key].split()[0]) / 1024
        for name, key in {"resident": "VmRSS", "anonymous": "RssAnon", "files": "RssFile"}.items()
    }


def measure(data: Path) -> dict[str, object]:
    """Medians over several starts."""
    seconds, memory = [], []
    for _ in range(RUNS):
        begun = time.perf_counter()
        server, address = start(data)
        try:
            get(f"{address}/search?q=state+space+models")
            seconds.append(time.perf_counter() - begun)
            for turn in range(300):
                get(
                    f"{address}/search?q={urllib.request.quote(QUERIES[turn % 5])}&page={turn % 7 + 1}"
                )
            get(f"{address}/arxiv/cs.LG")
            memory.append(resident(server.pid))
        finally:
            server.terminate()
            server.wait()
    return {
        "cold_start_seconds": round(statistics.median(seconds), 3),
        "cold_start_runs": [round(each, 3) for each in seconds],
        "memory_mib": {
            key: round(statistics.median(each[key] for each in memory), 1) for key in memory[0]
        },
        "limits": {"cold_start_seconds": 1.0, "memory_mib": 400},
    }


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    found = measure(arguments.data)
    if arguments.json:
        print(json.dumps(found))
    else:
        print(
            f"cold start to first answer: {found['cold_start_seconds']} s {found['cold_start_runs']}"
        )
        print(f"memory after 300 pages (MiB): {found['memory_mib']}")


if __name__ == "__main__":
    main()
