"""Training that can be stopped anywhere and goes on as if it had not been: seeds, checkpoints, resume.

The batch of a step, its masks and its rate follow from seed and step alone, so that a checkpoint is
weights, moments and a number. Refused: a data loader with a state of its own.
"""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from lemmata.arena.sharing import is_first, own, sum_gradients, summed
from lemmata.arena.tasks import IGNORED, Examples, at_least
from lemmata.errors import ArgumentError

WEIGHTS, MOMENTS, STEP, PLAN = "model", "optimizer", "step", "plan"


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train: `steps` of `batch` rows, AdamW at `rate` after `warmup` steps, falling to 0.

    Every `every` steps the mean loss is told, and the checkpoint written where there is one.
    """

    steps: int = 1_000
    batch: int = 32
    rate: float = 3e-3
    decay: float = 0.01
    warmup: int = 50
    clip: float = 1.0
    every: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        at_least(1, steps=self.steps, batch=self.batch, every=self.every)
        at_least(0, warmup=self.warmup)
        for name in ("rate", "clip"):
            if not 0 < getattr(self, name) < math.inf:
                raise ArgumentError(f"{name} must be positive, got {getattr(self, name)}")

    def rate_at(self, step: int) -> float:
        """Linear up to `warmup`, then half a cosine down to 0 after the last step."""
        if step < self.warmup:
            return self.rate * (step + 1) / self.warmup
        along = (step - self.warmup) / max(1, self.steps - self.warmup)
        return self.rate * (1 + math.cos(math.pi * along)) / 2


@dataclass(frozen=True, slots=True)
class Objective:
    """What is trained: `prepared` makes the questions of a batch from its rows (masks are drawn

    there), `logits` are the model's answers to them.
    """

    prepared: Callable[[Examples, torch.Generator], Examples]
    logits: Callable[[Any, Examples], Tensor]


ANSWERS = Objective(lambda rows, _: rows, lambda model, rows: model(rows.tokens, rows.lengths))


@dataclass(frozen=True, slots=True)
class Progress:
    """Where training is: `step` of `steps`, and the mean loss since it was last told."""

    step: int
    steps: int
    loss: float


def train(
    model: nn.Module,
    examples: Examples,
    plan: Plan,
    *,
    objective: Objective = ANSWERS,
    checkpoint: Path | None = None,
    tell: Callable[[Progress], None] | None = None,
) -> list[Progress]:
    """Train `model` in place; what was told on the way, from the step where this call began.

    The loss is the cross entropy of the `objective`. With `checkpoint` it goes on from that file if
    it is there (ArgumentError if it was written under another plan). Under torchrun every process
    calls this with the same arguments: the result is that of one process, to rounding.
    """
    optimizer = torch.optim.AdamW(model.parameters(), plan.rate, weight_decay=plan.decay)
    first = _resumed(model, optimizer, plan, checkpoint)
    model.train()
    history: list[Progress] = []
    total = seen = 0.0
    for step in range(first, plan.steps):
        some = _step(model, examples, plan, objective, optimizer, step)
        total, seen = total + some[0], seen + some[1]
        if (step + 1) % plan.every == 0 or step + 1 == plan.steps:
            history.append(Progress(step + 1, plan.steps, total / seen))
            total = seen = 0.0
            if is_first():
                _written(model, optimizer, plan, checkpoint, step + 1)
                if tell is not None:
                    tell(history[-1])
    return history


def cross_entropy(logits: Tensor, rows: Examples) -> tuple[Tensor, int]:
    """Summed over the targets that are asked for, and their number."""
    targets = rows.targets.flatten()
    total = nn.functional.cross_entropy(
        logits.flatten(0, -2), targets, ignore_index=IGNORED, reduction="sum"
    )
    return total, int((targets != IGNORED).sum())


@torch.no_grad()
def accuracy(model: nn.Module, examples: Examples, batch: int = 256) -> float:
    """The share of right answers; over all processes where there are several."""
    model.eval()
    right = asked = 0
    for begin in range(0, len(examples), batch):
        which = own(torch.arange(begin, min(begin + batch, len(examples))))
        if not len(which):
            continue
        rows = examples.rows(which)
        wanted = rows.targets != IGNORED
        said = model(rows.tokens, rows.lengths).argmax(-1)
        right += int(((said == rows.targets) & wanted).sum())
        asked += int(wanted.sum())
    total = summed([right, asked])
    return total[0] / total[1]


def _step(
    model: nn.Module,
    examples: Examples,
    plan: Plan,
    objective: Objective,
    optimizer: torch.optim.Optimizer,
    step: int,
) -> list[float]:
    """One step; the sum of losses and their number over all processes."""
    for group in optimizer.param_groups:
        group["lr"] = plan.rate_at(step)
    generator = torch.Generator().manual_seed(_mixed(plan.seed, step))
    which = torch.randint(len(examples), (plan.batch,), generator=generator)
    rows = objective.prepared(examples.rows(which), generator)  # of all, so that all agree
    mine = own(torch.arange(plan.batch))
    optimizer.zero_grad(set_to_none=True)
    total, number = torch.zeros(()), 0
    if len(mine):
        some = rows.rows(mine)
        total, number = cross_entropy(objective.logits(model, some), some)
        total.backward()  # type: ignore[no-untyped-call]
    found = summed([float(total.detach()), number])
    sum_gradients(model.parameters(), max(1.0, found[1]))
    nn.utils.clip_grad_norm_(model.parameters(), plan.clip)
    optimizer.step()
    return found


def _mixed(seed: int, step: int) -> int:
    """A seed for each step, those of neighbouring seeds apart."""
    return (seed * 1_000_003 + step) % (1 << 62)


def _written(
    model: nn.Module, optimizer: torch.optim.Optimizer, plan: Plan, path: Path | None, step: int
) -> None:
    """Beside the old one first, so that a stop in between loses nothing."""
    if path is None:
        return
    held = {
        WEIGHTS: model.state_dict(),
        MOMENTS: optimizer.state_dict(),
        STEP: step,
        PLAN: asdict(plan),
    }
    beside = path.with_name(path.name + ".new")
    torch.save(held, beside)
    beside.replace(path)


def _resumed(
    model: nn.Module, optimizer: torch.optim.Optimizer, plan: Plan, path: Path | None
) -> int:
    """The step to begin with, after loading what the checkpoint holds."""
    if path is None or not path.exists():
        return 0
    held: dict[str, Any] = torch.load(path, weights_only=True)
    if held[PLAN] != asdict(plan):
        raise ArgumentError(f"checkpoint {path} was written under another plan: {held[PLAN]}")
    model.load_state_dict(held[WEIGHTS])
    optimizer.load_state_dict(held[MOMENTS])
    return int(held[STEP])
