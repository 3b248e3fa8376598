"""Gaussian and mixture heads: densities from their equations, identities, gradients, cost, bad input."""

import math

import plain_heads as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.errors import (  # noqa: E402 - they need PyTorch
    ArgumentError,
    DtypeError,
    IntegerError,
    NonFiniteError,
    ShapeError,
)
from lemmata.heads import GaussianHead, Head, MixtureHead  # noqa: E402
from lemmata.heads.components import tempered  # noqa: E402
from lemmata.testing import assert_cost_exponent, assert_rejects  # noqa: E402

LOG_2PI = math.log(2 * math.pi)
KINDS = ("unit", "diagonal", "full", "mixture")


def drawn(*shape, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


def head(kind, condition=3, width=2, dtype=torch.float64, hidden=0):
    """One whose tokens have a scale of their own."""
    torch.manual_seed(1)
    if kind == "mixture":
        made = MixtureHead(condition, width, 3, hidden=hidden, dtype=dtype)
    else:
        made = GaussianHead(condition, width, covariance=kind, hidden=hidden, dtype=dtype)
    made.standard.mean.copy_(drawn(width, seed=2))
    made.standard.deviation.copy_(drawn(width, seed=3).exp())
    return made


def expected(made, x, z):
    losses = []
    for one, given_z in zip(x.reshape(-1, x.shape[-1]), z.reshape(-1, z.shape[-1]), strict=True):
        if isinstance(made, MixtureHead):
            log_weight, mean, deviation = made.mixture(given_z)
            scale = made.standard.deviation
            parts = (log_weight.exp(), made.standard.back(mean), deviation * scale)
            losses.append(plain.mixture_loss(one.tolist(), *(part.tolist() for part in parts)))
        else:
            parts = (made.mean(given_z), made.covariance(given_z))
            losses.append(plain.gaussian_loss(one.tolist(), *(part.tolist() for part in parts)))
    return torch.tensor(losses, dtype=torch.float64).reshape(x.shape[:-1])


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    lead=st.lists(st.integers(1, 3), max_size=2),
    width=st.integers(1, 4),
    hidden=st.sampled_from([0, 5]),
    seed=st.integers(0, 99),
)
def test_the_loss_is_minus_the_log_density(kind, lead, width, hidden, seed):
    made = head(kind, width=width, hidden=hidden)
    x, z = drawn(*lead, width, seed=seed), drawn(*lead, 3, seed=seed + 1)
    loss = made.loss(x, z)
    torch.testing.assert_close(loss, expected(made, x, z), rtol=1e-9, atol=1e-9)
    single = head(kind, width=width, hidden=hidden, dtype=torch.float32)
    single.load_state_dict(made.state_dict())
    torch.testing.assert_close(
        single.loss(x.float(), z.float()).double(), loss, rtol=2e-4, atol=2e-4
    )


def test_wrong_densities_are_rejected():
    made = head("full")
    x, z = drawn(20, 2, seed=4), drawn(20, 3, seed=5)
    mean, factor = (part.detach() for part in made.normal(z))
    away, volume = made.standard(x) - mean, made.standard.log_volume()

    def loss(matrix, size, constant=LOG_2PI, rest=volume):
        solved = torch.linalg.solve(matrix, away[..., None])[..., 0]
        return (solved.square().sum(-1) + 2 * constant) / 2 + size + rest

    size = factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)

    def checker(found):
        assert torch.allclose(found, expected(made, x, z), rtol=1e-9)

    checker(loss(factor, size))
    wrong = {
        "transposed factor": loss(factor.mT, size),
        "determinant twice": loss(factor, 2 * size),
        "determinant forgotten": loss(factor, 0),
        "constant forgotten": loss(factor, size, 0),
        "covariance for its factor": loss(factor @ factor.mT, size),
        "slant forgotten": loss(torch.diag_embed(factor.diagonal(dim1=-2, dim2=-1)), size),
        "scale of the tokens forgotten": loss(factor, size, rest=0),
        "scale the wrong way": loss(factor, size, rest=-volume),
    }
    assert_rejects(checker, wrong)


