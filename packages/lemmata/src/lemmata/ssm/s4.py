"""S4: a HiPPO system a channel, its kernel by Cauchy sums, its steps in linear time.

The trained readout is C (I - Abar^L) for the length L that the layer is made for, as the generating
function needs it; steps need C itself, and solve for it. Refused: parameters that are complex
tensors, which `.double()` and optimisers mishandle, and a positive real part, which -exp rules out.
"""

from typing import Any, NamedTuple, Self

import numpy as np
import torch
from torch import Tensor

from lemmata.ssm.cauchy import spectrum
from lemmata.ssm.dplr import (
    Scaled,
    Stepper,
    advance,
    dense,
    drive,
    from_real_row,
    real_row,
    stepper,
)
from lemmata.ssm.mixing import LinearMixer, at_least
from lemmata.ssm.normal import nplr
from lemmata.ssm.powers import absorb, power, squared
from lemmata.ssm.series import convolve
from lemmata.ssm.starts import halved, normal_pairs, parameter, random_steps, rows
from lemmata.ssm.systems import StateSpace


class Operators(NamedTuple):
    """For pieces of one length: the folded system and its transform, the kernel, Abar - I and Bbar."""

    system: Scaled
    transform: int
    kernel: Tensor
    excess: Tensor
    Bbar: Tensor


class S4(LinearMixer):
    """A diagonal-plus-rank-one system of `state` numbers for each of `width` channels.

    Gu, Goel & Ré 2022 (arXiv:2111.00396). `state` is even; `length` is the one that the readout is
    folded for: others are right too (longer ones double it), and `change_length` moves it. Starts
    as HiPPO-LegS with a normal readout and steps drawn from `steps`, even on a logarithmic scale.
    `factory` takes device and dtype, as elsewhere in PyTorch.
    """

    def __init__(
        self,
        width: int,
        state: int = 64,
        length: int = 1024,
        *,
        steps: tuple[float, float] = (1e-3, 1e-1),
        generator: torch.Generator | None = None,
        **factory: Any,
    ) -> None:
        super().__init__(width, state, length, **factory)
        M = halved("state", state)
        self.length = self.chunk
        Lambda, P, B = (torch.from_numpy(part) for part in nplr("legs", state).half())
        self.log_step = parameter(random_steps(self.width, steps, generator), factory)
        self.log_decay = parameter(rows((-Lambda.real).log(), width), factory)
        self.frequency = parameter(rows(Lambda.imag, width), factory)
        self.P = parameter(rows(torch.view_as_real(P[:, 0]), width), factory)
        self.B = parameter(rows(torch.view_as_real(B), width), factory)
        self.C = parameter(normal_pairs(self.width, M, generator), factory)
        self.set_readout(self.C)

    def kernel(self, length: int) -> Tensor:
        """C Abar^k Bbar for k < `length`: (width, length)."""
        system, transform = self._folded(at_least("length", length, 1))
        return _kernel(system, transform, length)

    def recurrence(self) -> tuple[Tensor, Tensor, Tensor]:
        """Abar - I (width, N, N), Bbar and C (width, N) in double precision: y = C x' + D u."""
        exact = self._scaled(double=True)
        excess, Bbar = dense(exact)
        return excess, Bbar, self._unfolded(exact, excess)

    def pole_radius(self) -> Tensor:
        """The largest magnitude of an eigenvalue of Abar, (width,)."""
        excess, _, _ = self.recurrence()
        identity = torch.eye(self.state, dtype=excess.dtype, device=excess.device)
        radius: Tensor = torch.linalg.eigvals((identity + excess).detach()).abs().amax(-1)
        return radius

    @torch.no_grad()
    def set_readout(self, C: Tensor) -> None:
        """Let C (width, state / 2, 2) be the readout, for one of each conjugate pair."""
        excess, _ = dense(self._scaled(double=True))
        row = real_row(torch.view_as_complex(C.detach().to(excess).contiguous()))
        folded = -(row[:, None] @ power(excess, self.length))[:, 0]
        self.C.copy_(torch.view_as_real(from_real_row(folded)))

    @torch.no_grad()
    def change_length(self, length: int) -> Self:
        """Fold the same readout for another length; the kernel's terms stay what they are."""
        length = at_least("length", length, 1)
        _, _, C = self.recurrence()
        self.length = self.chunk = length
        self.set_readout(torch.view_as_real(from_real_row(C)))
        return self

    def extra_repr(self) -> str:
        """What stands between the brackets of the printed layer."""
        return f"width={self.width}, state={self.state}, length={self.length}"

    def _scaled(self, *, double: bool = False) -> Scaled:
        """The parameters as a system, in the precision of the layer or in double."""

        def wide(values: Tensor) -> Tensor:
            return values.double() if double else self._wide(values)

        step = wide(self.log_step)[:, None].exp() / 2
        w = torch.complex(-wide(self.log_decay).exp() * step, wide(self.frequency) * step)
        P, B, C = (torch.view_as_complex(wide(part)) for part in (self.P, self.B, self.C))
        return Scaled(w, P * step.sqrt(), B * step, C)

    def _folded(self, length: int) -> tuple[Scaled, int]:
        """The system with its readout folded for a transform of at least `length`."""
        system, transform = self._scaled(), self.length
        if length <= transform:
            return system, transform
        row = real_row(system.C)[:, None]
        raised = power(dense(system)[0], transform)
        while transform < length:
            row, transform = 2 * row + row @ raised, 2 * transform
            raised = squared(raised) if transform < length else raised
        return system._replace(C=from_real_row(row[:, 0])), transform

    def _unfolded(self, system: Scaled, excess: Tensor) -> Tensor:
        """C from C (I - Abar^L), as a real row."""
        row: Tensor = torch.linalg.solve(-power(excess, self.length).mT, real_row(system.C))
        return row

    def _operators(self, length: int) -> Operators:
        system, transform = self._folded(length)
        kernel = _kernel(system, transform, length)
        return Operators(system, transform, kernel, *dense(self._scaled()))

    def _piece(self, operators: Any, u: Tensor, h: Tensor | None) -> tuple[Tensor, Tensor]:
        system, transform, kernel, excess, Bbar = operators
        length = u.shape[-1]
        y = convolve(u, kernel, length)
        if h is not None:
            asked = system._replace(B=drive(system, h))
            free = torch.fft.irfft(
                spectrum(asked.w, asked.P, asked.B, asked.C, transform), transform
            )
            y = y + free[..., :length].transpose(0, 1)
        return y, absorb(excess, Bbar, u, h)

    def _system(self) -> StateSpace:
        excess, B, C = (part.detach().cpu().numpy() for part in self.recurrence())
        A = excess + np.eye(self.state)
        D = self.D.detach().cpu().double().numpy() + np.einsum("wn,wn->w", C, B)
        return StateSpace(A, B, np.einsum("wn,wnm->wm", C, A), D)

    def _recurrence(self) -> Stepper:
        exact = self._scaled(double=True)
        row = self._unfolded(exact, dense(exact)[0])
        system = self._scaled()
        return stepper(system._replace(C=from_real_row(row).to(system.C.dtype)))

    def _advance(self, recurrence: Any, u: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        return advance(recurrence, u, h)


def _kernel(system: Scaled, transform: int, length: int) -> Tensor:
    found = spectrum(system.w, system.P, system.B[:, None], system.C, transform)
    kernel: Tensor = torch.fft.irfft(found[:, 0], transform)[:, :length]
    return kernel
