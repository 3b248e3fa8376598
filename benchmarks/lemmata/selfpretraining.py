"""Does self-pretraining narrow the gap between architectures, and add more than their choice does?

    python benchmarks/lemmata/selfpretraining.py [--size miniature|full] [--folder FOLDER] [--json]
    torchrun --nproc-per-node 2 benchmarks/lemmata/selfpretraining.py --size full

Every architecture is trained on each task from scratch, and with half of the same number of steps on
the task's inputs alone (hidden tokens are to be found). Accuracies are means over seeds with 95 %
intervals of Student's t; `gap` is between the best and the worst architecture, seed by seed, `gain` what
self-pretraining adds on average. `s a step` is the time of a training step. "miniature" takes a
minute and settles nothing: one task, few steps, two seeds; "full" is laid out for less than an hour on two
cores. With --folder a run that was stopped goes on (and is not timed).
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch
import torch.distributed as dist
from beside import Row, report

from lemmata.arena import Interval, Plan, Progress, Task, compare, digits, listops, pathfinder
from lemmata.attention import Attention, MixedChunkAttention, Rotary
from lemmata.ssm import S4D

torch.set_num_threads(1)


@dataclass(frozen=True)
class Size:
    """What is run: tasks with their share of hidden tokens and steps, and how large the models are."""

    tasks: tuple[tuple[Callable[[], Task], float, int], ...]
    names: tuple[str, ...]
    seeds: tuple[int, ...]
    width: int
    layers: int


SIZES = {
    "miniature": Size(
        ((digits, 0.5, 300),),
        ("attention", "S4D"),
        (0, 1),
        24,
        2,
    ),
    "full": Size(
        (
            (digits, 0.5, 1200),
            (lambda: listops("tiny", train=8000, test=2000), 0.1, 1200),
            (lambda: pathfinder(16, distractors=1, train=8000, test=1000), 0.5, 800),
        ),
        ("attention", "S4D", "FLASH"),
        (0, 1, 2),
        48,
        2,
    ),
}


def makers(size: Size) -> dict[str, Callable[[], Any]]:
    width = size.width
    found: dict[str, Callable[[], Any]] = {
        "attention": lambda: Attention(width, 2, rotary=Rotary(width // 2)),
        "S4D": lambda: S4D(width, 32),
        "FLASH": lambda: MixedChunkAttention(width, query_width=32, chunk=32, rotary=Rotary(32)),
    }
    return {name: found[name] for name in size.names}


def told(name: str, seed: int, stage: str, progress: Progress) -> None:
    if progress.step == progress.steps:
        sys.stderr.write(f"{name}, seed {seed}, {stage}: loss {progress.loss:.3f}\n")


def measured(size: Size, folder: Path | None) -> Iterator[Row]:
    for make, ratio, steps in size.tasks:
        task = make()
        plan = Plan(steps=steps, batch=32, rate=6e-3, warmup=min(50, steps // 8), every=steps // 2)
        begin = time.perf_counter()
        found = compare(
            makers(size),
            task,
            plan,
            seeds=size.seeds,
            objective="masked",
            ratio=ratio,
            layers=size.layers,
            folder=None if folder is None else folder / task.name.replace(" ", "-"),
            tell=told,
        )
        runs = 2 * len(size.names) * len(size.seeds)
        pace = (time.perf_counter() - begin) / (runs * steps)
        shared = {"chance": found.chance, "steps": steps, "s a step": None if folder else pace}
        for name in found.scratch:
            values = (Interval.of(found.scratch[name]), Interval.of(found.pretrained[name]))
            yield {"task": task.name, "what": name, **_cells(*values), **shared}
        gaps = (found.gap(found.scratch), found.gap(found.pretrained))
        yield {"task": task.name, "what": "gap", **_cells(*gaps), **shared}
        gain = {"from scratch": None, "self-pretrained": str(found.gain)}
        yield {"task": task.name, "what": "gain", **gain, **shared}
        sys.stderr.write(f"{task.name}: {found.verdict}\n")


def _cells(before: object, after: object) -> dict[str, object]:
    return {"from scratch": str(before), "self-pretrained": str(after)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=sorted(SIZES), default="miniature")
    parser.add_argument("--folder", type=Path)
    options, rest = parser.parse_known_args()
    sys.argv[1:] = rest
    if "RANK" in os.environ:
        dist.init_process_group("gloo")
    rows = measured(SIZES[options.size], options.folder)
    if dist.is_initialized() and dist.get_rank():
        for _ in rows:
            pass
    else:
        report("selfpretraining", rows, ("torch", "scikit-learn"))
    if dist.is_initialized():
        dist.destroy_process_group()
        # A thread of gloo that still lets go of a tensor aborts an interpreter that is closing down.
        sys.stdout.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
