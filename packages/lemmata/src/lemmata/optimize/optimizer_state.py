"""What PyTorch's adaptive optimisers keep, read in one form: the root second moment and the step.

An update is lr * (momentum of gradients) / preconditioner, entry by entry; each optimiser has its
own names for the parts, its own bias corrections and places of epsilon. Refused: optimisers that are
not known here, whose state could only be guessed at.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import torch

from lemmata.errors import ArgumentError
from lemmata.optimize.stability import stability_threshold

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Preconditioned:
    """All parameters in one vector, in the optimiser's order."""

    parameters: tuple[torch.Tensor, ...]
    root: torch.Tensor  # sqrt of the bias-corrected second moment; 1 for SGD
    preconditioner: torch.Tensor  # what the momentum is divided by
    learning_rate: torch.Tensor  # one an entry, as groups may differ
    momentum: torch.Tensor  # the bias-corrected first moment; empty where there is none
    first_decay: float  # beta1 of the first group
    limit: float  # the least, over groups, of stability threshold times learning rate


def read(optimizer: torch.optim.Optimizer) -> Preconditioned:
    """The state of Adam, AdamW, AdaBelief, RMSprop or SGD; ArgumentError if it has none yet."""
    form = _FORMS.get(type(optimizer).__name__)
    if form is None:
        raise ArgumentError(
            f"optimizer must be one of {', '.join(_FORMS)}, got {type(optimizer).__name__}"
        )
    kept = [(g, p) for g in optimizer.param_groups for p in g["params"] if p.requires_grad]
    if not kept:
        raise ArgumentError("optimizer must hold parameters that require a gradient, got none")
    parts = []
    for group, p in kept:
        state = optimizer.state.get(p, {})
        if form is not _sgd and not state:
            raise ArgumentError("optimizer must have taken a step: it has no second moment yet")
        parts.append(form(group, state, p))
    rates = [torch.full_like(p, float(g["lr"])).reshape(-1) for g, p in kept]
    moments = [m.reshape(-1) for _, _, m in parts if m is not None]
    first = kept[0][0]
    return Preconditioned(
        parameters=tuple(p for _, p in kept),
        root=torch.cat([root.reshape(-1) for root, _, _ in parts]).detach(),
        preconditioner=torch.cat([under.reshape(-1) for _, under, _ in parts]).detach(),
        learning_rate=torch.cat(rates),
        momentum=torch.cat(moments) if len(moments) == len(parts) else rates[0][:0],
        first_decay=float(first["betas"][0] if "betas" in first else first.get("momentum", 0.0)),
        limit=min(_limit(group) for group, _ in kept),
    )


_Parts = tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]


def _adam(group: Entry, state: Entry, p: torch.Tensor) -> _Parts:
    name = "max_exp_avg_sq" if group["amsgrad"] else "exp_avg_sq"
    return _moments(group, state, state[name])


def _adabelief(group: Entry, state: Entry, p: torch.Tensor) -> _Parts:
    return _moments(group, state, state["exp_avg_var"])


def _moments(group: Entry, state: Entry, second: torch.Tensor) -> _Parts:
    (b1, b2), t = group["betas"], float(state["step"])
    root = (second / (1 - b2**t)).sqrt()
    return root, root + group["eps"], state["exp_avg"] / (1 - b1**t)


def _rmsprop(group: Entry, state: Entry, p: torch.Tensor) -> _Parts:
    second = state["square_avg"]
    if group["centered"]:
        second = second - state["grad_avg"] ** 2
    root = second.sqrt()
    return root, root + group["eps"], None


def _sgd(group: Entry, state: Entry, p: torch.Tensor) -> _Parts:
    return torch.ones_like(p), torch.ones_like(p), None


_FORMS: Mapping[str, Callable[[Entry, Entry, torch.Tensor], _Parts]] = MappingProxyType(
    {
        "Adam": _adam,
        "AdamW": _adam,
        "AdaBelief": _adabelief,
        "RMSprop": _rmsprop,
        "SGD": _sgd,
    }
)


def _limit(group: Entry) -> float:
    """The largest lr * curvature / preconditioner at which the group's method is stable."""
    if "betas" in group:
        return stability_threshold(1.0, group["betas"][0])
    summed = stability_threshold(
        1.0, group["momentum"], averaged=False, nesterov=group.get("nesterov", False)
    )
    return summed / (1 - group.get("dampening", 0.0)) if group["momentum"] else summed
