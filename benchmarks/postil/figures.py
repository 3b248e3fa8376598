"""The options of a benchmark of pages and the print of its figures, a line each or as JSON."""

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path


def tell(
    run: Callable[[Path, int], Mapping[str, object]], purpose: str, counted: str, usual: int
) -> None:
    """Print what `run` finds in the library of --data, over as many times as --`counted` says."""
    parser = argparse.ArgumentParser(description=purpose)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument(f"--{counted}", dest="times", metavar="N", type=int, default=usual)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    figures = run(arguments.data, arguments.times)
    if arguments.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:28} {value}")
