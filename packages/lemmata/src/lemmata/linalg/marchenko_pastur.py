"""The Marchenko-Pastur law of pure noise, and the singular-value threshold that follows from it.

The median is found from the closed form of the distribution function. Refused: the cubic fit of
Gavish and Donoho's equation (5), which is good to two decimals only, and quadrature, which needs
SciPy and a tolerance of its own.
"""

import math
from functools import lru_cache

from lemmata.errors import ArgumentError


@lru_cache(maxsize=1024)
def hard_threshold(beta: float) -> float:
    """The factor omega(beta): singular values above omega * median are signal, the noise unknown.

    omega = lambda*(beta) / sqrt(median of the Marchenko-Pastur law), where lambda* is equation (11)
    of Gavish & Donoho, "The optimal hard threshold for singular values is 4/sqrt(3)" (2014,
    arXiv:1305.5870). `beta` is the shorter side over the longer, in (0, 1]; ArgumentError outside.
    At beta = 1: lambda* = 4/sqrt(3) and omega = 2.8582...
    """
    return optimal_threshold_of_known_noise(beta) / math.sqrt(median(beta))


def optimal_threshold_of_known_noise(beta: float) -> float:
    """lambda*(beta), equation (11): the threshold in units of sqrt(longer side) * noise level."""
    _check(beta)
    return math.sqrt(2 * (beta + 1) + 8 * beta / (beta + 1 + math.sqrt(beta**2 + 14 * beta + 1)))


def median(beta: float) -> float:
    """The median of the Marchenko-Pastur law of ratio `beta` in (0, 1] and unit variance."""
    _check(beta)
    low, high = (1 - math.sqrt(beta)) ** 2, (1 + math.sqrt(beta)) ** 2
    while True:
        middle = (low + high) / 2
        if not low < middle < high:
            return middle
        if distribution(middle, beta) < 0.5:
            low = middle
        else:
            high = middle


def distribution(x: float, beta: float) -> float:
    """P(X <= x) of the Marchenko-Pastur law of ratio `beta` in (0, 1] and unit variance."""
    _check(beta)
    low, high = (1 - math.sqrt(beta)) ** 2, (1 + math.sqrt(beta)) ** 2
    if x <= low:
        return 0.0
    if x >= high:
        return 1.0
    up, down = high - x, x - low
    root = math.sqrt(up * down)
    # arctan(y / z) with z >= 0 as atan2, so that the square case (beta = 1, z = 0) needs no branch
    inner = math.atan2(low * up - high * down, 2 * (1 - beta) * root)
    outer = math.atan2(up - down, 2 * root)
    return 0.5 + (root - (1 + beta) * outer + (1 - beta) * inner) / (2 * math.pi * beta)


def _check(beta: float) -> None:
    if not 0 < beta <= 1:
        raise ArgumentError(f"beta must be in (0, 1] (shorter side over longer), got {beta}")
