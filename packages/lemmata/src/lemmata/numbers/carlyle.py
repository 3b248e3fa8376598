"""Carlyle circles: a quadratic solved with one circle, and a polygon with a tower of them.

The circle on the diameter from (0, 1) to (s, p) meets the x-axis in the roots of x^2 - s x + p.
D. DeTemple, "Carlyle circles and the Lemoine simplicity of polygon constructions" (American
Mathematical Monthly 98, 1991, doi:10.2307/2323939).
"""

from dataclasses import dataclass

from lemmata.errors import ArgumentError
from lemmata.numbers.periods import PeriodTower, Quadratic
from lemmata.numbers.polygons import FERMAT_PRIMES
from lemmata.numbers.surds import Surd, combination


@dataclass(frozen=True, slots=True)
class CarlyleCircle:
    """One quadratic x^2 - s x + p of the tower and its roots, the two halves of a period."""

    e: int  # s is period j of e
    j: int
    s: Surd
    p: Surd
    roots: tuple[Surd, Surd]  # periods j and j + e of 2 e


def carlyle_circles(p: int) -> tuple[CarlyleCircle, ...]:
    """The circles that lead from -1 to 2 cos(2 pi / p), p a Fermat prime up to 257, in order."""
    tower = PeriodTower(_fermat_prime(p))
    return tuple(_circle(tower, quadratic) for quadratic in _needed(tower))


def carlyle_circle_count(p: int) -> int:
    """How many there are, for p = 65537 too: 0, 1, 4, 24 and 1141."""
    return len(_needed(PeriodTower(_fermat_prime(p))))


def _needed(tower: PeriodTower) -> list[Quadratic]:
    """The quadratics that the last one rests on, coarse ones first."""
    if tower.p == 3:
        return []
    e = (tower.p - 1) // 4
    waiting = [(e, tower.index(2 * e, 1) % e)]
    needed: dict[tuple[int, int], Quadratic] = {}
    while waiting:
        e, j = waiting.pop()
        if (e, j) in needed:
            continue
        needed[e, j] = quadratic = tower.quadratic(e, j)
        if e > 1:  # its coefficients are periods, each a root of a coarser quadratic
            waiting += [(e // 2, k % (e // 2)) for k in (j, *(k for k, _ in quadratic.periods))]
    return [needed[key] for key in sorted(needed)]


def _circle(tower: PeriodTower, quadratic: Quadratic) -> CarlyleCircle:
    e, j = quadratic.e, quadratic.j
    parts = [(count, tower.period(e, k)) for k, count in quadratic.periods]
    product = combination([(quadratic.constant, Surd(1)), *parts])
    roots = tower.period(2 * e, j), tower.period(2 * e, j + e)
    return CarlyleCircle(e, j, tower.period(e, j), product, roots)


def _fermat_prime(p: int) -> int:
    if p not in FERMAT_PRIMES:
        raise ArgumentError(f"p must be one of the Fermat primes {FERMAT_PRIMES}, got {p}")
    return p
