"""RTF: a rational transfer function a channel, whose kernel costs the same whatever its order.

H(z) = D + z b(z) / a(z) with a(z) = 1 + a_1 z + ... and z the delay. What is trained is b folded at
the layer's length L, so that the kernel is one division of transforms. The division is of b alone
and the delay is a shift: the transform of the delayed response would wrap its last term onto lag 0.
Refused: a power and a solve with the companion matrix for the b of the recurrence, which is the
product of a(z) and the kernel; and an odd L padded to an even one, which folds at another length.
"""

from typing import Any, NamedTuple, Self

import torch
from torch import Tensor

from lemmata.arguments import check_choice
from lemmata.errors import ArgumentError
from lemmata.ssm.mixing import LinearMixer, at_least
from lemmata.ssm.rational import bandwidth, pole_radius
from lemmata.ssm.series import convolve, divide, fast_length
from lemmata.ssm.starts import parameter
from lemmata.ssm.systems import Rational


class Ratio(NamedTuple):
    """b(z) / a(z): numerator and denominator less its 1, (width, n) each."""

    b: Tensor
    a: Tensor


class Operators(NamedTuple):
    """For pieces of one length: the ratio, and the kernel with its delay."""

    ratio: Ratio
    kernel: Tensor


class RTF(LinearMixer):
    """A transfer function of order `state` for each of `width` channels.

    Parnichkun et al. 2024 (arXiv:2405.06147). Parameters `a` and folded `b` (width, state), both
    0 at the start, and `D`, the paper's h_0, 1. `length` is the one that b is folded at: others are
    right too. The state is the numerator of what is still to come, (batch, width, state).

    `stability`: "free", as the paper recommends, or "montel", which divides a by the sum of its
    magnitudes where that exceeds 1: sufficient, and far from necessary. With "free", training can
    leave poles outside of the unit circle that no kernel shows: see `pole_radius`, `stabilize_`.
    """

    def __init__(
        self,
        width: int,
        state: int = 64,
        length: int = 1024,
        *,
        stability: str = "free",
        **factory: Any,
    ) -> None:
        super().__init__(width, state, at_least("length", length, 2), **factory)
        check_choice("stability", stability, ("free", "montel"))
        self.length, self.stability = self.chunk, stability
        if not self.state < self.length:
            raise ArgumentError(f"state must be below length = {length}, got {state}")
        self.a = parameter(torch.zeros(self.width, self.state), factory)
        self.b = parameter(torch.zeros(self.width, self.state), factory)

    def kernel(self, length: int) -> Tensor:
        """0, then the first terms of b(z) / a(z): (width, length)."""
        a = self._denominator()
        return self._kernel(a, self._response(a), at_least("length", length, 1))

    def ratio(self) -> Ratio:
        """The transfer function less D, unfolded: b is the product of a and the kernel."""
        a = self._denominator()
        return _unfolded(self._response(a), a)

    @torch.no_grad()
    def set_ratio(self, b: Tensor, a: Tensor) -> Self:
        """Let z b(z) / a(z) be the function, for b and a (width, state); folds b exactly."""
        wide_a, wide_b = a.double(), b.double()
        response = divide(wide_b, wide_a, self.length)
        self.a.copy_(a)
        self.b.copy_(wide_b - _tail(Ratio(wide_b, wide_a), response, None, None))
        return self

    def pole_radius(self) -> Tensor:
        """The largest magnitude of a pole of each channel, (width,); above 1 is unstable."""
        return pole_radius(self._denominator().detach())

    @torch.no_grad()
    def stabilize_(self, radius: float = 0.999) -> Self:
        """Shrink the poles of channels that reach beyond `radius` by one factor; keep b."""
        ratio = self.ratio()
        return self.set_ratio(ratio.b, bandwidth(ratio.a, radius))

    @torch.no_grad()
    def change_length(self, length: int) -> Self:
        """Fold the same function at another length."""
        length = at_least("length", length, self.state + 1)
        ratio = self.ratio()
        self.length = self.chunk = length
        return self.set_ratio(*ratio)

    def extra_repr(self) -> str:
        """What stands between the brackets of the printed layer."""
        size = f"width={self.width}, state={self.state}, length={self.length}"
        return f"{size}, stability={self.stability!r}"

    def _denominator(self) -> Tensor:
        a = self._wide(self.a)
        if self.stability == "free":
            return a
        return a / a.abs().sum(-1, keepdim=True).clamp(min=1)

    def _response(self, a: Tensor) -> Tensor:
        """b(z) / a(z) to `length` terms, from the folded b: one division of transforms."""
        whole = torch.nn.functional.pad(a, (1, 0), value=1.0)
        below = torch.fft.rfft(whole, self.length)
        if not torch.compiler.is_compiling():
            _check_nodes(below.detach().abs(), whole.detach().abs())
        spectrum = torch.fft.rfft(self._wide(self.b), self.length) / below
        response: Tensor = torch.fft.irfft(spectrum, self.length)
        return response

    def _kernel(self, a: Tensor, response: Tensor, length: int) -> Tensor:
        if length > self.length:
            response = divide(_unfolded(response, a).b, a, length)
        return torch.nn.functional.pad(response[..., : length - 1], (1, 0))

    def _operators(self, length: int) -> Operators:
        a = self._denominator()
        response = self._response(a)
        return Operators(_unfolded(response, a), self._kernel(a, response, length))

    def _piece(self, operators: Any, u: Tensor, h: Tensor | None) -> tuple[Tensor, Tensor]:
        ratio, kernel = operators
        y = convolve(u, kernel, u.shape[-1])
        if h is not None:
            y = y + divide(h, ratio.a, u.shape[-1])
        return y, _tail(ratio, y, u, h)

    def _system(self) -> Rational:
        b, a = (part.detach().cpu().double().numpy() for part in self.ratio())
        return Rational(b, a, self.D.detach().cpu().double().numpy())

    def _recurrence(self) -> Ratio:
        return self.ratio()

    def _advance(self, recurrence: Any, u: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        y = h[..., 0]
        moved = torch.nn.functional.pad(h[..., 1:], (0, 1))
        return y, moved - recurrence.a * y[..., None] + recurrence.b * u[..., None]


def _unfolded(response: Tensor, a: Tensor) -> Ratio:
    """b from the response g = b / a: the first n terms of a(z) g(z)."""
    n = a.shape[-1]
    g = response[..., :n]
    lagged = torch.nn.functional.pad(convolve(a, g, n)[..., : n - 1], (1, 0))
    return Ratio(g + lagged, a)


def _check_nodes(below: Tensor, whole: Tensor) -> None:
    """ArgumentError where a(z) is 0 to rounding at a root of unity, and cannot be divided by."""
    least = (below.amin(-1) / whole.sum(-1)).amin()
    if float(least) < torch.finfo(whole.dtype).eps:
        raise ArgumentError(
            "a has a pole at a root of unity of order `length`, where the kernel has no transform; "
            "stabilize_() or change_length() the layer"
        )


def _tail(ratio: Ratio, y: Tensor, u: Tensor | None, h: Tensor | None) -> Tensor:
    """The numerator of the response after y: terms from `length` on of z b u + h - a y.

    Without `u` and `h` it is that of b / a itself. Only the last n terms of y and u matter.
    """
    n, length = ratio.a.shape[-1], y.shape[-1]
    m = min(n, length)
    size = fast_length(n + m - 1)
    spectrum = -torch.fft.rfft(ratio.a, size) * torch.fft.rfft(y[..., -m:], size)
    if u is not None:
        spectrum = spectrum + torch.fft.rfft(ratio.b, size) * torch.fft.rfft(u[..., -m:], size)
    tail: Tensor = torch.fft.irfft(spectrum, size)[..., m - 1 : m - 1 + n]
    left = None if h is None else h[..., length:]
    if left is None or left.shape[-1] == 0:
        return tail
    return tail + torch.nn.functional.pad(left, (0, n - left.shape[-1]))
