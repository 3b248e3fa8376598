"""The report on an optimiser: against Hessians that are known, and on the edge of stability."""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.errors import ArgumentError  # noqa: E402
from lemmata.optimize import AdaBelief, UpdateRatio, diagnose  # noqa: E402
from lemmata.optimize.diagnosis import hessian_product  # noqa: E402
from lemmata.testing import assert_rejects  # noqa: E402

H = torch.diag(torch.logspace(-2, 2, 12, dtype=torch.float64))
ADAM = {"lr": 1e-3, "betas": (0.9, 0.999)}


def after(make, draw, steps=2000, matrix=H):
    """An optimiser that has seen the gradients `draw(t)`, and the loss x.Hx/2 of its parameters."""
    x = torch.nn.Parameter(torch.zeros(matrix.shape[0], dtype=torch.float64))
    optimizer = make([x])
    for t in range(steps):
        x.grad = draw(t)
        optimizer.step()
    return optimizer, lambda: x @ matrix @ x / 2


def noise(power, seed=0):
    """Gradients h^power z, z normal and independent: what the mean of their squares knows of h."""
    generator = torch.Generator().manual_seed(seed)
    scale = torch.diagonal(H) ** power
    return lambda t: scale * torch.randn(12, dtype=torch.float64, generator=generator)


def network():
    torch.manual_seed(0)
    net = torch.nn.Sequential(
        torch.nn.Linear(4, 6), torch.nn.Tanh(), torch.nn.Linear(6, 1)
    ).double()
    X = torch.randn(30, 4, dtype=torch.float64)
    return net, X, lambda: (net(X)[:, 0] - X[:, 0]).square().mean()


def test_products_are_those_of_the_hessian_of_all_parameters():
    net, X, loss = network()
    parameters = dict(net.named_parameters())
    sizes = [p.numel() for p in parameters.values()]

    def of_one_vector(vector):
        parts = zip(parameters.items(), torch.split(vector, sizes), strict=True)
        shaped = {name: part.reshape(p.shape) for (name, p), part in parts}
        out = torch.func.functional_call(net, shaped, (X,))
        return (out[:, 0] - X[:, 0]).square().mean()

    at = torch.cat([p.detach().reshape(-1) for p in parameters.values()])
    whole = torch.autograd.functional.hessian(of_one_vector, at)
    product = hessian_product(loss, tuple(parameters.values()))
    found = torch.stack([product(row) for row in torch.eye(len(at), dtype=at.dtype)])
    torch.testing.assert_close(found, whole)


@pytest.mark.parametrize(("power", "slope"), [(0, 0.0), (0.5, 0.5), (1, 1.0)])
@pytest.mark.parametrize("make", [torch.optim.Adam, AdaBelief], ids=["Adam", "AdaBelief"])
def test_the_slope_tells_which_power_of_the_curvature_the_noise_has(make, power, slope):
    report = diagnose(*after(lambda p: make(p, **ADAM), noise(power)), rng=0)
    assert report.agreement.slope == pytest.approx(slope, abs=0.03)
    if power:
        assert report.agreement.correlation > 0.99
    assert report.agreement.used == 12


def test_displacements_that_are_even_give_v_as_the_square_of_the_curvature():
    """The article's derivation: g = H d with d of covariance I, for an H that is not diagonal."""
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((12, 12)))[0]
    matrix = torch.tensor(turn @ np.diag(np.logspace(-1, 1, 12)) @ turn.T)
    generator = torch.Generator().manual_seed(1)

    def draw(t):
        return matrix @ torch.randn(12, dtype=torch.float64, generator=generator)

    optimizer, loss = after(lambda p: torch.optim.Adam(p, **ADAM), draw, matrix=matrix)
    state = next(iter(optimizer.state.values()))
    v = state["exp_avg_sq"] / (1 - 0.999**2000)
    np.testing.assert_allclose(v, torch.diagonal(matrix @ matrix), rtol=0.25)
    assert diagnose(optimizer, loss, rng=0).agreement.correlation > 0.8


def test_the_spread_of_updates_is_that_of_independent_gradients():
    report = diagnose(*after(lambda p: torch.optim.Adam(p, **ADAM), noise(1), 3000), rng=0)
    assert report.independent_spread == pytest.approx(math.sqrt(0.1 / 1.9))
    assert report.update_spread == pytest.approx(report.independent_spread, rel=0.5)
    steady = diagnose(
        *after(lambda p: torch.optim.Adam(p, **ADAM), lambda t: torch.diagonal(H).clone()), rng=0
    )
    assert steady.update_spread == pytest.approx(1, abs=1e-6)


METHODS = {
    "descent": (lambda p, lr: torch.optim.SGD(p, lr=lr), 2.0),
    "momentum": (lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9), 3.8),
    "nesterov": (lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9, nesterov=True), 3.8 / 2.8),
    "dampened": (lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9, dampening=0.9), 38.0),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("share", [0.98, 1.02])
def test_the_edge_is_where_training_on_a_quadratic_turns(method, share):
    make, limit = METHODS[method]
    x = torch.nn.Parameter(torch.ones(12, dtype=torch.float64))
    optimizer = make([x], share * limit / 100)  # the largest curvature is 100

    def loss():
        return x @ H @ x / 2

    for _ in range(1500):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    report = diagnose(optimizer, loss, rng=0)
    assert report.sharpness.value == pytest.approx(100)
    assert report.limit == pytest.approx(limit)
    assert report.edge == pytest.approx(share, rel=1e-3)
    assert (abs(x[-1].item()) > 1) == (share > 1)


