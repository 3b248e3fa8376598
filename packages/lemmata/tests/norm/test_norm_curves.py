"""DyT, DyISRU and Derf: equal to their equations, right gradients, one number by itself, bad input."""

import math

import numpy as np
import plain_norms as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402 - it needs PyTorch

from lemmata.errors import ArgumentError, DtypeError, IntegerError, ShapeError  # noqa: E402
from lemmata.norm import Derf, DyISRU, DyT  # noqa: E402
from lemmata.testing import (  # noqa: E402
    assert_cost_exponent,
    assert_gradient,
    assert_rejects,
    tolerance,
    torch_gradient,
)

CLASSES = {"dyt": DyT, "dyisru": DyISRU, "derf": Derf}
FORMS = {"dyt": {"alpha": 0.7}, "dyisru": {"C": 2.5}, "derf": {"alpha": 0.6, "shift": -0.4}}
SCALE = 1.5


def drawn(*shape, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


def layer(kind, width, dtype=torch.float64, **form):
    """One with gain and bias that are not trivial."""
    made = CLASSES[kind](width, scale=SCALE, dtype=dtype, **(form or FORMS[kind]))
    with torch.no_grad():
        made.weight.copy_(drawn(width, seed=1))
        made.bias.copy_(drawn(width, seed=2))
    return made


def expected(kind, x, made):
    rows = x.double().reshape(-1, x.shape[-1]).tolist()
    weight, bias = made.weight.double().tolist(), made.bias.double().tolist()
    plainly = getattr(plain, kind)
    found = [plainly(row, weight, bias, made.scale, **made.values()) for row in rows]
    return torch.tensor(found, dtype=torch.float64).reshape(x.shape)


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(sorted(CLASSES)),
    leading=st.lists(st.integers(0, 3), max_size=3),
    width=st.integers(1, 9),
    size=st.sampled_from([1e-6, 1.0, 50.0]),
    dtype=st.sampled_from([torch.float64, torch.float32, torch.bfloat16, torch.float16]),
    seed=st.integers(0, 99),
)
def test_every_number_is_that_of_the_equation(kind, leading, width, size, dtype, seed):
    x = (size * drawn(*leading, width, seed=seed)).to(dtype)
    made = layer(kind, width, dtype)
    y = made(x)
    assert y.dtype == dtype
    unit = torch.finfo(dtype).eps
    torch.testing.assert_close(y.double(), expected(kind, x, made), rtol=8 * unit, atol=8 * unit)


