"""How far each tensor of weights moves in a step, relative to its size: |update| / |weight|.

The rule of thumb is that of the notes of Stanford's CS231n ("Neural networks 3", ratio of
weights:updates): about 1e-3; much lower and the learning rate may be too low, higher and it is
likely too high. It is a heuristic, not a theorem, and says nothing on tensors that start at 0.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import torch

from lemmata.errors import ArgumentError

RULE_OF_THUMB = 1e-3
USUAL = (1e-4, 1e-2)  # a decade to either side


@dataclass(frozen=True, slots=True)
class Ratio:
    """The latest step of one tensor: Euclidean norms, and their ratio."""

    name: str
    update: float
    weight: float  # before the step

    @property
    def ratio(self) -> float:
        """|update| / |weight|; infinite where the weight was 0 and moved, 0 where neither."""
        if self.weight > 0:
            return self.update / self.weight
        return float("inf") if self.update > 0 else 0.0

    @property
    def usual(self) -> bool:
        """Whether the ratio is within a decade of the rule of thumb."""
        return USUAL[0] <= self.ratio <= USUAL[1]


class UpdateRatio:
    """Watches a torch.optim.Optimizer: `latest` holds a `Ratio` a tensor after every step.

    `named` names the tensors, as model.named_parameters() does; others are called by their place.
    It keeps a copy of the weights from before the step to after it. `close()` ends the watch, as
    leaving a with block does.
    """

    def __init__(
        self, optimizer: torch.optim.Optimizer, named: Iterable[tuple[str, torch.Tensor]] = ()
    ) -> None:
        if not isinstance(optimizer, torch.optim.Optimizer):
            raise ArgumentError(
                f"optimizer must be a torch.optim.Optimizer, got {type(optimizer).__name__}"
            )
        self.latest: tuple[Ratio, ...] = ()
        self._names = {id(tensor): name for name, tensor in named}
        self._before: dict[str, torch.Tensor] = {}
        self._hooks = (
            optimizer.register_step_pre_hook(self._keep),
            optimizer.register_step_post_hook(self._measure),
        )

    def close(self) -> None:
        """Stop watching; `latest` stays."""
        for hook in self._hooks:
            hook.remove()
        self._before = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __str__(self) -> str:
        """A line a tensor, those outside of the usual range marked."""
        width = max((len(r.name) for r in self.latest), default=0)
        lines = [f"update / weight, rule of thumb {RULE_OF_THUMB:g}"]
        for r in self.latest:
            mark = "" if r.usual else "  low" if r.ratio < USUAL[0] else "  high"
            lines.append(f"  {r.name:<{width}}  {r.ratio:.1e}{mark}")
        return "\n".join(lines)

    def _tensors(self, optimizer: torch.optim.Optimizer) -> dict[str, torch.Tensor]:
        return {
            self._names.get(id(p), f"group {i}, tensor {j}"): p
            for i, group in enumerate(optimizer.param_groups)
            for j, p in enumerate(group["params"])
        }

    def _keep(self, optimizer: torch.optim.Optimizer, *_: Any) -> None:
        self._before = {n: p.detach().clone() for n, p in self._tensors(optimizer).items()}

    def _measure(self, optimizer: torch.optim.Optimizer, *_: Any) -> None:
        self.latest = tuple(
            Ratio(name, _norm(p.detach() - self._before[name]), _norm(self._before[name]))
            for name, p in self._tensors(optimizer).items()
        )
        self._before = {}


def _norm(tensor: torch.Tensor) -> float:
    wide = torch.float64 if tensor.dtype == torch.float64 else torch.float32
    return float(torch.linalg.vector_norm(tensor, dtype=wide))
