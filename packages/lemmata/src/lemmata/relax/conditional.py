"""Marginals of the Gibbs law on k-subsets, P(S) ~ exp(sum of x_i over S), in O(n).

Subtract the sigmoid threshold and the law is that of n independent coins, p_i = f(x_i - lambda),
conditioned on their number of heads N being its own mean k: probabilities of moderate size instead
of elementary symmetric polynomials that overflow. P(i in S) is then a Fourier sum over N,

    P(i in S) = Re sum_j W_j f(x_i - lambda + i t_j),  W_j ~ prod_l E e^(i t_j (c_l - p_l)),

whose weights decay like a Gaussian: some 20 points reach machine precision whatever n and k are
(Bernstein's inequality says how many). Refused: the subtractive recursion for the polynomials (NaN
at n = 1000), and the forward-backward recursion (O(nk) time and memory, the reference in the tests).
"""

import math
from dataclasses import dataclass

from lemmata.arrays import Array, Namespace, constant, epsilon_of, is_tracked
from lemmata.relax.rows import blocks, blockwise
from lemmata.relax.threshold import LONG

RARE = 1 / 32  # coins of at most this p, or 1 - p, are nearly sure
TERMS = 14  # (2 RARE)^14 / 14 is below rounding


@dataclass(frozen=True, slots=True)
class Coins:
    """Independent coins by their log-odds: p, the smaller of p and 1 - p, its side, the variance."""

    p: Array
    small: Array
    side: Array  # 1 where p is the smaller one, -1 where 1 - p is
    variance: Array

    @classmethod
    def of(cls, xp: Namespace, log_odds: Array) -> "Coins":
        """The coins with p = 1 / (1 + exp(-log_odds))."""
        top = xp.astype(log_odds >= 0, log_odds.dtype)
        side = 1 - 2 * top
        e = xp.exp(side * log_odds)
        small = e / (1 + e)
        return cls(top + side * small, small, side, small * (1 / (1 + e)))


@dataclass(frozen=True, slots=True)
class Point:
    """A point t of the Fourier sum: sin t, 1 - cos t, and the weight W, each (..., 1)."""

    sine: Array
    versine: Array
    real: Array
    imaginary: Array


def conditional_mean(xp: Namespace, log_odds: Array) -> Array:
    """P(coin i is heads | as many heads as expected), (..., n) to the same; the sum must be whole."""
    parts = [Coins.of(xp, part) for part in blocks(log_odds)]
    points = _points(xp, parts, log_odds.shape[-1])

    def mean(part: Array) -> Array:
        coins = Coins.of(xp, part)
        total = xp.zeros_like(part)
        for point in points:
            # Re W f = (Re W (p - versine variance) - Im W sine variance) / |1 + pz|^2
            turn = point.real * point.versine + point.imaginary * point.sine
            size = 1 - 2 * point.versine * coins.variance
            total = total + (point.real * coins.p - turn * coins.variance) / size
        return xp.clip(total, 0.0, 1.0)

    return blockwise(xp, mean, log_odds)


def covariance_product(xp: Namespace, log_odds: Array, g: Array) -> Array:
    """Cov(coins | their sum) g, the derivative of <g, conditional_mean> by the log-odds, in O(n).

    sum_j W_j q_i (sum_l q_l g_l - q_i g_i) + mean_i g_i - mean_i <mean, g>, q_i = f(x_i + i t_j).
    """
    coins = Coins.of(xp, log_odds)
    total = xp.sum(coins.variance, axis=-1, keepdims=True)
    some = total > 0
    centre = xp.sum(coins.variance * g, axis=-1, keepdims=True) / xp.where(some, total, 1.0)
    g = g - centre  # the sum of the coins is constant, so that a constant adds nothing
    pairs, mean = xp.zeros_like(g), xp.zeros_like(g)
    for point in _points(xp, [coins], log_odds.shape[-1]):
        a, b = _tilted(coins, point)
        c = xp.sum(g * a, axis=-1, keepdims=True) - g * a
        d = xp.sum(g * b, axis=-1, keepdims=True) - g * b
        pairs = pairs + point.real * (a * c - b * d) - point.imaginary * (a * d + b * c)
        mean = mean + point.real * a - point.imaginary * b
    product = pairs + mean * (g - xp.sum(mean * g, axis=-1, keepdims=True))
    return xp.where(coins.variance > 0, product, 0.0)


