"""Diffusion and flow heads: losses from their equations, levels, guidance, gradients, cost, bad input."""

import math

import plain_heads as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.errors import ArgumentError, DtypeError, ShapeError  # noqa: E402 - they need PyTorch
from lemmata.heads import DiffusionHead, FlowHead, Head  # noqa: E402
from lemmata.heads.noise import alpha_sigma, clean, drawn_levels, noisy, velocity  # noqa: E402
from lemmata.testing import assert_cost_exponent, assert_rejects, tolerance  # noqa: E402

CLASSES = {"diffusion": DiffusionHead, "flow": FlowHead}


def drawn(*shape, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


def head(kind, width=2, dtype=torch.float64, **more):
    """One whose parameters, and its tokens' scale, are not those of the start."""
    torch.manual_seed(1)
    made = CLASSES[kind](3, width, **{"hidden": 5, "depth": 2, **more}, dtype=dtype)
    with torch.no_grad():
        for number, parameter in enumerate(made.parameters()):
            parameter.add_(0.5 * drawn(*parameter.shape, seed=number).to(dtype))
    made.standard.mean.copy_(drawn(width, seed=2))
    made.standard.deviation.copy_(drawn(width, seed=3).exp())
    return made


def said(made, level, z):
    """What the network says of one noisy token, as lists: its velocity, and its noise."""

    def v(at):
        point = torch.tensor(at, dtype=torch.float64)
        return made.predictor(point, torch.tensor(level, dtype=torch.float64), z).tolist()

    def noise(at):
        a, s = math.cos(math.pi * level / 2), math.sin(math.pi * level / 2)
        return [s * p + a * q for p, q in zip(at, v(at), strict=True)]

    return v, noise


@settings(max_examples=30, deadline=None)
@given(
    kind=st.sampled_from(sorted(CLASSES)),
    width=st.integers(1, 4),
    level=st.floats(0, 1),
    seed=st.integers(0, 99),
)
def test_the_loss_at_a_level_is_that_of_the_equation(kind, width, level, seed):
    made = head(kind, width, **({"weighting": "noise"} if kind == "diffusion" else {}))
    x, noise, z = drawn(width, seed=seed), drawn(width, seed=seed + 1), drawn(3, seed=seed + 2)
    at = torch.tensor(level, dtype=torch.float64)
    found = float(made.loss_at(x, z, at, noise).detach())
    field, estimate = said(made, level, z)
    token = made.standard(x).tolist()
    if kind == "diffusion":
        expected = plain.diffusion_loss(token, noise.tolist(), level, estimate)
    else:
        expected = plain.flow_loss(token, noise.tolist(), level, field)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_wrong_losses_are_rejected():
    made = head("diffusion", weighting="noise")
    x, noise, z = drawn(6, 2, seed=1), drawn(6, 2, seed=2), drawn(6, 3, seed=3)
    level = torch.linspace(0.1, 0.9, 6, dtype=torch.float64)
    token = made.standard(x)
    expected = [
        plain.diffusion_loss(t.tolist(), e.tolist(), float(at), said(made, float(at), c)[1])
        for t, e, at, c in zip(token, noise, level, z, strict=True)
    ]

    def loss(token, a, s, level=level, z=z):
        at = a[:, None] * token + s[:, None] * noise
        v = made.predictor(at, level, z).detach()
        a, s = (part[:, None] for part in alpha_sigma(level))
        return (noise - (s * at + a * v)).square().sum(-1)

    def checker(found):
        torch.testing.assert_close(found, torch.tensor(expected, dtype=torch.float64))

    a, s = alpha_sigma(level)
    checker(loss(token, a, s))
    wrong = {
        "variances for deviations": loss(token, a**2, s**2),
        "token and noise exchanged": loss(token, s, a),
        "tokens on their own scale": loss(x, a, s),
        "level of another token": loss(token, a, s, level=level.flip(0)),
        "condition of another token": loss(token, a, s, z=z.roll(1, 0)),
        "velocity for noise": made.loss_at(x, z, level, noise).detach() / a**2,
        "mean for sum": loss(token, a, s) / 2,
    }
    assert_rejects(checker, wrong)


def test_the_two_weightings_differ_by_the_square_of_alpha():
    one, other = head("diffusion"), head("diffusion", weighting="noise")
    x, noise, z = drawn(7, 2), drawn(7, 2, seed=1), drawn(7, 3, seed=2)
    level = torch.linspace(0, 1, 7, dtype=torch.float64)
    ratio = alpha_sigma(level)[0] ** 2
    torch.testing.assert_close(
        other.loss_at(x, z, level, noise), ratio * one.loss_at(x, z, level, noise)
    )


def test_token_and_noise_follow_from_noisy_token_and_velocity():
    x, noise = drawn(5, 3), drawn(5, 3, seed=1)
    level = torch.linspace(0, 1, 5, dtype=torch.float64)
    at, v = noisy(x, noise, level), velocity(x, noise, level)
    torch.testing.assert_close(clean(at, v, level), x)
    a, s = (part[:, None] for part in alpha_sigma(level))
    torch.testing.assert_close(s * at + a * v, noise)
    assert torch.equal(at[0], x[0])
    assert torch.equal(at[-1], noise[-1])  # nothing of the token is left at the last level


def test_levels_are_uniform_and_those_of_a_token_evenly_spaced():
    level, noise = drawn_levels(torch.zeros(20_000, 2), 4, torch.Generator().manual_seed(0))
    assert level.shape == (4, 20_000)
    assert noise.shape == (4, 20_000, 2)
    counts = torch.histc(level, 10, 0, 1) / level.numel()
    assert float((counts - 0.1).abs().max()) < 0.005
    gaps = level.sort(0).values.diff(dim=0)
    torch.testing.assert_close(gaps, torch.full_like(gaps, 0.25))
    assert float(noise.std()) == pytest.approx(1, abs=0.01)
    short, _ = drawn_levels(torch.zeros(5000, 2).bfloat16(), 3, None)
    assert float(short.max()) < 1


def test_several_levels_have_the_mean_of_one_and_less_spread():
    x, z = drawn(1, 2).expand(4000, 2), drawn(1, 3, seed=1).expand(4000, 3)
    losses = {}
    for levels in (1, 4):
        made = head("diffusion", levels=levels)
        losses[levels] = made.loss(x, z, generator=torch.Generator().manual_seed(0)).detach()
    one, four = losses[1], losses[4]
    error = float(one.std()) / math.sqrt(4000)
    assert abs(float(one.mean() - four.mean())) < 4 * error
    assert float(four.var()) < float(one.var()) / 3


@pytest.mark.parametrize("kind", CLASSES)
def test_guidance_is_a_line_through_both_estimates(kind):
    made = head(kind, drop=0.2)
    x, z, level = drawn(4, 2), drawn(4, 3, seed=1), torch.full((4,), 0.4, dtype=torch.float64)
    other = drawn(4, 3, seed=2)
    with torch.no_grad():
        given, nothing = (
            made.predictor(x, level, c) for c in (z, made.predictor.nothing.expand(4, 3))
        )
        for against, base in ((None, nothing), (other, made.predictor(x, level, other))):
            guided = made.predictor.guided(x, level, z, 2.5, against)
            torch.testing.assert_close(guided, base + 2.5 * (given - base))
    sampled = [
        made.sample(z, steps=4, guidance=g, generator=torch.Generator().manual_seed(0))
        for g in (1.0, 1.0 + 1e-9, 2.0)
    ]
    torch.testing.assert_close(sampled[0], sampled[1])
    assert not torch.allclose(sampled[0], sampled[2], rtol=1e-3)


def test_the_condition_is_left_out_as_often_as_asked_and_only_in_training():
    made = head("diffusion", drop=0.3)
    z = drawn(20_000, 3)
    mixed = made.predictor.dropped(z, torch.Generator().manual_seed(0))
    gone = (mixed == made.predictor.nothing).all(-1)
    assert float(gone.double().mean()) == pytest.approx(0.3, abs=0.01)
    assert torch.equal(mixed[~gone], z[~gone])
    assert made.eval().predictor.dropped(z, None) is z


@pytest.mark.parametrize("kind", CLASSES)
def test_gradients_are_right_in_conditions_and_parameters(kind):
    made = head(kind, hidden=3, depth=1)
    x, noise = drawn(2, 2, seed=1), drawn(2, 2, seed=2)
    level = torch.tensor([0.2, 0.7], dtype=torch.float64)
    names = [name for name, _ in made.named_parameters() if "nothing" not in name]

    def loss(x, z, *values):
        parts = {f"head.{n}": v for n, v in zip(names, values, strict=True)}
        return torch.func.functional_call(_LossAt(made), parts, (x, z, level, noise))

    values = [p.detach().clone() for n, p in made.named_parameters() if n in names]
    leaves = [leaf.requires_grad_() for leaf in (x, drawn(2, 3, seed=3), *values)]
    assert torch.autograd.gradcheck(loss, leaves)


class _LossAt(torch.nn.Module):
    def __init__(self, made):
        super().__init__()
        self.head = made

    def forward(self, *given):
        return self.head.loss_at(*given)


def flops(function):
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        function()
    return counter.get_total_flops()


@pytest.mark.parametrize("kind", CLASSES)
def test_the_cost_is_linear_in_tokens_levels_and_steps_and_nothing_a_step_is_wasted(kind):
    def loss(tokens, levels):
        made = CLASSES[kind](4, 2, hidden=8, depth=1, levels=levels)
        return flops(lambda: made.loss(torch.zeros(tokens, 2), torch.zeros(tokens, 4)))

    assert_cost_exponent(lambda n: loss(n, 2), (16, 32, 64, 128), 1.0)
    assert_cost_exponent(lambda n: loss(8, n), (1, 2, 4, 8), 1.0)
    made = CLASSES[kind](4, 2, hidden=8, depth=1)
    one = flops(lambda: made.predictor(torch.zeros(5, 2), torch.zeros(5), torch.zeros(5, 4)))
    found = flops(lambda: made.sample(torch.zeros(5, 4), steps=7))
    assert found == one * (13 if kind == "diffusion" else 14)


@pytest.mark.parametrize("kind", CLASSES)
def test_every_dtype_is_drawn_in_single_precision_at_least(kind):
    made = head(kind)
    z = drawn(6, 3)
    truth = made.sample(z, steps=5, generator=torch.Generator().manual_seed(0))
    assert truth.dtype == torch.float64
    single = head(kind, dtype=torch.float32)
    half = head(kind, dtype=torch.bfloat16)
    assert half.sample(z.bfloat16(), steps=5).dtype == torch.bfloat16
    for other in (single, half):
        other.load_state_dict(made.state_dict())
    x, noise, level = drawn(6, 2), drawn(6, 2, seed=1), torch.linspace(0, 1, 6, dtype=torch.float64)
    loss = made.loss_at(x, z, level, noise)
    for other, within in ((single, tolerance("float32", 100)), (half, 0.3)):
        cast = [part.to(other.standard.mean.dtype) for part in (x, z, level, noise)]
        error = (other.loss_at(*cast).double() - loss).abs().max() / loss.abs().max()
        assert float(error.detach()) < within


@pytest.mark.parametrize("kind", CLASSES)
def test_a_loss_compiles_to_one_graph(kind):
    made = head(kind)
    given = (
        drawn(3, 2),
        drawn(3, 3),
        torch.full((3,), 0.5, dtype=torch.float64),
        drawn(3, 2, seed=4),
    )
    compiled = torch.compile(made.loss_at, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(*given), made.loss_at(*given))


@pytest.mark.parametrize("kind", CLASSES)
def test_bad_input_is_named(kind):
    made, z = head(kind), drawn(4, 3)
    assert isinstance(made, Head)
    with pytest.raises(ShapeError, match="z must have a condition for every token"):
        made.loss(drawn(4, 2), drawn(3, 3))
    with pytest.raises(DtypeError, match="x must have dtype"):
        made.loss(drawn(4, 2).float(), z)
    with pytest.raises(ArgumentError, match="guidance must be 1 for a head with drop = 0"):
        made.sample(z, guidance=2.0)
    with pytest.raises(ShapeError, match="against must have shape"):
        made.sample(z, guidance=2.0, against=drawn(4, 2))
    with pytest.raises(ShapeError, match="against must have a condition for every token"):
        made.sample(z, guidance=2.0, against=drawn(3, 3))
    for bad in (-1.0, math.nan, True, "1"):
        with pytest.raises(ArgumentError, match="temperature must be a non-negative number"):
            made.sample(z, temperature=bad)
    with pytest.raises(ArgumentError, match="steps must be at least 1"):
        made.sample(z, steps=0)
    with pytest.raises(ArgumentError, match=r"drop must be in \[0, 1\)"):
        CLASSES[kind](3, 2, drop=1)
    for name in ("hidden", "depth", "levels"):
        with pytest.raises(ArgumentError, match=f"{name} must be at least 1"):
            CLASSES[kind](3, 2, **{name: 0})
    with pytest.raises(ArgumentError, match="weighting must be one of"):
        DiffusionHead(3, 2, weighting="token")
