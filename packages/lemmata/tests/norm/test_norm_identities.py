"""Where the curves come from: differential equations, RMSNorm itself, bounds and symmetry."""

import math

import numpy as np
import plain_norms as plain
import pytest
from scipy.integrate import solve_ivp

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.norm import Derf, DyISRU, DyT  # noqa: E402 - it needs PyTorch
from lemmata.testing import assert_rejects  # noqa: E402

WIDE = torch.float64
POINTS = np.linspace(0.05, 40.0, 60)


def bare(made):
    """A layer as a function of NumPy numbers."""

    def function(x):
        with torch.no_grad():
            column = torch.as_tensor(x, dtype=WIDE).reshape(-1, 1).expand(-1, made.width)
            return made(column)[:, 0].numpy()

    return function


def solves(slope, begin=POINTS[0]):
    """A checker: does a curve solve dy/dx = slope(x, y) from its own value at the first point on?"""

    def checker(curve):
        first = curve(np.array([begin]))
        found = solve_ivp(
            slope, (begin, POINTS[-1]), first, "DOP853", POINTS, rtol=1e-12, atol=1e-13
        )
        assert np.allclose(curve(POINTS), found.y[0], rtol=0, atol=1e-9)

    return checker


@pytest.mark.parametrize(("d", "rho"), [(4, 1.0), (64, 0.3), (256, 2.0)])
def test_dyt_solves_the_equation_of_a_norm_whose_statistic_is_held(d, rho):
    """dy/dx = (1 - y^2/d) / rho, y(0) = 0: the diagonal of RMSNorm's Jacobian with rho constant."""
    checker = solves(lambda x, y: (1 - y**2 / d) / rho)
    root = math.sqrt(d)
    checker(bare(DyT(d, alpha=1 / (rho * root), scale=root, dtype=WIDE)))
    wrong = {
        "without sqrt(d)": bare(DyT(d, alpha=1 / (rho * root), dtype=WIDE)),
        "steepness of the paper's start": bare(DyT(d, alpha=0.7 / rho, scale=root, dtype=WIDE)),
        "erf": bare(Derf(d, alpha=1 / (rho * root), scale=root, dtype=WIDE)),
        "DyISRU": bare(DyISRU(d, C=rho**2 * d, dtype=WIDE)),
    }
    assert_rejects(checker, wrong)


@pytest.mark.parametrize(("d", "C"), [(4, 3.0), (64, 20.0), (256, 255.0)])
def test_dyisru_solves_the_equation_with_the_statistic_eliminated(d, C):
    """dy/dx = (y/x) (1 - y^2/d): the same diagonal with rho = x / y; C is the constant of integration."""
    checker = solves(lambda x, y: y / x * (1 - y**2 / d))
    checker(bare(DyISRU(d, C=C, dtype=WIDE)))
    wrong = {
        "another bound": bare(DyISRU(d, C=C, scale=1.3 * math.sqrt(d), dtype=WIDE)),
        "DyT": bare(DyT(d, alpha=C**-0.5, scale=math.sqrt(d), dtype=WIDE)),
        "Derf": bare(Derf(d, alpha=C**-0.5, scale=math.sqrt(d), dtype=WIDE)),
        "softsign": lambda x: math.sqrt(d) * x / (abs(x) + math.sqrt(C)),
    }
    assert_rejects(checker, wrong)


def test_both_equations_are_the_diagonal_of_rms_norms_jacobian():
    x = torch.randn(7, dtype=WIDE, generator=torch.Generator().manual_seed(0))
    jacobian = torch.autograd.functional.jacobian(torch.nn.RMSNorm(7, eps=0.0, dtype=WIDE), x)
    y, rho = torch.tensor(plain.rms_norm(x.tolist()), dtype=WIDE), x.square().mean().sqrt()
    full = (torch.eye(7, dtype=WIDE) - torch.outer(y, y) / 7) / rho
    torch.testing.assert_close(jacobian, full, rtol=1e-13, atol=1e-13)
    torch.testing.assert_close(jacobian.diagonal(), (1 - y**2 / 7) / rho, rtol=1e-13, atol=1e-13)
    torch.testing.assert_close(jacobian.diagonal(), y / x * (1 - y**2 / 7), rtol=1e-13, atol=1e-13)


def test_dyisru_with_the_sum_of_the_other_squares_is_rms_norm():
    x = torch.randn(9, dtype=WIDE, generator=torch.Generator().manual_seed(1)) * 3
    for i, want in enumerate(plain.rms_norm(x.tolist())):
        others = float(x.square().sum() - x[i] ** 2)
        assert float(DyISRU(9, C=others, dtype=WIDE)(x)[i].detach()) == pytest.approx(
            want, abs=1e-14
        )
    shared = DyISRU(9, C=float(x.square().sum() * 8 / 9), dtype=WIDE)(x)
    exact = torch.tensor(plain.rms_norm(x.tolist()), dtype=WIDE)
    assert not torch.allclose(shared, exact, atol=1e-3)


def test_outliers_are_followed_by_dyisru_alone():
    """One entry grows, the others have mean square 1: RMSNorm of it against the three curves."""
    d = 256
    x = np.linspace(0, 60, 200)
    norm = math.sqrt(d) * x / np.sqrt(x**2 + d - 1)
    root = math.sqrt(d)
    slope_one = {
        "DyT": DyT(d, alpha=1 / root, scale=root),
        "Derf": Derf(d, alpha=math.sqrt(math.pi) / 2 / root, scale=root),
    }
    errors = {
        name: np.sqrt(np.mean((bare(made.double())(x) - norm) ** 2))
        for name, made in slope_one.items()
    }
    assert np.abs(bare(DyISRU(d, dtype=WIDE))(x) - norm).max() < 1e-12
    assert errors["Derf"] > errors["DyT"] > 0.3


@pytest.mark.parametrize("made", [DyT(6), DyISRU(6), Derf(6)], ids=["DyT", "DyISRU", "Derf"])
def test_curves_are_odd_increasing_and_bounded_by_their_scale(made):
    curve = bare(made.double())
    x = np.linspace(-30, 30, 401)
    y = curve(x)
    assert np.allclose(y, -curve(-x), rtol=0, atol=1e-14)
    assert np.all(np.diff(y) >= 0)
    assert np.abs(y).max() <= made.scale * (1 + 1e-15)
    assert curve(np.array([1e6])) == pytest.approx(made.scale)


def test_derf_is_the_normal_distribution_rescaled():
    x = torch.linspace(-3, 3, 50, dtype=WIDE)[:, None]
    y = Derf(1, alpha=0.8, shift=0.3, dtype=WIDE)(x)
    normal = 2 * torch.special.ndtr(math.sqrt(2) * (0.8 * x + 0.3)) - 1
    torch.testing.assert_close(y, normal, rtol=0, atol=1e-15)


def test_slopes_at_zero_are_what_the_equations_say():
    x = torch.zeros(5, dtype=WIDE)

    def slope(made):
        return float(torch.autograd.functional.jacobian(made.double(), x)[0, 0])

    assert slope(DyT(5, alpha=0.7, scale=2)) == pytest.approx(1.4)
    assert slope(DyISRU(5, C=4, scale=3)) == pytest.approx(1.5)
    assert slope(Derf(5, alpha=0.7)) == pytest.approx(1.4 / math.sqrt(math.pi))
    assert slope(DyISRU(5)) == pytest.approx(math.sqrt(5 / 4))