def test_wrong_curves_are_rejected():
    x = torch.cat([drawn(40, 6), 9 * drawn(40, 6, seed=3)])
    sizes = {"weight": drawn(6, seed=1), "bias": drawn(6, seed=2)}

    def check(kind):
        want = expected(kind, x, layer(kind, 6))

        def checker(curve):
            y = curve(x, sizes["weight"], sizes["bias"])
            assert torch.allclose(y, want, rtol=tolerance(np.float64, 4), atol=1e-14)

        return checker

    def of(f):  # a curve with gain, scale and bias in their right places
        return lambda x, w, b: SCALE * w * f(x) + b

    erf, tanh = torch.erf, torch.tanh
    wrong = {
        "dyt": {
            "alpha outside": of(lambda x: 0.7 * tanh(x)),
            "no alpha": of(tanh),
            "sigmoid": of(lambda x: torch.sigmoid(0.7 * x)),
            "erf": of(lambda x: erf(0.7 * x)),
            "tanh cut off": of(lambda x: (0.7 * x).clamp(-1, 1)),
            "gain inside": lambda x, w, b: SCALE * tanh(0.7 * w * x) + b,
            "bias inside": lambda x, w, b: SCALE * w * tanh(0.7 * x + b),
            "bias scaled": lambda x, w, b: SCALE * (w * tanh(0.7 * x) + b),
            "scale forgotten": lambda x, w, b: w * tanh(0.7 * x) + b,
        },
        "dyisru": {
            "x for its square": of(lambda x: x / torch.sqrt(x.abs() + 2.5)),
            "no root": of(lambda x: x / (x**2 + 2.5)),
            "C for its root": of(lambda x: x / torch.sqrt(x**2 + 2.5**2)),
            "softsign": of(lambda x: x / (x.abs() + math.sqrt(2.5))),
            "C outside": of(lambda x: x / (x.abs() + 2.5)),
            "statistics": of(lambda x: x / torch.sqrt((x**2).mean(-1, keepdim=True) + 2.5)),
            "C multiplied": of(lambda x: x / torch.sqrt(1 + 2.5 * x**2)),
            "sign lost": of(lambda x: x.abs() / torch.sqrt(x**2 + 2.5)),
        },
        "derf": {
            "shift outside": of(lambda x: erf(0.6 * x) - 0.4),
            "shift before alpha": of(lambda x: erf(0.6 * (x - 0.4))),
            "shift forgotten": of(lambda x: erf(0.6 * x)),
            "shift of the other sign": of(lambda x: erf(0.6 * x + 0.4)),
            "normal distribution": of(lambda x: torch.special.ndtr(0.6 * x - 0.4)),
            "rescaled twice": of(lambda x: erf((0.6 * x - 0.4) / math.sqrt(2))),
            "tanh": of(lambda x: tanh(0.6 * x - 0.4)),
        },
    }
    right = {
        "dyt": of(lambda x: tanh(0.7 * x)),
        "dyisru": of(lambda x: x / torch.sqrt(x**2 + 2.5)),
        "derf": of(lambda x: erf(0.6 * x - 0.4)),
    }
    for kind, curves in wrong.items():
        check(kind)(right[kind])
        assert_rejects(check(kind), curves)


@pytest.mark.parametrize("kind", CLASSES)
def test_gradients_are_right_in_the_input_and_in_every_parameter(kind):
    made, x = layer(kind, 5), drawn(3, 5, seed=7)
    mixed = drawn(3, 5, seed=8)
    assert_gradient(
        lambda point: float((made(torch.as_tensor(point)) * mixed).sum().detach()),
        torch_gradient(lambda point: (made(point) * mixed).sum()),
        x.numpy(),
    )
    names = [name for name, _ in made.named_parameters()]

    def of_all(x, *values):
        return torch.func.functional_call(made, dict(zip(names, values, strict=True)), (x,))

    leaves = (x.requires_grad_(), *(p.detach().requires_grad_() for p in made.parameters()))
    assert torch.autograd.gradcheck(of_all, leaves)
    assert torch.autograd.gradgradcheck(of_all, leaves)


@pytest.mark.parametrize("kind", CLASSES)
def test_every_output_depends_on_its_own_input_alone(kind):
    made, x = layer(kind, 4), drawn(4, seed=3)
    jacobian = torch.autograd.functional.jacobian(made, x)
    assert torch.equal(jacobian, torch.diag(jacobian.diagonal()))
    mixing = torch.autograd.functional.jacobian(torch.nn.RMSNorm(4, dtype=x.dtype), x)
    assert not torch.equal(mixing, torch.diag(mixing.diagonal()))


class Counted(TorchDispatchMode):
    """Numbers that come out of arithmetic, and the names of what was called."""

    def __init__(self):
        super().__init__()
        self.numbers, self.names = 0, set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        self.names.add(func.overloadpacket.__name__)
        self.numbers += out.numel() if isinstance(out, torch.Tensor) else 0
        return out


def counted(kind, width, rows=64):
    made, x = layer(kind, width, torch.float32), drawn(rows, width, dtype=torch.float32)
    with torch.no_grad(), Counted() as seen:
        made(x)
    return seen


@pytest.mark.parametrize("kind", CLASSES)
def test_the_cost_is_a_few_operations_a_number_and_no_statistic(kind):
    assert_cost_exponent(lambda width: counted(kind, width).numbers, (64, 128, 256, 512), 1.0)
    seen = counted(kind, 512)
    assert seen.numbers <= 3.1 * 64 * 512
    assert not seen.names & {"mean", "var_mean", "sum", "native_layer_norm", "_fused_rms_norm"}


