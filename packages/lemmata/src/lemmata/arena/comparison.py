"""Architectures side by side, with and without self-pretraining, over seeds: means and intervals.

Both ways of training have the same number of steps. Refused: the best seed, and intervals of normal
theory where a handful of seeds asks for Student's t.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from lemmata.arena.model import SequenceModel
from lemmata.arena.pretraining import selfpretrain
from lemmata.arena.tasks import Task
from lemmata.arena.training import Plan, Progress, accuracy, train
from lemmata.errors import ArgumentError

Makers = Mapping[str, Callable[[], Any]]
Tell = Callable[[str, int, str, Progress], None]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over seeds and the 95 % interval of Student's t around it; of one seed, no interval."""

    mean: float
    low: float
    high: float
    seeds: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Interval":
        """Of one value a seed."""
        from scipy.stats import t  # type: ignore[import-untyped, unused-ignore]

        n = len(values)
        if n == 0:
            raise ArgumentError("values must be one at least")
        mean = math.fsum(values) / n
        if n == 1:
            return cls(mean, -math.inf, math.inf, 1)
        spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1))
        half = float(t.ppf(0.975, n - 1)) * spread / math.sqrt(n)
        return cls(mean, mean - half, mean + half, n)

    def __str__(self) -> str:
        if self.seeds == 1:
            return f"{self.mean:.3f} (one seed)"
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Accuracies by architecture, one a seed, without (`scratch`) and with self-pretraining."""

    task: str
    chance: float
    scratch: dict[str, tuple[float, ...]]
    pretrained: dict[str, tuple[float, ...]]

    def gap(self, accuracies: dict[str, tuple[float, ...]]) -> Interval:
        """Between the best and the worst architecture by their means, seed by seed."""
        return Interval.of(_gaps(accuracies))

    @property
    def narrowing(self) -> Interval:
        """By how much self-pretraining makes the gap smaller, seed by seed."""
        pairs = zip(_gaps(self.scratch), _gaps(self.pretrained), strict=True)
        return Interval.of([before - after for before, after in pairs])

    @property
    def gain(self) -> Interval:
        """What self-pretraining adds, the mean over architectures of each seed."""
        seeds = range(len(next(iter(self.scratch.values()))))
        return Interval.of(
            [
                math.fsum(self.pretrained[n][s] - self.scratch[n][s] for n in self.scratch)
                / len(self.scratch)
                for s in seeds
            ]
        )

    @property
    def verdict(self) -> str:
        """What the intervals allow to be said of the claim, whichever way it falls."""
        before, after, gain = self.gap(self.scratch), self.gap(self.pretrained), self.gain
        said = [
            f"gap {before} from scratch, {after} after",
            _settled(self.narrowing, "the gap narrows", "the gap widens", "how the gap changes"),
            f"self-pretraining adds {gain}",
            _settled(gain, "it helps", "it does harm", "whether it helps"),
        ]
        if gain.low > 0:  # what the seeds do not settle is no more and no less than anything
            more = "more" if gain.mean > before.mean else "no more"
            said.append(f"that is {more} than the choice of architecture makes, by their means")
        return "; ".join(said)


def _gaps(accuracies: dict[str, tuple[float, ...]]) -> list[float]:
    means = {name: math.fsum(found) for name, found in accuracies.items()}
    best, worst = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
    return [a - b for a, b in zip(accuracies[best], accuracies[worst], strict=True)]


def _settled(found: Interval, above: str, below: str, what: str) -> str:
    """`above` or `below` where the interval leaves 0 out."""
    if found.low > 0:
        return above
    return below if found.high < 0 else f"the seeds do not settle {what}"


def compare(  # noqa: PLR0913 - what to run, and how it is told of
    makers: Makers,
    task: Task,
    plan: Plan,
    *,
    seeds: Sequence[int] = (0, 1, 2),
    pretraining: float = 0.5,
    objective: str = "causal",
    ratio: float = 0.15,
    layers: int = 2,
    folder: Path | None = None,
    tell: Tell | None = None,
) -> Comparison:
    """Train every architecture of `makers` (name to a function that makes one mixer) on `task`.

    From scratch for `plan.steps`; and for a share `pretraining` of these on the inputs alone, the
    rest on the answers. With `folder` every run has its checkpoint there, and a comparison that was
    stopped goes on. `tell(architecture, seed, stage, progress)`.
    """
    if not makers or not seeds:
        raise ArgumentError("makers and seeds must be one at least")
    first = round(plan.steps * pretraining)
    if not 0 < first < plan.steps:
        raise ArgumentError(f"pretraining must leave steps on both sides, got {pretraining}")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, dict[str, list[float]]] = {"scratch": {}, "pretrained": {}}
    for name, make in makers.items():
        for seed in seeds:
            for stage, runs in found.items():
                run = _Run(name, seed, stage, folder, tell)
                model = _made(make, task, layers, objective == "masked", seed)
                steps = plan.steps
                if stage == "pretrained":
                    steps -= first
                    begin = replace(plan, steps=first, seed=seed)
                    selfpretrain(
                        model,
                        task,
                        begin,
                        objective=objective,
                        ratio=ratio,
                        checkpoint=run.checkpoint("pretraining"),
                        tell=run.told("pretraining"),
                    )
                final = replace(plan, steps=steps, seed=seed)
                train(
                    model, task.train, final, checkpoint=run.checkpoint(stage), tell=run.told(stage)
                )
                runs.setdefault(name, []).append(accuracy(model, task.test))
    kept = {stage: {n: tuple(v) for n, v in runs.items()} for stage, runs in found.items()}
    return Comparison(task.name, task.chance(), kept["scratch"], kept["pretrained"])


@dataclass(frozen=True, slots=True)
class _Run:
    """The names of one run's file and of what it tells."""

    name: str
    seed: int
    stage: str
    folder: Path | None
    tell: Tell | None

    def checkpoint(self, stage: str) -> Path | None:
        if self.folder is None:
            return None
        return self.folder / f"{self.name}-{self.seed}-{stage}.pt"

    def told(self, stage: str) -> Callable[[Progress], None] | None:
        tell = self.tell
        if tell is None:
            return None
        return lambda progress: tell(self.name, self.seed, stage, progress)


def _made(make: Callable[[], Any], task: Task, layers: int, both: bool, seed: int) -> SequenceModel:
    """A model whose weights follow from the seed, without a trace in the caller's random state."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return SequenceModel(
            task.vocabulary, task.classes, make, layers, both=both, per_token=task.per_token
        )
