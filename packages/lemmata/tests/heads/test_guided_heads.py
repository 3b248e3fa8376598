"""Guidance by density: against numeric integration, bounds that hold, refusals where nothing is to draw."""

import math
from functools import partial

import plain_heads as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.errors import ArgumentError, DtypeError, ShapeError  # noqa: E402 - they need PyTorch
from lemmata.heads import GaussianHead, MixtureHead, guided_mixture  # noqa: E402
from lemmata.heads.components import Mixture  # noqa: E402
from lemmata.heads.gaussian import Normal, guided  # noqa: E402
from lemmata.heads.guided_mixture import drawn_guided, envelope  # noqa: E402
from lemmata.testing import assert_rejects  # noqa: E402

GRID = torch.linspace(-9, 9, 3001, dtype=torch.float64)
# Overlapping and far components, of weights and widths that differ.
P = ([0.5, 0.3, 0.2], [[-1.0], [0.2], [3.0]], [[0.6], [0.9], [0.4]])
Q = ([0.4, 0.4, 0.2], [[-1.5], [1.0], [2.0]], [[1.0], [0.8], [1.2]])
STRENGTHS = (0.0, 0.4, 1.3, 2.0, 4.0)


def mixture(parts):
    weights, means, deviations = (torch.tensor(part, dtype=torch.float64) for part in parts)
    return Mixture(weights.log(), means, deviations)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def numeric(guidance):
    """The guided distribution function on GRID, by the trapezoidal rule."""
    density = torch.tensor([plain.guided_density([x], P, Q, guidance) for x in GRID.tolist()])
    mass = torch.cumulative_trapezoid(density, GRID)
    return torch.cat((mass.new_zeros(1), mass / mass[-1]))


def distance(points, expected):
    """Kolmogorov's: the largest distance between two distribution functions, at the grid."""
    below = torch.searchsorted(points.sort()[0], GRID, right=True) / len(points)
    return float((below - expected).abs().max())


def check_draws(draw):
    """1.95 / sqrt(n) is exceeded once in a thousand times by draws that are right."""
    n = 20_000
    for guidance in STRENGTHS:
        p, q = (Mixture(*(part.expand(n, *part.shape) for part in mixture(m))) for m in (P, Q))
        points = draw(p, q, guidance, seeded(1))[:, 0]
        assert distance(points, numeric(guidance)) < 1.95 / math.sqrt(n)


def test_draws_have_the_guided_density_by_numeric_integration():
    check_draws(drawn_guided)


def test_wrong_ways_to_guide_a_mixture_are_rejected():
    def component_by_component(p, q, guidance, generator):
        chosen = torch.multinomial(p.log_weight.exp(), 1, generator=generator)[:, :, None]
        (m, s), (n, t) = ((x.gather(1, chosen)[:, 0] for x in part[1:]) for part in (p, q))
        precision = guidance / s**2 - (guidance - 1) / t**2
        precision = precision.clamp_min(0.1)
        mean = (guidance * m / s**2 - (guidance - 1) * n / t**2) / precision
        return mean + torch.randn(mean.shape, generator=generator).double() / precision.sqrt()

    wrong = {
        "all that is proposed": lambda p, q, g, generator: envelope(p, q, g).drawn(generator),
        "component by component": component_by_component,
        "no guidance": lambda p, q, g, generator: p.drawn(generator),
        "a strength more": lambda p, q, g, generator: drawn_guided(p, q, g + 0.3, generator),
        "against itself": lambda p, q, g, generator: drawn_guided(p, p, g, generator),
    }
    assert_rejects(check_draws, wrong)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 999),
    width=st.integers(1, 3),
    components=st.integers(1, 4),
    guidance=st.sampled_from([0.0, 0.5, 1.2, 2.0, 5.0]),
)
def test_the_bound_is_nowhere_below_the_guided_density(seed, width, components, guidance):
    check_bound(envelope, seed, width, components, guidance)


def check_bound(bound_of, seed, width, components, guidance):
    p = random_mixture(components, width, seed, 0.3, 1.0)
    q = random_mixture(components + 1, width, seed + 1, 1.0, 2.0)
    bound = bound_of(p, q, guidance)
    x = 4 * torch.randn(500, width, generator=seeded(seed), dtype=torch.float64)
    x = torch.cat((x, p.mean, q.mean, bound.mean))
    wanted = guidance * p.log_density(x) + (1 - guidance) * q.log_density(x)
    assert bool((bound.log_density(x) >= wanted - 1e-9).all())


def random_mixture(components, width, seed, least, most):
    generator = seeded(seed)

    def drawn(*shape):
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    spread = least + (most - least) * torch.rand(components, width, generator=generator).double()
    return Mixture(drawn(components).log_softmax(-1), 2 * drawn(components, width), spread)


