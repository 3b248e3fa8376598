"""What is drawn: exact for exact estimates, the analytic moments and every mode once trained."""

import math
from functools import partial
from itertools import pairwise

import plain_heads as plain
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.heads import (  # noqa: E402 - they need PyTorch
    DiffusionHead,
    FlowHead,
    GaussianHead,
    MixtureHead,
)
from lemmata.heads.flow import heun  # noqa: E402
from lemmata.heads.noise import alpha_sigma, ancestral, posterior, schedule  # noqa: E402
from lemmata.testing import assert_rejects  # noqa: E402

MEAN, DEVIATION = 1.5, 0.4
MODES, RADIUS, SPREAD = 8, 3.0, 0.3


def exact_velocity(x, level):
    """E[alpha noise - sigma token | noisy token] for tokens from N(MEAN, DEVIATION^2)."""
    a, s = (part[..., None] for part in alpha_sigma(level))
    off = (x - a * MEAN) / ((a * DEVIATION) ** 2 + s**2)
    return a * s * off - s * (MEAN + a * DEVIATION**2 * off)


def exact_flow(x, time):
    """E[token - noise | token between] for tokens from N(MEAN, DEVIATION^2)."""
    t = time[..., None]
    off = (x - t * MEAN) / ((t * DEVIATION) ** 2 + (1 - t) ** 2)
    return MEAN + (t * DEVIATION**2 - (1 - t)) * off


