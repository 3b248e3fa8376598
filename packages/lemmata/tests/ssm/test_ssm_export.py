"""Layers as systems outside of them: the same function, certified, or refused."""

import numpy as np
import plain_ssm as plain
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.errors import ArgumentError  # noqa: E402
from lemmata.ssm import RTF, S4, S4D, Modal, Rational, Sections, StateSpace  # noqa: E402
from lemmata.ssm.rational import bandwidth  # noqa: E402


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def rtf(radius=0.95, width=2, state=6, length=64):
    layer = RTF(width, state, length, dtype=torch.float64)
    a = torch.randn(width, state, dtype=torch.float64)
    a = bandwidth(a, 0.9) if radius <= 1 else at_radius(a, radius)
    with torch.no_grad():
        layer.D.normal_()
    return layer.set_ratio(torch.randn(width, state, dtype=torch.float64), a)


def at_radius(a, radius):
    from lemmata.ssm import pole_radius

    return a * (radius / pole_radius(a)[:, None]) ** torch.arange(1, a.shape[-1] + 1)


LAYERS = {
    "S4": lambda: S4(2, 6, 40, dtype=torch.float64),
    "S4D": lambda: S4D(2, 8, chunk=40, dtype=torch.float64),
    "S4D real modes": lambda: S4D(2, 2, chunk=40, dtype=torch.float64),
    "RTF": rtf,
    "RTF, odd order": lambda: rtf(state=5),
}


@pytest.fixture(params=LAYERS)
def layer(request):
    return LAYERS[request.param]()


def outputs(layer, u):
    x = torch.from_numpy(u)[None, :, None].expand(1, -1, layer.width)
    return layer(x)[0][0].T.detach().numpy()


def test_the_state_space_is_the_layer(layer):
    """Stepped by SciPy, on inputs longer than what it was measured over."""
    from scipy.signal import dlsim

    found = layer.to_statespace()
    u = np.random.default_rng(0).standard_normal(90)
    expected = outputs(layer, u)
    for i in range(layer.width):
        system = (found.A[i], found.B[i][:, None], found.C[i][None], found.D[i].reshape(1, 1), 1)
        np.testing.assert_allclose(dlsim(system, u)[1][:, 0], expected[i], atol=1e-11)
    assert found.certificate.kernel_error < 1e-12
    assert found.certificate.pole_radius < 1
    np.testing.assert_allclose(
        np.abs(found.poles()).max(-1), layer.pole_radius().detach(), atol=1e-6
    )


@pytest.mark.parametrize("form", ["modal", "sections", "rational"])
def test_transfer_functions_are_the_layer(layer, form):
    found = layer.to_transfer_function(form)
    kinds = {"modal": Modal, "sections": Sections, "rational": Rational}
    assert isinstance(found, kinds[form])
    kernel = layer.kernel(50).detach().numpy()
    kernel[:, 0] += layer.D.detach().numpy()
    close = {"atol": max(1e-11, 3 * found.certificate.kernel_error) * np.abs(kernel).max()}
    np.testing.assert_allclose(found.kernel(50), kernel, **close)
    np.testing.assert_allclose(found.to_statespace().kernel(50), kernel, **close)
    assert found.certificate.length == layer.chunk


def test_a_rational_kernel_is_the_difference_equation():
    found = rtf().to_transfer_function("rational")
    impulse = np.eye(1, 20)[0]
    for i in range(2):
        expected = plain.rational(found.b[i], found.a[i], found.D[i], impulse)
        np.testing.assert_allclose(found.kernel(20)[i], expected, atol=1e-13)
    assert found.kernel(1).shape == (2, 1)


def test_monomials_of_many_slow_poles_are_refused():
    layer = S4D(1, 32, chunk=256, steps=(0.01, 0.01))
    assert layer.to_transfer_function("modal").certificate.kernel_error < 1e-12
    assert layer.to_transfer_function("sections").certificate.kernel_error < 1e-10
    with pytest.raises(ArgumentError, match="rational transfer function would be off by"):
        layer.to_transfer_function("rational")


def test_the_condition_of_eigenvectors_is_reported():
    small = S4(1, 4, 64).to_transfer_function().certificate
    large = S4(1, 12, 64).to_transfer_function(tolerance=0.1).certificate
    assert 1 < small.condition < large.condition
    assert LAYERS["S4D"]().to_transfer_function().certificate.condition == 1


def test_unstable_exports_are_refused_or_reflected():
    layer = rtf(radius=1.02)
    with pytest.raises(ArgumentError, match=r"magnitude 1\.02 makes the recurrence unstable"):
        layer.to_statespace()
    with pytest.raises(ArgumentError, match="unstable"):
        layer.to_transfer_function()
    found = layer.to_statespace(unstable="reflect")
    assert isinstance(found, StateSpace)
    assert found.certificate.pole_radius < 1
    assert np.abs(found.poles()).max() < 1
    assert np.abs(found.kernel(5000)).max() < 1e3
    assert found.certificate.kernel_error > 1e-6  # it is another function, and says so
    modal = layer.to_transfer_function(unstable="reflect")
    np.testing.assert_allclose(modal.kernel(64), found.kernel(64), atol=1e-8)
    with pytest.raises(ArgumentError, match="unstable must be one of refuse, reflect"):
        layer.to_statespace(unstable="ignore")


def test_reflecting_is_the_best_fit_of_its_poles():
    layer = rtf(radius=1.01, width=1)
    found = layer.to_transfer_function(unstable="reflect")
    kernel = layer.kernel(64).detach().numpy()[0, 1:]
    missed = found.kernel(64)[0, 1:] - kernel
    basis = found.poles[0] ** np.arange(63)[:, None]
    assert np.abs(basis.conj().T @ missed).max() < 1e-9 * np.linalg.norm(kernel)


def test_a_filter_without_poles_has_a_state_space_and_no_modes():
    layer = RTF(2, 6, 32)
    with torch.no_grad():
        layer.b.normal_()
    assert layer.to_statespace().certificate.pole_radius == 0
    assert isinstance(layer.to_transfer_function("rational"), Rational)
    with pytest.raises(ArgumentError, match="poles that repeat"):
        layer.to_transfer_function("modal")
    with pytest.raises(ArgumentError, match="form must be one of modal, sections, rational"):
        layer.to_transfer_function("companion")