def test_adam_with_a_still_second_moment_turns_at_38():
    def growth(share):
        x = torch.nn.Parameter(torch.full((12,), 1e-3, dtype=torch.float64))
        optimizer = torch.optim.Adam([x], lr=1e-2, betas=(0.9, 1 - 1e-12))

        def loss():
            return x @ H @ x / 2

        loss().backward()
        optimizer.step()
        state = optimizer.state[x]
        state["step"] = torch.tensor(1e12)  # both bias corrections are over, or do not change
        root = 1e-2 * torch.diagonal(H) / (38 * share)  # lr h / P = 38 share for every entry
        state["exp_avg_sq"] = root**2 * (1 - (1 - 1e-12) ** 1e12)
        edge = diagnose(optimizer, loss, rng=0).edge
        before = x.detach().abs().max()
        for _ in range(45):
            optimizer.zero_grad()
            loss().backward()
            optimizer.step()
        return edge, float(x.detach().abs().max() / before)

    below, above = growth(0.97), growth(1.03)
    assert (below[0], above[0]) == (pytest.approx(0.97, rel=2e-3), pytest.approx(1.03, rel=2e-3))
    assert below[1] < 0.5
    assert above[1] > 30


def test_wrong_readings_of_the_preconditioner_are_rejected():
    optimizer, loss = after(lambda p: torch.optim.Adam(p, lr=0.1, eps=1.0), noise(1), 5)
    state = next(iter(optimizer.state.values()))
    h, v = torch.diagonal(H), state["exp_avg_sq"] / (1 - 0.999**5)

    def checker(scaled):
        expected = float((0.1 * h / (v.sqrt() + 1)).max())
        assert scaled == pytest.approx(expected, rel=1e-3)

    checker(diagnose(optimizer, loss, rng=0).scaled_sharpness.value)
    assert_rejects(
        checker,
        {
            "no correction of v": float((0.1 * h / (state["exp_avg_sq"].sqrt() + 1)).max()),
            "no root": float((0.1 * h / (v + 1)).max()),
            "eps inside the root": float((0.1 * h / (v + 1).sqrt()).max()),
            "no learning rate": float((h / (v.sqrt() + 1)).max()),
            "the sharpness": 0.1 * float(h.max()),
        },
    )


def test_the_report_reads_as_a_text_and_cannot_be_changed():
    net, _, loss = network()
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-2)
    loss().backward()
    optimizer.step()
    report = diagnose(optimizer, loss, rng=0)
    text = str(report)
    for part in ("exact, 37 products", "slope", "limit 38", "edge of stability", "sharpness"):
        assert part in text
    with pytest.raises(AttributeError):
        report.limit = 1


def test_many_parameters_are_sampled_and_groups_keep_their_rates():
    x, y = (torch.nn.Parameter(torch.ones(200, dtype=torch.float64)) for _ in range(2))
    optimizer = torch.optim.RMSprop([{"params": [x], "lr": 1.0}, {"params": [y], "lr": 0.1}])

    def loss():
        return (3 * x**2).sum() / 2 + (5 * y**2).sum() / 2

    loss().backward()
    optimizer.step()
    report = diagnose(optimizer, loss, samples=4, rng=0)
    np.testing.assert_allclose(report.diagonal.values, [3.0] * 200 + [5.0] * 200)
    assert report.diagonal.products == 4
    assert report.scaled_sharpness.value == pytest.approx(1.0 * 3 / (0.1 * 3 + 1e-8), rel=1e-3)
    assert math.isnan(report.update_spread)


def test_what_cannot_be_read_is_refused():
    x = torch.nn.Parameter(torch.ones(2))
    with pytest.raises(ArgumentError, match="taken a step"):
        diagnose(torch.optim.Adam([x]), lambda: x.sum())
    with pytest.raises(ArgumentError, match="must be one of Adam"):
        diagnose(torch.optim.Adagrad([x]), lambda: x.sum())
    with pytest.raises(ArgumentError, match="scalar"):
        diagnose(torch.optim.SGD([x], lr=1), lambda: x)
    assert diagnose(torch.optim.SGD([x], lr=1), lambda: x.sum(), rng=0).sharpness.value == 0


def test_update_ratios_are_those_of_the_norms():
    net, _, loss = network()
    before = {name: p.detach().clone() for name, p in net.named_parameters()}
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with UpdateRatio(optimizer, net.named_parameters()) as watch:
        loss().backward()
        optimizer.step()
    for r in watch.latest:
        w = before[r.name]
        step = dict(net.named_parameters())[r.name].detach() - w
        assert r.ratio == pytest.approx(float(step.norm() / w.norm()))
    assert "0.weight" in str(watch)
    kept = watch.latest
    optimizer.step()
    assert watch.latest is kept


def test_update_ratios_at_zero_and_outside_of_the_usual_range_are_marked():
    zero, still, fast = (torch.nn.Parameter(torch.full((2,), v)) for v in (0.0, 1.0, 1.0))
    optimizer = torch.optim.SGD([zero, still, fast], lr=1.0)
    watch = UpdateRatio(optimizer)
    for p, g in ((zero, 1.0), (still, 0.0), (fast, 0.5)):
        p.grad = torch.full((2,), g)
    optimizer.step()
    assert [r.ratio for r in watch.latest] == [math.inf, 0.0, 0.5]
    assert [r.usual for r in watch.latest] == [False, False, False]
    assert "group 0, tensor 2  5.0e-01  high" in str(watch)
    with pytest.raises(ArgumentError):
        UpdateRatio("Adam")
