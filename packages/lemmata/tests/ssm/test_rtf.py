"""RTF: its kernel is the recurrence from lag 0 on at even and odd lengths, and its poles are known."""

import numpy as np
import plain_ssm as plain
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from counted_operations import operations  # noqa: E402 - they need PyTorch

from lemmata.errors import ArgumentError  # noqa: E402
from lemmata.mixer import Mixer  # noqa: E402
from lemmata.ssm import RTF, LinearState, pole_radius, poles  # noqa: E402
from lemmata.ssm.rational import _bisected, bandwidth, is_stable  # noqa: E402
from lemmata.ssm.series import divide, fast_length  # noqa: E402
from lemmata.testing import (  # noqa: E402
    assert_cost_exponent,
    assert_forms_agree,
    assert_rejects,
    wrong_forms,
)


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def drawn(width=2, state=4, length=16, radius=0.9, **more):
    layer = RTF(width, state, length, dtype=torch.float64, **more)
    a = bandwidth(torch.randn(width, state, dtype=torch.float64), radius)
    if more.get("stability") == "montel":
        a = a / a.abs().sum(-1, keepdim=True) / 1.1
    b = torch.randn(width, state, dtype=torch.float64)
    with torch.no_grad():
        layer.D.normal_()
    return layer.set_ratio(b, a), b.numpy(), a.numpy()


def impulse_response(layer, length):
    """The outputs for an impulse: the kernel with its skip, and lag 0 with it."""
    x = torch.zeros(1, length, layer.width, dtype=torch.float64)
    x[:, 0] = 1
    return layer(x)[0][0].T.detach().numpy()


def expected_response(layer, b, a, length):
    impulse = np.zeros(length)
    impulse[0] = 1
    D = plain.as_numpy(layer.D)
    return np.stack([plain.rational(b[i], a[i], D[i], impulse) for i in range(layer.width)])


@pytest.mark.parametrize("state", [1, 2, 5])
@pytest.mark.parametrize("length", [6, 7, 16, 33, 64])
def test_the_kernel_is_the_difference_equation_at_every_lag(state, length):
    layer, b, a = drawn(2, state, length, radius=0.99)
    expected = expected_response(layer, b, a, length)
    np.testing.assert_allclose(impulse_response(layer, length), expected, atol=1e-12)
    assert not layer.kernel(length)[:, 0].any()


@pytest.mark.parametrize("made_for", [6, 9])
@pytest.mark.parametrize("asked", [1, 2, 5, 6, 7, 9, 10, 31])
def test_other_lengths_are_right_too(made_for, asked):
    layer, b, a = drawn(2, 5, made_for)
    expected = expected_response(layer, b, a, asked)
    np.testing.assert_allclose(impulse_response(layer, asked), expected, atol=1e-11)


@pytest.mark.parametrize("length", [64, 65, 1024, 4096])
def test_folding_and_dividing_keep_their_digits_over_slow_poles(length):
    angles = np.random.default_rng(0).uniform(0.2, 3.0, 4)
    roots = 0.99 * np.exp(1j * np.concatenate([angles, -angles]))
    a, b = np.poly(roots).real[None, 1:], np.random.default_rng(1).standard_normal((1, 8))
    layer = RTF(1, 8, length, dtype=torch.float64)
    layer.set_ratio(torch.from_numpy(b), torch.from_numpy(a))
    expected = expected_response(layer, b, a, length)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(impulse_response(layer, length), expected, atol=1e-10 * scale)
    longer = expected_response(layer, b, a, length + 70)
    np.testing.assert_allclose(impulse_response(layer, length + 70), longer, atol=1e-10 * scale)


