"""How long it takes to load a page of papers from the store, and to answer a day's list.

    python benchmarks/postil/hydration.py --data FOLDER [--seed 1] [--json]

FOLDER is a data folder with papers in it (benchmarks/postil/importing.py --data makes one). Pages of 20 are
loaded by number: near one another, as a day's list has them, and scattered, as a search finds them. Day
lists use the busiest day and an expression of five terms; one more figure is the first list of a month.
"""

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from postil.categories import CategoryExpression
from postil.store.papers import Papers
from postil.store.sqlite import SqliteStore

PAGE = 20
ROUNDS = 1_000
EXPRESSION = CategoryExpression.parse("cs.LG+stat.ML+cs.CL-cs.CV-cs.RO")
LIMITS = {"near": 1.0, "scattered": 1.0, "day_list": 30.0}


def milliseconds(action: Callable[[], object], rounds: int = ROUNDS) -> dict[str, float]:
    """Median and 99th percentile of so many rounds."""
    found = []
    for _ in range(rounds):
        begun = time.perf_counter()
        action()
        found.append((time.perf_counter() - begun) * 1000)
    found.sort()
    return {
        "p50": round(statistics.median(found), 3),
        "p99": round(found[int(len(found) * 0.99)], 3),
    }


def measure(data: Path, seed: int) -> dict[str, object]:
    """The figures for the library in `data`."""
    chance = random.Random(seed)
    with SqliteStore.open(data) as store:
        held = store.count()
        if held <= PAGE:
            raise SystemExit(f"{data} holds {held} papers: import some first.")

        def near() -> None:
            first = chance.randrange(1, held - PAGE)
            store.load(range(first, first + PAGE))

        def scattered() -> None:
            store.load([chance.randrange(1, held) for _ in range(PAGE)])

        figures: dict[str, object] = {
            "papers": held,
            "near": milliseconds(near),
            "scattered": milliseconds(scattered),
        }
        if days := store.days():
            busiest = max(days, key=lambda counted: counted.papers)
            papers = Papers(store)
            figures["busiest_day"] = {"day": str(busiest.day), "papers": busiest.papers}
            figures["day_list"] = milliseconds(lambda: papers.day_list(busiest.day, EXPRESSION))
            figures["calendar"] = milliseconds(
                lambda: papers.calendar(busiest.day.year, busiest.day.month, EXPRESSION)
            )
            figures["first_list_of_a_month"] = milliseconds(
                lambda: Papers(store).day_list(busiest.day), rounds=10
            )
    return figures | {"limits_ms": LIMITS}


def table(figures: dict[str, object]) -> str:
    """The figures for a person."""
    lines = [f"{figures['papers']:,} papers; milliseconds{'p50':>12}{'p99':>9}"]
    for name in ("near", "scattered", "day_list", "calendar", "first_list_of_a_month"):
        if isinstance(found := figures.get(name), dict):
            lines.append(f"{name.replace('_', ' '):28}{found['p50']:>10}{found['p99']:>9}")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    figures = measure(arguments.data, arguments.seed)
    print(json.dumps(figures, indent=2) if arguments.json else table(figures))


if __name__ == "__main__":
    main()
