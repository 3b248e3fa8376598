"""Heads for continuous tokens: what they learn of known distributions, and what they cost.

    python benchmarks/lemmata/heads.py [--json]

`mean`, `covariance`: the largest error over 24 conditions, of 1,000 tokens each, where the mean and
covariance of the tokens given the condition are known and of size 1; drawing exactly would leave what
the row `exact` shows. `modes` of a ring of eight, each reached by at least half of its share; `on a
mode`: of the tokens drawn, within 3.5 deviations of one; `energy`: the energy distance to fresh tokens
times 1,000. All heads are trained for the same number of steps on the same batches. `step`: forward
and backward of 256 tokens; `drawn`: 256 tokens at the default number of steps. x-transformers' wrapper
has squared error and a diagonal Gaussian: the first two rows compute what it computes.
"""

import math
import os
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch
from beside import Row, report, take_turns
from torch import Tensor, nn

from lemmata.heads import DiffusionHead, FlowHead, GaussianHead, MixtureHead

torch.set_num_threads(1)
STEPS, BATCH, MODES, RADIUS, SPREAD = 400, 256, 8, 3.0, 0.3
Draw = Callable[[int, torch.Generator], tuple[Tensor, Tensor]]
HEADS: dict[str, Callable[[int], Any]] = {
    "Gaussian, unit covariance (squared error)": lambda c: GaussianHead(
        c, 2, covariance="unit", hidden=64
    ),
    "Gaussian, diagonal": lambda c: GaussianHead(c, 2, covariance="diagonal", hidden=64),
    "Gaussian, full": lambda c: GaussianHead(c, 2, hidden=64),
    "mixture of 16": lambda c: MixtureHead(c, 2, 16, hidden=64),
    "diffusion": lambda c: DiffusionHead(c, 2, hidden=64, depth=2),
    "flow": lambda c: FlowHead(c, 2, hidden=64, depth=2),
}


def moments(z: Tensor) -> tuple[Tensor, Tensor]:
    """Mean, and factor of the covariance, given z (n, 2)."""
    mean = torch.stack((2 * z[:, 0], z[:, 1] - z[:, 0]), -1)
    size = 0.5 + 0.4 * torch.sigmoid(2 * z[:, 1])
    slant = 0.5 * torch.tanh(z[:, 0])
    rows = (torch.stack((size, torch.zeros_like(size)), -1), torch.stack((slant, size), -1))
    return mean, torch.stack(rows, -2)


def gaussian(n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    z = torch.randn(n, 2, generator=generator)
    mean, factor = moments(z)
    return mean + (factor @ torch.randn(n, 2, 1, generator=generator))[..., 0], z


def places() -> Tensor:
    angle = torch.arange(MODES) * (2 * math.pi / MODES)
    return RADIUS * torch.stack((angle.cos(), angle.sin()), -1)


def ring(n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    which = torch.randint(MODES, (n,), generator=generator)
    return places()[which] + SPREAD * torch.randn(n, 2, generator=generator), torch.zeros(n, 1)


def trained(head: Any, draw: Draw, steps: int = STEPS) -> Any:
    generator = torch.Generator().manual_seed(0)
    head.standard.fit(draw(4000, generator)[0])
    optimizer = torch.optim.AdamW(head.parameters(), 5e-3, weight_decay=0.0)
    plan = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        optimizer.zero_grad()
        head.loss(*draw(BATCH, generator), generator=generator).mean().backward()
        optimizer.step()
        plan.step()
    return head.eval()


def moment_errors(sample: Callable[[Tensor], Tensor]) -> dict[str, float]:
    """Errors over 24 conditions."""
    z = torch.randn(24, 2, generator=torch.Generator().manual_seed(1)).clamp(-1.5, 1.5)
    found = sample(z.repeat_interleave(1000, 0)).reshape(24, 1000, 2)
    mean, factor = moments(z)
    off = found - found.mean(1, keepdim=True)
    covariance = off.mT @ off / 999
    return {
        "mean": float((found.mean(1) - mean).abs().max()),
        "covariance": float((covariance - factor @ factor.mT).abs().max()),
    }


def ring_errors(points: Tensor) -> dict[str, object]:
    near = (torch.cdist(points, places()) < 3.5 * SPREAD).double().mean(0)
    fresh, _ = ring(4000, torch.Generator().manual_seed(7))
    between = torch.cdist(points, fresh).mean()
    within = (torch.cdist(points, points).mean() + torch.cdist(fresh, fresh).mean()) / 2
    return {
        "modes": int((near > 0.5 / MODES).sum()),
        "on a mode, %": 100 * float(near.sum()),
        "energy": 2000 * float(between - within),
    }


def exact(z: Tensor) -> Tensor:
    mean, factor = moments(z)
    noise = torch.randn(len(z), 2, 1, generator=torch.Generator().manual_seed(3))
    return mean + (factor @ noise)[..., 0]


def times() -> tuple[dict[str, float], dict[str, float]]:
    made: dict[str, nn.Module] = {name: make(2) for name, make in HEADS.items()}
    x, z = gaussian(BATCH, torch.Generator().manual_seed(0))

    def step(head: Any) -> Callable[[], object]:
        wanted = [p for p in head.parameters() if p.requires_grad]

        def run() -> None:
            loss = head.loss(x, z).mean()
            torch.autograd.grad(loss, wanted, allow_unused=True)

        return run

    return (
        take_turns({name: step(head) for name, head in made.items()}, runs=15),
        take_turns({name: lambda h=head: h.sample(z) for name, head in made.items()}, runs=7),  # type: ignore[misc]
    )


def measured() -> Iterator[Row]:
    step, drawn = times()
    generator = torch.Generator().manual_seed(5)
    for name, make in HEADS.items():
        torch.manual_seed(0)
        known = trained(make(2), gaussian)
        found = moment_errors(lambda z, head=known: head.sample(z, generator=generator))  # type: ignore[misc]
        torch.manual_seed(0)
        points = trained(make(1), ring).sample(torch.zeros(2000, 1), generator=generator)
        row = {"head": name, **found, **ring_errors(points)}
        yield {**row, "step, ms": step[name], "drawn, ms": drawn[name]}
    rest = ring_errors(ring(2000, torch.Generator().manual_seed(8))[0])
    yield {"head": "exact", **moment_errors(exact), **rest, "step, ms": None, "drawn, ms": None}


if __name__ == "__main__":
    report("heads", measured(), ("torch",))
