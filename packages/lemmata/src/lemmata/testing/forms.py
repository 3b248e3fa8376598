"""The checker of mixers: every form, every hand-over of a state, gradients too, is one function.

The truth is `step`, token by token, in double precision: a recurrence has no transform length,
no chunk and no view of the future that could be wrong. `lemmata.testing` offers this file's names
and loads PyTorch with them only when they are asked for.
"""

import copy
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor

from lemmata.errors import ArgumentError
from lemmata.testing import tolerance

LENGTHS = (1, 2, 7, 12)  # one, two, an odd prime, even
Piece: TypeAlias = tuple[str | None, int]  # a form or "step", and for how many tokens
DTYPES = {"float64": torch.float64, "float32": torch.float32, "bfloat16": torch.bfloat16}


def assert_forms_agree(  # noqa: PLR0913 - each says what to try
    module: Any,
    *,
    width: int | None = None,
    lengths: Iterable[int] = LENGTHS,
    trained: int | None = None,
    forms: Sequence[str | None] | None = None,
    dtypes: Sequence[str] = ("float64", "float32"),
    condition: float = 1.0,
    gradients: bool = True,
    batch: int = 2,
    seed: int = 0,
) -> None:
    """`module` (see `lemmata.mixer.Mixer`) is one function in all its forms.

    Compared with its own `step` in double precision: outputs of every form, of every hand-over
    between two forms and of chains of three, of prefixes, of rows alone and of a state used twice;
    and gradients to inputs and parameters, through a hand-over too. Tried on a copy in `eval`.

    `lengths` are tried, and around `trained` (the length that the module was made for) the one
    before it, itself, the one after and twice it plus one. `forms` are `module.forms` unless given.
    A tolerance follows from the dtype, the tokens that add up and `condition`; bfloat16 is held to
    four units in the last place of the largest output, and gradients only in double precision.
    """
    width = module.width if width is None else width
    forms = tuple(getattr(module, "forms", (None,)) if forms is None else forms)
    if not forms:
        raise ArgumentError("forms must name at least one form")
    wanted = set(lengths)
    if trained is not None:
        wanted |= {trained - 1, trained, trained + 1, 2 * trained + 1} - {0}
    generator = torch.Generator().manual_seed(seed)
    for name in dtypes:
        if name not in DTYPES:
            raise ArgumentError(f"dtypes must be among {', '.join(DTYPES)}, got {name!r}")
        case = _Case.of(module, DTYPES[name], forms, condition, batch)
        for length in sorted(wanted):
            x = torch.randn(batch, length, width, generator=generator, dtype=torch.float64)
            case.compare(x.to(case.device, case.dtype), generator)
            if gradients and name == "float64":
                case.compare_gradients(x.to(case.device, case.dtype), generator)


@dataclass
class _Case:
    """A module in one dtype beside itself, rounded to that dtype, in double precision."""

    module: Any
    truth: Any
    dtype: torch.dtype
    device: torch.device
    forms: tuple[str | None, ...]
    condition: float

    @classmethod
    def of(
        cls,
        module: Any,
        dtype: torch.dtype,
        forms: tuple[str | None, ...],
        condition: float,
        batch: int,
    ) -> "_Case":
        parameters = [*module.parameters(), *module.buffers()]
        for held in parameters:
            assert not held.is_complex(), "parameters and buffers must be real"
        device = parameters[0].device if parameters else torch.device("cpu")
        rounded = copy.deepcopy(module).to(dtype).eval()
        truth = copy.deepcopy(rounded).double()
        return cls(rounded, truth, dtype, device, forms, condition)

    def compare(self, x: Tensor, generator: torch.Generator) -> None:
        with torch.no_grad():
            self._outputs(x, generator)

    def _outputs(self, x: Tensor, generator: torch.Generator) -> None:
        length = x.shape[1]
        expected = _run(self.truth, x.double(), [("step", length)])
        self._same(_run(self.module, x, [("step", length)]), expected, "step by step")
        for form in self.forms:
            whole = _run(self.module, x, [(form, length)])
            self._same(whole, expected, f"form {form!r} of {length} tokens")
            prefix = _some(length, generator)
            self._same(
                _run(self.module, x[:, :prefix], [(form, prefix)]),
                expected[:, :prefix],
                f"form {form!r} of the first {prefix} of {length} tokens",
                expected,
            )
            row = _run(self.module, x[:1], [(form, length)])
            self._same(row, expected[:1], f"form {form!r} of the first row alone", expected)
        for pieces in _hand_overs(self.forms, length, generator):
            self._same(_run(self.module, x, pieces), expected, f"hand-over {_told(pieces)}")
        self._state_twice(x, expected)

    def _state_twice(self, x: Tensor, expected: Tensor) -> None:
        """A state that was carried on from once can be carried on from again."""
        length = x.shape[1]
        if length < 2:
            return
        for form in self.forms:
            _, state = _call(self.module, x[:, : length - 1], None, form)
            for _ in range(2):
                y, _ = _call(self.module, x[:, length - 1 :], state, form)
                what = f"form {form!r} from one state twice"
                self._same(y, expected[:, length - 1 :], what, expected)

    def compare_gradients(self, x: Tensor, generator: torch.Generator) -> None:
        length = x.shape[1]
        out = torch.randn(x.shape, generator=generator, dtype=torch.float64).to(x)
        expected = _gradients(self.module, x, [("step", length)], out)
        cut = _some(length, generator)
        runs: list[list[Piece]] = [[(form, length)] for form in self.forms]
        if cut < length:
            runs += [[(form, cut), (form, length - cut)] for form in self.forms]
        for pieces in runs:
            found = _gradients(self.module, x, pieces, out)
            for name, gradient in expected.items():
                what = f"gradient to {name}, {_told(pieces)}"
                self._same(found[name], gradient, what, roundings=x.shape[0] * x[0].numel())

    def _same(
        self,
        actual: Tensor,
        expected: Tensor,
        what: str,
        scale_of: Tensor | None = None,
        roundings: int | None = None,
    ) -> None:
        where = f"{what}, {self.dtype}"
        assert actual.shape == expected.shape, f"{where}: shape {tuple(actual.shape)}"
        assert actual.dtype == self.dtype, f"{where}: answered {actual.dtype}"
        scale = float((expected if scale_of is None else scale_of).abs().max())
        error = float((actual.double() - expected).abs().max())
        limit = self._limit(roundings or max(expected.shape[1:])) * scale
        assert error <= limit, (
            f"{where}: error {error:.3e} exceeds {limit:.3e}, at scale {scale:.3e}"
        )

    def _limit(self, roundings: int) -> float:
        if self.dtype == torch.bfloat16:
            return 4 * torch.finfo(self.dtype).eps
        return tolerance(str(self.dtype).removeprefix("torch."), self.condition, roundings)