@pytest.mark.parametrize("kind", CLASSES)
def test_half_precision_is_computed_in_single_and_rounded_once(kind):
    single = layer(kind, 6, torch.float32)
    half = layer(kind, 6, torch.bfloat16)
    single.load_state_dict(half.state_dict())
    x = 30 * drawn(20, 6, dtype=torch.bfloat16)
    assert torch.equal(half(x), single(x.float()).bfloat16())
    assert torch.equal(single(x), half(x))  # the output has the dtype of x
    assert torch.isfinite(layer(kind, 6, torch.float16)(torch.full((6,), 6e4).half())).all()


def test_large_numbers_saturate_where_their_square_overflows():
    for dtype, large in ((torch.float32, 1e30), (torch.float64, 1e200)):
        made = DyISRU(4, dtype=dtype)
        x = torch.tensor([large, -large, 0.0, 1 / large], dtype=dtype)
        assert torch.allclose(made(x), torch.tensor([2.0, -2.0, 0.0, 0.0], dtype=dtype))
    for bad in (math.nan, math.inf):  # as from PyTorch's norms
        assert DyISRU(4)(torch.full((4,), bad)).isnan().all()


def test_the_first_values_are_those_of_the_papers():
    assert DyT(8).values() == {"alpha": 0.5}
    assert DyT(8).scale == Derf(8).scale == 1
    assert Derf(8).values() == {"alpha": 0.5, "shift": 0.0}
    assert DyISRU(8).values()["C"] == pytest.approx(7)
    assert DyISRU(8).scale == math.sqrt(8)
    assert DyISRU(1).values() == {"C": 1.0}
    for kind, made in CLASSES.items():
        plainly = made(8)
        assert torch.equal(plainly.weight, torch.ones(8)), kind
        assert torch.equal(plainly.bias, torch.zeros(8)), kind
        assert made(8, bias=False).bias is None
        assert made(8, affine=False).weight is None
        assert made(8, dtype=torch.float64).weight.dtype == torch.float64


def test_c_stays_positive_whatever_is_learned():
    made = DyISRU(4, C=1e-3)
    with torch.no_grad():
        made.log_c -= 50
    assert float(made.C.detach()) > 0
    assert made.C.requires_grad


def test_a_layer_shows_its_form_and_is_saved_and_loaded():
    made = layer("derf", 5)
    assert "shift=-0.4" in repr(made)
    other = Derf(5, scale=SCALE, dtype=torch.float64)
    other.load_state_dict(made.state_dict())
    x = drawn(7, 5)
    assert torch.equal(other(x), made(x))
    assert set(DyT(5).state_dict()) == {"alpha", "weight", "bias"}


@pytest.mark.parametrize("kind", CLASSES)
def test_bad_input_is_named(kind):
    made = CLASSES[kind]
    with pytest.raises(ShapeError, match=r"x must have a last axis of 4, got \(2, 1\)"):
        made(4)(torch.zeros(2, 1))
    with pytest.raises(ShapeError, match="x must have a last axis"):
        made(4)(torch.tensor(1.0))
    for dtype in (torch.int64, torch.complex64):
        with pytest.raises(DtypeError, match="x must hold real floating numbers"):
            made(4)(torch.zeros(4, dtype=dtype))
    with pytest.raises(ArgumentError, match="width must be at least 1, got 0"):
        made(0)
    with pytest.raises(IntegerError, match="width must be an integer"):
        made(4.0)
    with pytest.raises(DtypeError, match="dtype must be a real floating one"):
        made(4, dtype=torch.complex64)
    for bad in (0, -1.0, math.nan, math.inf, True, "1"):
        with pytest.raises(ArgumentError, match="scale must be a positive number"):
            made(4, scale=bad)
    with pytest.raises(ArgumentError, match="must be a positive number"):
        made(4, **({"C": -1.0} if kind == "dyisru" else {"alpha": -1.0}))
    with pytest.raises(ArgumentError, match="shift must be finite"):
        Derf(4, shift=math.inf)
