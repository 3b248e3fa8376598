"""The checker of mixers accepts a right one and rejects each of those that are wrong."""

import math
from typing import NamedTuple

import pytest

from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError
from lemmata.testing import assert_rejects

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.mixer import Mixer, check_finite, check_form, check_sequence, check_token  # noqa: E402
from lemmata.testing import assert_forms_agree, wrong_forms  # noqa: E402


class Memory(NamedTuple):
    h: "torch.Tensor"


class Decay(torch.nn.Module):
    """h' = a h + x, y = h: a diagonal recurrence, at once by its kernel or token by token."""

    forms = ("parallel", "recurrent")

    def __init__(self, width=3):
        super().__init__()
        self.width = width
        self.a = torch.nn.Parameter(torch.linspace(0.5, 0.95, width))

    def initial_state(self, batch, *, dtype=None, device=None):
        return Memory(torch.zeros(batch, self.width, dtype=dtype or self.a.dtype, device=device))

    def step(self, x, state):
        h = self.a * state.h + x
        return h, Memory(h)

    def kernel(self, length):
        return self.a ** torch.arange(length)[:, None].to(self.a)

    def forward(self, x, state=None, *, form=None):
        state = self.initial_state(len(x), dtype=x.dtype) if state is None else state
        if form == "recurrent":
            ys = []
            for token in x.unbind(1):
                y, state = self.step(token, state)
                ys.append(y)
            return torch.stack(ys, 1), state
        length = x.shape[1]
        lag = torch.arange(length)[:, None] - torch.arange(length)
        toeplitz = torch.where(lag[..., None] >= 0, self.kernel(length)[lag.clamp(min=0)], 0)
        y = torch.einsum("tsw,bsw->btw", toeplitz.to(x), x)
        y = y + self.kernel(length + 1)[1:] * state.h[:, None]
        return y, Memory(y[:, -1])


class CircularKernel(Decay):
    """The convolution by a transform of the same length: what I - A^L and padding are there for."""

    def forward(self, x, state=None, *, form=None):
        if state is not None or form == "recurrent":
            return super().forward(x, state, form=form)
        _, after = super().forward(x)
        length = x.shape[1]
        spectrum = torch.fft.rfft(self.kernel(length), dim=0) * torch.fft.rfft(x.double(), dim=1)
        return torch.fft.irfft(spectrum, length, dim=1).to(x), after


class OddLengths(Decay):
    """Right for even lengths only, as where a transform is padded by one and its matrix is not."""

    def forward(self, x, state=None, *, form=None):
        y, after = super().forward(x, state, form=form)
        return (y * 1.01 if x.shape[1] % 2 and x.shape[1] > 1 else y), after


class OnlyTrained(Decay):
    """The kernel has a length, and there is none beyond it."""

    def kernel(self, length):
        return super().kernel(length) * (torch.arange(length) < 16)[:, None]


class StateChanged(Decay):
    """The state that comes in is used as scratch."""

    def forward(self, x, state=None, *, form=None):
        answer = super().forward(x, state, form=form)
        if state is not None:
            state.h.add_(1)
        return answer


class DetachedState(Decay):
    """Gradients stop at a hand-over between two pieces."""

    def forward(self, x, state=None, *, form=None):
        y, after = super().forward(x, state, form=form)
        return y, Memory(after.h.detach())


class HalvedInRecurrent(Decay):
    """Only one of the forms is wrong."""

    def forward(self, x, state=None, *, form=None):
        y, after = super().forward(x, state, form=form)
        return (y / 2 if form == "recurrent" else y), after


def checked(module):
    assert_forms_agree(module, trained=16)


def test_a_right_mixer_is_accepted():
    assert isinstance(Decay(), Mixer)
    checked(Decay())
    assert_forms_agree(Decay(), dtypes=("float64", "float32", "bfloat16"), lengths=(1, 2, 5, 64))


def test_each_of_the_shipped_wrong_forms_is_rejected():
    wrong = wrong_forms(Decay())
    assert {"lag-0 leak", "future leak", "state dropped", "state off by one"} <= set(wrong)
    assert_rejects(checked, wrong)


def test_wrong_mixers_written_out_are_rejected():
    kinds = (
        CircularKernel,
        OddLengths,
        OnlyTrained,
        StateChanged,
        DetachedState,
        HalvedInRecurrent,
    )
    assert_rejects(checked, {kind.__name__: kind() for kind in kinds})


def test_an_answer_of_another_shape_or_dtype_is_rejected():
    class Narrow(Decay):
        def forward(self, x, state=None, *, form=None):
            y, after = super().forward(x, state, form=form)
            return y[..., :1], after

    class Wide(Decay):
        def forward(self, x, state=None, *, form=None):
            y, after = super().forward(x, state, form=form)
            return y.double(), after

    assert_rejects(checked, {"narrow": Narrow(), "wide": Wide()})


def test_complex_parameters_are_rejected():
    class Complex(Decay):
        def __init__(self):
            super().__init__()
            self.c = torch.nn.Parameter(torch.zeros(2, dtype=torch.complex64))

    assert_rejects(checked, {"complex": Complex()})


def test_what_cannot_be_checked_is_refused():
    with pytest.raises(ArgumentError, match="dtypes"):
        assert_forms_agree(Decay(), dtypes=("float16",))
    with pytest.raises(ArgumentError, match="forms"):
        assert_forms_agree(Decay(), forms=())
    with pytest.raises(ArgumentError, match="cannot tell right from wrong"):
        assert_forms_agree(Decay(), condition=1e15)


def test_inputs_of_mixers_are_checked_by_name():
    x = torch.zeros(2, 5, 3)
    assert check_sequence("x", x, 3) is x
    assert check_token("x", x[:, 0], 3).shape == (2, 3)
    for shape in ((2, 3), (2, 5, 4), (2, 0, 3), (0, 5, 3)):
        with pytest.raises(ShapeError, match=r"tokens must have shape \(batch, length, width\)"):
            check_sequence("tokens", torch.zeros(shape), 3)
    with pytest.raises(DtypeError, match=r"must be a torch\.Tensor, got list"):
        check_sequence("x", [[1.0]], 3)
    with pytest.raises(DtypeError, match="floating"):
        check_sequence("x", x.long(), 3)
    with pytest.raises(DtypeError, match=r"dtype torch\.float64"):
        check_token("x", x[:, 0], 3, torch.float64)
    with pytest.raises(NonFiniteError, match="NaN"):
        check_sequence("x", x.log() * 0, 3)


def test_forms_are_checked_by_name():
    assert check_form(None, ("parallel", "recurrent"), "parallel") == "parallel"
    assert check_form("recurrent", ("parallel", "recurrent"), "parallel") == "recurrent"
    with pytest.raises(ArgumentError, match="form must be one of parallel, recurrent or None"):
        check_form("chunked", ("parallel", "recurrent"), "parallel")


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
def test_finite_is_what_has_no_nan_and_no_infinity_however_large_its_sum(dtype):
    most = torch.finfo(dtype).max
    for x in (
        torch.full((3, 4), most, dtype=dtype),
        torch.tensor([most, most, -most], dtype=dtype),
    ):
        check_finite("x", x)
    inf = math.inf
    for wrong in ([inf, 1.0], [inf, -inf], [1.0, math.nan], [most, most, -inf]):
        with pytest.raises(NonFiniteError, match=r"x of shape \(\d,\) must be finite"):
            check_finite("x", torch.tensor(wrong, dtype=dtype))
