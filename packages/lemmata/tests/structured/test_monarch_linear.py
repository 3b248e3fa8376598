"""The layer: what `nn.Linear` promises, and what only a Monarch matrix can."""

from fractions import Fraction

import numpy as np
import plain_monarch as plain
import pytest

from lemmata.errors import ArgumentError, DtypeError, ShapeError
from lemmata.structured import monarch_project

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.structured import MonarchLinear  # noqa: E402 - it needs PyTorch


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def layer(in_features=12, out_features=15, nblocks=(2, 3), rank=2, **more):
    made = MonarchLinear(in_features, out_features, nblocks, rank, **more).double()
    if made.bias is not None:
        torch.nn.init.normal_(made.bias)
    return made


LAYERS = [
    {},
    {"bias": False},
    {"rank": Fraction(1, 2), "nblocks": (2, 4), "out_features": 16},
    {"nblocks": (1, 1), "rank": 3},
    {"nblocks": (5, 4), "rank": 1, "pad": True},
    {"in_features": 6, "out_features": 6, "nblocks": (2, 3), "rank": 1, "swapped": True},
]


@pytest.mark.parametrize("given", LAYERS, ids=str)
def test_the_layer_is_its_dense_matrix_and_its_bias(given):
    made = layer(**given)
    x = torch.randn(4, 3, made.in_features, dtype=torch.float64)
    bias = 0 if made.bias is None else made.bias
    expected = x @ made.to_dense().T + bias
    torch.testing.assert_close(made(x), expected)
    assert made.to_dense().shape == (made.out_features, made.in_features)
    torch.testing.assert_close(made.weight, made.to_dense())
    assert made.n_params == sum(p.numel() for p in made.parameters())


def test_the_dense_matrix_is_that_of_the_definition():
    made = layer()
    B1, B2 = made.B1.detach().numpy(), made.B2.detach().numpy()
    np.testing.assert_allclose(made.to_dense().detach().numpy(), plain.monarch(B1, B2), atol=1e-14)


@pytest.mark.parametrize("given", LAYERS, ids=str)
def test_gradients_reach_every_parameter_and_the_input(given):
    made = layer(**given)
    x = torch.randn(2, made.in_features, dtype=torch.float64, requires_grad=True)
    names = [name for name, _ in made.named_parameters()]

    def run(x, *parameters):
        return torch.func.functional_call(made, dict(zip(names, parameters, strict=True)), (x,))

    assert torch.autograd.gradcheck(run, (x, *made.parameters()))


@pytest.mark.parametrize("given", LAYERS, ids=str)
def test_the_state_survives_a_round_trip(given, tmp_path):
    made, other = layer(**given), layer(**given)
    torch.save(made.state_dict(), tmp_path / "layer.pt")
    other.load_state_dict(torch.load(tmp_path / "layer.pt"))
    x = torch.randn(2, made.in_features, dtype=torch.float64)
    assert torch.equal(made(x), other(x))
    assert set(made.state_dict()) <= {"B1", "B2", "bias"}


@pytest.mark.parametrize("nblocks, rank", [((3, 4), 2), ((1, 1), 5), ((4, 4), Fraction(1, 2))])
def test_a_layer_from_a_dense_one_is_the_exact_projection(nblocks, rank):
    linear = torch.nn.Linear(24, 32)
    made = MonarchLinear.from_linear(linear, nblocks, rank, pad=True)
    weight = linear.weight.detach().double().numpy()
    expected = monarch_project(weight, nblocks, rank, pad=True).to_dense()
    np.testing.assert_allclose(made.to_dense().detach().numpy(), expected, atol=1e-6)
    assert torch.equal(made.bias, linear.bias)
    assert made.bias is not linear.bias
    assert made.B1.dtype == torch.float32
    assert made.B1.requires_grad


def test_a_layer_from_a_structured_one_is_the_same_layer():
    made = layer()
    linear = torch.nn.Linear(12, 15, dtype=torch.float64)
    with torch.no_grad():
        linear.weight.copy_(made.to_dense())
    again = MonarchLinear.from_linear(linear.eval().requires_grad_(False), (2, 3), 2)
    torch.testing.assert_close(again.to_dense(), made.to_dense())
    assert not again.training
    assert not again.B1.requires_grad


