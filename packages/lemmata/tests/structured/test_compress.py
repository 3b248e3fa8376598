"""Compressing a model: within the budget, by measured error, and without touching the model given."""

import copy
import json

import pytest

from lemmata.errors import ArgumentError, NonFiniteError

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.structured import MonarchLinear, compress, monarch_project  # noqa: E402 - it needs PyTorch

nn = torch.nn


@pytest.fixture(autouse=True)
def seeded():
    """One seed and one thread: the networks are too small to share among cores."""
    threads = torch.get_num_threads()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def network():
    return nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 32), nn.Linear(32, 10))


def inputs(rows=200, width=32):
    return (
        torch.randn(rows, width)
        @ torch.diag(torch.logspace(0, -2, width))
        @ torch.randn(width, width)
    )


def monarch_weight(rows, columns, nblocks, rank=1):
    return monarch_project(
        torch.randn(rows, columns, dtype=torch.float64), nblocks, rank
    ).to_dense()


@pytest.mark.parametrize("calibration", [None, inputs()], ids=["weights", "calibrated"])
@pytest.mark.parametrize("budget", [0.2, 0.4, 0.7, 2000])
def test_the_budget_holds_and_the_report_is_true(budget, calibration):
    model = network()
    slim, report = compress(model, budget, calibration=calibration)
    held = sum(
        m.grid.n_params if isinstance(m, MonarchLinear) else m.weight.numel()
        for m in slim.modules()
        if isinstance(m, nn.Linear | MonarchLinear)
    )
    assert held == report.params_after <= report.budget
    assert report.params_before == 32 * 64 * 2 + 320
    assert report.model_params_after == sum(p.numel() for p in slim.parameters())
    for layer in report.layers:
        old, new = model.get_submodule(layer.name), slim.get_submodule(layer.name)
        difference = (old.weight - new.weight).detach()
        if calibration is None:
            measured = (difference.norm() / old.weight.norm()).item()
            assert layer.rel_error == pytest.approx(measured, abs=1e-6)
        assert layer.shape == tuple(old.weight.shape)
        assert (layer.nblocks is None) == (layer.form == "dense") == isinstance(new, nn.Linear)
    assert slim(torch.randn(3, 32)).shape == (3, 10)


def test_errors_with_calibration_are_those_of_the_outputs():
    linear = nn.Sequential(nn.Linear(32, 48, bias=False))
    x = inputs(500)
    slim, report = compress(linear, 0.4, calibration=x)
    measured = ((slim(x) - linear(x)).norm() / linear(x).norm()).item()
    # the stated one counts 1 % of white noise besides
    assert measured <= report.layers[0].rel_error <= measured + 0.1
    unaware, _ = compress(linear, 0.4)
    assert measured < ((unaware(x) - linear(x)).norm() / linear(x).norm()).item()


def test_the_model_given_is_not_touched():
    model = network().train()
    model[2].eval()
    before, hooks = copy.deepcopy(model.state_dict()), [len(m._forward_pre_hooks) for m in model]
    slim, _ = compress(model, 0.3, calibration=inputs())
    assert all(torch.equal(value, model.state_dict()[key]) for key, value in before.items())
    assert [type(m) for m in model] == [nn.Linear, nn.ReLU, nn.Linear, nn.Linear]
    assert [len(m._forward_pre_hooks) for m in model] == hooks
    assert [m.training for m in slim] == [m.training for m in model]
    assert not any(m._forward_pre_hooks for m in slim)
    mine = {p.data_ptr() for p in model.parameters()}
    assert not mine & {p.data_ptr() for p in slim.parameters()}


def test_a_structured_target_is_found_and_a_low_rank_one_too():
    model = nn.Sequential(nn.Linear(64, 64), nn.Linear(64, 64))
    low = torch.randn(64, 4, dtype=torch.float64) @ torch.randn(4, 64, dtype=torch.float64)
    with torch.no_grad():
        model[0].weight.copy_(monarch_weight(64, 64, (8, 8)))
        model[1].weight.copy_(low)
    _, report = compress(model, 0.3)
    assert report.layers[0].form == "Monarch 8x8, rank 1"
    assert report.layers[1].form.startswith("low rank")
    assert max(layer.rel_error for layer in report.layers) < 1e-5


def test_sparse_weights_prefer_monarch_and_dense_ones_do_not_mind():
    model = nn.Sequential(nn.Linear(256, 256, bias=False))
    with torch.no_grad():
        model[0].weight.mul_(torch.rand(256, 256) < 0.01)
    _, report = compress(model, 0.25)
    assert report.layers[0].form.startswith("Monarch")
    assert "low rank" in report.layers[0].reason


