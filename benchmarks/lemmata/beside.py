"""What every benchmark of a method shares: turns, medians, the environment, JSON or a table.

On a busy machine BENCH_CLOCK=processor takes processor time for the clock on the wall.

A table is printed in Markdown, so that `benchmarks/tables.py` can put it into a page as it stands.
"""

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version

Row = Mapping[str, object]
CLOCK = os.environ.get("BENCH_CLOCK", "wall")
now = time.process_time if CLOCK == "processor" else time.perf_counter


def take_turns(functions: Mapping[str, Callable[[], object]], runs: int = 7) -> dict[str, float]:
    """The median time of each function in milliseconds.

    They are timed in turns, so that a busy moment of the machine meets all of them; the first
    round warms up and is not counted.
    """
    taken: dict[str, list[float]] = {name: [] for name in functions}
    for round_number in range(runs + 1):
        for name, function in functions.items():
            start = now()
            function()
            if round_number:
                taken[name].append(1e3 * (now() - start))
    return {name: statistics.median(times) for name, times in taken.items()}


def environment(packages: Iterable[str]) -> dict[str, object]:
    """Python, cores, threads, and the version of each package (None where it is not installed)."""
    versions: dict[str, object] = {}
    for package in packages:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = None
    return {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "threads": os.environ.get("OPENBLAS_NUM_THREADS", "as many as cores"),
        **({"clock": CLOCK} if CLOCK != "wall" else {}),
        **versions,
    }


def report(name: str, rows: Iterable[Row], packages: Iterable[str] = ("numpy", "scipy")) -> None:
    """Print `rows` (the same keys in each) as a Markdown table, or as JSON where --json is given."""
    parser = argparse.ArgumentParser(description=f"Measure {name} beside its peers.")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    where = environment(("lemmata", *packages))
    if options.json:
        found = {"benchmark": f"lemmata/{name}", "environment": where, "rows": list(rows)}
        print(json.dumps(found, indent=2, default=str))
        return
    print("; ".join(f"{key} {value}" for key, value in where.items()), end="\n\n")
    heads: list[str] = []
    for row in rows:
        if not heads:
            heads = list(row)
            print(f"| {' | '.join(heads)} |")
            print("|" + "|".join("--:" if _is_number(row[head]) else "---" for head in heads) + "|")
        print("| " + " | ".join(shown(row[head]) for head in heads) + " |", flush=True)


def shown(value: object) -> str:
    """A cell: three significant digits for a float, a dash where there is nothing."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