def published(layer, b, a, length, mistake):
    """The delayed response by one division of transforms, as it is published, with its mistakes."""
    n, width = b.shape[1], layer.width
    folded, transform = np.zeros_like(b), length + length % 2 * (mistake == "odd length padded")
    for i in range(width):
        M = np.diag(np.ones(n - 1), -1)
        M[0] = -a[i]
        power = np.linalg.matrix_power(M, length)
        folded[i] = b[i] if mistake == "not folded" else b[i] - b[i] @ power
    numerator = np.pad(folded, ((0, 0), (1, 0)))
    denominator = np.pad(a, ((0, 0), (1, 0)), constant_values=1)
    ratio = np.fft.rfft(numerator, transform) / np.fft.rfft(denominator, transform)
    D = plain.as_numpy(layer.D)[:, None]
    found = np.fft.irfft(ratio + D, transform)[:, :length]
    if mistake != "lag-0 leak":
        found[:, 0] = D[:, 0]
    return np.roll(found, 1, -1) if mistake == "late by one" else found


def checked(response):
    for length in (16, 17):
        layer, b, a = drawn(2, 4, length, radius=0.95)
        expected = expected_response(layer, b, a, length)
        np.testing.assert_allclose(response(layer, b, a, length), expected, atol=1e-9)


def test_wrong_responses_are_rejected():
    checked(lambda layer, b, a, length: impulse_response(layer, length))
    checked(lambda layer, b, a, length: published(layer, b, a, length, None))
    wrong = {
        name: lambda layer, b, a, length, name=name: published(layer, b, a, length, name)
        for name in ("lag-0 leak", "odd length padded", "not folded", "late by one")
    }
    assert_rejects(checked, wrong)


@pytest.mark.parametrize(
    ("state", "length", "stability"), [(1, 2, "free"), (2, 4, "free"), (4, 5, "montel")]
)
def test_all_forms_are_one_function(state, length, stability):
    layer, _, _ = drawn(2, state, length, stability=stability)
    assert isinstance(layer, Mixer)
    assert_forms_agree(layer, lengths=(1, length, length + 1, 2 * length + 1), condition=3)
    assert_forms_agree(layer, lengths=(7,), dtypes=("bfloat16",))


def test_broken_layers_are_rejected():
    def checker(layer):
        assert_forms_agree(layer, lengths=(1, 7), dtypes=("float64",), condition=3)

    layer, _, _ = drawn()
    checker(layer)
    assert_rejects(checker, wrong_forms(layer))


def test_the_numerator_comes_back_from_the_kernel():
    layer, b, a = drawn(3, 6, 20)
    ratio = layer.ratio()
    np.testing.assert_allclose(ratio.b.detach(), b, atol=1e-13)
    np.testing.assert_allclose(ratio.a.detach(), a, atol=1e-15)


@pytest.mark.parametrize("length", [7, 8, 31])
def test_changing_the_length_keeps_the_function(length):
    layer, b, a = drawn(2, 5, 16)
    expected = expected_response(layer, b, a, 40)
    np.testing.assert_allclose(
        impulse_response(layer.change_length(length), 40), expected, atol=1e-11
    )


def test_gradients_are_those_of_differences():
    layer, _, _ = drawn(2, 3, 8)
    names = [name for name, _ in layer.named_parameters()]
    for length in (3, 8, 11):
        x = torch.randn(1, length, 2, dtype=torch.float64, requires_grad=True)
        h = torch.randn(1, 2, 3, dtype=torch.float64, requires_grad=True)

        def run(x, h, *parameters):
            held = dict(zip(names, parameters, strict=True))
            y, state = torch.func.functional_call(layer, held, (x, LinearState(h)))
            return y, state.h

        assert torch.autograd.gradcheck(run, (x, h, *layer.parameters()))


def test_a_new_layer_is_the_identity_and_trains_to_a_delay():
    layer = RTF(1, 8, 32)
    x = torch.randn(32, 32, 1)
    torch.testing.assert_close(layer(x)[0], x)
    optimizer = torch.optim.Adam(layer.parameters(), 0.05)
    target = torch.nn.functional.pad(x, (0, 0, 5, 0))[:, :32]
    for _ in range(150):
        loss = (layer(x)[0] - target).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) < 0.02


