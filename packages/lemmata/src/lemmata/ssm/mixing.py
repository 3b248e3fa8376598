"""What every layer of one linear time-invariant system a channel has in common.

A subclass says how a piece of a sequence is convolved, and how one token advances the state; the
forms, the skip, the precision and the checks are here and are not overridden. Below single
precision everything but the answer is single, the state too, as transforms and states need it.
"""

import copy
from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from lemmata.arguments import integer
from lemmata.errors import ArgumentError, DtypeError, ShapeError
from lemmata.mixer import Form, check_form, check_sequence, check_token
from lemmata.ssm.export import statespace, transfer_function
from lemmata.ssm.systems import Modal, Rational, StateSpace, TransferFunction


class LinearState(NamedTuple):
    """What a layer knows of the past: `h` (batch, width, state), real, at least single precision."""

    h: Tensor


class LinearMixer(nn.Module, ABC):
    """y = D x + (linear system of each channel) x, at once, in chunks or token by token.

    x (batch, length, width); `chunk` is the length of the pieces of the chunked form. See
    `lemmata.mixer.Mixer` for the calls; all of them raise ShapeError, DtypeError or NonFiniteError
    for tokens and states that do not fit.
    """

    forms: tuple[Form, ...] = ("parallel", "chunked", "recurrent")

    def __init__(self, width: int, state: int, chunk: int, **factory: Any) -> None:
        super().__init__()
        self.width = at_least("width", width, 1)
        self.state = at_least("state", state, 1)
        self.chunk = at_least("chunk", chunk, 1)
        self.D = nn.Parameter(torch.ones(self.width, **factory))
        self._kept: tuple[Any, Any] | None = None

    @abstractmethod
    def kernel(self, length: int) -> Tensor:
        """The first `length` terms of the impulse response, without the skip D: (width, length)."""

    @abstractmethod
    def pole_radius(self) -> Tensor:
        """The largest magnitude of a pole of each channel, (width,); from 1 on it is unstable."""

    @abstractmethod
    def _system(self) -> StateSpace | Modal | Rational:
        """The whole layer, the skip included, in double precision and in its own form."""

    @abstractmethod
    def _operators(self, length: int) -> Any:
        """What `_piece` needs for pieces of this length, whatever they hold."""

    @abstractmethod
    def _piece(self, operators: Any, u: Tensor, h: Tensor | None) -> tuple[Tensor, Tensor]:
        """Outputs without the skip and the state after it; `u` (batch, width, length)."""

    @abstractmethod
    def _recurrence(self) -> Any:
        """What `_advance` needs, whatever the token."""

    @abstractmethod
    def _advance(self, recurrence: Any, u: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        """The output of one token without the skip, and the next state; `u` (batch, width)."""

    def forward(
        self, x: Tensor, state: LinearState | None = None, *, form: Form | None = None
    ) -> tuple[Tensor, LinearState]:
        """Outputs (batch, length, width) and the state after them. `form`: "parallel" (default),
        "chunked" (memory bounded by the chunk) or "recurrent"."""
        form = check_form(form, self.forms, "parallel")
        check_sequence("x", x, self.width, self.D.dtype)
        h = None if state is None else self._checked(state, x)
        if form == "recurrent":
            return self._token_by_token(x, h)
        u = self._wide(x).mT
        length = x.shape[1]
        size = min(length, self.chunk) if form == "chunked" else length
        operators = self._operators(size)
        outputs = []
        for piece in torch.split(u, size, -1):
            if piece.shape[-1] != size:
                operators = self._operators(piece.shape[-1])
            y, h = self._piece(operators, piece, h)
            outputs.append(y)
        y = outputs[0] if len(outputs) == 1 else torch.cat(outputs, -1)
        assert h is not None
        return (y.mT + self._wide(x) * self._wide(self.D)).to(x.dtype), LinearState(h)

    def step(self, x: Tensor, state: LinearState) -> tuple[Tensor, LinearState]:
        """The output for one token `x` (batch, width), and the state after it.

        What depends on parameters alone is kept from one step to the next while gradients are off
        and the parameters stay as they are.
        """
        check_token("x", x, self.width, self.D.dtype)
        h = self._checked(state, x)
        y, h = self._advance(self._kept_recurrence(), self._wide(x), h)
        return (y + self._wide(x) * self._wide(self.D)).to(x.dtype), LinearState(h)

    def initial_state(
        self,
        batch: int,
        *,
        dtype: torch.dtype | None = None,
        device: torch.device | None = None,
    ) -> LinearState:
        """Zeros: (batch, width, state), in single precision or that of `dtype` if it is wider."""
        batch = at_least("batch", batch, 1)
        wanted = self.D.dtype if dtype is None else dtype
        if not wanted.is_floating_point:
            raise DtypeError(f"dtype must be a floating one, got {wanted}")
        return LinearState(
            torch.zeros(
                (batch, self.width, self.state),
                dtype=torch.promote_types(wanted, torch.float32),
                device=self.D.device if device is None else device,
            )
        )

    def to_statespace(self, *, unstable: str = "refuse") -> StateSpace:
        """x' = A x + B u, y = C x + D u of each channel, float64 NumPy, with its certificate.

        Measured against the layer's own kernel over `chunk` terms. `unstable`: "refuse" raises
        ArgumentError where a pole is not inside of the unit circle, "reflect" moves it inside and
        fits the residues to the kernel again.
        """
        return statespace(*self._exported(), unstable)

    def to_transfer_function(
        self, form: str = "modal", *, tolerance: float = 1e-6, unstable: str = "refuse"
    ) -> TransferFunction:
        """The transfer function as "modal", "sections" (second order) or "rational", certified.

        ArgumentError where the kernel would be off by more than `tolerance` of its largest term.
        """
        return transfer_function(*self._exported(), unstable, form, tolerance)

    def _exported(self) -> tuple[StateSpace | Modal | Rational, Any, float]:
        with torch.no_grad():
            exact = copy.deepcopy(self).double()
            kernel = exact.kernel(self.chunk)
            kernel[:, 0] += exact.D
            return exact._system(), kernel.cpu().numpy(), float(exact.pole_radius().max())

    def _token_by_token(self, x: Tensor, h: Tensor | None) -> tuple[Tensor, LinearState]:
        recurrence = self._recurrence()
        if h is None:
            h = self.initial_state(len(x), dtype=x.dtype, device=x.device).h
        u, outputs = self._wide(x), []
        for token in u.unbind(1):
            y, h = self._advance(recurrence, token, h)
            outputs.append(y)
        return (torch.stack(outputs, 1) + u * self._wide(self.D)).to(x.dtype), LinearState(h)

    def _kept_recurrence(self) -> Any:
        parameters = list(self.parameters())
        if torch.is_grad_enabled() or torch.compiler.is_compiling():
            return self._recurrence()
        if any(parameter.is_inference() for parameter in parameters):
            return self._recurrence()
        now = [(p.data_ptr(), p._version, p.dtype, p.device) for p in parameters]
        if self._kept is None or self._kept[0] != now:
            self._kept = (now, self._recurrence())
        return self._kept[1]

    def _checked(self, state: Any, x: Tensor) -> Tensor:
        if not isinstance(state, LinearState) or not isinstance(state.h, Tensor):
            raise DtypeError(
                f"state must be a LinearState, as {type(self).__name__}.initial_state makes, "
                f"got {type(state).__name__}"
            )
        shape = (len(x), self.width, self.state)
        if tuple(state.h.shape) != shape:
            raise ShapeError(f"state.h must have shape {shape}, got {tuple(state.h.shape)}")
        wanted = torch.promote_types(x.dtype, torch.float32)
        if state.h.dtype != wanted:
            raise DtypeError(f"state.h must have dtype {wanted}, got {state.h.dtype}")
        return state.h

    @staticmethod
    def _wide(values: Tensor) -> Tensor:
        return values.to(torch.promote_types(values.dtype, torch.float32))

    def __getstate__(self) -> dict[str, Any]:
        """Copies and pickles leave behind what is kept for steps."""
        return {**self.__dict__, "_kept": None}


def at_least(name: str, value: Any, least: int) -> int:
    """`value` as an int; ArgumentError unless it is a whole number of at least `least`."""
    number = integer(name, value)
    if number < least:
        raise ArgumentError(f"{name} must be at least {least}, got {number}")
    return number