def test_bounds_that_do_not_hold_are_rejected():
    def lighter(p, q, guidance):
        mass, mean, deviation = envelope(p, q, guidance)
        return Mixture(mass - 0.7, mean, deviation)

    def narrower(p, q, guidance):
        mass, mean, deviation = envelope(p, q, guidance)
        return Mixture(mass, mean, 0.9 * deviation)

    def as_if_apart(p, q, guidance):
        """(w_k N_k)^g added up, where the power of a sum is more."""
        whole, mean, deviation = envelope(p, q, guidance)
        total = torch.logsumexp(whole, -1)
        mass = guidance * (whole - total + total / guidance)
        return Mixture(mass, mean, deviation)

    def checker(bound_of):
        for seed in range(30):
            check_bound(bound_of, seed, 1, 4, 3.0)

    checker(envelope)
    wrong = {"lighter": lighter, "narrower": narrower, "powers added up": as_if_apart}
    assert_rejects(checker, wrong)


@pytest.mark.parametrize("guidance", [1.5, 2.0, 4.0])
def test_against_one_component_a_draw_takes_at_most_so_many_tries(guidance):
    """mass of the bound <= K^(g - 1) times that of the density: Hoelder's inequality, equal weights."""
    p, q = mixture(P), mixture(([1.0], [[0.5]], [[2.0]]))
    bound = envelope(p, q, guidance)
    density = guidance * p.log_density(GRID[:, None]) - (guidance - 1) * q.log_density(
        GRID[:, None]
    )
    mass = float(torch.trapezoid(density.exp(), GRID))
    tries = float(bound.log_weight.exp().sum()) / mass
    assert 1 <= tries <= 3 ** (guidance - 1)
    single = envelope(Mixture(*(part[:1] for part in p)), q, guidance)
    one = Mixture(*(part[:1] for part in p))
    alone = guidance * one.log_density(GRID[:, None]) - (guidance - 1) * q.log_density(
        GRID[:, None]
    )
    torch.testing.assert_close(single.log_density(GRID[:, None]), alone)  # every draw is kept


@pytest.mark.parametrize("guidance", [0.0, 0.5, 1.7, 3.0])
def test_a_guided_gaussian_has_the_guided_density(guidance):
    check_gaussian(guided, guidance)


def check_gaussian(guide, guidance):
    p, q = normals()
    found = guide(p, q, guidance)
    x = torch.randn(40, 2, generator=seeded(2), dtype=torch.float64)
    wanted = guidance * log_normal(p, x) + (1 - guidance) * log_normal(q, x)
    ratio = log_normal(found, x) - wanted
    torch.testing.assert_close(ratio, ratio[:1].expand(40), rtol=1e-9, atol=1e-9)


def normals():
    kind = {"dtype": torch.float64}
    p = Normal(torch.tensor([1.0, -0.5], **kind), torch.tensor([[0.6, 0.0], [0.3, 0.5]], **kind))
    q = Normal(torch.tensor([0.0, 0.4], **kind), torch.tensor([[1.1, 0.0], [-0.4, 0.9]], **kind))
    return p, q


def log_normal(given, x):
    covariance = (given.factor @ given.factor.mT).tolist()
    return torch.tensor([-plain.gaussian_loss(one, given.mean.tolist(), covariance) for one in x.tolist()],
        dtype=torch.float64,
    )  # fmt: skip


def test_wrong_guided_gaussians_are_rejected():
    def of(mean, covariance):
        return Normal(mean, torch.linalg.cholesky(covariance))

    def parts(normal):
        covariance = normal.factor @ normal.factor.mT
        return normal.mean, covariance, covariance.inverse()

    def lines(p, q, g):
        (m, S, _), (n, T, _) = parts(p), parts(q)
        return of(n + g * (m - n), g * S + (1 - g) * T)

    def mean_on_a_line(p, q, g):
        (m, _, A), (n, _, B) = parts(p), parts(q)
        return of(n + g * (m - n), (g * A + (1 - g) * B).inverse())

    wrong = {
        "means and covariances on a line": lines,
        "mean on a line": mean_on_a_line,
        "a strength less": lambda p, q, g: guided(p, q, g - 0.1),
        "a strength of one more": lambda p, q, g: guided(p, q, g + 1),
        "unguided": lambda p, q, g: p,
    }
    assert_rejects(partial(check_gaussian, guidance=0.5), wrong)


def conditions(made, n, seed=3):
    z = torch.randn(made.condition, generator=seeded(seed), dtype=torch.float64)
    return z.expand(n, -1)


