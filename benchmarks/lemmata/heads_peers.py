"""Heads beside what PyTorch, x-transformers and diffusers have for the same distributions.

    python benchmarks/lemmata/heads_peers.py [--json]

A head and its peer share one linear layer, so that they differ in density and draw alone. PyTorch's
distributions check their arguments, as they do unless told not to, and so do heads; formulas do not.
`step`: forward and backward of the mean loss; `draw`: a token a condition; `x faster`: the peer's time
over the head's, in the same run. `apart`: the largest difference of two losses of a token, in nats, in
double precision. Diffusion and flow stand beside diffusers' schedulers around the same network, see
`denoising_peers.py`, and are left out where diffusers is not installed.
"""

import math
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch
from beside import Row, report, take_turns
from denoising_peers import STEPS, kinds, losses_of_deviation
from torch import Tensor, nn
from torch.distributions import (
    Categorical,
    Independent,
    MixtureSameFamily,
    MultivariateNormal,
    Normal,
)
from x_transformers.continuous import GaussianNLL, sample_from_mean_variance

from lemmata.heads import GaussianHead, MixtureHead
from lemmata.heads.gaussian import NARROWEST, ONE

torch.set_num_threads(1)
CONDITION = 128
CONSTANT = math.log(2 * math.pi) / 2  # which squared error and x-transformers leave out
SIZES = ((256, 2), (1024, 16), (4096, 16))
Loss = Callable[[Any, Tensor, Tensor], Tensor]
Draw = Callable[[Any, Tensor], Tensor]


def positive(raw: Tensor) -> Tensor:
    return nn.functional.softplus(raw + ONE) + NARROWEST


def squared(head: Any, x: Tensor, z: Tensor) -> Tensor:
    error = nn.functional.mse_loss(head.parameters_of(z), x, reduction="none")
    return error.sum(-1) / 2 + head.width * CONSTANT


def around(head: Any, z: Tensor) -> Tensor:
    mean = head.parameters_of(z)
    return sample_from_mean_variance(mean, torch.ones_like(mean))


def mean_and_variance(head: Any, z: Tensor) -> tuple[Tensor, Tensor]:
    mean, raw = head.parameters_of(z).chunk(2, -1)
    return mean, positive(raw).square()


def diagonal(head: Any, x: Tensor, z: Tensor) -> Tensor:
    loss: Tensor = GaussianNLL()(mean_and_variance(head, z), x)
    return loss.sum(-1) + head.width * CONSTANT


def slanted(head: Any, z: Tensor) -> MultivariateNormal:
    given, d = head.parameters_of(z), head.width
    factor = torch.diag_embed(positive(given[..., d : 2 * d])).clone()
    i, j = torch.tril_indices(d, d, -1)
    factor[..., i, j] = given[..., 2 * d :]
    return MultivariateNormal(given[..., :d], scale_tril=factor)


def several(head: Any, z: Tensor) -> MixtureSameFamily:
    shape = (head.components, head.width)
    numbers = head.components * head.width
    weight, mean, raw = head.parameters_of(z).split([head.components, numbers, numbers], -1)
    ones = Normal(mean.unflatten(-1, shape) + head.start, positive(raw.unflatten(-1, shape)))
    return MixtureSameFamily(Categorical(logits=weight), Independent(ones, 1))


PEERS: dict[str, tuple[Callable[[int], Any], str, Loss, Draw]] = {
    "Gaussian, unit": (
        lambda d: GaussianHead(CONDITION, d, covariance="unit"),
        "torch mse_loss",
        squared,
        around,
    ),
    "Gaussian, diagonal": (
        lambda d: GaussianHead(CONDITION, d, covariance="diagonal"),
        "x-transformers GaussianNLL",
        diagonal,
        lambda head, z: sample_from_mean_variance(*mean_and_variance(head, z)),
    ),
    "Gaussian, full": (
        lambda d: GaussianHead(CONDITION, d),
        "torch MultivariateNormal",
        lambda head, x, z: -slanted(head, z).log_prob(x),
        lambda head, z: slanted(head, z).sample(),
    ),
    "mixture of 16": (
        lambda d: MixtureHead(CONDITION, d, 16),
        "torch MixtureSameFamily",
        lambda head, x, z: -several(head, z).log_prob(x),
        lambda head, z: several(head, z).sample(),
    ),
}


def step(loss: Callable[[], Tensor], head: nn.Module) -> Callable[[], object]:
    wanted = [p for p in head.parameters() if p.requires_grad]
    return lambda: torch.autograd.grad(loss().mean(), wanted, allow_unused=True)


def apart(head: Any, loss: Loss) -> float:
    """The largest difference of two losses, in double precision."""
    head = head.double()
    x, z = torch.randn(512, head.width).double(), torch.randn(512, CONDITION).double()
    with torch.no_grad():
        difference = float((head.loss(x, z) - loss(head, x, z)).abs().max())
    head.float()
    return difference


def beside(name: str, x: Tensor, z: Tensor) -> Row:
    make, peer, loss, draw = PEERS[name]
    head = make(x.shape[-1])
    far = apart(head, loss)
    mine, others = (step(f, head) for f in (lambda: head.loss(x, z), lambda: loss(head, x, z)))
    steps = take_turns({"head": mine, "peer": others}, runs=25)
    with torch.no_grad():
        draws = take_turns({"head": lambda: head.sample(z), "peer": lambda: draw(head, z)}, runs=25)
    return row(name, peer, x, steps, draws) | {"apart": far}


def denoising(kind: Any, x: Tensor, z: Tensor) -> Row:
    head = kind.head(CONDITION, x.shape[-1])

    def network(noisy: Tensor, level: Tensor) -> Tensor:
        found: Tensor = head.predictor(noisy, level, z)
        return found

    mine, others = (step(f, head) for f in (lambda: head.loss(x, z), lambda: kind.loss(network, x)))
    steps = take_turns({"head": mine, "peer": others}, runs=25)
    with torch.no_grad():
        draws = take_turns(
            {
                "head": lambda: head.sample(z, steps=STEPS),
                "peer": lambda: kind.draw(network, torch.randn_like(x)),
            },
            runs=9,
        )
    lost, peer_lost = losses_of_deviation(kind)
    return row(kind.ours, kind.peer, x, steps, draws) | {
        "loses, %": lost,
        "peer loses, %": peer_lost,
    }


def row(
    name: str, peer: str, x: Tensor, steps: Mapping[str, float], draws: Mapping[str, float]
) -> Row:
    """Times beside each other; what else is known of a kind of head is put in by who measured it."""
    return {
        "head": f"{name}, {x.shape[0]:,} × {x.shape[1]}",
        "peer": peer,
        "step, ms": steps["head"],
        "step, x faster": steps["peer"] / steps["head"],
        "draw, ms": draws["head"],
        "draw, x faster": draws["peer"] / draws["head"],
        "apart": None,
        "loses, %": None,
        "peer loses, %": None,
    }


def measured() -> Iterator[Row]:
    torch.manual_seed(0)
    for tokens, width in SIZES:
        x, z = torch.randn(tokens, width), torch.randn(tokens, CONDITION)
        for name in PEERS:
            yield beside(name, x, z)
    for tokens, width in SIZES[:2]:
        x, z = torch.randn(tokens, width), torch.randn(tokens, CONDITION)
        for kind in kinds():
            yield denoising(kind, x, z)


if __name__ == "__main__":
    report("heads_peers", measured(), ("torch", "x-transformers", "diffusers"))
