"""Smooth top-k by a threshold: p_i = f(z_i - lambda) with lambda such that p sums to k.

f is the distribution function of a law on the line. lambda is found by a step that suits f, kept
inside a bracket that always holds the root. Refused: plain bisection (60 passes instead of 5) and
a sort (the bracket comes from two order statistics, which a partition finds in linear time).
"""

import math
from collections.abc import Callable
from functools import reduce
from typing import Protocol, TypeAlias

from lemmata.arrays import Array, Namespace, epsilon_of, is_traced, is_tracked
from lemmata.relax.rows import blocks, order_statistics

Sums: TypeAlias = tuple[Array, Array, Array]
Slope: TypeAlias = Callable[[Namespace, Array], Array]
LONG = 2048  # rows longer than this are worth thinning
ROUNDS = 200  # more halvings than a bracket of float64 has bits; 3 to 6 are usual


class Law(Protocol):
    """A distribution function f on the line, symmetric about 0."""

    def value(self, xp: Namespace, d: Array) -> Array:
        """f(d), at the precision of its smaller tail."""

    def slope(self, xp: Namespace, d: Array) -> Array:
        """f'(d)."""

    def quantile(self, share: float) -> float:
        """d with f(d) = share, 0 < share < 1."""

    def sums(self, xp: Namespace, d: Array) -> Sums:
        """How many d >= 0, and two sums over a row, or a part of one, that `improve` needs."""

    def improve(self, xp: Namespace, sums: Sums, n: int, k: float) -> tuple[Array, Array]:
        """sum f(d) - k of each row, and the step of lambda that would bring it near 0."""


class Logistic:
    """f(d) = 1 / (1 + e^-d). Amos, Koltun & Kolter 2019, arXiv:1906.08707 (LML)."""

    def value(self, xp: Namespace, d: Array) -> Array:
        """f(d)."""
        top, sign, e = _folded(xp, d)
        return (top + (1 + sign) / 2 * e) / (1 + e)

    def slope(self, xp: Namespace, d: Array) -> Array:
        """f'(d) = f(d) f(-d)."""
        _, _, e = _folded(xp, d)
        return e / (1 + e) ** 2

    def quantile(self, share: float) -> float:
        """logit(share)."""
        return math.log(share) - math.log1p(-share)

    def sums(self, xp: Namespace, d: Array) -> Sums:
        """How many are above lambda; what they lack and the others have; the sum of f'."""
        top, sign, e = _folded(xp, d)
        tail = e / (1 + e)
        weight = (
            _total(xp, tail) - xp.vecdot(tail, tail)[..., None]
        )  # tail <= 1/2: no digit is lost
        return _total(xp, top), _total(xp, sign * tail), weight

    def improve(self, xp: Namespace, sums: Sums, n: int, k: float) -> tuple[Array, Array]:
        """Newton's step for logit(F/n) = logit(k/n), which is a straight line for equal scores."""
        above, tails, weight = sums
        excess = tails + (above - k)
        eps = epsilon_of(xp, excess)
        up = xp.maximum(excess / k, -1 + eps)
        down = xp.minimum(excess / (n - k), 1 - eps)
        gap = xp.log1p(up) - xp.log1p(-down)
        return excess, gap * (1 + up) * (1 - down) * (k * (n - k) / n) / _positive(xp, weight)


class Laplace:
    """f(d) = e^d / 2 below 0, 1 - e^-d / 2 above. Struski et al. 2025, arXiv:2503.06242 (LapSum).

    Also the last construction of Su's article, kexue.fm/archives/10373.
    """

    def value(self, xp: Namespace, d: Array) -> Array:
        """f(d)."""
        top, sign, e = _folded(xp, d)
        return top + sign * e / 2

    def slope(self, xp: Namespace, d: Array) -> Array:
        """f'(d) = e^-|d| / 2."""
        _, _, e = _folded(xp, d)
        return e / 2

    def quantile(self, share: float) -> float:
        """log(2 share), or its mirror image."""
        return math.log(2 * share) if share < 0.5 else -math.log(2 * (1 - share))

    def sums(self, xp: Namespace, d: Array) -> Sums:
        """How many are above lambda, A = the sum of e^-d over them, B = that of e^d over the others."""
        top, _, e = _folded(xp, d)
        over = e * top
        return _total(xp, top), _total(xp, over), _total(xp, e - over)

    def improve(self, xp: Namespace, sums: Sums, n: int, k: float) -> tuple[Array, Array]:
        """The closed form for the m scores that are above lambda now, m = 0..n.

        m - A e^s/2 + B e^-s/2 = k for the step s. It is exact if no score lies between; otherwise
        it stops short of the root, never beyond: a score that is crossed counts for less on the
        way up, and for more on the way down.
        """
        above, A, B = sums
        c = above - k
        # of the two forms of the root the one without cancellation, for k <= m and for k > m
        root = _positive(xp, xp.abs(c) + xp.sqrt(c * c + A * B))
        up = xp.log(root) - xp.log(_positive(xp, A))
        down = xp.log(_positive(xp, B)) - xp.log(root)
        return c + (B - A) / 2, xp.where(c >= 0, up, down)


