"""S4D: the diagonal state-space layer, a sum of damped oscillations for each channel.

Refused: a trained input vector beside the readout, as only their product shows in the outputs.
"""

import math
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from lemmata.arguments import check_choice
from lemmata.ssm.discretize import discretize_diagonal
from lemmata.ssm.dplr import as_pairs, as_real
from lemmata.ssm.geometric import Powers, moments, powers, sums
from lemmata.ssm.mixing import LinearMixer, at_least
from lemmata.ssm.series import convolve
from lemmata.ssm.starts import halved, normal_pairs, parameter, random_steps, rows
from lemmata.ssm.systems import Modal


class Modes(NamedTuple):
    """Discrete poles, inputs and readouts of one of each conjugate pair, (width, M) each."""

    pole: Tensor
    B: Tensor
    C: Tensor


class Operators(NamedTuple):
    """For pieces of one length: the modes, powers of the poles, the kernel, poles^length."""

    modes: Modes
    known: Powers
    kernel: Tensor
    last: Tensor


class S4D(LinearMixer):
    """A diagonal system of `state` numbers for each of `width` channels.

    Gu et al. 2022 (arXiv:2206.11893). Poles are -exp(log_decay) + i frequency, so that no training
    makes them unstable; `start` is "lin" (-1/2 + i pi n) or "inv" (-1/2 + i N/pi (N/(2n+1) - 1));
    `method` is "zoh" or "bilinear". `state` is even; `chunk` is that of the chunked form.
    """

    def __init__(
        self,
        width: int,
        state: int = 64,
        *,
        start: str = "lin",
        method: str = "zoh",
        steps: tuple[float, float] = (1e-3, 1e-1),
        chunk: int = 1024,
        generator: torch.Generator | None = None,
        **factory: Any,
    ) -> None:
        super().__init__(width, state, chunk, **factory)
        M = halved("state", state)
        check_choice("start", start, ("lin", "inv"))
        check_choice("method", method, ("zoh", "bilinear"))
        self.method = method
        n = torch.arange(M, dtype=torch.float64)
        lin, inv = math.pi * n, state / math.pi * (state / (2 * n + 1) - 1)
        self.log_step = parameter(random_steps(self.width, steps, generator), factory)
        self.log_decay = parameter(rows(torch.full_like(n, math.log(0.5)), width), factory)
        self.frequency = parameter(rows(lin if start == "lin" else inv, width), factory)
        self.C = parameter(normal_pairs(self.width, M, generator), factory)

    def kernel(self, length: int) -> Tensor:
        """2 Re sum of C Bbar pole^k for k < `length`: (width, length)."""
        return self._operators(at_least("length", length, 1)).kernel

    def modes(self) -> Modes:
        """The discrete system, diagonal, for one of each conjugate pair, in double precision."""
        step = self.log_step.double()[:, None].exp()
        decay, frequency = self.log_decay.double().exp(), self.frequency.double()
        ones = torch.ones_like(frequency, dtype=torch.complex128)
        pole, B = discretize_diagonal(torch.complex(-decay, frequency), ones, step, self.method)
        return Modes(pole, B, torch.view_as_complex(self.C.double()))

    def pole_radius(self) -> Tensor:
        """The largest magnitude of a discrete pole, (width,)."""
        return self.modes().pole.detach().abs().amax(-1)

    def extra_repr(self) -> str:
        """What stands between the brackets of the printed layer."""
        return f"width={self.width}, state={self.state}, method={self.method!r}"

    def _operators(self, length: int) -> Operators:
        exact, dtype = self.modes(), self._complex()
        logarithm = self._logarithm(exact)
        known = powers(logarithm, length, dtype)
        modes = Modes(*(part.to(dtype) for part in exact))
        last = torch.exp(logarithm * length).to(dtype)
        return Operators(modes, known, sums((exact.C * exact.B).to(dtype), known), last)

    def _piece(self, operators: Any, u: Tensor, h: Tensor | None) -> tuple[Tensor, Tensor]:
        modes, known, kernel, last = operators
        y = convolve(u, kernel, u.shape[-1])
        after = modes.B * moments(u, known)
        if h is not None:
            x = as_pairs(h)
            y = y + sums(modes.C * modes.pole * x, known)
            after = after + last * x
        return y, as_real(after)

    def _system(self) -> Modal:
        pole, B, C = (part.detach().cpu().numpy() for part in self.modes())
        D = self.D.detach().cpu().double().numpy() + 2 * (C * B).real.sum(-1)
        both = [np.concatenate([part, part.conj()], axis=-1) for part in (pole, C * B * pole)]
        return Modal(both[0], both[1], D)

    def _recurrence(self) -> Modes:
        return Modes(*(part.to(self._complex()) for part in self.modes()))

    def _advance(self, recurrence: Any, u: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        x = recurrence.pole * as_pairs(h) + recurrence.B * u[..., None]
        return 2 * (recurrence.C * x).real.sum(-1), as_real(x)

    def _complex(self) -> torch.dtype:
        return torch.complex128 if self.C.dtype == torch.float64 else torch.complex64

    def _logarithm(self, modes: Modes) -> Tensor:
        """log of the poles, from the continuous ones where the hold gives it."""
        if self.method != "zoh":
            return modes.pole.log()
        step = self.log_step.double()[:, None].exp()
        return torch.complex(-self.log_decay.double().exp() * step, self.frequency.double() * step)