@pytest.mark.parametrize("kind", KINDS)
def test_a_density_integrates_to_one(kind):
    made, z = head(kind, width=1), drawn(1, 3, seed=7)
    grid = torch.linspace(-60, 60, 40_001, dtype=torch.float64)[:, None]
    density = torch.exp(-made.loss(grid, z.expand(len(grid), -1))).detach()
    assert float(torch.trapezoid(density, grid[:, 0])) == pytest.approx(1, abs=1e-6)


def test_a_unit_covariance_is_squared_error():
    made, x, z = head("unit"), drawn(9, 2), drawn(9, 3, seed=1)
    error = (made.standard(x) - made.normal(z).mean).square().sum(-1)
    constant = math.log(2 * math.pi) + made.standard.log_volume()
    torch.testing.assert_close(made.loss(x, z), error / 2 + constant)


def test_one_component_is_a_diagonal_gaussian():
    torch.manual_seed(0)
    mixture = MixtureHead(3, 2, 1, dtype=torch.float64)
    gaussian = GaussianHead(3, 2, covariance="diagonal", dtype=torch.float64)
    with torch.no_grad():
        mixture.start.zero_()
        gaussian.parameters_of.weight.copy_(mixture.parameters_of.weight[1:])
        gaussian.parameters_of.bias.copy_(mixture.parameters_of.bias[1:])
    x, z = drawn(6, 2), drawn(6, 3, seed=1)
    torch.testing.assert_close(mixture.loss(x, z), gaussian.loss(x, z))


@pytest.mark.parametrize("kind", ["diagonal", "full", "mixture"])
def test_samples_have_the_moments_of_the_density(kind):
    made, z = head(kind), drawn(3, seed=8)
    found = made.sample(z.expand(200_000, 3), generator=torch.Generator().manual_seed(0))
    scale = float(found.std(0).max())
    assert float((found.mean(0) - made.mean(z).detach()).abs().max()) < 0.02 * scale
    if kind != "mixture":
        error = found.T.cov() - made.covariance(z).detach()
        assert float(error.abs().max()) < 0.02 * scale**2


@pytest.mark.parametrize("temperature", [0.0, 0.5, 2.0])
def test_temperature_multiplies_the_deviations_of_a_gaussian(temperature):
    made, z = head("full"), drawn(3, seed=8).expand(50, 3)
    cold, warm = (
        made.sample(z, temperature=t, generator=torch.Generator().manual_seed(3))
        for t in (temperature, 1.0)
    )
    torch.testing.assert_close(cold - made.mean(z), temperature * (warm - made.mean(z)))


@pytest.mark.parametrize("temperature", [0.6, 1.0, 1.7])
def test_temperature_of_a_mixture_is_a_power_of_its_density(temperature):
    weight, deviation = torch.tensor([0.7, 0.3]), torch.tensor([[1.0], [0.2]])
    mean = torch.tensor([0.0, 60.0], dtype=torch.float64)  # far apart
    grid = torch.linspace(-30, 90, 120_001, dtype=torch.float64)[:, None]
    normal = torch.exp(-((grid - mean) ** 2) / (2 * deviation[:, 0] ** 2)) / deviation[:, 0]
    power = (weight * normal).sum(-1) ** (1 / temperature**2)
    right = grid[:, 0] > 30
    share = float(power[right].sum() / power.sum())
    logits = tempered(weight.log(), deviation, temperature)
    assert float(logits.softmax(-1)[1]) == pytest.approx(share, abs=1e-4)