def made_head(kind, components=3, width=2):
    torch.manual_seed(4)
    if kind == "mixture":
        made = MixtureHead(3, width, components).double()
    else:
        made = GaussianHead(3, width, covariance=kind).double()
    made.standard.mean.fill_(0.7)
    made.standard.deviation.fill_(1.8)
    return made


@pytest.mark.parametrize("temperature", [0.6, 1.0])
@pytest.mark.parametrize("kind", ["unit", "diagonal", "full", "mixture"])
def test_a_head_draws_what_its_guided_density_says(kind, temperature):
    made, n = made_head(kind, width=1), 20_000
    z, against = conditions(made, n), conditions(made, n, 8)
    points = made.sample(
        z, temperature=temperature, guidance=1.4, against=against, generator=seeded()
    )
    losses = [made.loss(GRID[:, None], one[:1].expand(len(GRID), -1)) for one in (z, against)]
    density = (-1.4 * losses[0] + 0.4 * losses[1]).detach()
    if kind == "mixture":
        parts = [made.mixture(one[0]).at(temperature) for one in (z, against)]
        logs = [part.log_density(made.standard(GRID[:, None])) for part in parts]
        density = (1.4 * logs[0] - 0.4 * logs[1]).detach()
    elif temperature != 1:
        density = density / temperature**2
    mass = torch.cumulative_trapezoid((density - density.max()).exp(), GRID)
    expected = torch.cat((mass.new_zeros(1), mass / mass[-1]))
    assert distance(points[:, 0], expected) < 1.95 / math.sqrt(n)


@pytest.mark.parametrize("kind", ["full", "mixture"])
def test_against_the_same_condition_nothing_changes(kind):
    made = made_head(kind)
    z = conditions(made, 20_000)
    plain_draws = made.sample(z, generator=seeded())
    found = made.sample(z, guidance=2.5, against=z, generator=seeded(1))
    spread = float(plain_draws.std(0).max())
    assert float((found.mean(0) - plain_draws.mean(0)).abs().max()) < 0.04 * spread
    assert float((found.T.cov() - plain_draws.T.cov()).abs().max()) < 0.06 * spread**2
    one = made.sample(z[0], guidance=2.5, against=z[0])
    assert one.shape == (2,)
    few = z[:6].float().reshape(2, 3, 3)
    single = made.float().sample(few, guidance=2.5, against=few)
    assert single.shape == (2, 3, 2)
    assert single.dtype == torch.float32


@pytest.mark.parametrize("kind", ["full", "mixture"])
def test_a_density_without_mass_is_refused_just_where_it_loses_it(kind):
    wide, narrow = 1.5, 1.0
    limit = 1 / (1 - (narrow / wide) ** 2)  # 1 / s^2 g = (g - 1) / t^2
    if kind == "full":
        eye = torch.eye(1, dtype=torch.float64)
        p, q = Normal(torch.ones(1).double(), wide * eye), Normal(0 * eye[0], narrow * eye)
        draw = guided
    else:
        p, q = (mixture(([1.0], [[m]], [[s]])) for m, s in ((1.0, wide), (0.0, narrow)))
        draw = partial(drawn_guided, generator=None)
    draw(p, q, limit - 0.01)
    with pytest.raises(ArgumentError, match=r"guidance must be below 1\.8 for these conditions"):
        draw(p, q, limit + 0.01)


def test_what_cannot_be_drawn_is_named(monkeypatch):
    made = made_head("mixture")
    z, against = conditions(made, 4), conditions(made, 4, 8)
    for head in (made, made_head("full")):
        with pytest.raises(ArgumentError, match="guidance must be 1 unless against is given"):
            head.sample(z, guidance=2.0)
        with pytest.raises(ArgumentError, match="guidance must be a non-negative number"):
            head.sample(z, guidance=-0.5, against=against)
        with pytest.raises(ShapeError, match="against must have a condition for every token"):
            head.sample(z, guidance=2.0, against=against[:1])
        with pytest.raises(DtypeError, match=r"against must have dtype torch\.float64"):
            head.sample(z, guidance=2.0, against=against.float())
    with pytest.raises(ArgumentError, match="temperature must be above 0 with a guidance other"):
        made.sample(z, temperature=0, guidance=2.0, against=against)
    monkeypatch.setattr(guided_mixture, "MOST", 8)
    far = mixture(([0.5, 0.5], [[-30.0], [30.0]], [[1.0], [1.0]]))
    with pytest.raises(ArgumentError, match="guidance must be nearer to 1 for these conditions"):
        drawn_guided(mixture(([1.0], [[0.0]], [[1.0]])), far, 0.5, seeded())
