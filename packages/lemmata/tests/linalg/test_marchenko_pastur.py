"""The noise threshold against what its paper prints, against quadrature and against real noise."""

import math

import numpy as np
import plain_effective_rank as plain
import pytest

from lemmata.errors import ArgumentError
from lemmata.linalg import hard_threshold
from lemmata.linalg.marchenko_pastur import distribution, median, optimal_threshold_of_known_noise

RATIOS = (1e-4, 0.05, 0.3, 0.5, 0.9, 0.999, 1.0)


def test_a_square_matrix_has_the_figures_of_the_title():
    assert optimal_threshold_of_known_noise(1.0) == pytest.approx(4 / math.sqrt(3), abs=1e-15)
    assert hard_threshold(1.0) == pytest.approx(2.858, abs=5e-4)


@pytest.mark.parametrize("beta", RATIOS)
def test_the_papers_cubic_fit_is_within_its_two_decimals(beta):
    cubic = 0.56 * beta**3 - 0.95 * beta**2 + 1.82 * beta + 1.43
    assert hard_threshold(beta) == pytest.approx(cubic, abs=0.02)
    assert hard_threshold(beta) != pytest.approx(cubic, abs=1e-5)


@pytest.mark.parametrize("beta", [0.05, 0.3, 0.5, 0.9, 0.999, 1.0])
def test_the_median_agrees_with_quadrature(beta):
    assert median(beta) == pytest.approx(plain.noise_median(beta), abs=1e-9)
    assert distribution(median(beta), beta) == pytest.approx(0.5, abs=1e-14)


@pytest.mark.parametrize("beta", RATIOS)
def test_the_distribution_rises_from_zero_to_one(beta):
    low, high = (1 - math.sqrt(beta)) ** 2, (1 + math.sqrt(beta)) ** 2
    values = [distribution(x, beta) for x in np.linspace(low - 0.1, high + 0.1, 200)]
    assert values[0] == 0
    assert values[-1] == 1
    # near its ends the closed form is a difference of numbers of size 1/beta
    assert np.all(np.diff(values) >= -1e-15 / beta)


def test_the_median_is_that_of_noise():
    m, n = 600, 1200
    noise = np.random.default_rng(0).standard_normal((m, n))
    eigenvalues = np.linalg.eigvalsh(noise @ noise.T / n)
    assert np.median(eigenvalues) == pytest.approx(median(m / n), rel=0.01)


@pytest.mark.parametrize("beta", [0.0, -0.5, 1.0001, math.nan])
def test_a_ratio_outside_zero_to_one_is_refused(beta):
    for function in (hard_threshold, median, optimal_threshold_of_known_noise):
        with pytest.raises(ArgumentError, match="beta must be in"):
            function(beta)
    with pytest.raises(ArgumentError, match="beta must be in"):
        distribution(1.0, beta)