def threshold(xp: Namespace, z: Array, k: float, law: Law) -> Array:
    """lambda of each row of `z`, (..., n) to (..., 1), for 0 < k < n. `z` must be finite."""
    n = z.shape[-1]
    above, below = math.ceil(k) - 1, math.floor(k) + 1
    upper, after = order_statistics(xp, z, above + 1)
    lower = upper if below == above + 1 else after
    # F(low) >= below * f(z_below - low) = k, and F(high) <= above + (n - above) f(z_up - high) = k
    low = lower - law.quantile(k / below)
    high = upper - law.quantile((k - above) / (n - above))
    now = xp.clip((upper + lower) / 2, low, high)
    eps = epsilon_of(xp, z)
    done = xp.isnan(now)
    z, sure = _undecided(xp, z, low, high, math.log(4 * n / (eps * k)))
    for _ in range(ROUNDS):
        above, *tails = reduce(_added, (law.sums(xp, part - now) for part in blocks(z)))
        excess, step = law.improve(xp, (above + sure, tails[0], tails[1]), n, k)
        low = xp.where(excess > 0, xp.maximum(low, now), low)
        high = xp.where(excess < 0, xp.minimum(high, now), high)
        ahead = now + step
        inside = (ahead >= low) & (ahead <= high)
        exact = xp.abs(excess) <= 4 * eps * k
        new = xp.where(inside, ahead, (low + high) / 2)
        now = xp.where(done | exact, now, new)
        # the next step of a quadratic iteration would be below rounding
        done = done | exact | (inside & (xp.abs(step) <= math.sqrt(eps)))
        if bool(xp.all(done)):
            break
    return now


def _undecided(
    xp: Namespace, z: Array, low: Array, high: Array, reach: float
) -> tuple[Array, Array | int]:
    """A long lone row without what is sure to be 0 or 1 to rounding, and how many are sure to be 1."""
    if z.shape[-1] <= LONG or math.prod(z.shape[:-1]) != 1:
        return z, 0
    row, start, end = (xp.reshape(array, (-1,)) for array in (z, low - reach, high + reach))
    near = row[(row > start) & (row < end)]
    sure = xp.sum(xp.astype(row >= end, z.dtype))
    return xp.reshape(near, (*z.shape[:-1], -1)), sure


def attached(xp: Namespace, z: Array, now: Array, slope: Slope) -> Array:
    """`now` (..., 1), the root of sum f(z - now) = k, with its gradient where `z` asks for one.

    By the implicit function theorem d(now) = <w, dz> / <w, 1>, w = f'(z - now).
    """
    if is_tracked(z):
        from lemmata.relax.implicit_torch import ImplicitThreshold

        return ImplicitThreshold.apply(z, now, slope)  # type: ignore[no-untyped-call]
    if is_traced(z):
        from lemmata.relax.implicit_jax import implicit_threshold

        return implicit_threshold(xp, z, now, slope)
    return now


def _folded(xp: Namespace, d: Array) -> tuple[Array, Array, Array]:
    """1 where d >= 0 and 0 elsewhere; -1 and 1 there; and e^-|d|, which cannot overflow.

    The sign is multiplied, not taken by abs, whose derivative at 0 would be lost.
    """
    top = xp.astype(d >= 0, d.dtype)
    sign = 1 - 2 * top
    return top, sign, xp.exp(sign * d)


def _added(one: Sums, other: Sums) -> Sums:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _total(xp: Namespace, terms: Array) -> Array:
    return xp.sum(terms, axis=-1, keepdims=True)


def _positive(xp: Namespace, array: Array) -> Array:
    return xp.maximum(array, float(xp.finfo(array.dtype).smallest_normal))
