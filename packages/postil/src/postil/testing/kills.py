"""A harvest that is killed again and again, and what is left at the end.

Each child is a process of its own, forked so that it starts in a millisecond, and ended by SIGKILL
at a random moment.
What it asked for is written to a file before it is answered, so that a page asked for twice is seen.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import orjson

from postil.sources.exchange import Reply
from postil.testing.server import FakeTransport
from postil.testing.simulation import Outcome, Simulation
from postil.testing.world import World

FIRST, LAST = date(2026, 2, 2), date(2026, 2, 13)
LISTS = ("cs", "cs.LG")
_START = datetime(2026, 2, 14, 12, tzinfo=UTC)
_SINCE = date(2026, 1, 26)
_PAGE = 25
_LONGEST_LIFE = 0.25  # seconds


@dataclass(frozen=True, slots=True)
class Survived:
    """What killing did: how many kills, requests with and without them, and the store beside the truth."""

    kills: int
    requests: int
    requests_unharmed: int
    outcome: Outcome

    @property
    def repeated(self) -> int:
        """Requests more than an unharmed harvest makes."""
        return self.requests - self.requests_unharmed


class _Logged(FakeTransport):
    """Writes the moment and the address of each request before it is answered."""

    path: Path

    def fetch(self, url: str, headers: Mapping[str, str]) -> Reply:
        line = orjson.dumps([self._fake.clock.now().timestamp(), url]) + b"\n"
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.write(file, line)
        os.close(file)
        return super().fetch(url, headers)


def harvest_with_kills(folder: Path, kills: int, seed: int) -> Survived:
    """Harvest a world into `folder`, killed `kills` times on the way, and once more to the end.

    Only one thread may run in this process, as it forks.
    """
    dice = random.Random(seed)
    world = World.invented(seed, FIRST, LAST, 40)
    unharmed = _harvested(folder / "unharmed", world)
    done = harvests = 0
    while done < kills:
        if _killed(folder / f"killed-{harvests}", world, dice):
            done += 1
        else:
            harvests += 1
    requests = expected = 0
    outcome = Outcome()
    for killed in sorted(folder.glob("killed-*")):
        found = _harvested(killed, world)
        outcome.lost += found.lost
        outcome.invented += found.invented
        outcome.altered += found.altered
        outcome.problems += found.problems
        requests += len(_lines(killed))
        expected += len(_lines(folder / "unharmed"))
    outcome.problems += unharmed.problems
    return Survived(done, requests, expected, outcome)


def _killed(folder: Path, world: World, dice: random.Random) -> bool:
    """Start a harvest and kill it; false if it had ended by itself before."""
    child = os.fork()
    if child == 0:
        try:
            _harvested(folder, world)
        finally:
            os._exit(0)
    time.sleep(dice.uniform(0.0, _LONGEST_LIFE))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _harvested(folder: Path, world: World) -> Outcome:
    """Harvest into `folder` until nothing is left to ask for, from the moment of the last request there."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = _lines(folder)
    start = datetime.fromtimestamp(lines[-1][0] + 1, UTC) if lines else _START
    simulation = Simulation(folder, world, start, LISTS, since=_SINCE, page_size=_PAGE)
    transport = _Logged(simulation.fake)
    transport.path = folder / "requests"
    simulation.transport = transport
    simulation.run_once()
    return simulation.outcome()


def _lines(folder: Path) -> list[tuple[float, str]]:
    path = folder / "requests"
    return [tuple(orjson.loads(x)) for x in path.read_bytes().splitlines()] if path.exists() else []


def main() -> None:
    """`python -m postil.testing.kills FOLDER KILLS SEED`: print what is left, as JSON."""
    survived = harvest_with_kills(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    outcome = survived.outcome
    found = {
        "kills": survived.kills,
        "lost": len(outcome.lost),
        "invented": len(outcome.invented),
        "altered": len(outcome.altered),
        "problems": outcome.problems,
        "requests_repeated": survived.repeated,
    }
    sys.stdout.write(orjson.dumps(found).decode() + "\n")


if __name__ == "__main__":
    main()
