"""The contract of a sequence mixer: one function of a sequence, computed in several forms.

Whether a layer sees a sequence at once, in pieces or token by token, the outputs are the same, and
a state carries on from where another call stopped. `lemmata.testing.assert_forms_agree` holds a
module to it. Refused: a base class, since a layer should owe nothing to this file but its signature.
"""

from typing import Any, Literal, Protocol, TypeAlias, TypeVar, runtime_checkable

import torch
from torch import Tensor

from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError

Form: TypeAlias = Literal["parallel", "chunked", "recurrent"]
State = TypeVar("State")


@runtime_checkable
class Mixer(Protocol[State]):
    """A causal layer (batch, length, width) -> (batch, length, width) with a state.

    * `state=None` is the beginning of a sequence, the same as `initial_state`.
    * A state is a value, a frozen dataclass or NamedTuple of tensors: a call leaves the one it was
      given as it was, and its answer depends on nothing else of the past.
    * `form` chooses how it is computed, never what; None leaves the choice to the module.
    * Parameters and buffers are real, so that `.double()`, `.float()` and `.bfloat16()` are safe.
    """

    @property
    def width(self) -> int:
        """The length of the last axis of inputs and outputs."""
        ...

    @property
    def forms(self) -> tuple[Form, ...]:
        """The forms that `forward` has; `step` stands beside them."""
        ...

    def forward(
        self, x: Tensor, state: State | None = None, *, form: Form | None = None
    ) -> tuple[Tensor, State]:
        """Outputs for `x` (batch, length, width), and the state after it."""
        ...

    def step(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """The output for one token `x` (batch, width), and the state after it."""
        ...

    def initial_state(
        self,
        batch: int,
        *,
        dtype: torch.dtype | None = None,
        device: torch.device | None = None,
    ) -> State:
        """The state before any token; `dtype` (of the tokens) and `device` default to the module's."""
        ...


def check_sequence(name: str, x: Any, width: int, dtype: torch.dtype | None = None) -> Tensor:
    """`x` if it is a finite floating tensor (batch, length >= 1, width), of `dtype` if one is given.

    ShapeError, DtypeError or NonFiniteError with `name` if not. Values are not looked at while
    `torch.compile` traces.
    """
    return _checked(name, x, ("batch", "length", "width"), width, dtype)


def check_token(name: str, x: Any, width: int, dtype: torch.dtype | None = None) -> Tensor:
    """As `check_sequence`, for one token (batch, width)."""
    return _checked(name, x, ("batch", "width"), width, dtype)


def check_finite(name: str, x: Tensor) -> None:
    """NonFiniteError with `name` for NaN or infinity in `x`. Not looked for while compiling.

    A finite sum has finite terms, and takes a fraction of the time of a look at each.
    """
    if torch.compiler.is_compiling() or bool(x.detach().sum().isfinite()):
        return
    if not bool(x.isfinite().all()):
        raise NonFiniteError(
            f"{name} of shape {tuple(x.shape)} must be finite, got NaN or infinity"
        )


def check_form(form: str | None, forms: tuple[Form, ...], default: Form) -> Form:
    """`form`, or `default` for None; ArgumentError unless it is one of `forms`."""
    for known in forms:
        if known == (default if form is None else form):
            return known
    raise ArgumentError(f"form must be one of {', '.join(forms)} or None, got {form!r}")


def _checked(
    name: str, x: Any, axes: tuple[str, ...], width: int, dtype: torch.dtype | None
) -> Tensor:
    if not isinstance(x, Tensor):
        raise DtypeError(f"{name} must be a torch.Tensor, got {type(x).__name__}")
    if x.ndim != len(axes) or x.shape[-1] != width or 0 in x.shape[:-1]:
        raise ShapeError(
            f"{name} must have shape ({', '.join(axes)}) with width {width} and no empty axis, "
            f"got {tuple(x.shape)}"
        )
    if not x.is_floating_point() or dtype not in (None, x.dtype):
        wanted = "a floating dtype" if dtype is None else f"dtype {dtype}"
        raise DtypeError(f"{name} must have {wanted}, got {x.dtype}")
    check_finite(name, x)
    return x
