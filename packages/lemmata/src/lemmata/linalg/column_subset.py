"""Greedy column subset selection: the column that takes most of the whole error away, k times.

With E what is left of A, column i takes ||E* e_i||^2 / ||e_i||^2 off the squared error. The scores
come from a Gram matrix formed once and are downdated by the recursion of Farahat et al. Refused:
the recursion as it stands, whose numerators, of fourth order in the singular values, are noise
soon; it starts anew from E itself before that, and single columns that collapse are renewed.
"""

from lemmata.arrays import (
    Array,
    Namespace,
    adjoint,
    conjugate,
    epsilon_of,
    real_part,
    spread,
    squares,
)
from lemmata.linalg.pivots import longest
from lemmata.linalg.span import Span
from lemmata.linalg.spectrum import gram


def column_subset(xp: Namespace, A: Array, k: int, tol: float) -> Span:
    """The span of at most `k` greedily chosen columns of `A` (m, n).

    m n min(m, n) flops and twice for the Gram matrix, again each time that the error has fallen
    by two decades or so (one in single precision), and 8 m n a column. It ends early where the
    relative error is at most `tol` or nothing is left but rounding.
    """
    span = Span(xp, A)
    E, size = A, span.error()  # what was left of A when it was last formed, and how much
    known = together = _together(xp, E)  # ||E* e_i||^2: how much of all the rest lies along e_i
    digits = epsilon_of(xp, A)
    while len(span.picks) < k and not span.exhausted() and span.error() > tol:
        span.add(longest(xp, _scores(xp, together, span.outside)))
        together = _downdated(span, E, together)
        worn = xp.logical_and(together <= digits**0.5 * known, span.outside > 0)
        few = 8 * int(xp.count_nonzero(worn)) < A.shape[1]
        if span.error() <= digits**0.125 * size or not few:
            E, size = span.part_outside(E), span.error()
            known = together = _together(xp, E)
        elif bool(xp.any(worn)):
            (columns,) = xp.nonzero(worn)
            rest = span.part_outside(xp.take(E, columns, axis=1))
            exact = xp.sum(squares(xp, adjoint(xp, rest) @ E), axis=1)
            together = spread(xp, worn, exact, together)
            known = xp.where(worn, together, known)
    return span


def _together(xp: Namespace, E: Array) -> Array:
    G = gram(xp, E)
    if E.shape[1] <= E.shape[0]:
        return xp.sum(squares(xp, G), axis=0)
    # e* (E E*) e for each column e
    return real_part(xp, xp.sum(conjugate(xp, E) * (G @ E), axis=0))


def _scores(xp: Namespace, together: Array, outside: Array) -> Array:
    there = outside > 0
    score = together / xp.where(there, outside, xp.ones_like(outside))
    return xp.where(there, score, -xp.ones_like(score))


def _downdated(span: Span, E: Array, together: Array) -> Array:
    """||E'* e'_i||^2 from ||E* e_i||^2, where E' = E - q q* E for the newest direction q.

    With w = q* E and u = E' w* it is ||E* e_i||^2 - 2 Re(w_i e'_i* u) - ||w||^2 |w_i|^2. `E` may
    hold parts along older directions, which the projections take off.
    """
    xp = span.xp
    w = adjoint(xp, span.Q[:, -1:]) @ E
    u = span.part_outside(E @ adjoint(xp, w))
    along = real_part(xp, w[0, :] * adjoint(xp, adjoint(xp, u) @ E)[:, 0])
    return together - 2 * along - xp.sum(squares(xp, w)) * squares(xp, w[0, :])
