"""Least squares over rank-1 matrices x_i y_i, the terms of XY = sum of x_i y_i over i.

Every inner product <x_i y_i, x_j y_j> = (x_i* x_j)(y_j y_i*) is a product of two short ones, so
that neither the best weights of some terms nor the greedy choice of them needs vectors of m n.
"""

import math

from lemmata.arrays import Array, Namespace, adjoint, conjugate, epsilon_of, real_part, squares
from lemmata.linalg.blocks import spans

BLOCK = 256  # rows at a time where a whole product is not wanted


def optimal_weights(xp: Namespace, X: Array, Y: Array, indices: Array) -> Array:
    """(r,): lambda that minimises ||XY - sum_i lambda_i x_i y_i||_F over the `indices`.

    (C*C o (RR*)^T)^-1 (C*X o (YR*)^T) 1, C and R the chosen columns and rows, o entrywise. The
    system is scaled to a unit diagonal; terms that depend on one another share a weight.
    """
    C, R = xp.take(X, indices, axis=1), xp.take(Y, indices, axis=0)
    gram = _inner_products(xp, C, R, C, R)
    sizes = xp.sqrt(real_part(xp, xp.linalg.diagonal(gram)))
    inverse = xp.where(sizes > 0, 1 / xp.where(sizes > 0, sizes, 1 + sizes), sizes)
    inverse = xp.astype(inverse, gram.dtype, copy=False)
    target = xp.sum(_inner_products(xp, C, R, X, Y), axis=1)
    scaled = inverse[:, None] * gram * inverse[None, :]
    powers, V = xp.linalg.eigh(scaled)
    kept = powers > indices.shape[0] * epsilon_of(xp, X) * powers[-1]
    reciprocal = xp.where(kept, 1 / xp.where(kept, powers, 1 + 0 * powers), 0 * powers)
    part = adjoint(xp, V) @ (inverse * target)[:, None]
    return inverse * (V @ (xp.astype(reciprocal, V.dtype, copy=False)[:, None] * part))[:, 0]


def pursuit(xp: Namespace, X: Array, Y: Array, c: int) -> list[int]:
    """Up to `c` terms by orthogonal matching pursuit: each the most aligned with what is left.

    Fewer where nothing is left, or nothing that does not depend on the terms already there. A
    pivoted Cholesky factorisation of the l x l matrix of inner products, c rows of it at most:
    O(l (m + n + c)) a step.
    """
    left = _alignment(xp, X, Y)  # <x_i y_i, what is left of XY>
    size = xp.sum(squares(xp, X), axis=0) * xp.sum(squares(xp, Y), axis=1)
    spread = size  # of each term, the part that the chosen ones do not span
    rounding = 8 * X.shape[1] * epsilon_of(xp, X)
    least = rounding * math.sqrt(float(xp.sum(size)))
    factor = left[None, :][:0, :]  # its rows are those of the Cholesky factor
    picks: list[int] = []
    while len(picks) < c:
        free = spread > rounding * size
        score = xp.abs(left) / xp.sqrt(xp.where(free, size, xp.ones_like(size)))
        score = xp.where(free, score, xp.zeros_like(score))
        pick = int(xp.argmax(score))
        if float(score[pick]) <= least:
            break
        part = slice(pick, pick + 1)
        row = _inner_products(xp, X[:, part], Y[part, :], X, Y)
        row = row - adjoint(xp, factor[:, part]) @ factor
        row = row / xp.sqrt(spread[part])[:, None]
        step = left[part] / xp.sqrt(spread[part])
        left = left - conjugate(xp, row[0, :]) * step
        spread = xp.maximum(spread - squares(xp, row[0, :]), 0 * spread)
        factor = xp.concat((factor, row))
        picks.append(pick)
    return picks


def _inner_products(xp: Namespace, C: Array, R: Array, X: Array, Y: Array) -> Array:
    """<c_i r_i, x_j y_j> for all i and j, (r, l)."""
    return (adjoint(xp, C) @ X) * xp.matrix_transpose(Y @ adjoint(xp, R))


def _alignment(xp: Namespace, X: Array, Y: Array) -> Array:
    """<x_i y_i, XY> for every i, (l,), by the cheaper order, a block at a time."""
    (m, width), n = X.shape, Y.shape[1]
    if width * (m + n) <= 2 * m * n:
        sums = [
            xp.sum(_inner_products(xp, X[:, a:b], Y[a:b, :], X, Y), axis=1)
            for a, b in spans(width, BLOCK)
        ]
        return xp.concat(sums)
    total = xp.zeros_like(X[0, :])
    for a, b in spans(m, BLOCK):
        rows = X[a:b, :]
        total = total + xp.sum(conjugate(xp, rows) * ((rows @ Y) @ adjoint(xp, Y)), axis=0)
    return total
