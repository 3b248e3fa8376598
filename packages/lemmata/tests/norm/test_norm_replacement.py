"""Replacing norms: the fit is the best there is, the report is true, and what cannot be is refused."""

import copy
import json
import math

import plain_norms as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from torch import nn  # noqa: E402 - it needs PyTorch

from lemmata.errors import ArgumentError, NonFiniteError  # noqa: E402
from lemmata.norm import Derf, DyISRU, DyT, replace  # noqa: E402
from lemmata.norm.fitting import derivatives, fit, value  # noqa: E402
from lemmata.testing import assert_rejects  # noqa: E402

WIDE = torch.float64
CLASSES = {"dyt": DyT, "dyisru": DyISRU, "derf": Derf}


def drawn(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=WIDE)


def activations(rows, width, seed=0):
    """Tokens of several lengths, and one loud channel."""
    x = drawn(rows, width, seed=seed) * torch.exp(0.4 * drawn(rows, 1, seed=seed + 1))
    x[:, 0] *= 3
    return x


def trained(bias=True, seed=0):
    torch.manual_seed(seed)
    norm = nn.LayerNorm(8) if bias else nn.RMSNorm(8)
    parts = nn.Linear(5, 8), norm, nn.GELU(), nn.Linear(8, 8), nn.RMSNorm(8), nn.Linear(8, 3)
    for parameter in norm.parameters():
        nn.init.normal_(parameter, mean=1.0)
    return nn.Sequential(*parts).to(WIDE)


def curve_of(kind, steepness, shift):
    plainly = {
        "dyt": lambda v: math.tanh(steepness * v),
        "dyisru": lambda v: steepness * v / math.sqrt(1 + (steepness * v) ** 2),
        "derf": lambda v: math.erf(steepness * v + shift),
    }
    return plainly[kind]


@settings(max_examples=15, deadline=None)
@given(
    kind=st.sampled_from(sorted(CLASSES)),
    width=st.integers(6, 9),
    has_bias=st.booleans(),
    size=st.sampled_from([1e-3, 1.0, 1e3]),
    seed=st.integers(0, 99),
)
def test_no_steepness_or_shift_leaves_less_than_the_fit(kind, width, has_bias, size, seed):
    x = activations(40, width, seed)
    norm = nn.functional.layer_norm if has_bias else nn.functional.rms_norm
    y = norm(x, (width,)) * (1 + drawn(width, seed=5).abs())
    found = fit(kind, size * x, y, torch.ones(width, dtype=WIDE), has_bias)
    rows, aims = (size * x).tolist(), y.tolist()
    own = plain.left(curve_of(kind, found.steepness, found.shift), rows, aims, has_bias)
    assert found.loss == pytest.approx(own, rel=1e-8, abs=1e-18)
    room = 1e-6 if kind != "derf" else 0.05  # two numbers, and a valley that may be a local one
    for turn in range(-8, 9):
        for shift in (found.shift, found.shift / 2, 0.0):
            curve = curve_of(kind, found.steepness * 1.3**turn, shift)
            assert plain.left(curve, rows, aims, has_bias) >= found.loss * (1 - room)


@pytest.mark.parametrize("kind", CLASSES)
def test_the_fit_finds_the_curve_that_made_the_data(kind):
    x = activations(400, 6)
    made = CLASSES[kind](6, dtype=WIDE, **({"C": 3.0} if kind == "dyisru" else {"alpha": 0.8}))
    with torch.no_grad():
        made.weight.copy_(drawn(6, seed=3))
        made.bias.copy_(drawn(6, seed=4))
        if kind == "derf":
            made.shift.fill_(0.2)
        y = made(x)
    found = fit(kind, x, y, torch.ones(6, dtype=WIDE), True)
    steepness = 3**-0.5 if kind == "dyisru" else 0.8
    assert found.steepness == pytest.approx(steepness, rel=1e-5)
    assert found.shift == pytest.approx(0.2 if kind == "derf" else 0, abs=1e-5)
    torch.testing.assert_close(found.weight, made.weight.detach() * made.scale, rtol=1e-4, atol=0)
    assert 0 < found.steps <= 12


