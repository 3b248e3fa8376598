"""Diffusion and flow heads beside diffusers' schedulers around the same network: rows of `heads_peers`.

One level of noise a token for both, and the same number of evaluations of the network when drawing
(a flow has one more, as diffusers' last step of Heun's is one of Euler's). `loses`: how much of a
Gaussian's deviation, a fifth of the noise's, is missing in what is drawn with exact estimates.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from lemmata.heads import DiffusionHead, FlowHead
from lemmata.heads.flow import heun
from lemmata.heads.noise import alpha_sigma, ancestral

try:
    from diffusers import DDPMScheduler, FlowMatchHeunDiscreteScheduler
except ModuleNotFoundError:
    HAS_DIFFUSERS = False
else:
    HAS_DIFFUSERS = True

STEPS = 16
LEVELS = 1000  # of diffusers, which has levels by number
SPREAD = 0.2
Network = Callable[[Tensor, Tensor], Tensor]  # of noisy tokens at levels as our heads count them


class Diffusion:
    """Ancestral steps: ours of two evaluations, diffusers' of one."""

    ours, peer = "diffusion", "diffusers DDPMScheduler"

    def __init__(self) -> None:
        self.schedule = DDPMScheduler(
            LEVELS,
            beta_schedule="squaredcos_cap_v2",
            prediction_type="v_prediction",
            clip_sample=False,
        )

    def head(self, condition: int, width: int) -> DiffusionHead:
        return DiffusionHead(condition, width, levels=1)

    def loss(self, network: Network, x: Tensor) -> Tensor:
        number, noise = torch.randint(LEVELS, x.shape[:1]), torch.randn_like(x)
        found = network(self.schedule.add_noise(x, noise, number), number / LEVELS)
        return (found - self.schedule.get_velocity(x, noise, number)).square().sum(-1)

    def draw(self, network: Network, begin: Tensor) -> Tensor:
        self.schedule.set_timesteps(2 * STEPS - 1)
        x = begin
        for number in self.schedule.timesteps:
            found = network(x, (number / LEVELS).expand(len(x)))
            x = self.schedule.step(found, number, x).prev_sample
        return x

    def drawn_by_ours(self, begin: Tensor) -> Tensor:
        return ancestral(self.exact, begin, STEPS, 1.0, None)

    def drawn_by_peer(self, begin: Tensor) -> Tensor:
        alphas = self.schedule.alphas_cumprod.sqrt()
        return self.draw(
            lambda x, level: velocity(x, alphas[(level * LEVELS).round().long()]), begin
        )

    @staticmethod
    def exact(x: Tensor, level: Tensor) -> Tensor:
        return velocity(x, alpha_sigma(level)[0])


def velocity(x: Tensor, alpha: Tensor) -> Tensor:
    """The mean velocity at `x` of tokens of a Gaussian of mean 0 and deviation SPREAD."""
    alpha, square = alpha[:, None], (1 - alpha**2)[:, None]
    return alpha * square.sqrt() * (1 - SPREAD**2) / (alpha**2 * SPREAD**2 + square) * x


class Flow:
    """Heun's steps along a straight flow."""

    ours, peer = "flow", "diffusers FlowMatchHeun"

    def __init__(self) -> None:
        self.schedule = FlowMatchHeunDiscreteScheduler(LEVELS)
        self.shares = self.schedule.timesteps / LEVELS  # of noise, by number

    def head(self, condition: int, width: int) -> FlowHead:
        return FlowHead(condition, width, levels=1)

    def loss(self, network: Network, x: Tensor) -> Tensor:
        """As diffusers' examples of training have it, which leaves this to the caller."""
        number, noise = torch.randint(len(self.shares), x.shape[:1]), torch.randn_like(x)
        share = self.shares[number]
        found = network((1 - share[:, None]) * x + share[:, None] * noise, 1 - share)
        return (found - (x - noise)).square().sum(-1)

    def draw(self, network: Network, begin: Tensor) -> Tensor:
        self.schedule.set_timesteps(STEPS)
        x = begin
        for number in self.schedule.timesteps:
            found = -network(x, (1 - number / LEVELS).expand(len(x)))
            x = self.schedule.step(found, number, x).prev_sample
        return x

    def drawn_by_ours(self, begin: Tensor) -> Tensor:
        return heun(self.exact, begin, STEPS)

    def drawn_by_peer(self, begin: Tensor) -> Tensor:
        return self.draw(self.exact, begin)

    @staticmethod
    def exact(x: Tensor, time: Tensor) -> Tensor:
        t = time[:, None]
        return (t * SPREAD**2 - (1 - t)) / (t**2 * SPREAD**2 + (1 - t) ** 2) * x


def kinds() -> list[Any]:
    """What can be compared; nothing where diffusers is not installed."""
    return [Diffusion(), Flow()] if HAS_DIFFUSERS else []


def losses_of_deviation(kind: Any) -> tuple[float, float]:
    """What share of the deviation is missing, in percent: ours, the peer's."""
    begin = torch.randn(100_000, 1, generator=torch.Generator().manual_seed(0))
    ours, peer = (
        100 * (1 - float(draw(begin).std()) / SPREAD)
        for draw in (kind.drawn_by_ours, kind.drawn_by_peer)
    )
    return ours, peer