def _call(module: Any, x: Tensor, state: Any, form: str | None) -> tuple[Tensor, Any]:
    answer: tuple[Tensor, Any] = module(x, state) if form is None else module(x, state, form=form)
    return answer


def _run(module: Any, x: Tensor, pieces: Iterable[Piece]) -> Tensor:
    """Outputs for `x`, cut into pieces, the state handed over from each to the next."""
    outputs, state, begin = [], None, 0
    for form, length in pieces:
        part = x[:, begin : begin + length]
        if form == "step":
            if state is None:
                state = module.initial_state(x.shape[0], dtype=x.dtype, device=x.device)
            for token in part.unbind(1):
                y, state = module.step(token, state)
                outputs.append(y[:, None])
        else:
            y, state = _call(module, part, state, form)
            outputs.append(y)
        begin += length
    return torch.cat(outputs, 1)


def _gradients(module: Any, x: Tensor, pieces: Iterable[Piece], out: Tensor) -> dict[str, Tensor]:
    """Of the sum of outputs weighted by `out`, to the inputs and to each parameter that trains."""
    leaf = x.clone().requires_grad_()
    leaves = {"x": leaf} | {n: p for n, p in module.named_parameters() if p.requires_grad}
    y = _run(module, leaf, pieces)
    assert y.requires_grad, f"no gradient passes through {_told(pieces)}"
    found = torch.autograd.grad((y * out).sum(), list(leaves.values()), allow_unused=True)
    return {
        name: torch.zeros_like(leaves[name]) if gradient is None else gradient
        for name, gradient in zip(leaves, found, strict=True)
    }


def _hand_overs(
    forms: Sequence[str | None], length: int, generator: torch.Generator
) -> Iterable[list[Piece]]:
    """Any form after any other, at every split of a short sequence and at four of a long one.

    Then chains of three, in which the middle must carry on what it was given.
    """
    if length < 2:
        return
    splits = {*range(1, length)} if length <= 8 else {1, length // 2, length - 1}
    splits.add(_some(length, generator))  # `step` itself is slow: at one split of a long one
    for first, second in itertools.product((*forms, "step"), repeat=2):
        if first == second == "step":
            continue
        slow = length > 8 and "step" in (first, second)
        for split in [_some(length, generator)] if slow else sorted(splits):
            yield [(first, split), (second, length - split)]
    for form in (*forms, "step") if length > 2 else ():
        middle = max(1, (length - 1) // 2)
        for last in (*forms, "step"):
            yield [(forms[0], 1), (form, middle), (last, length - 1 - middle)]


def _some(length: int, generator: torch.Generator) -> int:
    """A number of tokens from 1 to `length` - 1, or 1 if there is only one."""
    return int(torch.randint(1, max(2, length), (1,), generator=generator))


def _told(pieces: Iterable[Piece]) -> str:
    return " then ".join(f"{length} by {form or 'default'}" for form, length in pieces)
