"""The measures that go by the name of effective rank, one function and one source each.

All but three are Hill numbers N_q of the shares p_i = sigma_i^power / sum_j sigma_j^power; the
three count the singular values above a threshold. They differ by factors, not by per cents: say
which one you report.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

from lemmata.arrays import Array, epsilon_of
from lemmata.linalg.hill import hill_number, ratio
from lemmata.linalg.marchenko_pastur import hard_threshold
from lemmata.linalg.spectrum import Spectrum


def hill(spectrum: Spectrum, q: float, power: int) -> Array:
    """N_q of the shares of sigma^power (M. O. Hill 1973, doi:10.2307/1934352).

    power=1 measures singular values, power=2 the energies that principal components carry. q=0 is
    the numerical rank. Not increasing in q nor in power, and 1 <= N_q <= rank.
    """
    if power == 2 and q == 2:
        return participation(spectrum)
    if power == 2 and math.isinf(q):
        return stable(spectrum)
    return hill_number(spectrum.xp, spectrum.significant(), q, power)


def entropy(spectrum: Spectrum) -> Array:
    """exp(H(p)), p = sigma / ||sigma||_1: N_1 of power 1.

    O. Roy & M. Vetterli, "The effective rank: a measure of effective dimensionality" (EUSIPCO 2007,
    doi:10.5281/zenodo.40328), Definition 1, with the natural logarithm and 0 log 0 = 0. RankMe
    (Garrido et al. 2023, arXiv:2210.02885) adds a small constant to every share; this does not.
    """
    return hill(spectrum, 1, 1)


def participation(spectrum: Spectrum) -> Array:
    """(sum sigma^2)^2 / sum sigma^4 = (tr G)^2 / ||G||_F^2, G the Gram matrix: N_2 of power 2.

    The participation ratio of the eigenvalues of G, or of the covariance where the rows are
    centred (Gao et al. 2017, doi:10.1101/214262). Needs no decomposition: one matrix product.
    """
    total, fourth = spectrum.energy_and_fourth()
    return ratio(spectrum.xp, total**2, fourth)


def stable(spectrum: Spectrum) -> Array:
    """||A||_F^2 / ||A||_2^2: N_infinity of power 2.

    The stable (or numerical) rank of M. Rudelson & R. Vershynin, "Sampling from large matrices"
    (2007, arXiv:math/0503442). The largest singular value comes from the smaller Gram matrix.
    """
    total, peak = spectrum.energy_and_peak()
    return ratio(spectrum.xp, total, peak)


def nuclear(spectrum: Spectrum) -> Array:
    """||A||_* / ||A||_2: N_infinity of power 1.

    The 1-stable rank of I. Ipsen & A. Saibaba, "Stable rank and intrinsic dimension of real and
    complex matrices" (2024, arXiv:2407.21594); of a positive semi-definite matrix it is the
    intrinsic dimension tr(A) / ||A||_2. Not Roy and Vetterli's measure, as is sometimes said.
    """
    return hill(spectrum, math.inf, 1)


def numerical(spectrum: Spectrum, epsilon: float | None) -> Array:
    """How many sigma_i > epsilon * sigma_1, an integer.

    The rule of numpy.linalg.matrix_rank, whose default epsilon = max(m, n) * machine epsilon it
    shares.
    """
    sigma = spectrum.values()
    if epsilon is None:
        epsilon = max(spectrum.sides()) * epsilon_of(spectrum.xp, sigma)
    return _count(spectrum, sigma > epsilon * sigma[..., :1])


def energy(spectrum: Spectrum, epsilon: float) -> Array:
    """The least r with ||A_r||_F >= (1 - epsilon) ||A||_F, A_r the best rank-r part, an integer.

    Mind the root: norms are compared, not energies, so that this keeps the share (1 - epsilon)^2 of
    sum sigma^2. For 99 % of the energy ("explained variance"), epsilon = 1 - sqrt(0.99).
    """
    kept = spectrum.xp.cumulative_sum(spectrum.values() ** 2, axis=-1)
    whole = kept[..., -1:]
    short = _count(spectrum, kept < (1 - epsilon) ** 2 * whole)
    return short + _count(spectrum, whole > 0)


def gavish_donoho(spectrum: Spectrum) -> Array:
    """How many sigma_i > omega(beta) * median(sigma), beta the shorter side over the longer.

    M. Gavish & D. Donoho, "The optimal hard threshold for singular values is 4/sqrt(3)" (2014,
    arXiv:1305.5870): the rank to keep of a low-rank matrix in white noise of unknown level. omega
    is exact, from equation (11) and the Marchenko-Pastur median (see `hard_threshold`), not the
    cubic fit of equation (5). Asymptotic: 0 is a possible answer, and means nothing but noise.
    """
    m, n = spectrum.sides()
    sigma = spectrum.significant()
    k = sigma.shape[-1]
    median = (sigma[..., (k - 1) // 2] + sigma[..., k // 2]) / 2
    threshold = hard_threshold(min(m, n) / max(m, n)) * median
    return _count(spectrum, sigma > threshold[..., None])


# the kinds that take no argument of their own
FIXED: Mapping[str, Callable[[Spectrum], Array]] = MappingProxyType(
    {
        "entropy": entropy,
        "participation": participation,
        "stable": stable,
        "nuclear": nuclear,
        "gavish_donoho": gavish_donoho,
    }
)


def _count(spectrum: Spectrum, mask: Array) -> Array:
    return spectrum.xp.count_nonzero(mask, axis=-1)
