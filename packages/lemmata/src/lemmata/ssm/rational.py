"""Where the poles of a rational transfer function are: on which side of the unit circle, how far.

Up to order 256 by the eigenvalues of companion matrices; beyond, where those cost too much, by
bisection over the radius with the Schur-Cohn criterion. Refused: looking at a sampled kernel, which
is finite for any poles.
"""

import torch
from torch import Tensor

from lemmata.errors import ArgumentError

EIGENVALUES = 256  # up to this order


def poles(a: Tensor) -> Tensor:
    """The poles of 1 / (1 + a_1 z + ...), z the delay: (..., n) to (..., n) complex."""
    n = a.shape[-1]
    companion = torch.diag(torch.ones(n - 1, dtype=torch.float64, device=a.device), -1)
    companion = companion.expand(*a.shape[:-1], n, n).clone()
    companion[..., 0, :] = -a.double()
    found: Tensor = torch.linalg.eigvals(companion)
    return found


def pole_radius(a: Tensor) -> Tensor:
    """The largest magnitude of a pole: (..., n) to (...), in double precision."""
    a = a.double()
    if a.shape[-1] <= EIGENVALUES:
        return poles(a).abs().amax(-1)
    return _bisected(a)


def is_stable(a: Tensor) -> Tensor:
    """Whether all poles are inside of the unit circle, by Schur and Cohn, in O(n^2).

    The step-down recursion of reflection coefficients, all of which must be below 1.
    """
    row = torch.cat((torch.ones_like(a[..., :1]), a), -1).double()
    stable = torch.ones(a.shape[:-1], dtype=torch.bool, device=a.device)
    for order in range(a.shape[-1], 0, -1):
        reflection = row[..., order : order + 1]
        stable = stable & (reflection[..., 0].abs() < 1)
        divisor = torch.where(stable[..., None], 1 - reflection**2, 1.0)
        row = (row[..., :order] - reflection * row[..., 1 : order + 1].flip(-1)) / divisor
        row = torch.where(stable[..., None], row, 0.0)
    return stable


def bandwidth(a: Tensor, radius: float) -> Tensor:
    """`a` with poles scaled by one factor where the largest is beyond `radius`: a_i factor^i."""
    if not 0 < radius <= 1:
        raise ArgumentError(f"radius must be in (0, 1], got {radius}")
    factor = (radius / pole_radius(a).clamp(min=1e-300)).clamp(max=1.0)
    exponents = torch.arange(1, a.shape[-1] + 1, device=a.device)
    return a * (factor[..., None] ** exponents).to(a.dtype)


def _bisected(a: Tensor, halvings: int = 40) -> Tensor:
    """The smallest factor by which the poles must be divided to be stable, on a logarithmic scale."""
    exponents = torch.arange(1, a.shape[-1] + 1, device=a.device, dtype=torch.float64)
    size = a.abs()
    low = torch.full(a.shape[:-1], -40.0, dtype=torch.float64, device=a.device)
    high = (2 * (size ** (1 / exponents)).amax(-1)).clamp(min=1e-300).log()  # Fujiwara's bound
    low = torch.minimum(low, high)
    for _ in range(halvings):
        middle = (low + high) / 2
        stable = is_stable(a * torch.exp(-middle[..., None] * exponents))
        low, high = torch.where(stable, low, middle), torch.where(stable, middle, high)
    return torch.where(size.amax(-1) > 0, high.exp(), 0.0)