def noise(n, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n, 1, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("temperature", [0.0, 0.7, 1.0])
@pytest.mark.parametrize("steps", [1, 2, 9, 40])
def test_the_steps_have_the_moments_of_the_plain_recursion(steps, temperature):
    n = 200_000
    mean, deviation = plain.sampled_moments(MEAN, DEVIATION, steps, temperature)
    generator = torch.Generator().manual_seed(1)
    x = ancestral(exact_velocity, noise(n), steps, temperature, generator)
    assert float(x.mean()) == pytest.approx(
        mean, abs=4 * max(deviation, 1e-9) / math.sqrt(n) + 1e-12
    )
    assert float(x.std()) == pytest.approx(deviation, rel=4 / math.sqrt(2 * n), abs=1e-12)


def test_the_moments_approach_those_of_the_tokens_with_the_steps():
    errors = []
    for steps in (16, 32, 64, 128, 256):
        mean, deviation = plain.sampled_moments(MEAN, DEVIATION, steps)
        assert mean == pytest.approx(MEAN, abs=1e-12)
        errors.append(1 - deviation / DEVIATION)
    assert all(0 < after < 0.7 * before for before, after in pairwise(errors))
    assert errors[-1] < 0.005


def test_the_flow_is_followed_at_second_order():
    x0 = noise(50)
    truth = MEAN + DEVIATION * x0  # the flow of a Gaussian path stretches the noise
    errors = [float((heun(exact_flow, x0, n) - truth).abs().max()) for n in (20, 40, 80)]
    slopes = [math.log2(a / b) for a, b in pairwise(errors)]
    assert errors[-1] < 2e-3
    assert all(1.8 < slope < 2.3 for slope in slopes)


def test_wrong_steps_are_rejected():
    n, steps = 100_000, 20
    mean, deviation = plain.sampled_moments(MEAN, DEVIATION, steps)

    def checker(sampler):
        x = sampler()
        assert float(x.mean()) == pytest.approx(mean, abs=5 * deviation / math.sqrt(n))
        assert float(x.std()) == pytest.approx(deviation, rel=0.012)

    def steps_of(
        levels, spread=1.0, corrected=True, taken_by=lambda now, then: posterior(now, then)
    ):
        def sampler():
            generator = torch.Generator().manual_seed(3)
            x = noise(n)
            for now, then in pairwise(levels):
                keep, take, put = taken_by(now, then)
                estimate = _token(x, now)
                fixed = keep * x
                fixed = fixed + spread * put * torch.randn(
                    x.shape, generator=generator, dtype=x.dtype
                )
                if corrected and then > 0:
                    estimate = (estimate + _token(fixed + take * estimate, then)) / 2
                x = fixed + take * estimate
            return x

        return sampler

    def without_fading(now, then):
        (_, s), (a2, s2) = alpha_sigma(now), alpha_sigma(then)
        fresh = s**2 - s2**2
        return s2**2 / s**2, a2 * fresh / s**2, fresh.sqrt() * s2 / s

    levels = schedule(steps, noise(1))
    checker(steps_of(levels))
    wrong = {
        "no noise put in": steps_of(levels, spread=0.0),
        "variance for deviation": steps_of(
            levels, taken_by=lambda t, u: (*posterior(t, u)[:2], posterior(t, u)[2] ** 2)
        ),
        "no fading": steps_of(levels, taken_by=without_fading),
        "one estimate a step": steps_of(levels, corrected=False),
        "even levels": steps_of(levels.sqrt()),
        "the last five steps left out": steps_of(levels[:-5]),
        "noise without its share": steps_of(levels, spread=1.2),
    }
    assert_rejects(checker, wrong)


def _token(x, level):
    a, s = alpha_sigma(level)
    return a * x - s * exact_velocity(x, level.expand(len(x)))


def conditional(z, generator):
    """Tokens whose mean and covariance given z (n, 2) are known."""
    drawn = torch.randn(len(z), 2, generator=generator)
    return moments(z)[0] + (moments(z)[1] @ drawn[..., None])[..., 0]


def moments(z):
    """Mean, and a factor of the covariance, that depend on z."""
    mean = torch.stack((2 * z[:, 0], z[:, 1] - z[:, 0]), -1)
    size = 0.5 + 0.4 * torch.sigmoid(2 * z[:, 1])
    slant = 0.5 * torch.tanh(z[:, 0])
    rows = (torch.stack((size, torch.zeros_like(size)), -1), torch.stack((slant, size), -1))
    return mean, torch.stack(rows, -2)


def ring(n, generator):
    """Points around MODES places on a circle."""
    angle = torch.randint(MODES, (n,), generator=generator) * (2 * math.pi / MODES)
    places = RADIUS * torch.stack((angle.cos(), angle.sin()), -1)
    return places + SPREAD * torch.randn(n, 2, generator=generator)


def trained(head, draw, steps, rate, batch=256):
    generator = torch.Generator().manual_seed(0)
    head.standard.fit(draw(4000, generator)[0])
    optimizer = torch.optim.AdamW(head.parameters(), rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        optimizer.zero_grad()
        head.loss(*draw(batch, generator), generator=generator).mean().backward()
        optimizer.step()
        schedule.step()
    return head.eval()


def of_conditional(n, generator):
    z = torch.randn(n, 2, generator=generator)
    return conditional(z, generator), z


def of_ring(n, generator):
    return ring(n, generator), torch.zeros(n, 1)


def check_moments(sample):
    """Mean and covariance of what `sample` draws, at three conditions."""
    for place in ([0.0, 0.0], [1.0, -0.5], [-1.0, 1.0]):
        z = torch.tensor([place])
        mean, factor = (part[0] for part in moments(z))
        found = sample(z.expand(4000, 2), generator=torch.Generator().manual_seed(5))
        assert float((found.mean(0) - mean).abs().max()) < 0.12
        assert float((found.T.cov() - factor @ factor.T).abs().max()) < 0.13


@pytest.mark.parametrize("kind", ["diffusion", "flow", "gaussian"])
def test_a_trained_head_has_the_analytic_mean_and_covariance_of_each_condition(kind):
    torch.manual_seed(0)
    made = {
        "diffusion": lambda: DiffusionHead(2, 2, hidden=48, depth=1),
        "flow": lambda: FlowHead(2, 2, hidden=48, depth=1),
        "gaussian": lambda: GaussianHead(2, 2, hidden=48),
    }[kind]()
    trained(made, of_conditional, 500, 1e-2)
    check_moments(made.sample)
    wrong = {
        "too cold": partial(made.sample, temperature=0.7),
        "of one condition": lambda z, generator: made.sample(0 * z, generator=generator),
        "on the standard scale": lambda z, generator: made.standard(
            made.sample(z, generator=generator)
        ),
    }
    assert_rejects(check_moments, wrong)


def test_a_unit_covariance_misses_that_of_the_tokens():
    torch.manual_seed(0)
    made = GaussianHead(2, 2, covariance="unit", hidden=48)
    trained(made, of_conditional, 500, 1e-2)
    assert_rejects(check_moments, {"squared error": made.sample})


def shares(points):
    """How many of the points lie within three spreads of each mode."""
    angle = torch.arange(MODES) * (2 * math.pi / MODES)
    places = RADIUS * torch.stack((angle.cos(), angle.sin()), -1)
    near = torch.cdist(points, places) < 3.5 * SPREAD
    return near.double().mean(0)


@pytest.mark.parametrize("kind", ["diffusion", "flow", "mixture"])
def test_a_trained_head_finds_every_mode_of_a_ring(kind):
    torch.manual_seed(0)
    made = {
        "diffusion": lambda: DiffusionHead(1, 2, hidden=32, depth=1),
        "flow": lambda: FlowHead(1, 2, hidden=32, depth=1),
        "mixture": lambda: MixtureHead(1, 2, 24),
    }[kind]()
    trained(made, of_ring, 400, 2e-2 if kind == "mixture" else 1e-2)
    found = shares(made.sample(torch.zeros(4000, 1), generator=torch.Generator().manual_seed(5)))
    assert float(found.min()) > 0.5 / MODES
    assert float(found.sum()) > 0.8


def test_squared_error_averages_the_modes_away():
    torch.manual_seed(0)
    made = trained(GaussianHead(1, 2, covariance="unit"), of_ring, 300, 3e-2)
    z = torch.zeros(4000, 1)
    assert float(made.mean(z[:1]).detach().norm()) < 0.3  # the middle, where no token ever is
    assert float(shares(made.sample(z, temperature=0)).sum()) == 0
    cloud = shares(made.sample(z, generator=torch.Generator().manual_seed(5)))
    assert float(cloud.sum()) < 0.4
    full = trained(GaussianHead(1, 2, covariance="full"), of_ring, 300, 3e-2)
    cloud = shares(full.sample(z, generator=torch.Generator().manual_seed(5)))
    assert float(cloud.sum()) < 0.4
