"""Self-pretraining: a model first learns what its task's own training inputs look like.

Amos, Berant and Gupta 2023 (arXiv:2310.02980): no other data, a fresh answering layer afterwards.
Refused: half-masked or kept tokens among the masked ones, which the paper does without.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lemmata.arena.model import SequenceModel
from lemmata.arena.tasks import IGNORED, Examples, Task
from lemmata.arena.training import Objective, Plan, Progress, train
from lemmata.arguments import check_choice
from lemmata.errors import ArgumentError


def selfpretrain(
    model: SequenceModel,
    task: Task,
    plan: Plan,
    *,
    objective: str = "causal",
    ratio: float = 0.15,
    checkpoint: Path | None = None,
    tell: Callable[[Progress], None] | None = None,
) -> list[Progress]:
    """Train `model` on the tokens of `task.train` alone, then begin its answering layer anew.

    "causal" asks for the next token, of a model that reads one way; "masked" for tokens of which
    each is hidden with probability `ratio`, of one that reads both ways. Labels are not looked at.
    """
    found = train(
        model,
        task.train,
        plan,
        objective=pretraining(model, objective, ratio),
        checkpoint=checkpoint,
        tell=tell,
    )
    with torch.random.fork_rng():
        torch.manual_seed(plan.seed)
        model.fresh_answer()
    return found


def pretraining(model: SequenceModel, objective: str, ratio: float) -> Objective:
    """The objective by its name. ArgumentError where the model reads the wrong way for it."""
    check_choice("objective", objective, ("causal", "masked"))
    if not 0 < ratio < 1:
        raise ArgumentError(f"ratio must be in (0, 1), got {ratio}")
    if (objective == "masked") != model.both:
        ways = "both ways" if objective == "masked" else "one way"
        raise ArgumentError(f"objective {objective!r} is for a model that reads {ways}")
    if objective == "causal":
        return Objective(lambda rows, _: following(rows), _predicted)
    hidden = model.vocabulary
    return Objective(lambda rows, generator: masked(rows, ratio, hidden, generator), _predicted)


def following(rows: Examples) -> Examples:
    """Every token asks for the next; the last of a row for nothing."""
    targets = torch.full_like(rows.tokens, IGNORED)
    targets[:, :-1] = rows.tokens[:, 1:]
    place = torch.arange(rows.tokens.shape[1], device=rows.tokens.device)
    return Examples(
        rows.tokens,
        rows.lengths,
        torch.where(place < rows.lengths[:, None] - 1, targets, IGNORED),
    )


def masked(rows: Examples, ratio: float, hidden: int, generator: torch.Generator) -> Examples:
    """Some tokens, each with probability `ratio`, become `hidden` and ask for what they were."""
    draw = torch.rand(rows.tokens.shape, generator=generator)
    place = torch.arange(rows.tokens.shape[1])
    chosen = (draw < ratio) & (place < rows.lengths[:, None])
    return Examples(
        torch.where(chosen, hidden, rows.tokens),
        rows.lengths,
        torch.where(chosen, rows.tokens, IGNORED),
    )


def _predicted(model: Any, rows: Examples) -> Tensor:
    found: Tensor = model.predicted(rows.tokens, rows.lengths)
    return found
