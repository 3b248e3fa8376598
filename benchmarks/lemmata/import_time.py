"""How long `import lemmata` takes beside bare NumPy, in fresh processes that take turns.

    python benchmarks/lemmata/import_time.py [--json] [--runs N]

Prints medians in milliseconds, the start of Python included: wall time, and the processor time that
a busy machine does not stretch.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from typing import Any

STATEMENTS = (
    "pass",
    "import lemmata",
    "import numpy",
    "import numpy, lemmata",
    "import numpy, lemmata.linalg",
)


def milliseconds(statement: str) -> tuple[float, float]:
    """Wall and processor time of a fresh Python that runs `statement`."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return 1e3 * wall, 1e3 * processor


def measure(runs: int) -> dict[str, Any]:
    for statement in STATEMENTS:
        milliseconds(statement)  # the first run compiles and warms the disk cache
    times: dict[str, list[tuple[float, float]]] = {statement: [] for statement in STATEMENTS}
    for _ in range(runs):
        for statement, taken in times.items():
            taken.append(milliseconds(statement))
    rows = {}
    for statement, taken in times.items():
        wall, processor = (statistics.median(column) for column in zip(*taken, strict=True))
        rows[statement] = {"wall_ms": wall, "cpu_ms": processor}

    def over(one: str, other: str) -> float:
        return rows[one]["cpu_ms"] - rows[other]["cpu_ms"]

    return {
        "benchmark": "lemmata/import_time",
        "runs": runs,
        "python": sys.version.split()[0],
        "numpy": version("numpy"),
        "rows": rows,
        "lemmata_over_python_cpu_ms": over("import lemmata", "pass"),
        "lemmata_over_numpy_cpu_ms": over("import numpy, lemmata", "import numpy"),
        "linalg_over_numpy_cpu_ms": over("import numpy, lemmata.linalg", "import numpy"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    result = measure(options.runs)
    if options.json:
        print(json.dumps(result, indent=2))
        return
    print(f"{'statement':<30}{'wall ms':>10}{'cpu ms':>10}")
    for statement, row in result["rows"].items():
        print(f"{statement:<30}{row['wall_ms']:>10.1f}{row['cpu_ms']:>10.1f}")
    for key, value in result.items():
        if key.endswith("_cpu_ms"):
            words = key.removesuffix("_cpu_ms").replace("_", " ")
            print(f"{words}: {value:.1f} ms of processor time")


if __name__ == "__main__":
    main()