def test_no_temperature_is_the_highest_mode():
    made, z = head("mixture"), drawn(5, 3, seed=9)
    log_weight, mean, deviation = made.mixture(z)
    best = (log_weight - deviation.log().sum(-1)).argmax(-1)
    expected = made.standard.back(mean[torch.arange(5), best])
    torch.testing.assert_close(made.sample(z, temperature=0), expected)
    weight = torch.tensor([0.7, 0.3]).log()
    sizes = torch.tensor([[1.0], [0.2]])
    cold = tempered(weight, sizes, 0.05).argmax()
    assert tempered(weight, sizes, 0).argmax() == cold == 1


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_are_right_in_conditions_and_parameters(kind):
    made, x = head(kind, hidden=3), drawn(2, 2, seed=1)
    names = [name for name, _ in made.named_parameters()]

    def loss(z, x, *values):
        parts = dict(zip(names, values, strict=True))

        return torch.func.functional_call(
            _Loss(made), {f"head.{n}": v for n, v in parts.items()}, (x, z)
        )

    z = drawn(2, 3, seed=2).requires_grad_()
    values = [p.detach().clone().requires_grad_() for p in made.parameters()]
    assert torch.autograd.gradcheck(loss, (z, x.requires_grad_(), *values))


class _Loss(torch.nn.Module):
    def __init__(self, made):
        super().__init__()
        self.head = made

    def forward(self, x, z):
        return self.head.loss(x, z)


def test_the_cost_is_linear_in_tokens_and_in_components():
    from torch.utils.flop_counter import FlopCounterMode

    def flops(tokens, components):
        made = MixtureHead(8, 2, components)
        with FlopCounterMode(display=False) as counter:
            made.loss(torch.zeros(tokens, 2), torch.zeros(tokens, 8))
        return counter.get_total_flops()

    assert_cost_exponent(lambda n: flops(n, 4), (64, 128, 256, 512), 1.0)
    assert_cost_exponent(lambda k: flops(8, k), (8, 16, 32, 64), 1.0)


@pytest.mark.parametrize("kind", KINDS)
def test_standard_tokens_have_mean_zero_and_variance_one(kind):
    made = head(kind)
    assert isinstance(made, Head)
    tokens = torch.cat([5 + 3 * drawn(400, 1), torch.full((400, 1), 2.5)], -1).double()
    made.standard.fit(tokens)
    found = made.standard(tokens)
    torch.testing.assert_close(found.mean(0), torch.zeros(2, dtype=torch.float64))
    assert float(found[:, 0].std(correction=0)) == pytest.approx(1)
    assert float(made.standard.deviation[1]) == 1  # a constant is not blown up
    torch.testing.assert_close(made.standard.back(found), tokens)


@pytest.mark.parametrize("kind", KINDS)
def test_bad_input_is_named(kind):
    made, x, z = head(kind), drawn(4, 2), drawn(4, 3)
    with pytest.raises(ShapeError, match=r"x must have shape \(\.\.\., 2\)"):
        made.loss(drawn(4, 1), z)
    with pytest.raises(ShapeError, match="z must have a condition for every token"):
        made.loss(x, drawn(1, 3))
    with pytest.raises(ShapeError, match="no empty axis"):
        made.sample(z[:0])
    with pytest.raises(DtypeError, match=r"x must have dtype torch\.float64"):
        made.loss(x.float(), z)
    with pytest.raises(DtypeError, match=r"z must be a torch\.Tensor, got list"):
        made.sample([1.0])
    with pytest.raises(NonFiniteError, match="z of shape"):
        made.sample(z / 0)
    with pytest.raises(ArgumentError, match="temperature must be a non-negative number"):
        made.sample(z, temperature=-1.0)
    with pytest.raises(ShapeError, match="two at least"):
        made.standard.fit(x[:1])
    with pytest.raises(ArgumentError, match="width must be at least 1"):
        type(made)(3, 0)
    with pytest.raises(IntegerError, match="condition must be an integer"):
        type(made)(3.0, 2)
    with pytest.raises(ArgumentError, match="covariance must be one of"):
        GaussianHead(3, 2, covariance="banded")
    with pytest.raises(ArgumentError, match="components must be at least 1"):
        MixtureHead(3, 2, 0)