def test_fits_by_rules_of_thumb_are_rejected():
    x = activations(200, 6)
    y = nn.functional.rms_norm(x, (6,))
    best = fit("dyt", x, y, torch.ones(6, dtype=WIDE), False)
    rms = float(x.square().mean().sqrt())

    def left(alpha, gain=None):
        f = torch.tanh(alpha * x)
        gain = (f * y).sum(0) / f.square().sum(0) if gain is None else gain
        return float((y - gain * f).square().sum())

    def checker(loss):
        assert loss <= best.loss * (1 + 1e-9)

    checker(left(best.steepness))
    wrong = {
        "alpha of the paper": left(0.5),
        "alpha by the mean length": left(1 / (rms * math.sqrt(6))),
        "slope one": left(1 / rms),
        "gain sqrt(d)": left(best.steepness, math.sqrt(6)),
        "one gain for all": left(best.steepness, float(best.weight.mean())),
        "C for alpha": left(best.steepness**-2),
    }
    assert_rejects(checker, wrong)


@pytest.mark.parametrize("kind", CLASSES)
def test_the_derivatives_of_the_fit_are_right(kind):
    x, step = activations(9, 4), 1e-6
    found = derivatives(kind, x, -0.3, 0.1)
    by_log = (value(kind, x, -0.3 + step, 0.1) - value(kind, x, -0.3 - step, 0.1)) / (2 * step)
    torch.testing.assert_close(found[0], by_log, rtol=1e-7, atol=1e-8)
    if kind == "derf":
        by_shift = (value(kind, x, -0.3, 0.1 + step) - value(kind, x, -0.3, 0.1 - step)) / (
            2 * step
        )
        torch.testing.assert_close(found[1], by_shift, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("kind", CLASSES)
def test_the_report_says_what_was_measured(kind):
    model, x = trained().train(), drawn(300, 5)
    before = copy.deepcopy(model.state_dict())
    new, report = replace(model, kind, calibrate=x)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert isinstance(new[1], CLASSES[kind])
    assert (new[1].bias is None, new[4].bias is None) == (False, True)
    assert model.training
    assert all(module.training for module in new.modules())
    h = model[0](x)
    first = ((new[1](h) - model[1](h)).norm() / (model[1](h) - model[1].bias).norm()).item()
    assert report.layers[0].error == pytest.approx(first, rel=1e-9)
    whole = ((new(x) - model(x)).norm() / model(x).norm()).item()
    assert report.output_error == pytest.approx(whole, rel=1e-9)
    assert report.worst.error == max(layer.error for layer in report.layers)
    assert [layer.name for layer in report.replaced] == ["1", "4"]
    assert [layer.rows for layer in report.layers] == [300, 300]
    assert report.layers[0].values == new[1].values()
    assert json.loads(json.dumps(report.as_dict()))["kind"] == kind
    assert "RMSNorm" in str(report)
    assert new(x).sum().backward() is None
    assert new[1].weight.grad is not None


def test_a_model_of_one_norm_and_one_without_gain_are_replaced():
    x = activations(200, 8)
    new, report = replace(nn.LayerNorm(8, elementwise_affine=False), "dyisru", calibrate=x.float())
    assert isinstance(new, DyISRU)
    assert new.bias is None
    assert new.weight.dtype == torch.float32
    assert report.layers[0].name == ""
    assert "(the model)" in str(report)


def test_a_channel_that_never_varies_keeps_its_gain_in_proportion():
    norm = nn.RMSNorm(6, dtype=WIDE)
    with torch.no_grad():
        norm.weight.copy_(torch.tensor([1.0, 2, 3, 4, 5, 6]))
    x = 5 * drawn(300, 6)
    x[:, 2] = 0
    new, _ = replace(norm, "dyt", calibrate=x)
    factors = (new.weight / norm.weight).detach()
    assert factors[2] == pytest.approx(float(factors[[0, 1, 3, 4, 5]].median()), rel=0.1)


@pytest.mark.parametrize("kind", CLASSES)
def test_pytorchs_encoder_layer_calls_the_curves(kind):
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, dropout=0.0, dtype=WIDE).eval()
    x = drawn(6, 10, 8)
    new, report = replace(layer, kind, calibrate=x)
    assert len(report.replaced) == 2
    with torch.no_grad():
        fast = new(x)
    torch.testing.assert_close(fast, new(x).detach(), rtol=0, atol=1e-13)


