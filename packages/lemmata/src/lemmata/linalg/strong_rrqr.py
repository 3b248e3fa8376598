"""Gu and Eisenstat's strong rank-revealing QR: swap columns until no swap gains a factor of f.

Swapping a pick i for a column j multiplies the volume of the picks by
rho_ij = sqrt(|T_ij|^2 + ||e_j||^2 ||row i of inv(R11)||^2), T = inv(R11) R12. Where all of them
are at most f the coefficients are bounded, and the error is that of the SVD to a known factor,
which pivoting alone does not promise (Kahan's matrix).
"""

import math

from lemmata.arrays import Array, Namespace, squares
from lemmata.linalg.pivots import pivoted
from lemmata.linalg.span import Span


def strong_rrqr(xp: Namespace, A: Array, k: int, tol: float, f: float) -> Span:
    """The span of at most `k` columns of `A` (m, n) with every rho_ij <= `f` (Algorithm 4).

    It starts from pivoted QR; a swap costs 2 m n flops and less. The volume grows by more than f
    a swap, so that k log_f sqrt(n) swaps are enough from there; rounding is not given any more.
    """
    span = pivoted(xp, A, k, tol)
    k, n = len(span.picks), A.shape[1]
    if k == 0:
        return span
    for _ in range(k + math.ceil(k * math.log(math.sqrt(n)) / math.log(f))):
        growth = volume_growth(span)
        if not bool(xp.max(growth) > f):
            break
        place, pick = divmod(int(xp.argmax(xp.reshape(growth, (-1,)))), n)
        span.replace(place, pick)
    return span


def volume_growth(span: Span) -> Array:
    """rho_ij (k, n), 0 for the picked j: by how much swapping pick i for column j grows the volume.

    The columns stay where they are, where the paper permutes them.
    """
    xp = span.xp
    R11 = xp.take(span.R, span.order(), axis=1)
    T = xp.linalg.solve(R11, span.R)
    rows = xp.sum(squares(xp, xp.linalg.inv(R11)), axis=1)
    growth = xp.sqrt(squares(xp, T) + rows[:, None] * span.outside[None, :])
    return xp.where(span.is_picked()[None, :], xp.zeros_like(growth), growth)
