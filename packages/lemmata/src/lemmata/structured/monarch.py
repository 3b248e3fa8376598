"""Monarch matrices: two block-diagonal factors with a fixed permutation between them.

The general rectangular form. Written on axes rather than with permutation matrices: read the input
as digits (k, p), contract the second digit in k separate blocks, regroup, contract the first in l
separate blocks. Refused: sizes guessed from a matrix; the factors alone say what they are.
"""

from lemmata.arrays import Array, Namespace, floating, namespace
from lemmata.errors import DtypeError, ShapeError


def monarch_matmul(x: Array, B1: Array, B2: Array) -> Array:
    """The product of a Monarch matrix with the last axis of `x`, (..., k p) to (..., s l).

    `B1` (k, p, q) and `B2` (l, r, s) are the factors, k q = l r. The input is read as digits
    (k, p); block i of B1 takes its p numbers to q. The k q numbers are read again as (r, l); block
    j of B2 takes column j of them to s, and the output is written as digits (s, l):

        h[i, :] = x[i, :] B1[i],    g = h read as (r, l),    y[:, j] = g[:, j] B2[j].

    The matrix M with y = M x is `monarch_to_dense(B1, B2)`; `x` keeps any leading axes. Factors
    may be stacks, (..., k, p, q): then `x` is (..., m, k p), and stacks broadcast as in matmul.
    M = P L P R of Dao et al. 2022 (arXiv:2204.00595), section 3, is k = l = p = q = r = s.

    2 (k p q + l r s) operations a row. NaN passes through, as in any product. ShapeError where
    the sizes do not fit; DtypeError for what is not an array of numbers. Differentiable.
    """
    xp = namespace("x", x)
    x, B1, B2 = (numbers(xp, *pair) for pair in (("x", x), ("B1", B1), ("B2", B2)))
    check_factors(B1, B2)
    n_in = int(B1.shape[-3] * B1.shape[-2])
    if x.ndim < 1 or x.shape[-1] != n_in:
        raise ShapeError(
            f"x must have a last axis of k * p = {n_in} for B1 of shape {tuple(B1.shape)}, "
            f"got shape {tuple(x.shape)}"
        )
    if B1.ndim == B2.ndim == 3:
        y = product(xp, xp.reshape(x, (-1, n_in)) if x.ndim != 2 else x, B1, B2)
        return y if x.ndim == 2 else xp.reshape(y, (*x.shape[:-1], int(y.shape[-1])))
    if x.ndim < 2:
        raise ShapeError(f"x must have shape (..., m, {n_in}) for stacks, got {tuple(x.shape)}")
    return product(xp, x, B1, B2)


def monarch_to_dense(B1: Array, B2: Array) -> Array:
    """The matrix M (..., s l, k p) with y = M x that the factors stand for; as `monarch_matmul`."""
    xp = namespace("B1", B1)
    B1, B2 = numbers(xp, "B1", B1), numbers(xp, "B2", B2)
    check_factors(B1, B2)
    n_in = int(B1.shape[-3] * B1.shape[-2])
    identity = xp.eye(n_in, dtype=B1.dtype, device=B1.device)
    return xp.matrix_transpose(product(xp, identity, B1, B2))


def swap_digits(x: Array, first: int) -> Array:
    """The last axis of `x` read as digits (first, second) and written as (second, first).

    The permutation of the blog and of the paper (for n = m^2), and the two-digit reversal that
    the Fourier transform asks for. ShapeError if `first` does not divide the axis.
    """
    xp = namespace("x", x)
    if x.ndim < 1 or first < 1 or x.shape[-1] % first:
        raise ShapeError(f"x must have a last axis that {first} divides, got {tuple(x.shape)}")
    lead = tuple(x.shape[:-1])
    digits = xp.reshape(x, (*lead, first, int(x.shape[-1]) // first))
    return xp.reshape(xp.matrix_transpose(digits), tuple(x.shape))


def product(xp: Namespace, x: Array, B1: Array, B2: Array) -> Array:
    """`monarch_matmul` of (..., m, k p), unchecked: two batched products of plain blocks."""
    (k, p, _), (number, r, s) = B1.shape[-3:], B2.shape[-3:]
    *lead, rows, _ = x.shape
    h = xp.moveaxis(xp.reshape(x, (*lead, rows, k, p)), -2, -3) @ B1  # (..., k, rows, q)
    g = xp.reshape(xp.moveaxis(h, -3, -2), (*h.shape[:-3], rows, r, number))
    g = xp.moveaxis(g, -1, -3)
    # BLAS takes no matrix that is strided both ways: lay the regrouped numbers out anew
    g = xp.reshape(xp.reshape(g, (-1,)), tuple(g.shape))
    y = g @ B2  # (..., l, rows, s)
    return xp.reshape(xp.moveaxis(y, -3, -1), (*y.shape[:-3], rows, s * number))


def numbers(xp: Namespace, name: str, array: Array) -> Array:
    """`array` in a floating dtype; half precision stays, as a product has no need of more."""
    if xp.isdtype(array.dtype, ("real floating", "complex floating")):
        return array
    return floating(xp, name, array)


def check_factors(B1: Array, B2: Array) -> None:
    """ShapeError unless the factors are (..., k, p, q) and (..., l, r, s) with k q = l r."""
    for name, factor in (("B1", B1), ("B2", B2)):
        if factor.ndim < 3 or 0 in factor.shape[-3:]:
            raise ShapeError(
                f"{name} must have shape (..., blocks, in, out), none of them 0, "
                f"got {tuple(factor.shape)}"
            )
    inner = B1.shape[-3] * B1.shape[-1], B2.shape[-3] * B2.shape[-2]
    if inner[0] != inner[1]:
        raise ShapeError(
            f"the factors must meet in the middle: B1 of shape {tuple(B1.shape)} gives "
            f"{inner[0]} numbers, B2 of shape {tuple(B2.shape)} takes {inner[1]}"
        )
    if B1.dtype != B2.dtype:
        raise DtypeError(f"the factors must be of one dtype, got {B1.dtype} and {B2.dtype}")
