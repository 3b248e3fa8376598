"""The kernels of S4 and S4D equal the recurrence, at every length, and cost what they promise."""

import numpy as np
import plain_ssm as plain
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from counted_operations import operations  # noqa: E402 - they need PyTorch

from lemmata.ssm import S4, S4D  # noqa: E402
from lemmata.testing import assert_cost_exponent, assert_rejects  # noqa: E402


def drawn(width=2, state=16, length=64, dtype=torch.float64, **more):
    generator = torch.Generator().manual_seed(0)
    layer = S4(width, state, length, generator=generator, dtype=dtype, **more)
    C = torch.randn(width, state // 2, 2, generator=generator, dtype=torch.float64)
    layer.set_readout(C)
    return layer, plain.as_complex(C)


def error(found, expected):
    """The largest error of a channel, relative to its largest term."""
    found = found.detach().double().numpy()
    return float((np.abs(found - expected).max(-1) / np.abs(expected).max(-1)).max())


@pytest.mark.parametrize("state", [2, 8, 64])
@pytest.mark.parametrize("length", [1, 2, 3, 16, 33, 100, 1009])
def test_the_kernel_of_s4_is_the_recurrence(state, length):
    layer, C = drawn(2, state, length)
    assert error(layer.kernel(length), plain.s4_kernel(layer, C, length)) < 1e-12


@pytest.mark.parametrize("length", [4096, 16384])
def test_the_kernel_keeps_its_precision_over_long_sequences(length):
    layer, C = drawn(1, 64, length, steps=(0.01, 0.01))
    expected = plain.s4_kernel(layer, C, length)
    assert error(layer.kernel(length), expected) < 2e-14
    single = S4(1, 64, length)
    single.load_state_dict(layer.state_dict())
    exact = S4(1, 64, length, dtype=torch.float64)
    exact.load_state_dict(single.state_dict())
    _, _, row = exact.recurrence()
    M = 32
    readout = (row[:, :M] / 2 - 0.5j * row[:, M:]).detach().numpy()
    assert error(single.kernel(length), plain.s4_kernel(exact, readout, length)) < 5e-6


@pytest.mark.parametrize("made_for", [7, 8, 50])
@pytest.mark.parametrize("asked", [1, 5, 8, 13, 40, 131])
def test_other_lengths_are_right_too(made_for, asked):
    layer, C = drawn(2, 8, made_for)
    assert error(layer.kernel(asked), plain.s4_kernel(layer, C, asked)) < 1e-11


@pytest.mark.parametrize("length", [3, 10, 64, 200])
def test_changing_the_length_keeps_the_kernel(length):
    layer, C = drawn(2, 8, 64)
    changed = layer.change_length(length)
    assert changed is layer
    assert layer.length == length
    assert error(layer.kernel(77), plain.s4_kernel(layer, C, 77)) < 1e-10


def textbook(layer, C, length, mistake=None):
    """The generating function in complex arithmetic, all N terms, with a mistake if one is named."""
    step = np.exp(plain.as_numpy(layer.log_step))[:, None, None]
    half = -np.exp(plain.as_numpy(layer.log_decay)) + 1j * plain.as_numpy(layer.frequency)
    P, B = plain.as_complex(layer.P), plain.as_complex(layer.B)
    parts = [np.concatenate([part, part.conj()], -1) for part in (half, P, B, C)]
    folded = []
    for Lambda, P1, B1, C1, d in zip(*parts, step[:, 0, 0], strict=True):
        A, _, _ = plain.dplr(*(part[: len(part) // 2] for part in (Lambda, P1, B1, C1)), d)
        missing = np.linalg.matrix_power(A, length)
        folded.append(C1 if mistake == "not folded" else C1 - C1 @ missing)
    Lambda, P, B, C = (part[:, None] for part in (*parts[:3], np.stack(folded)))
    z = np.exp(-2j * np.pi * np.arange(length // 2 + 1) / length)[None, :, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        R = 1 / (2 / step * (1 - z) / (1 + z) - Lambda)
        if mistake == "half of the low rank":
            low = (P.conj() * R * P)[..., : P.shape[-1] // 2].sum(-1)
        else:
            low = (P.conj() * R * P).sum(-1)
        CB, CP, PB = (C * R * B).sum(-1), (C * R * P).sum(-1), (P.conj() * R * B).sum(-1)
        sign = -1 if mistake == "sign of the low rank" else 1
        correction = 0 if mistake == "no low rank" else sign * CP * PB / (1 + low)
        found = (CB - correction) * (1 if mistake == "no 2 / (1 + z)" else 2 / (1 + z[..., 0]))
    if length % 2 == 0:
        limit = (step[..., 0] / 2 * (C * B).sum(-1)).real[:, 0]
        found[:, -1] = {"Nyquist zero": 0, "Nyquist twice": 2 * limit}.get(mistake, limit)
    return torch.from_numpy(np.fft.irfft(found, length))


def checked(kernel):
    for length in (16, 17):
        layer, C = drawn(2, 8, length)
        assert error(kernel(layer, C, length), plain.s4_kernel(layer, C, length)) < 1e-9


def test_wrong_kernels_are_rejected():
    checked(textbook)
    checked(lambda layer, C, length: layer.kernel(length))
    mistakes = (
        "not folded", "half of the low rank", "sign of the low rank", "no low rank",
        "no 2 / (1 + z)", "Nyquist zero", "Nyquist twice",
    )  # fmt: skip
    wrong = {
        name: lambda layer, C, length, name=name: textbook(layer, C, length, name)
        for name in mistakes
    }
    wrong["late by one"] = lambda layer, C, length: layer.kernel(length).roll(1, -1)
    assert_rejects(checked, wrong)


@pytest.mark.parametrize("method", ["zoh", "bilinear"])
@pytest.mark.parametrize("start", ["lin", "inv"])
@pytest.mark.parametrize("length", [1, 2, 9, 10, 64, 67])
def test_the_kernel_of_s4d_is_its_modes(method, start, length):
    layer = S4D(2, 8, method=method, start=start, dtype=torch.float64)
    assert error(layer.kernel(length), plain.s4d_kernel(layer, length)) < 1e-12


def test_late_lags_of_s4d_keep_their_phase_in_single_precision():
    layer = S4D(1, 64, steps=(0.001, 0.001))
    exact = S4D(1, 64, dtype=torch.float64)
    exact.load_state_dict(layer.state_dict())
    assert error(layer.kernel(16384), exact.kernel(16384).detach().numpy()) < 1e-6


def test_the_kernel_costs_state_times_length():
    def by_length(length):
        layer, _ = drawn(1, 16, length)
        return operations(lambda: layer.kernel(length))

    def by_state(state):
        layer, _ = drawn(1, state, 512)
        return operations(lambda: layer.kernel(512))

    assert_cost_exponent(by_length, (256, 512, 1024, 2048), 1.0)
    assert_cost_exponent(by_state, (32, 64, 128, 256), 1.0)


def test_the_kernel_of_s4d_takes_exponentials_of_the_root_of_the_length_only():
    from lemmata.ssm.geometric import powers

    known = powers(torch.full((1, 4), -0.1 + 1j), 10_000, torch.complex64)
    assert known.slow.numel() + known.fast.numel() == 4 * (100 + 100)


def test_a_step_costs_linear_time_in_the_state():
    for kind in (S4, S4D):

        def cost(state, kind=kind):
            layer = kind(2, state)
            start = layer.initial_state(1)
            with torch.no_grad():
                layer.step(torch.ones(1, 2), start)  # what depends on parameters alone is kept
                return operations(lambda: layer.step(torch.ones(1, 2), start))

        assert_cost_exponent(cost, (32, 64, 128, 256), 1.0)
