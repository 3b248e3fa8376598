"""S4 and S4D as layers: all forms agree, gradients are right, they train, and refuse what is wrong."""

import copy

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.errors import (  # noqa: E402
    ArgumentError,
    DtypeError,
    IntegerError,
    NonFiniteError,
    ShapeError,
)
from lemmata.mixer import Mixer  # noqa: E402
from lemmata.ssm import S4, S4D, LinearState  # noqa: E402 - they need PyTorch
from lemmata.testing import (  # noqa: E402
    assert_forms_agree,
    assert_rejects,
    wrong_forms,
)


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


LAYERS = {
    "S4": lambda **more: S4(2, 4, 5, **more),
    "S4 made for an even length": lambda **more: S4(2, 4, 4, **more),
    "S4D": lambda **more: S4D(2, 4, chunk=3, **more),
    "S4D bilinear": lambda **more: S4D(2, 4, chunk=4, method="bilinear", start="inv", **more),
}


@pytest.fixture(params=LAYERS)
def make(request):
    return LAYERS[request.param]


def test_all_forms_are_one_function(make):
    layer = make()
    assert isinstance(layer, Mixer)
    assert_forms_agree(
        layer, trained=8, lengths=(1, 2), condition=30, dtypes=("float64", "float32")
    )
    assert_forms_agree(layer, lengths=(5, 19), dtypes=("bfloat16",))


def test_broken_layers_are_rejected():
    def checker(layer):
        assert_forms_agree(layer, lengths=(1, 7), condition=30, dtypes=("float64",))

    checker(LAYERS["S4"]())
    assert_rejects(checker, wrong_forms(LAYERS["S4"]()))


def test_a_readout_that_is_not_folded_is_rejected():
    class Unfolded(S4):
        def _unfolded(self, system, excess):
            row = super()._unfolded(system, excess)
            return row - row[:, None].matmul(torch.matrix_power(excess + torch.eye(4), 5))[:, 0]

    with pytest.raises(AssertionError, match="form"):
        assert_forms_agree(Unfolded(2, 4, 5, dtype=torch.float64), dtypes=("float64",))


def test_gradients_are_those_of_differences(make):
    layer = make(dtype=torch.float64)
    names = [name for name, _ in layer.named_parameters()]
    x = torch.randn(1, 4, 2, dtype=torch.float64, requires_grad=True)
    h = torch.randn(1, 2, 4, dtype=torch.float64, requires_grad=True)

    def run(x, h, *parameters):
        held = dict(zip(names, parameters, strict=True))
        y, state = torch.func.functional_call(layer, held, (x, LinearState(h)))
        return y, state.h

    assert torch.autograd.gradcheck(run, (x, h, *layer.parameters()), atol=1e-6)


def test_layers_train(make):
    """They learn what an exponential average of their input is."""
    layer = make()
    x = torch.randn(16, 30, 2)
    target = torch.zeros_like(x)
    for t in range(1, 30):
        target[:, t] = 0.8 * target[:, t - 1] + 0.2 * x[:, t]
    optimizer = torch.optim.Adam(layer.parameters(), 0.03)
    losses = []
    for _ in range(60):
        loss = (layer(x)[0] - target).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.2 * losses[0]
    assert float(layer.pole_radius().max()) < 1


def test_steps_keep_what_depends_on_parameters_and_notice_that_they_change():
    layer, x = S4(2, 4, 8), torch.randn(1, 2)
    with torch.no_grad():
        start = layer.initial_state(1)
        first, _ = layer.step(x, start)
        kept = layer._kept
        layer.step(x, start)
        assert layer._kept is kept
        layer.C.mul_(2)
        doubled, _ = layer.step(x, start)
    skip = layer.D * x
    torch.testing.assert_close(doubled - skip, 2 * (first - skip))
    assert copy.deepcopy(layer)._kept is None


def test_inference_mode_and_state_dicts(make, tmp_path):
    layer, other = make(), make()
    torch.save(layer.state_dict(), tmp_path / "layer.pt")
    other.load_state_dict(torch.load(tmp_path / "layer.pt"))
    x = torch.randn(2, 6, 2)
    with torch.inference_mode():
        whole, after = layer(x)
        y, state = other(x[:, :5])
        last, state = other.step(x[:, 5], state)
        torch.testing.assert_close(torch.cat((y, last[:, None]), 1), whole)
        torch.testing.assert_close(state.h, after.h)


def test_inputs_that_do_not_fit_are_refused(make):
    layer, x = make(), torch.randn(2, 6, 2)
    _, state = layer(x)
    with pytest.raises(ShapeError, match=r"x must have shape \(batch, length, width\)"):
        layer(x[..., :1])
    with pytest.raises(ShapeError, match="no empty axis"):
        layer(x[:, :0])
    with pytest.raises(DtypeError, match=r"x must have dtype torch\.float32"):
        layer(x.double())
    with pytest.raises(NonFiniteError, match="x of shape"):
        layer(x / 0)
    with pytest.raises(ArgumentError, match="form must be one of parallel, chunked, recurrent"):
        layer(x, form="scan")
    with pytest.raises(DtypeError, match="state must be a LinearState"):
        layer(x, state.h)
    with pytest.raises(ShapeError, match=r"state\.h must have shape \(1, 2, 4\)"):
        layer.step(x[:1, 0], state)
    with pytest.raises(DtypeError, match=r"state\.h must have dtype"):
        layer(x, LinearState(state.h.double()))
    with pytest.raises(ArgumentError, match="batch must be at least 1"):
        layer.initial_state(0)
    with pytest.raises(DtypeError, match="dtype must be a floating one"):
        layer.initial_state(1, dtype=torch.int64)
    with pytest.raises(ArgumentError, match="length must be at least 1"):
        layer.kernel(0)


def test_layers_that_cannot_be_are_refused():
    for kind in (S4, S4D):
        with pytest.raises(ArgumentError, match="state must be even"):
            kind(2, 5)
        with pytest.raises(IntegerError, match="width must be an integer"):
            kind(2.0, 4)
        with pytest.raises(ArgumentError, match="steps must be"):
            kind(2, 4, steps=(0.1, 0.01))
    with pytest.raises(ArgumentError, match="start must be one of lin, inv"):
        S4D(2, 4, start="random")
    with pytest.raises(ArgumentError, match="length must be at least 1"):
        S4(2, 4, 8).change_length(0)


def test_the_printed_layers_say_what_they_are():
    assert "width=2, state=4, length=5" in repr(LAYERS["S4"]())
    assert "width=2, state=4, method='zoh'" in repr(LAYERS["S4D"]())
