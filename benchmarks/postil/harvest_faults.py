"""Is all of the truth held, whatever arXiv does? Each fault alone, combinations of them, kills.

    python benchmarks/postil/harvest_faults.py [--combinations 200] [--kills 200] [--seed 0] [--json]

Everything runs in virtual time against the stand-in arXiv. A run is exact when every public paper is held as
arXiv has it, with its announcements, and nothing else is held; the ledger must call every list
whole in the end and
name what came late. The closest two requests of any run are reported in seconds of virtual time.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from postil.testing.faults import FAULTS
from postil.testing.simulation import Simulation
from postil.testing.world import World

FIRST, LAST = date(2026, 1, 29), date(2026, 2, 6)  # a weekend and the end of a month in between
LISTS = ("cs", "cs.LG", "stat.ML")
START = datetime(2026, 1, 29, 12, tzinfo=UTC)
TO_LEARN = timedelta(days=3, hours=8)
PAPERS_A_DAY = 15
PAGE = 40


@dataclass(frozen=True)
class Run:
    """One harvest of a misbehaving arXiv."""

    faults: tuple[str, ...]
    seed: int
    papers: int
    lost: int
    invented: int
    altered: int
    problems: tuple[str, ...]
    not_whole: int
    requests: int
    closest: float
    overlaps: int

    @property
    def exact(self) -> bool:
        """Whether the truth, and nothing else, is held, and the ledger knows it."""
        return not (
            self.lost or self.invented or self.altered or self.problems or self.not_whole
        ) and (self.closest >= 3.0 and not self.overlaps)


def run(case: tuple[tuple[str, ...], int]) -> Run:
    """Harvest a world through the named faults."""
    names, seed = case
    world = World.invented(seed, FIRST, LAST, PAPERS_A_DAY)
    faults = [FAULTS[name] for name in names]
    with tempfile.TemporaryDirectory() as folder:
        simulation = Simulation(
            Path(folder), world, START, LISTS, faults=faults, seed=seed, page_size=PAGE
        )
        simulation.run(simulation.world.announced_at(simulation.world.days[-1]) + TO_LEARN)
        outcome = simulation.outcome()
    return Run(
        names,
        seed,
        outcome.papers,
        len(outcome.lost),
        len(outcome.invented),
        len(outcome.altered),
        tuple(outcome.problems),
        sum(bool(t.missing or (t.announced or 0) > t.listed) for t in outcome.tallies),
        outcome.requests,
        outcome.closest,
        outcome.overlaps,
    )


def combinations(number: int, seed: int) -> Iterable[tuple[tuple[str, ...], int]]:
    """Random combinations of two to eight faults."""
    dice = random.Random(seed)
    names = sorted(FAULTS)
    for index in range(number):
        yield tuple(sorted(dice.sample(names, dice.randint(2, 8)))), seed + index


def killed(kills: int, seed: int) -> dict[str, object]:
    """A harvest that is killed again and again."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "postil.testing.kills", folder, str(kills), str(seed)]
        found: dict[str, object] = json.loads(subprocess.check_output(command))
    return found


def summary(runs: Sequence[Run]) -> dict[str, object]:
    """What the runs have in common."""
    return {
        "runs": len(runs),
        "exact": sum(r.exact for r in runs),
        "papers": sum(r.papers for r in runs),
        "lost": sum(r.lost for r in runs),
        "invented": sum(r.invented for r in runs),
        "altered": sum(r.altered for r in runs),
        "requests": sum(r.requests for r in runs),
        "closest_seconds": min((r.closest for r in runs), default=None),
        "overlaps": sum(r.overlaps for r in runs),
        "not_exact": [asdict(r) for r in runs if not r.exact],
    }


def table(figures: dict[str, dict[str, object]]) -> str:
    """The figures for a person."""
    lines = [
        f"{'':22}{'runs':>6}{'exact':>7}{'papers':>9}{'lost':>6}{'invented':>10}{'altered':>9}"
    ]
    for name in ("single faults", "combinations"):
        f = figures[name]
        lines.append(
            f"{name:22}{f['runs']:>6}{f['exact']:>7}{f['papers']:>9,}{f['lost']:>6}"
            f"{f['invented']:>10}{f['altered']:>9}"
        )
        lines += [f"    not exact: {bad}" for bad in f["not_exact"]]  # type: ignore[attr-defined]
        closest, requests = f["closest_seconds"], f["requests"]
        lines.append(f"    {requests:,} requests, never closer than {closest} s")
    return "\n".join([*lines, f"kills: {figures['kills']}"])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--combinations", type=int, default=200)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    singles = [((name,), arguments.seed) for name in sorted(FAULTS)]
    combined = list(combinations(arguments.combinations, arguments.seed))
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        found = list(pool.map(run, [*singles, *combined]))
    figures = {
        "single faults": summary(found[: len(singles)]),
        "combinations": summary(found[len(singles) :]),
        "kills": killed(arguments.kills, arguments.seed),
    }
    print(json.dumps(figures, indent=2) if arguments.json else table(figures))


if __name__ == "__main__":
    main()
