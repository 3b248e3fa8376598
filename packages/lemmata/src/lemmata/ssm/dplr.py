"""A diagonal-plus-rank-one system under the bilinear transform, with one of each conjugate pair.

Everything is in units of half a step, which leaves no factor behind: w = step/2 Lambda, and Abar is
(I - W)^-1 (I + W) for W = diag(w) - P P*. A state of N = 2 M real numbers is [Re x, Im x] for the M
complex ones. Refused: a dense solve for Abar, as Woodbury's identity is an inverse in closed form.
"""

from typing import NamedTuple

import torch
from torch import Tensor


class Scaled(NamedTuple):
    """The continuous system: w = step/2 Lambda, P sqrt(step/2), B step/2 and C, each (width, M)."""

    w: Tensor
    P: Tensor
    B: Tensor
    C: Tensor


class Stepper(NamedTuple):
    """What a step needs of the system, all (width, M) but `gain` (width, 1)."""

    w: Tensor
    P: Tensor
    B: Tensor
    C: Tensor
    D: Tensor
    gain: Tensor


def stepper(system: Scaled) -> Stepper:
    """D = (1 - w)^-1 and the 1 / (1 + P* D P) of Woodbury's identity."""
    D = 1 / (1 - system.w)
    gain = 1 / (1 + _both(system.P.conj() * D * system.P))
    return Stepper(*system, D, gain)


def advance(system: Stepper, u: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
    """y = C x and x = Abar h + Bbar u in O(N), for `u` (batch, width) and `h` (batch, width, N)."""
    x = as_pairs(h)
    moved = (1 + system.w) * x - system.P * _both(system.P.conj() * x) + 2 * system.B * u[..., None]
    solved = system.D * moved
    x = solved - system.D * system.P * (system.gain * _both(system.P.conj() * solved))
    return _both(system.C * x)[..., 0], as_real(x)


def drive(system: Scaled, h: Tensor) -> Tensor:
    """The B (width, batch, M) whose response C Abar^k Bbar is that of a state, C Abar^(k+1) h."""
    x = as_pairs(h)
    moved = (1 + system.w) * x - system.P * _both(system.P.conj() * x)
    return moved.transpose(0, 1) / 2


def dense(system: Scaled) -> tuple[Tensor, Tensor]:
    """Abar - I (width, N, N) and Bbar (width, N), real.

    Short steps leave little beside the identity in Abar: without it, that keeps all its digits.
    """
    w, P, B, _, D, gain = stepper(system)
    less = w * D  # D - 1
    diagonal = torch.cat(
        (
            torch.cat((torch.diag_embed(less.real), -torch.diag_embed(less.imag)), -1),
            torch.cat((torch.diag_embed(less.imag), torch.diag_embed(less.real)), -1),
        ),
        -2,
    )
    column, row = as_real(D * P) * gain, real_row(P.conj() * D)
    excess = diagonal - column[..., None] * row[..., None, :]  # (I - W)^-1 - I
    entering = as_real(B)
    return 2 * excess, 2 * (entering + (excess @ entering[..., None])[..., 0])


def real_row(C: Tensor) -> Tensor:
    """The row that reads 2 Re (C x) off [Re x, Im x]."""
    return torch.cat((2 * C.real, -2 * C.imag), -1)


def from_real_row(row: Tensor) -> Tensor:
    """The C (..., M) that `real_row` made `row` (..., 2 M) of."""
    real, imaginary = row.tensor_split(2, -1)
    return torch.complex(real / 2, -imaginary / 2)


def as_pairs(h: Tensor) -> Tensor:
    """[Re x, Im x] as x."""
    real, imaginary = h.tensor_split(2, -1)
    return torch.complex(real, imaginary)


def as_real(x: Tensor) -> Tensor:
    """x as [Re x, Im x]."""
    return torch.cat((x.real, x.imag), -1)


def _both(products: Tensor) -> Tensor:
    """The sum over all N of what is given for one of each pair."""
    return 2 * products.real.sum(-1, keepdim=True)