def test_one_pass_and_one_comparison_are_all_that_the_model_is_run():
    calls = []
    model = trained()
    model[0].register_forward_hook(lambda *_: calls.append(1))
    replace(model, "dyt", calibrate={"input": drawn(4000, 5)})
    assert len(calls) == 2


class Named(nn.Module):
    """A norm of somebody else's."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(8, dtype=WIDE))

    def forward(self, hidden):
        return self.weight * nn.functional.rms_norm(hidden, (8,))


class Sub(nn.LayerNorm):
    """One that may do anything."""


def test_norms_of_other_classes_are_replaced_where_they_are_named():
    model = nn.Sequential(Named(), nn.Linear(8, 8, dtype=WIDE), nn.RMSNorm(8, dtype=WIDE))
    new, report = replace(model, "derf", calibrate=drawn(100, 8), norms=(Named,))
    assert isinstance(new[0], Derf)
    assert isinstance(new[2], nn.RMSNorm)
    assert report.layers[0].norm == "Named"


def test_what_cannot_be_replaced_is_left_alone_with_a_reason():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.good, self.sub, self.unused = nn.LayerNorm(8), Sub(8), nn.LayerNorm(8)
            self.planes, self.tied = nn.LayerNorm((2, 4)), nn.LayerNorm(8)
            self.watched, self.silent = nn.LayerNorm(8), nn.LayerNorm(8)
            self.other = nn.LayerNorm(8)
            self.other.weight = self.tied.weight
            self.watched.register_forward_hook(lambda *_: None)

        def forward(self, x):
            planes = self.planes(self.sub(self.good(x)).reshape(-1, 2, 4)).reshape(-1, 8)
            return self.watched(self.tied(planes)) + self.silent(0 * x)

    new, report = replace(Model(), "dyt", calibrate=drawn(50, 8).float())
    reasons = {layer.name: layer.left_alone for layer in report.layers}
    assert reasons.pop("good") is None
    assert isinstance(new.good, DyT)
    expected = {
        "sub": "a Sub, not named",
        "unused": "does not reach",
        "planes": "acts on 2 axes",
        "tied": "tied to another",
        "other": "tied to another",
        "watched": "has hooks",
        "silent": "only zeros",
    }
    for name, part in expected.items():
        assert part in reasons.pop(name)
        assert not isinstance(getattr(new, name), DyT)
    assert not reasons


def test_a_norm_that_is_used_twice_is_fitted_to_both_uses_and_stays_one():
    norm = nn.RMSNorm(8, dtype=WIDE)
    model = nn.Sequential(norm, nn.Linear(8, 8, dtype=WIDE), norm)
    new, report = replace(model, "dyisru", calibrate=drawn(100, 8))
    assert new[0] is new[2]
    assert [layer.rows for layer in report.layers] == [200]


def test_a_bad_fit_is_refused_with_its_layer_and_bound():
    rows = drawn(400, 8) * torch.exp(4 * drawn(400, 1, seed=9))  # lengths over many decades
    model = nn.Sequential(nn.Identity(), nn.RMSNorm(8, dtype=WIDE))
    with pytest.raises(ArgumentError, match=r"dyt cannot stand in for 1 of 1 .* max_error = 0.5"):
        replace(model, "dyt", calibrate=rows)
    _, report = replace(model, "dyt", calibrate=rows, max_error=0.99)
    assert report.worst.error > 0.5


def test_bad_input_is_named():
    model, x = trained(), drawn(100, 5)
    with pytest.raises(ArgumentError, match="kind must be one of dyt, dyisru, derf"):
        replace(model, "tanh", calibrate=x)
    with pytest.raises(ArgumentError, match="max_error must be a positive number"):
        replace(model, "dyt", calibrate=x, max_error=0)
    with pytest.raises(ArgumentError, match="model must hold a norm of class LayerNorm, RMSNorm"):
        replace(nn.Linear(5, 5), "dyt", calibrate=x)
    with pytest.raises(ArgumentError, match="at least 16 tokens to 1, got 15"):
        replace(model, "dyt", calibrate=x[:15])
    x[3, 2] = math.nan
    with pytest.raises(NonFiniteError, match="calibrate must reach 1 with finite numbers"):
        replace(model, "dyt", calibrate=x)
    only_left_alone = replace(Sub(8), "dyt", calibrate=drawn(20, 8).float())[1]
    with pytest.raises(ArgumentError, match="no norm was replaced"):
        only_left_alone.worst
