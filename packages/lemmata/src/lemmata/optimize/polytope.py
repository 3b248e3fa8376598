"""The capped simplex {x : 0 <= x <= upper, sum x = total}: projection, certificate, support.

One class for both, as the simplex is the capped simplex without a cap: what differs between them is
the multiplier of the sum, which everything here is written in. Refused: caps that differ by entry,
and the inequality sum x <= total (add a slack entry with gradient 0).
"""

import math
from dataclasses import dataclass

from lemmata.arrays import Array, Namespace, epsilon_of
from lemmata.errors import ArgumentError
from lemmata.relax.projection import nearest


@dataclass(frozen=True, slots=True)
class CappedSimplex:
    """Vectors of `size` entries in [0, upper] with the sum `total`; no cap where upper is None."""

    xp: Namespace
    size: int
    total: float
    upper: float | None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.total) and self.total > 0):
            raise ArgumentError(f"total must be positive and finite, got {self.total}")
        if self.upper is not None and not self.upper * self.size >= self.total * (1 - 1e-12):
            raise ArgumentError(
                f"upper must be at least total / n = {self.total / self.size:g}, got {self.upper:g}: "
                "no point is that small"
            )

    def project(self, v: Array) -> Array:
        """The nearest point in Euclidean distance."""
        return nearest(self.xp, v, self.total, self.upper)

    def multiplier(self, gradient: Array) -> Array:
        """mu, the price of mass: the linear oracle fills the entries below it and none above it.

        The least entry of the gradient on the simplex; with a cap, the entry at which the cheapest
        ones, filled to the cap, have used the total up.
        """
        if self.upper is None:
            return self.xp.min(gradient)
        filled = math.ceil(self.total / self.upper * (1 - 1e-12))
        return self.xp.sort(gradient)[filled - 1]

    def gap(self, x: Array, gradient: Array) -> float:
        """max over s of gradient . (x - s): the Frank-Wolfe gap, at least F(x) - min F for convex F.

        Written with the reduced gradient z = gradient - mu as a sum of terms that are never
        negative, so that it loses no digits where it is small.
        """
        xp = self.xp
        z = gradient - self.multiplier(gradient)
        if self.upper is None:
            return float(z @ x)
        room = xp.where(x < self.upper, self.upper - x, xp.zeros_like(x))
        return float(xp.sum(xp.where(z > 0, z * x, -z * room)))

    def support(self, x: Array, gradient: Array, scale: float = math.inf) -> Array:
        """Indices of the entries that carry mass, ascending.

        An interior method leaves mass everywhere. For it `scale` is a gradient's typical spread,
        and an entry counts where x / total > z / scale, z its reduced gradient: off the support of
        the optimum z stays and x vanishes, on it the reverse.
        """
        z = gradient - self.multiplier(gradient)
        return self.xp.nonzero(self.xp.logical_and(x > 0, x > z * (self.total / scale)))[0]

    def spread(self, gradient: Array) -> float:
        """The largest reduced gradient in magnitude."""
        return float(self.xp.max(self.xp.abs(gradient - self.multiplier(gradient))))

    def noise(self, value: float, gradient: Array) -> float:
        """What rounding may do to a value of F: it may be a small difference of large terms."""
        terms = self.total * float(self.xp.max(self.xp.abs(gradient)))
        return 8 * epsilon_of(self.xp, gradient) * (abs(value) + terms)

    def check(self, x0: Array) -> None:
        """ArgumentError unless x0 lies in the set up to rounding."""
        xp = self.xp
        slack = math.sqrt(epsilon_of(xp, x0)) * self.total
        least, most, mass = float(xp.min(x0)), float(xp.max(x0)), float(xp.sum(x0))
        if least < 0 or (self.upper is not None and most > self.upper + slack):
            limit = "" if self.upper is None else f" and at most {self.upper:g}"
            raise ArgumentError(
                f"x0 must be at least 0{limit}, got entries from {least:g} to {most:g}; "
                "lemmata.relax projects onto the set"
            )
        if abs(mass - self.total) > slack:
            raise ArgumentError(
                f"x0 must have the sum {self.total:g}, got {mass:.9g}; "
                "lemmata.relax projects onto the set"
            )
