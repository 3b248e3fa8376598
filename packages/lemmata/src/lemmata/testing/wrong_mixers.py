"""Mixers that are wrong: a right one, broken in the ways that layers in the wild are broken.

With them a test shows that `lemmata.testing.assert_forms_agree` would notice. `lemmata.testing`
offers `wrong_forms` and loads PyTorch with it only when it is asked for.
"""

from typing import Any

import torch
from torch import Tensor, nn


class _Broken(nn.Module):
    """A right mixer with one thing wrong about it; `step` is left as it is."""

    def __init__(self, right: Any) -> None:
        super().__init__()
        self.right = right
        self.width = right.width
        self.forms = getattr(right, "forms", (None,))

    def forward(self, x: Tensor, state: Any = None, **form: Any) -> tuple[Tensor, Any]:
        answer: tuple[Tensor, Any] = self.right(x, state, **form)
        return answer

    def step(self, x: Tensor, state: Any) -> tuple[Tensor, Any]:
        answer: tuple[Tensor, Any] = self.right.step(x, state)
        return answer

    def initial_state(self, batch: int, **factory: Any) -> Any:
        return self.right.initial_state(batch, **factory)


class _LagZeroLeak(_Broken):
    """The last value of the kernel is added to the first, as folding a delayed kernel does."""

    def forward(self, x: Tensor, state: Any = None, **form: Any) -> tuple[Tensor, Any]:
        y, after = self.right(x, state, **form)
        return y + 1e-3 * x, after


class _Wrapped(_Broken):
    """The end of the sequence acts on its beginning, as without I - A^L or without padding."""

    def forward(self, x: Tensor, state: Any = None, **form: Any) -> tuple[Tensor, Any]:
        y, after = self.right(x, state, **form)
        again, _ = self.right(x, after, **form)
        return y + 0.05 * (again - y) + 1e-3 * x.roll(1, 1), after


class _LengthDependent(_Broken):
    """Divided by the length of the call instead of the tokens seen."""

    def forward(self, x: Tensor, state: Any = None, **form: Any) -> tuple[Tensor, Any]:
        y, after = self.right(x, state, **form)
        return y * (1 + 0.1 / x.shape[1]), after


class _OffByOne(_Broken):
    """The state is the one before the last token."""

    def forward(self, x: Tensor, state: Any = None, **form: Any) -> tuple[Tensor, Any]:
        y, after = self.right(x, state, **form)
        if x.shape[1] > 1:
            _, after = self.right(x[:, :-1], state, **form)
        return y, after


class _Dropped(_Broken):
    """The state that comes in is forgotten."""

    def forward(self, x: Tensor, state: Any = None, **form: Any) -> tuple[Tensor, Any]:
        y, after = self.right(x, None, **form)
        return y, after


class _NotCarried(_Broken):
    """Outputs see the state that comes in, the state that goes out does not."""

    def forward(self, x: Tensor, state: Any = None, **form: Any) -> tuple[Tensor, Any]:
        y, _ = self.right(x, state, **form)
        return y, self.right(x, None, **form)[1]


class _FutureLeak(_Broken):
    """A token sees the next one."""

    def forward(self, x: Tensor, state: Any = None, **form: Any) -> tuple[Tensor, Any]:
        y, after = self.right(x, state, **form)
        return y + 1e-3 * torch.cat((x[:, 1:], torch.zeros_like(x[:, :1])), 1), after


class _RowsMixed(_Broken):
    """A row of the batch sees the others, as statistics over the batch do."""

    def forward(self, x: Tensor, state: Any = None, **form: Any) -> tuple[Tensor, Any]:
        y, after = self.right(x, state, **form)
        return y - 1e-3 * y.mean(0), after


class _Rounded(_Broken):
    """Single precision inside, whatever comes in."""

    def forward(self, x: Tensor, state: Any = None, **form: Any) -> tuple[Tensor, Any]:
        y, after = self.right(x, state, **form)
        return y.float().to(y.dtype), after


class _HalfGradient(_Broken):
    """The input's gradient is half of what it is."""

    def forward(self, x: Tensor, state: Any = None, **form: Any) -> tuple[Tensor, Any]:
        y, after = self.right((x + x.detach()) / 2, state, **form)
        return y, after


WRONG: dict[str, type[_Broken]] = {
    "lag-0 leak": _LagZeroLeak,
    "end wraps to beginning": _Wrapped,
    "scale by length of call": _LengthDependent,
    "state off by one": _OffByOne,
    "state dropped": _Dropped,
    "state not carried on": _NotCarried,
    "future leak": _FutureLeak,
    "rows mixed": _RowsMixed,
    "rounded inside": _Rounded,
    "wrong gradient": _HalfGradient,
}


def wrong_forms(module: Any) -> dict[str, nn.Module]:
    """`module` broken in each of the ways that `assert_forms_agree` must notice, by name.

    For `lemmata.testing.assert_rejects(checker, wrong_forms(module))`.
    """
    return {name: broken(module) for name, broken in WRONG.items()}
