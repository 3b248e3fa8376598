"""How long `import lemmata` takes beside bare NumPy, in fresh processes that take turns.

    python benchmarks/lemmata/import_time.py [--json] [--runs N]

Prints the median and the quartiles in milliseconds of wall time, the start of Python included.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from importlib.metadata import version

STATEMENTS = (
    "pass",
    "import lemmata",
    "import numpy",
    "import numpy, lemmata",
    "import numpy, lemmata.linalg",
)


def milliseconds(statement: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return 1e3 * (time.perf_counter() - start)


def measure(runs: int) -> dict[str, object]:
    for statement in STATEMENTS:
        milliseconds(statement)  # the first run compiles and warms the disk cache
    times: dict[str, list[float]] = {statement: [] for statement in STATEMENTS}
    for _ in range(runs):
        for statement, taken in times.items():
            taken.append(milliseconds(statement))
    rows = []
    for statement, taken in times.items():
        low, middle, high = statistics.quantiles(taken, n=4)
        rows.append({"statement": statement, "low": low, "median": middle, "high": high})
    median = {row["statement"]: row["median"] for row in rows}
    return {
        "benchmark": "lemmata/import_time",
        "unit": "ms",
        "runs": runs,
        "python": sys.version.split()[0],
        "numpy": version("numpy"),
        "rows": rows,
        "alone_ms": median["import lemmata"] - median["pass"],
        "over_numpy_ms": median["import numpy, lemmata"] - median["import numpy"],
        "linalg_over_numpy_ms": median["import numpy, lemmata.linalg"] - median["import numpy"],
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
    print(f"{'statement':<30}{'quartile':>10}{'median':>10}{'quartile':>10}  ms")
    for row in result["rows"]:
        print(
            f"{row['statement']:<30}{row['low']:>10.1f}{row['median']:>10.1f}{row['high']:>10.1f}"
        )
    print(f"import lemmata: {result['alone_ms']:.1f} ms over bare Python,", end=" ")
    print(f"{result['over_numpy_ms']:.1f} ms over bare NumPy;", end=" ")
    print(f"lemmata.linalg: {result['linalg_over_numpy_ms']:.1f} ms over bare NumPy")


if __name__ == "__main__":
    main()
