"""Marginals of the Gibbs law on k-subsets, P(S) ~ exp(sum of x_i over S), in O(n).

Subtract the sigmoid threshold and the law is that of n independent coins, p_i = f(x_i - lambda),
conditioned on their number of heads N being its own mean k: probabilities of moderate size instead
of elementary symmetric polynomials that overflow. P(i in S) is then a Fourier sum over N,

    P(i in S) = Re sum_j W_j f(x_i - lambda + i t_j),  W_j ~ prod_l E e^(i t_j (c_l - p_l)),

whose weights decay like a Gaussian: some 20 points reach machine precision whatever n and k are
(Bernstein's inequality says how many). Of many coins most are nearly sure, and short power series
serve all points at once. Refused: the subtractive recursion for the polynomials (NaN
at n = 1000), and the forward-backward recursion (O(nk) time and memory, the reference in the tests).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from lemmata.arrays import Array, Namespace, constant, epsilon_of, is_tracked, spread
from lemmata.relax.rows import blocks
from lemmata.relax.threshold import LONG

NEAR = 1 / 32  # a coin is nearly sure where |p z| or |(1 - p) z| is at most this at every point
TERMS = 11  # of log(1 + pz) by powers of pz: the next is below rounding


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
        top = log_odds >= 0
        side = 1 - 2 * xp.astype(top, log_odds.dtype)
        e = xp.exp(side * log_odds)
        large = 1 / (1 + e)
        small = e * large
        return cls(xp.where(top, large, small), small, side, small * large)


@dataclass(frozen=True, slots=True)
class Points:
    """Points t_j of the Fourier sum: t, sin t, 1 - cos t and the weight W, each (..., J)."""

    t: Array
    sine: Array
    versine: Array
    real: Array
    imaginary: Array

    def __iter__(self) -> "Iterator[Points]":
        """One point at a time, (..., 1) each."""
        for j in range(self.t.shape[-1]):
            columns = (self.t, self.sine, self.versine, self.real, self.imaginary)
            yield Points(*(column[..., j : j + 1] for column in columns))


def conditional_mean(xp: Namespace, log_odds: Array) -> Array:
    """P(coin i is heads | as many heads as expected), (..., n) to the same; the sum must be whole."""
    parts = [Coins.of(xp, part) for part in blocks(log_odds)]
    points, limit = _points(xp, parts, log_odds.shape[-1])
    by_powers = _by_powers(xp, parts, points, limit) if limit else None
    means = by_powers or [_mean(xp, part, points) for part in parts]
    return xp.clip(means[0] if len(means) == 1 else xp.concat(means, axis=-1), 0.0, 1.0)


def _mean(xp: Namespace, coins: Coins, points: Points) -> Array:
    total = xp.zeros_like(coins.p)
    for point in points:
        # Re W f = (Re W (p - versine variance) - Im W sine variance) / |1 + pz|^2
        turn = point.real * point.versine + point.imaginary * point.sine
        size = 1 - 2 * point.versine * coins.variance
        total = total + (point.real * coins.p - turn * coins.variance) / size
    return total


def _by_powers(xp: Namespace, parts: list[Coins], points: Points, limit: float) -> list[Array]:
    """`_mean` of the parts: of coins nearly sure by powers of 2 versine variance, the points summed."""
    double = 2 * points.versine
    turn = points.real * points.versine + points.imaginary * points.sine
    eps = epsilon_of(xp, double)
    reach = max(float(xp.max(double)) * limit * (1 - limit), eps)
    powers = [double**m for m in range(1 + math.ceil(math.log(eps / 4) / math.log(reach)))]
    along, across = ([float(xp.sum(c * each)) for each in powers] for c in (points.real, turn))
    common = [part.small > limit for part in parts]
    exact = _mean(xp, _gathered(xp, parts, common), points)
    means, taken = [], 0
    for part, mask in zip(parts, common, strict=True):
        mean = part.p * _polynomial(part.variance, along)
        mean = mean - part.variance * _polynomial(part.variance, across)
        count = int(xp.count_nonzero(mask))
        if count:
            few = xp.reshape(exact[..., taken : taken + count], (-1,))
            flat = spread(xp, xp.reshape(mask, (-1,)), few, xp.reshape(mean, (-1,)))
            mean = xp.reshape(flat, mean.shape)
        means.append(mean)
        taken += count
    return means


def _polynomial(x: Array, coefficients: list[float]) -> Array:
    total = coefficients[-1] * x + coefficients[-2]
    for coefficient in coefficients[-3::-1]:
        total *= x
        total += coefficient
    return total


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
    points, _ = _points(xp, [coins], log_odds.shape[-1])
    for point in points:
        a, b = _tilted(coins, point)
        c = xp.sum(g * a, axis=-1, keepdims=True) - g * a
        d = xp.sum(g * b, axis=-1, keepdims=True) - g * b
        pairs = pairs + point.real * (a * c - b * d) - point.imaginary * (a * d + b * c)
        mean = mean + point.real * a - point.imaginary * b
    product = pairs + mean * (g - xp.sum(mean * g, axis=-1, keepdims=True))
    return xp.where(coins.variance > 0, product, 0.0)


def _points(xp: Namespace, parts: list[Coins], n: int) -> tuple[Points, float]:
    """The points t_j = 2 pi j / M of the upper half circle whose weights matter.

    And up to which `small` coins are nearly sure at all of them: 0 where that is of no use.
    """
    variance = _over(xp, [part.variance for part in parts])
    lost = 3 - math.log(epsilon_of(xp, variance))
    # Bernstein: P(|N - k| >= M) <= 2 exp(-M^2 / (2 variance + 2 M / 3)), and N <= n in any case
    reach = lost / 3 + xp.sqrt(lost**2 / 9 + 2 * lost * variance)
    half = xp.ceil(xp.minimum(reach, float(n)) / 2)
    j = xp.arange(int(xp.max(half)) + 1, dtype=variance.dtype, device=variance.device)
    # M = 2 half + 1 is odd, so that no point is at pi, where a fair coin's factor is 0
    t = xp.minimum(2 * math.pi * j / (2 * half + 1), math.pi)
    # |weight| <= exp(-variance versine)
    weighty = (j <= half) & (variance * (2 * xp.sin(t / 2) ** 2) <= lost)
    count = int(xp.max(xp.count_nonzero(weighty, axis=-1)))
    t, weighty = t[..., :count], weighty[..., :count]
    sine, versine = xp.sin(t), 2 * xp.sin(t / 2) ** 2
    limit = _limit(xp, parts, versine, n)
    size, phase = _characteristic(xp, parts, t, sine, versine, limit)
    size = xp.where(weighty, xp.exp(size), 0.0) * (1 + xp.astype(j[:count] > 0, j.dtype))
    real, imaginary = size * xp.cos(phase), size * xp.sin(phase)
    total = xp.sum(real, axis=-1, keepdims=True)
    return Points(t, sine, versine, real / total, imaginary / total), limit


def _limit(xp: Namespace, parts: list[Coins], versine: Array, n: int) -> float:
    """Up to which `small` the coins of a long lone row are nearly sure, if most of them are; or 0."""
    small = parts[0].small
    if n <= LONG or math.prod(small.shape[:-1]) != 1 or is_tracked(small):
        return 0.0
    limit = min(NEAR / math.sqrt(2 * max(float(xp.max(versine)), NEAR**2)), 0.5)
    few = sum(int(xp.count_nonzero(part.small > limit)) for part in parts) < n / 2
    return limit if few else 0.0


def _characteristic(
    xp: Namespace, parts: list[Coins], t: Array, sine: Array, versine: Array, limit: float
) -> tuple[Array, Array]:
    """log E e^(it(N - k)) at every point, size and phase, (..., J) each."""
    rest = parts
    if limit:
        rest = [_gathered(xp, parts, [part.small > limit for part in parts])]
    sizes, phases = [], []
    for j in range(t.shape[-1]):
        at = slice(j, j + 1)
        terms = [_terms(xp, part, sine[..., at], versine[..., at], t[..., at]) for part in rest]
        sizes.append(_over(xp, [size for size, _ in terms]))
        phases.append(_over(xp, [phase for _, phase in terms]))
    size, phase = xp.concat(sizes, axis=-1), xp.concat(phases, axis=-1)
    if not limit:
        return size, phase
    more, turn = _series(xp, [_moments(xp, part, limit) for part in parts], sine, versine, t)
    return size + more, phase + turn


def _terms(
    xp: Namespace, coins: Coins, sine: Array, versine: Array, t: Array
) -> tuple[Array, Array]:
    """log E e^(it(coin - p)) of each coin, size and phase: they vanish with p and with 1 - p."""
    size = xp.log1p(-2 * versine * coins.variance) / 2
    # k = sum p is shared out among the terms, and does not move when p is differentiated
    turn = xp.atan(coins.small * sine / (1 - versine * coins.small)) - t * constant(coins.small)
    return size, coins.side * turn


def _moments(xp: Namespace, coins: Coins, limit: float) -> list[tuple[float, float]]:
    """sum small^m and sum side small^m of the coins that are nearly sure, m = 1..TERMS."""
    small = xp.reshape(xp.where(coins.small <= limit, coins.small, 0.0), (-1,))
    signed = xp.reshape(coins.side, (-1,)) * small
    found, power = [(float(xp.sum(small)), float(xp.sum(signed)))], small
    for m in range(2, TERMS + 1):
        found.append((float(xp.vecdot(power, small)), float(xp.vecdot(power, signed))))
        power = power * small if m < TERMS else power
    return found


def _series(
    xp: Namespace,
    moments: list[list[tuple[float, float]]],
    sine: Array,
    versine: Array,
    t: Array,
) -> tuple[Array, Array]:
    """As `_characteristic`, of coins nearly sure: log(1 + pz) - itp, z = e^it - 1, by powers of pz."""
    real, imaginary = -versine, sine  # z^m
    size, phase = xp.zeros_like(sine), xp.zeros_like(sine)
    for m, each in enumerate(zip(*moments, strict=True), start=1):
        plain, signed = (sum(column) / (m if m % 2 else -m) for column in zip(*each, strict=True))
        size = size + plain * real
        phase = phase + signed * (imaginary - t if m == 1 else imaginary)
        real, imaginary = -versine * real - sine * imaginary, sine * real - versine * imaginary
    return size, phase


def _tilted(coins: Coins, point: Points) -> tuple[Array, Array]:
    """The logistic function at log-odds + it: real and imaginary part."""
    size = 1 - 2 * point.versine * coins.variance
    real = (coins.p - point.versine * coins.variance) / size
    return real, point.sine * coins.variance / size


def _gathered(xp: Namespace, parts: list[Coins], masks: list[Array]) -> Coins:
    """The coins of a lone row where its mask is true, the parts joined."""
    shape = (*masks[0].shape[:-1], -1)

    def joined(name: str) -> Array:
        pairs = zip(parts, masks, strict=True)
        return xp.concat([xp.reshape(getattr(c, name)[m], shape) for c, m in pairs], axis=-1)

    return Coins(joined("p"), joined("small"), joined("side"), joined("variance"))


def _over(xp: Namespace, parts: list[Array]) -> Array:
    """The sum over rows that come in parts."""
    return sum(xp.sum(part, axis=-1, keepdims=True) for part in parts)