def test_a_budget_of_everything_leaves_everything_alone():
    model, x = network(), torch.randn(3, 32)
    slim, report = compress(model, 1.0)
    assert {layer.form for layer in report.layers} == {"dense"}
    assert torch.equal(slim(x), model(x))


def test_layers_that_cannot_be_replaced_are_left_alone_with_the_reason():
    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.words = nn.Embedding(40, 16)
            self.head = nn.Linear(16, 40, bias=False)
            self.head.weight = self.words.weight
            self.hooked, self.idle, self.used = (nn.Linear(16, 16) for _ in range(3))
            self.hooked.register_forward_hook(lambda *_: None)
            self.attention = nn.MultiheadAttention(16, 2)
            self.waves = nn.Linear(16, 16, dtype=torch.complex64)

        def forward(self, x):
            return self.head(self.hooked(self.used(input=x)))

    _, report = compress(Odd(), 0.95, calibration=torch.randn(30, 16))
    reasons = {layer.name: layer.reason for layer in report.layers}
    assert "tied" in reasons["head"]
    assert "hooks" in reasons["hooked"]
    assert "does not reach" in reasons["idle"]
    assert "complex" in reasons["waves"]
    assert "NonDynamicallyQuantizableLinear" in reasons["attention.out_proj"]
    assert "left alone" not in reasons["used"]


def test_a_layer_with_two_parents_is_replaced_in_both():
    shared = nn.Linear(32, 32)
    slim, report = compress(nn.ModuleDict({"a": nn.Sequential(shared), "b": shared}), 0.4)
    assert len(report.layers) == 1
    assert isinstance(slim["b"], MonarchLinear)
    assert slim["a"][0] is slim["b"]


def test_a_layer_that_one_parent_names_twice_is_replaced_in_both_places():
    shared = nn.Linear(32, 32)
    slim, _ = compress(nn.Sequential(shared, nn.ReLU(), shared), 0.4)
    assert isinstance(slim[0], MonarchLinear)
    assert slim[0] is slim[2]


def test_code_that_reads_weights_still_runs():
    model = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True).eval()
    slim, _ = compress(model, 0.5, grids=((1, 1), (2, 2)))
    with torch.no_grad():
        assert slim(torch.randn(2, 5, 32)).shape == (2, 5, 32)


@pytest.mark.parametrize(
    "batch", [inputs(), (inputs(),), {"input": inputs()}], ids=["x", "args", "names"]
)
def test_a_calibration_batch_may_be_one_argument_several_or_named(batch):
    _, report = compress(network(), 0.4, calibration=batch)
    assert report.measured_on == "the calibration batch"


def test_dtype_device_mode_and_frozenness_are_kept():
    model = network().to(torch.bfloat16).eval().requires_grad_(False)
    slim, _ = compress(model, 0.3)
    assert {p.dtype for p in slim.parameters()} == {torch.bfloat16}
    assert not any(p.requires_grad or m.training for m in slim.modules() for p in m.parameters())


def test_the_report_prints_and_is_data():
    _, report = compress(network(), 0.4)
    text = str(report)
    assert all(layer.name in text and layer.reason in text for layer in report.layers)
    assert f"of {report.budget:,} allowed" in text
    kept = json.loads(json.dumps(report.as_dict()))
    assert kept["params_after"] == report.params_after
    assert len(kept["layers"]) == 3


@pytest.mark.parametrize(
    ("budget", "says"),
    [
        (0.0, r"share in \(0, 1\]"),
        (1.5, r"share in \(0, 1\]"),
        (float("nan"), "share"),
        (0, "at least 1"),
        (True, "share or a number"),
        ("half", "share or a number"),
        (0.001, r"at least [\d,]+ weights \([\d.]+% of 4,416\)"),
    ],
)
def test_impossible_budgets_are_refused(budget, says):
    with pytest.raises(ArgumentError, match=says):
        compress(network(), budget)


def test_models_without_linear_layers_and_broken_ones_are_refused():
    with pytest.raises(ArgumentError, match=r"nn\.Linear"):
        compress(nn.ReLU(), 0.5)
    broken = network()
    with torch.no_grad():
        broken[0].weight[3, 4] = float("nan")
    with pytest.raises(NonFiniteError, match="weight of 0"):
        compress(broken, 0.5)
    with pytest.raises(NonFiniteError, match="finite inputs"):
        compress(network(), 0.5, calibration=torch.full((4, 32), float("inf")))
