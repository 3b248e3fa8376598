"""A curve fitted to the inputs and outputs of a norm, by variable projection in double precision.

Given steepness and shift, gain and bias of every channel are a closed-form least-squares line. What is
left, one or two numbers for the whole layer, is sought on a grid and then by Gauss-Newton steps
with Kaufman's Jacobian. Refused: gradient descent, with its rate and its number of steps.
"""

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

Kind = Literal["dyt", "dyisru", "derf"]
GRID = 13  # first values of the steepness that are compared
MOST_STEPS = 30  # of Gauss-Newton; about five are taken
MOST_HALVINGS = 12  # of a step
FLAT = 1e-12  # a relative gain below which the steps end
REACH = 64.0  # how far the steepness may leave the grid
FURTHEST_SHIFT = 3.0  # erf is flat to 2e-5 there


@dataclass(frozen=True, slots=True)
class Fit:
    """weight * f(steepness x + shift) + bias, and the sum of squares that it leaves."""

    steepness: float
    shift: float
    weight: Tensor  # (width,)
    bias: Tensor | None  # (width,)
    loss: float
    steps: int


@dataclass(frozen=True, slots=True)
class _Line:
    """The least-squares line of every channel, and what it leaves."""

    weight: Tensor
    bias: Tensor | None
    residual: Tensor
    curve: Tensor  # f less its mean, if there is a bias
    energy: Tensor  # of that; 0 where the channel is dead

    @property
    def loss(self) -> float:
        return float(self.residual.square().sum())


@dataclass(frozen=True, slots=True)
class _Problem:
    """What is fitted to what; `ends` are the least and the greatest steepness (log) and shift."""

    kind: Kind
    x: Tensor
    y: Tensor
    prior: Tensor
    has_bias: bool
    ends: tuple[Tensor, Tensor]

    def line(self, at: Tensor) -> _Line:
        """The lines of all channels at a steepness (log) and shift."""
        f = value(self.kind, self.x, float(at[0]), float(at[1]))
        return _line(f, self.y, self.prior, self.has_bias)


def fit(kind: Kind, x: Tensor, y: Tensor, prior: Tensor, has_bias: bool) -> Fit:
    """The curve of `kind` nearest to `y` (rows, width) at `x`, which is not all zero.

    `prior` (width) is the old gain: a channel in which x never varies keeps it, times what the
    others' gains were multiplied by.
    """
    rms, width = float(x.square().mean().sqrt()), x.shape[-1]
    low, high = math.log(0.25 / (rms * math.sqrt(width))), math.log(4 / rms)
    grid = torch.linspace(low, high, GRID, dtype=torch.float64)
    room = math.log(REACH)
    ends = (
        torch.tensor([low - room, -FURTHEST_SHIFT], dtype=torch.float64),
        torch.tensor([high + room, FURTHEST_SHIFT], dtype=torch.float64),
    )
    problem = _Problem(kind, x, y, prior, has_bias, ends)
    starts = [(at, problem.line(at)) for at in torch.stack([grid, torch.zeros(GRID)], -1)]
    at, line = min(starts, key=lambda start: start[1].loss)
    steps = 0
    while steps < MOST_STEPS and (found := _step(problem, at, line)) is not None:
        (at, line), steps = found, steps + 1
    return Fit(math.exp(float(at[0])), float(at[1]), line.weight, line.bias, line.loss, steps)


def _step(problem: _Problem, at: Tensor, line: _Line) -> tuple[Tensor, _Line] | None:
    """One Gauss-Newton step, halved until it gains; None where no step gains."""
    slopes = derivatives(problem.kind, problem.x, float(at[0]), float(at[1]))
    jacobian = torch.stack([(line.weight * _apart(slope, line)).flatten() for slope in slopes], -1)
    normal, gradient = jacobian.mT @ jacobian, jacobian.mT @ line.residual.flatten()
    direction = torch.zeros_like(at)
    direction[: len(slopes)] = torch.linalg.pinv(normal.cpu(), hermitian=True) @ gradient.cpu()
    for halvings in range(MOST_HALVINGS):
        there = torch.clamp(at + direction / 2**halvings, *problem.ends)
        tried = problem.line(there)
        if tried.loss < line.loss * (1 - FLAT):
            return there, tried
    return None


def value(kind: Kind, x: Tensor, log_steepness: float, shift: float) -> Tensor:
    """f(u + shift), u = exp(log_steepness) x, where f is tanh, u / sqrt(1 + u^2) or erf."""
    u = math.exp(log_steepness) * x
    if kind == "dyt":
        return torch.tanh(u)
    if kind == "dyisru":
        return u / torch.sqrt(1 + u * u)
    return torch.erf(u + shift)


def derivatives(kind: Kind, x: Tensor, log_steepness: float, shift: float) -> tuple[Tensor, ...]:
    """Those of `value` by the logarithm of the steepness and, for erf, by the shift."""
    u = math.exp(log_steepness) * x
    if kind == "dyt":
        return (u * (1 - torch.tanh(u) ** 2),)
    if kind == "dyisru":
        return (u * (1 + u * u) ** -1.5,)
    bell = 2 / math.sqrt(math.pi) * torch.exp(-((u + shift) ** 2))
    return u * bell, bell


def _line(f: Tensor, y: Tensor, prior: Tensor, has_bias: bool) -> _Line:
    mean_f, mean_y = f.mean(0), y.mean(0)
    curve, aim = (f - mean_f, y - mean_y) if has_bias else (f, y)
    energy = curve.square().sum(0)
    alive = energy > 1e-20 * f.square().sum().clamp_min(1e-300)
    safe = torch.where(alive, energy, 1.0)
    weight = (curve * aim).sum(0) / safe
    known = alive & (prior != 0)
    factor = (weight[known] / prior[known]).median() if bool(known.any()) else 1.0
    weight = torch.where(alive, weight, factor * prior)
    bias = mean_y - weight * mean_f if has_bias else None
    residual = aim - weight * curve
    return _Line(weight, bias, residual, curve, torch.where(alive, energy, 0.0))


def _apart(slope: Tensor, line: _Line) -> Tensor:
    """What of a derivative the lines cannot follow."""
    if line.bias is not None:
        slope = slope - slope.mean(0)
    share = (line.curve * slope).sum(0) / torch.where(line.energy == 0, 1.0, line.energy)
    return slope - share * line.curve
