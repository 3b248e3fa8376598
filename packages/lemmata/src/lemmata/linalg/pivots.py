"""Which column next, by what is left of each: the longest rest, or one drawn by squared length.

The first rule is Businger and Golub's QR with column pivoting, stopped after k columns; the second
is the randomly pivoted Cholesky of Chen, Epperly, Tropp and Webber, on A*A without forming it.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from lemmata.arrays import Array, Namespace
from lemmata.linalg.span import Span

Rule: TypeAlias = Callable[[Namespace, Array], int]


def longest(xp: Namespace, outside: Array) -> int:
    """The column of which most lies outside; the first of equals (Businger & Golub 1965)."""
    return int(xp.argmax(outside))


def drawn(generator: np.random.Generator) -> Rule:
    """A column drawn with probability outside_i / sum (arXiv:2207.06503, Algorithm 1)."""

    def rule(xp: Namespace, outside: Array) -> int:
        heights = xp.cumulative_sum(outside)
        height = generator.random() * heights[-1]
        below = int(xp.count_nonzero(heights <= height))
        # rounding may leave the height at the very top, where there is no column
        return below if below < outside.shape[0] else longest(xp, outside)

    return rule


def pivoted(xp: Namespace, A: Array, k: int, tol: float, rule: Rule = longest) -> Span:
    """The span of at most `k` columns of `A` (m, n), each by `rule`: m n flops a column and twice.

    It ends early where the relative error is at most `tol` or nothing is left but rounding.
    """
    span = Span(xp, A)
    while len(span.picks) < k and not span.exhausted() and span.error() > tol:
        span.add(rule(xp, span.outside))
    return span
