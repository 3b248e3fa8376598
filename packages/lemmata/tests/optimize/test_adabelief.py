"""AdaBelief equals the paper's algorithm, number by number, and behaves as an optimiser of PyTorch."""

import copy

import numpy as np
import plain_curvature as plain
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from lemmata.errors import ArgumentError, DtypeError  # noqa: E402
from lemmata.optimize import AdaBelief  # noqa: E402
from lemmata.testing import assert_rejects  # noqa: E402


def ours(gradients, start, **choice):
    p = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
    optimizer = AdaBelief([p], **choice)
    for g in gradients:
        p.grad = torch.tensor(g, dtype=torch.float64)
        optimizer.step()
    return p.detach().numpy()


def gradients(seed, steps, n=5):
    draw = np.random.default_rng(seed)
    return draw.standard_normal((steps, n)) * 10.0 ** draw.integers(-4, 3, n)


CHOICES = (
    {"lr": 0.01},
    {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-3},
    {"lr": 0.05, "weight_decay": 0.1, "eps": 1e-8},
    {"lr": 0.01, "betas": (0.0, 0.0), "eps": 1e-2},
)


def check(run):
    for seed, choice in enumerate(CHOICES):
        g, start = gradients(seed, 12), [1.0, -2.0, 0.5, 0.0, 3.0]
        np.testing.assert_allclose(
            run(g, start, **choice), plain.adabelief(g, start, **choice), rtol=1e-10, atol=1e-12
        )


def test_it_equals_the_algorithm_of_the_paper():
    check(ours)


def test_the_checker_rejects_every_known_mistake():
    check(plain.wrong_adabelief("none"))
    assert_rejects(check, {name: plain.wrong_adabelief(name) for name in plain.MISTAKES})


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    steps=st.integers(1, 40),
    lr=st.floats(0, 1),
    b1=st.floats(0, 0.99),
    b2=st.floats(0, 0.9999),
    decay=st.floats(0, 0.5),
)
def test_it_equals_the_algorithm_for_any_choice(seed, steps, lr, b1, b2, decay):
    choice = {"lr": lr, "betas": (b1, b2), "eps": 1e-8, "weight_decay": decay}
    g, start = gradients(seed, steps, 3), [1.0, -2.0, 0.0]
    np.testing.assert_allclose(
        ours(g, start, **choice), plain.adabelief(g, start, **choice), rtol=1e-8, atol=1e-8
    )


def test_epsilon_stays_in_the_variance_so_that_its_floor_never_falls():
    p = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = AdaBelief([p], betas=(0.0, 0.99), eps=1e-6)  # b1 = 0: the error is always 0
    for t in range(1, 50):
        p.grad = torch.ones(1, dtype=torch.float64)
        optimizer.step()
        s = optimizer.state[p]["exp_avg_var"].item() / (1 - 0.99**t)
        assert s == pytest.approx(1e-6 / (1 - 0.99))


def test_steady_gradients_are_trusted_where_adam_only_counts_their_size():
    def distance(make):
        p = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
        optimizer = make([p], lr=1e-3, betas=(0.9, 0.99))
        for _ in range(300):
            p.grad = torch.full((1,), 5.0, dtype=torch.float64)
            optimizer.step()
        return abs(p.item())

    assert distance(AdaBelief) > 5 * distance(torch.optim.Adam)


def test_the_scale_of_the_loss_cancels_but_for_epsilon():
    g = gradients(3, 30)
    start = [1.0] * 5
    np.testing.assert_allclose(
        ours(g, start, lr=0.1, eps=0.0), ours(1e3 * g, start, lr=0.1, eps=0.0), rtol=1e-9
    )


def test_it_minimises_stops_for_no_gradient_and_takes_a_closure():
    p, idle = (torch.nn.Parameter(torch.ones(3)) for _ in range(2))
    optimizer = AdaBelief([p, idle], lr=0.05)

    def closure():
        optimizer.zero_grad()
        loss = (p**2).sum()
        loss.backward()
        return loss

    first = optimizer.step(closure).item()
    for _ in range(300):
        last = optimizer.step(closure).item()
    assert (first, last < 1e-3) == (3.0, True)
    assert bool((idle == 1).all())
    assert idle not in optimizer.state


def test_groups_schedulers_and_saved_states_work():
    net = torch.nn.Linear(3, 2)
    optimizer = AdaBelief(
        [{"params": [net.weight], "lr": 0.1}, {"params": [net.bias], "weight_decay": 0.1}]
    )
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)

    def step(net, optimizer):
        optimizer.zero_grad()
        net(torch.ones(4, 3)).square().sum().backward()
        optimizer.step()

    for _ in range(3):
        step(net, optimizer)
        schedule.step()
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.0125)
    twin = copy.deepcopy(net)
    other = AdaBelief([{"params": [twin.weight]}, {"params": [twin.bias]}])
    other.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    step(net, optimizer)
    step(twin, other)
    assert torch.equal(net.weight, twin.weight)
    assert torch.equal(net.bias, twin.bias)


@pytest.mark.parametrize(
    "choice",
    [{"lr": -1}, {"eps": -1}, {"weight_decay": -1}, {"betas": (1.0, 0.9)}, {"betas": (0.9, -0.1)}],
)
def test_arguments_out_of_range_are_refused(choice):
    with pytest.raises(ArgumentError):
        AdaBelief([torch.nn.Parameter(torch.ones(1))], **choice)


def test_gradients_it_cannot_use_are_refused():
    for dtype in (torch.float16, torch.complex64):
        p = torch.nn.Parameter(torch.ones(2, dtype=dtype))
        p.grad = torch.ones(2, dtype=dtype)
        with pytest.raises(DtypeError):
            AdaBelief([p]).step()
    p = torch.nn.Parameter(torch.ones(2))
    p.grad = torch.ones(2).to_sparse()
    with pytest.raises(DtypeError):
        AdaBelief([p]).step()
