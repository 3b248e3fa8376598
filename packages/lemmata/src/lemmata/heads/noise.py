"""Noise levels from 0 to 1, what a token looks like at each, and the way back.

alpha = cos(pi level / 2), sigma = sin(pi level / 2): at level 1 nothing of the token is left. Refused:
an estimate of the noise itself, from which at level 1 no token follows; a velocity has both in it.
"""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import TypeAlias

import torch
from torch import Tensor

from lemmata.heads.tokens import normal

Velocity: TypeAlias = Callable[[Tensor, Tensor], Tensor]  # of noisy tokens at a level


def alpha_sigma(level: Tensor) -> tuple[Tensor, Tensor]:
    """What token and noise are multiplied by at `level`; exactly 0 at the ends."""
    angle = level * (math.pi / 2)
    alpha = torch.where(level == 1, 0.0, angle.cos())
    return alpha, angle.sin()


def noisy(x: Tensor, noise: Tensor, level: Tensor) -> Tensor:
    """alpha x + sigma noise, for `level` (...) and tokens (..., width)."""
    alpha, sigma = (part[..., None] for part in alpha_sigma(level))
    return alpha * x + sigma * noise


def velocity(x: Tensor, noise: Tensor, level: Tensor) -> Tensor:
    """alpha noise - sigma x: how the noisy token changes with the angle of its level."""
    alpha, sigma = (part[..., None] for part in alpha_sigma(level))
    return alpha * noise - sigma * x


def clean(at: Tensor, v: Tensor, level: Tensor) -> Tensor:
    """The token, from a noisy one `at` and its velocity: alpha at - sigma v."""
    alpha, sigma = (part[..., None] for part in alpha_sigma(level))
    return alpha * at - sigma * v


def drawn_levels(
    tokens: Tensor, levels: int, generator: torch.Generator | None
) -> tuple[Tensor, Tensor]:
    """`levels` levels for each token (..., width), and noise: (levels, ...) and (levels, ..., width).

    Each level is uniform on [0, 1); those of one token are evenly spaced, so that their mean
    strays less than that of independent ones.
    """
    first = torch.rand(tokens.shape[:-1], generator=generator, device=tokens.device)
    apart = torch.arange(levels, device=tokens.device).reshape(-1, *(1,) * first.ndim)
    level = ((first.double() + apart) / levels).to(tokens.dtype)
    # rounding to a short dtype may reach 1, the first level of all
    level = torch.where(level < 1, level, 0.0)
    return level, normal(tokens.expand(levels, *tokens.shape), generator)


def schedule(steps: int, like: Tensor) -> Tensor:
    """The levels of so many steps, from 1 to 0: squares of even ones, as the last matter most."""
    even = torch.linspace(1, 0, steps + 1, dtype=torch.float64)
    return even.square().to(like)


def ancestral(
    predict: Velocity,
    begin: Tensor,
    steps: int,
    temperature: float,
    generator: torch.Generator | None,
) -> Tensor:
    """From noise `begin` (..., width) at level 1 to tokens, through q(at s | at t, clean estimate).

    The estimate is the mean of that at t and that at the tentative next point (Heun), without which
    the variance falls short at first order in 1 / `steps`. The noise put in at each step is
    multiplied by `temperature`; `begin` is not.
    """
    x = begin
    levels = schedule(steps, begin)
    for now, then in pairwise(levels):
        kept, taken, spread = posterior(now, then)
        estimate = clean(x, *_at(predict, x, now))
        fixed = kept * x
        if temperature:
            fixed = fixed + temperature * spread * normal(x, generator)
        if then > 0:
            ahead = fixed + taken * estimate
            estimate = (estimate + clean(ahead, *_at(predict, ahead, then))) / 2
        x = fixed + taken * estimate
    return x


def posterior(now: Tensor, then: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """q(at `then` | at `now`, token): factors of both, and the standard deviation."""
    (a, s), (a2, s2) = alpha_sigma(now), alpha_sigma(then)
    fading = a / a2  # what is at `then` fades so on the way to `now`
    fresh = (s**2 - (fading * s2) ** 2).clamp(min=0)
    return fading * s2**2 / s**2, a2 * fresh / s**2, fresh.sqrt() * s2 / s


def _at(predict: Velocity, x: Tensor, level: Tensor) -> tuple[Tensor, Tensor]:
    where = level.expand(x.shape[:-1])
    return predict(x, where), where