def test_poles_outside_of_the_circle_show_in_the_radius_and_not_in_the_kernel():
    a = torch.tensor([[-2.0 * 1.05 * np.cos(0.3), 1.05**2]], dtype=torch.float64)
    layer = RTF(1, 2, 64, dtype=torch.float64).set_ratio(torch.ones(1, 2, dtype=torch.float64), a)
    assert layer.kernel(64).isfinite().all()
    assert float(layer.pole_radius()) == pytest.approx(1.05)
    before = layer.kernel(4)
    assert float(layer.stabilize_(0.99).pole_radius()) == pytest.approx(0.99)
    torch.testing.assert_close(layer.kernel(2), before[:, :2])


@pytest.mark.parametrize("n", [1, 2, 9, 60])
def test_the_three_ways_to_the_pole_radius_agree(n):
    a = torch.randn(3, n, dtype=torch.float64) * 0.3
    radius = pole_radius(a)
    torch.testing.assert_close(poles(a).abs().amax(-1), radius)
    torch.testing.assert_close(_bisected(a), radius, rtol=1e-6, atol=1e-9)
    for factor, stable in ((1.001, True), (0.999, False)):
        exponents = torch.arange(1, n + 1)
        scaled = a * (1 / (radius[:, None] * factor)) ** exponents
        assert (is_stable(scaled) == stable).all()
    assert not _bisected(torch.zeros(2, 3, dtype=torch.float64)).any()


def test_montel_keeps_every_pole_inside():
    layer = RTF(4, 6, 32, stability="montel")
    with torch.no_grad():
        layer.a.normal_(std=5)
        assert float(layer.pole_radius().max()) <= 1 + 1e-6
        assert float(layer.ratio().a.abs().sum(-1).max()) <= 1 + 1e-6


def test_series_and_transform_lengths():
    a = torch.randn(2, 3, dtype=torch.float64) * 0.4
    b = torch.randn(4, 2, 3, dtype=torch.float64)
    for length in (1, 2, 7, 63, 64, 65, 200):
        found = divide(b, a, length)
        assert found.shape == (4, 2, length)
        for i in range(2):
            whole = np.convolve(found[3, i], np.concatenate([[1.0], a[i]]))[:length]
            expected = np.pad(b[3, i], (0, max(0, length - 3)))[:length]
            np.testing.assert_allclose(whole, expected, atol=1e-13)
    for least in range(1, 400):
        n, rest = fast_length(least), fast_length(least)
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        assert least <= n < 2 * least + 1
        assert rest == 1
    assert [fast_length(n) for n in (7, 11, 97, 1025)] == [8, 12, 100, 1080]


def test_the_kernel_costs_the_same_for_every_order_and_a_step_linear_time():
    def kernel(state):
        layer = RTF(1, state, 8193)
        return operations(lambda: layer.kernel(8193))

    def step(state):
        layer = RTF(1, state, 8193)
        start = layer.initial_state(1)
        with torch.no_grad():
            layer.step(torch.ones(1, 1), start)
            return operations(lambda: layer.step(torch.ones(1, 1), start))

    assert kernel(8192) <= 1.02 * kernel(4)
    assert_cost_exponent(step, (64, 256, 1024, 4096), 1.0)


def test_what_cannot_be_is_refused():
    with pytest.raises(ArgumentError, match="state must be below length = 8"):
        RTF(2, 8, 8)
    with pytest.raises(ArgumentError, match="stability must be one of free, montel"):
        RTF(2, 4, 8, stability="schur")
    with pytest.raises(ArgumentError, match="length must be at least 5"):
        RTF(2, 4, 8).change_length(4)
    with pytest.raises(ArgumentError, match="radius must be in"):
        RTF(2, 4, 8).stabilize_(1.5)
    layer = RTF(1, 2, 8)
    with torch.no_grad():
        layer.a[0, 0] = -1.0
    with pytest.raises(ArgumentError, match="pole at a root of unity"):
        layer.kernel(8)
