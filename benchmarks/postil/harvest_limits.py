"""What the harvest promises beside the truth: politeness, catching up, freshness, a full copy.

    python benchmarks/postil/harvest_limits.py [--requests 10000] [--papers 300000 --page 250] [--json]

In virtual time against the stand-in arXiv, but for one run of two processes in real time. A full
copy of three million papers
in pages of 2,500 has as many requests as one of 300,000 in pages of 250, which is what is run
unless told otherwise.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import textwrap
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from postil.harvest.door import Door
from postil.harvest.turn import Turn
from postil.testing.census import Census
from postil.testing.clock import VirtualClock
from postil.testing.http_server import serving
from postil.testing.server import FakeArxiv, FakeTransport
from postil.testing.simulation import Simulation
from postil.testing.world import World

LISTS = ("cs", "cs.LG", "stat.ML")
START = datetime(2026, 1, 5, 12, tzinfo=UTC)
PATH = "/list/cs/new"


def politeness(requests: int, folder: Path) -> dict[str, object]:
    """Two processes take turns at one arXiv, each of them started anew every few requests."""
    clock = VirtualClock(START)
    world = World.invented(0, date(2026, 1, 5), date(2026, 1, 6), 3)
    fake = FakeArxiv(world, clock)
    dice = random.Random(0)

    def started(name: str) -> Door:
        latency = dice.uniform(0.01, 8.0)
        turn = Turn(folder / "turn", clock)
        return Door(FakeTransport(fake, latency, name), turn, clock, "Postil/benchmark", dice)

    doors = {name: started(name) for name in ("first", "second")}
    for _ in range(requests):
        name = dice.choice(list(doors))
        if dice.random() < 0.1:
            doors[name] = started(name)
        doors[name].get("http://arxiv.test" + PATH)
        clock.sleep(dice.choice([0.0, 0.0, 0.5, 5.0]))
    log = fake.log
    return {
        "requests": len(log),
        "closest": round(log.spacing(), 3),
        "overlaps": len(log.overlaps()),
    }


ASKING = """
    import random, sys
    from pathlib import Path
    from postil.clock import SystemClock
    from postil.harvest.door import Door
    from postil.harvest.http import HttpTransport
    from postil.harvest.turn import Turn
    clock = SystemClock()
    door = Door(HttpTransport(), Turn(Path(sys.argv[1]), clock), clock, "Postil/benchmark", random.Random())
    for _ in range(int(sys.argv[3])):
        door.get(sys.argv[2])
"""


def politeness_in_real_time(each: int, folder: Path) -> dict[str, object]:
    """Two real processes at one real server."""
    from postil.clock import SystemClock

    world = World.invented(0, date(2026, 1, 5), date(2026, 1, 6), 3)
    fake = FakeArxiv(world, SystemClock())
    with serving(fake) as base:
        command = [sys.executable, "-c", textwrap.dedent(ASKING)]
        arguments = [str(folder / "real-turn"), base + PATH, str(each)]
        processes = [subprocess.Popen([*command, *arguments]) for _ in range(2)]
        statuses = [process.wait() for process in processes]
    log = fake.log
    if any(statuses):
        raise SystemExit("A process that asked for pages failed.")
    return {
        "requests": len(log),
        "closest": round(log.spacing(), 3),
        "overlaps": len(log.overlaps()),
    }


def thirty_days_off(folder: Path) -> dict[str, object]:
    """A reader comes back after thirty days."""
    first = START.date()
    world = World.invented(1, first, first + timedelta(days=40), 100)
    simulation = Simulation(folder, world, START, LISTS)
    simulation.run(START + timedelta(days=2))
    before = len(simulation.fake.log)
    simulation.sleep(START + timedelta(days=32))
    back = simulation.clock.now()
    simulation.run_once()
    outcome = simulation.outcome()
    return {
        "papers": outcome.papers,
        "exact": outcome.exact,
        "whole": all(not t.missing for t in outcome.tallies),
        "requests": outcome.requests - before,
        "minutes": round((simulation.clock.now() - back).total_seconds() / 60, 1),
    }


def freshness(folder: Path) -> dict[str, object]:
    """From public on a followed list (or, on none of them, in the archive's records) to held."""
    first = START.date()
    world = World.invented(2, first, first + timedelta(days=25), 200)
    simulation = Simulation(folder, world, START, LISTS)
    simulation.run(world.announced_at(world.days[-1]) + timedelta(days=1))
    lateness = simulation.lateness()
    outcome = simulation.outcome()
    return {
        "papers": len(lateness),
        "median_seconds": lateness[len(lateness) // 2].total_seconds(),
        "p99_seconds": lateness[int(len(lateness) * 0.99)].total_seconds(),
        "worst_seconds": lateness[-1].total_seconds(),
        "closest": outcome.closest,
        "exact": outcome.exact,
    }


def full_copy(papers: int, page: int, folder: Path) -> dict[str, object]:
    """Every record since arXiv's earliest day."""
    census = Census(papers, START - timedelta(days=1))
    simulation = Simulation(
        folder, census, START, (), since=date(2005, 9, 16), page_size=page, latency=0.0
    )
    simulation.run_to_end_of_records()
    outcome = simulation.held()
    hours = (simulation.clock.now() - START).total_seconds() / 3600
    return {
        "papers": outcome,
        "page": page,
        "requests": len(simulation.fake.log),
        "hours_at_the_legal_rate": round(hours, 2),
    }


def table(figures: dict[str, dict[str, object]]) -> str:
    """The figures for a person."""
    width = max(map(len, figures))
    return "\n".join(
        f"{name:{width}}  " + ", ".join(f"{key} {value}" for key, value in found.items())
        for name, found in figures.items()
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--papers", type=int, default=300_000)
    parser.add_argument("--page", type=int, default=250)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        figures = {
            "politeness": politeness(arguments.requests, folder),
            "politeness, real time": politeness_in_real_time(6, folder),
            "thirty days off": thirty_days_off(folder / "off"),
            "freshness": freshness(folder / "fresh"),
            "full copy": full_copy(arguments.papers, arguments.page, folder / "copy"),
        }
    print(json.dumps(figures, indent=2) if arguments.json else table(figures))


if __name__ == "__main__":
    main()