def test_inputs_decide_which_errors_count():
    linear = torch.nn.Linear(24, 16, dtype=torch.float64)
    x = torch.randn(500, 24, dtype=torch.float64) * torch.logspace(0, -2, 24, dtype=torch.float64)
    x = x @ torch.randn(24, 24, dtype=torch.float64)
    gram = x.T @ x / len(x)
    for nblocks, rank in (((1, 1), 3), ((2, 2), 2)):
        plain_one = MonarchLinear.from_linear(linear, nblocks, rank)
        aware = MonarchLinear.from_linear(linear, nblocks, rank, gram=gram)
        lost = [(made(x) - linear(x)).norm().item() for made in (aware, plain_one)]
        assert lost[0] < 0.8 * lost[1]
    with pytest.raises(ArgumentError, match="whole number where gram"):
        MonarchLinear.from_linear(linear, (2, 2), Fraction(1, 2), gram=gram)


@pytest.mark.parametrize(
    ("n", "nblocks", "rank"), [(12, (3, 4), 1), (12, (2, 3), 2), (4, (1, 1), 4)]
)
def test_solve_and_inverse_undo_the_layer(n, nblocks, rank):
    made = layer(n, n, nblocks, rank)
    x = torch.randn(2, 3, n, dtype=torch.float64)
    y, undone = made(x), made.inverse()
    close = {"rtol": 1e-7, "atol": 1e-7}
    torch.testing.assert_close(made.solve(y), x, **close)
    torch.testing.assert_close(undone(y), x, **close)
    torch.testing.assert_close(undone.solve(x), y, **close)
    torch.testing.assert_close(undone.inverse()(x), y, **close)
    assert undone.swapped
    assert not undone.inverse().swapped
    assert undone.n_params == made.n_params


def test_layers_without_an_inverse_of_their_kind_say_so():
    for made in (layer(), layer(12, 12, (5, 5), 1, pad=True), layer(12, 12, (2, 2), 2)):
        with pytest.raises(ShapeError, match="square"):
            made.inverse()
        with pytest.raises(ShapeError, match="square"):
            made.solve(torch.zeros(made.out_features, dtype=torch.float64))


@pytest.mark.parametrize("width", [64, 256, 1024])
def test_outputs_start_at_the_size_of_the_inputs_whatever_the_width(width):
    blocks = round(width**0.5)
    made = MonarchLinear(width, width, (blocks, blocks))
    size = made(torch.randn(256, width)).detach().std()
    assert 0.8 < float(size) < 1.25
    assert made.rate_multipliers() == {"B1": blocks, "B2": blocks}
    assert not made.bias.any()


def test_the_initial_scale_follows_the_block_s_fan_in_and_fan_out():
    made = MonarchLinear(512, 512, (8, 8), 1)  # blocks 64 to 8, then 8 to 64
    assert float(made.B1.detach().std()) == pytest.approx(8**0.5 / 64, rel=0.1)
    assert float(made.B2.detach().std()) == pytest.approx(8**0.5 / 8, rel=0.1)


def test_the_printed_layer_says_what_it_is():
    text = repr(MonarchLinear(384, 1536, (8, 8), 9))
    assert "in_features=384, out_features=1536, nblocks=(8, 8), rank=9, bias=True" in text
    assert "weights=138240 of 589824" in text


def test_lower_precision_and_autocast_stay_in_it():
    made = MonarchLinear(12, 15, (2, 3), dtype=torch.bfloat16)
    assert made(torch.zeros(2, 12, dtype=torch.bfloat16)).dtype == torch.bfloat16
    full = MonarchLinear(12, 15, (2, 3))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert full(torch.zeros(2, 12)).shape == (2, 15)


def test_inputs_that_do_not_fit_are_refused():
    with pytest.raises(ShapeError, match="last axis of 12"):
        layer()(torch.zeros(2, 13, dtype=torch.float64))
    with pytest.raises(DtypeError, match="floating"):
        layer()(torch.zeros(2, 12, dtype=torch.int64))
    with pytest.raises(ShapeError, match="must divide"):
        MonarchLinear(13, 15, (2, 3))
    assert layer()(torch.zeros(0, 12, dtype=torch.float64)).shape == (0, 15)