def _points(xp: Namespace, parts: list[Coins], n: int) -> list[Point]:
    """The points t_j = 2 pi j / M of the upper half circle whose weights matter."""
    variance = _over(xp, [part.variance for part in parts])
    lost = 3 - math.log(epsilon_of(xp, variance))
    # Bernstein: P(|N - k| >= M) <= 2 exp(-M^2 / (2 variance + 2 M / 3)), and N <= n in any case
    reach = lost / 3 + xp.sqrt(lost**2 / 9 + 2 * lost * variance)
    half = xp.ceil(xp.minimum(reach, float(n)) / 2)
    M = 2 * half + 1  # odd, so that no point is at pi, where a fair coin's factor is 0
    common, moments = _without_rare(xp, parts)
    points = []
    for j in range(int(xp.max(half)) + 1):
        t = xp.minimum(2 * math.pi * j / M, math.pi)
        sine, versine = xp.sin(t), 2 * xp.sin(t / 2) ** 2
        # |weight| <= exp(-variance versine)
        weighty = (j <= half) & (variance * versine <= lost)
        if not bool(xp.any(weighty)):
            break
        logs = [_characteristic(xp, part, sine, versine, t) for part in common]
        logs += [_series(xp, moments, sine, versine, t)] if moments else []
        size, phase = (_over(xp, list(terms)) for terms in zip(*logs, strict=True))
        size = xp.where(weighty, xp.exp(size), 0.0) * (1 if j == 0 else 2)
        points.append(Point(sine, versine, size * xp.cos(phase), size * xp.sin(phase)))
    total = sum(point.real for point in points)
    return [Point(p.sine, p.versine, p.real / total, p.imaginary / total) for p in points]


def _characteristic(
    xp: Namespace, coins: Coins, sine: Array, versine: Array, t: Array
) -> tuple[Array, Array]:
    """log E e^(it(N - k)), size and phase, term by term: they vanish with p and with 1 - p."""
    size = xp.log1p(-2 * versine * coins.variance) / 2
    # k = sum p is shared out among the terms, and does not move when p is differentiated
    turn = xp.atan(coins.small * sine / (1 - versine * coins.small)) - t * constant(coins.small)
    return size, coins.side * turn


def _without_rare(
    xp: Namespace, parts: list[Coins]
) -> tuple[list[Coins], list[tuple[Array, Array]]]:
    """The coins of a lone row that are not nearly sure, and sum p^m and sum side p^m of the others.

    Of many coins most are nearly sure, and their logarithms are a short power series, whose sums
    serve all points.
    """
    small = parts[0].small
    n = sum(int(part.small.shape[-1]) for part in parts)
    if n <= LONG or math.prod(small.shape[:-1]) != 1 or is_tracked(small):
        return parts, []
    if 2 * sum(int(xp.count_nonzero(part.small <= RARE)) for part in parts) < n:
        return parts, []
    common, sums = [], []
    for part in parts:
        rare = part.small <= RARE
        columns = (part.p, part.small, part.side, part.variance)
        shape = (*small.shape[:-1], -1)
        common.append(Coins(*(xp.reshape(column[~rare], shape) for column in columns)))
        first = power = xp.where(rare, part.small, 0.0)
        moments = []
        for _ in range(TERMS):
            signed = xp.sum(part.side * power, axis=-1, keepdims=True)
            moments.append((xp.sum(power, axis=-1, keepdims=True), signed))
            power = power * first
        sums.append(moments)
    totals = [
        (sum(m[0] for m in each), sum(m[1] for m in each)) for each in zip(*sums, strict=True)
    ]
    return common, totals


def _series(
    xp: Namespace, moments: list[tuple[Array, Array]], sine: Array, versine: Array, t: Array
) -> tuple[Array, Array]:
    """As `_characteristic`, of rare coins: log(1 + pz) - itp, z = e^it - 1, by powers of pz."""
    real, imaginary = -versine, sine  # z^m
    size, phase = xp.zeros_like(sine), -t * moments[0][1]
    for m, (plain, signed) in enumerate(moments, start=1):
        factor = (1 if m % 2 else -1) / m
        size, phase = size + factor * plain * real, phase + factor * signed * imaginary
        real, imaginary = -versine * real - sine * imaginary, sine * real - versine * imaginary
    return size, phase


def _tilted(coins: Coins, point: Point) -> tuple[Array, Array]:
    """The logistic function at log-odds + it: real and imaginary part."""
    size = 1 - 2 * point.versine * coins.variance
    real = (coins.p - point.versine * coins.variance) / size
    return real, point.sine * coins.variance / size


def _over(xp: Namespace, parts: list[Array]) -> Array:
    """The sum over rows that come in parts."""
    return sum(xp.sum(part, axis=-1, keepdims=True) for part in parts)
