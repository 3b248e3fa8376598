"""Hill numbers: how many equal parts would be as diverse as these unequal ones.

The family is M. O. Hill's, "Diversity and evenness: a unifying notation and its consequences"
(Ecology 54, 1973); with the shares of singular values as the parts it holds most effective ranks.
"""

import math

from lemmata.arrays import Array, Namespace

NEAR_ONE = 0.5  # orders this near 1 take the form that has no 0/0 there


def hill_number(xp: Namespace, sigma: Array, q: float, power: int) -> Array:
    """N_q = (sum p_i^q)^(1/(1-q)) of the shares p_i = sigma_i^power / sum, (..., k) to (...).

    q = 0 counts the non-zero values (and has no gradient), q = 1 is exp(Shannon entropy) and
    q = infinity is 1/max(p).
    `sigma` must be non-negative; where all of it is 0 the answer is 0. 0 log 0 = 0. The gradient
    at a zero value is 0: N_q is differentiated among spectra of the same number of non-zeros.
    """
    present = sigma > 0
    weights = xp.where(present, sigma, xp.zeros_like(sigma)) ** power
    if q == 0:
        return xp.sum(xp.where(present, xp.ones_like(sigma), xp.zeros_like(sigma)), axis=-1)
    total = xp.sum(weights, axis=-1, keepdims=True)
    if math.isinf(q):
        return ratio(xp, total[..., 0], xp.max(weights, axis=-1))
    share = ratio(xp, weights, total)
    log_share = power * _log(xp, sigma) - _log(xp, total)
    if q == 1:
        log_number = -xp.sum(share * log_share, axis=-1)
    elif abs(q - 1) < NEAR_ONE:
        log_number = xp.log1p(xp.sum(share * xp.expm1((q - 1) * log_share), axis=-1)) / (1 - q)
    else:
        log_number = _log_sum_exp(xp, q * log_share, present) / (1 - q)
    return xp.where(xp.any(present, axis=-1), xp.exp(log_number), xp.zeros_like(log_number))


def ratio(xp: Namespace, numerator: Array, denominator: Array) -> Array:
    """numerator / denominator, and 0 where the denominator is 0, in value and in gradient."""
    some = denominator > 0
    quotient = numerator / xp.where(some, denominator, xp.ones_like(denominator))
    return xp.where(some, quotient, xp.zeros_like(quotient))


def _log(xp: Namespace, array: Array) -> Array:
    # 1 stands in for 0, lest 0 * infinity reach a value or a gradient
    return xp.log(xp.where(array > 0, array, xp.ones_like(array)))


def _log_sum_exp(xp: Namespace, exponents: Array, present: Array) -> Array:
    """log of the sum of exp over what is present, (..., k) to (...); 0 where nothing is."""
    nothing = xp.zeros_like(exponents)
    lowest = xp.min(exponents, axis=-1, keepdims=True)
    top = xp.max(xp.where(present, exponents, lowest), axis=-1, keepdims=True)
    offsets = xp.where(present, exponents - top, nothing)
    return _log(xp, xp.sum(xp.where(present, xp.exp(offsets), nothing), axis=-1)) + top[..., 0]
