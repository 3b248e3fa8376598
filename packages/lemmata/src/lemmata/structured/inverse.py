"""Solving with a square Monarch matrix, and its inverse, block by block in O(n^2).

Refused: factors whose blocks are not square. Such a matrix may well be invertible, but its inverse
is not a Monarch matrix; take `monarch_to_dense` and a dense solver.
"""

from lemmata.arrays import Array, Namespace, floating, is_traced, namespace
from lemmata.errors import ArgumentError, ShapeError
from lemmata.structured.monarch import check_factors


def monarch_solve(y: Array, B1: Array, B2: Array) -> Array:
    """x with `monarch_matmul(x, B1, B2)` = `y`, along the last axis; (..., n) to (..., n).

    The blocks must be square: q = p and r = s, so that n = k l rank. M is invertible if and only
    if every block is; the cost is k + l small LU decompositions, O(n^2) where k and l are about
    sqrt(n). ShapeError for other sizes, ArgumentError for a singular block. Differentiable.
    """
    xp = namespace("y", y)
    y, B1, B2 = (floating(xp, *pair) for pair in (("y", y), ("B1", B1), ("B2", B2)))
    (k, p, q), (m, _, s) = _square(B1, B2)
    if y.ndim < 1 or y.shape[-1] != k * p:
        raise ShapeError(f"y must have a last axis of {k * p}, got shape {tuple(y.shape)}")
    rows = xp.reshape(y, (-1, s, m))
    g = _solve(xp, "B2", xp.matrix_transpose(B2), xp.permute_dims(rows, (2, 1, 0)))  # (l, r, rows)
    h = xp.reshape(xp.permute_dims(g, (1, 0, 2)), (k, q, -1))
    x = _solve(xp, "B1", xp.matrix_transpose(B1), h)  # (k, p, rows)
    return xp.reshape(xp.permute_dims(x, (2, 0, 1)), tuple(y.shape))


def monarch_inverse(B1: Array, B2: Array) -> tuple[Array, Array]:
    """Factors (C1, C2) of the inverse, which is a Monarch matrix with its digits swapped.

    With s = B2.shape[-1] and p = B1.shape[-2],

        x = swap_digits(monarch_matmul(swap_digits(y, s), C1, C2), p)

    solves M x = y. Blocks must be square, as in `monarch_solve`, which is the more accurate way to
    solve once. ArgumentError for a singular block.
    """
    xp = namespace("B1", B1)
    B1, B2 = floating(xp, "B1", B1), floating(xp, "B2", B2)
    (k, p, q), (m, r, s) = _square(B1, B2)
    b = q // m
    inverse1, inverse2 = _inverted(xp, "B1", B1), _inverted(xp, "B2", B2)
    # what passes between the factors is written (k, b) by one and read (b, k) by the other
    C1 = xp.permute_dims(xp.reshape(inverse2, (m, s, k, b)), (0, 1, 3, 2))
    C2 = xp.permute_dims(xp.reshape(inverse1, (k, b, m, p)), (0, 2, 1, 3))
    return xp.reshape(C1, (m, s, r)), xp.reshape(C2, (k, q, p))


def _square(B1: Array, B2: Array) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    check_factors(B1, B2)
    if B1.ndim != 3 or B2.ndim != 3:
        raise ShapeError(
            f"B1 and B2 must be one pair of factors, got {tuple(B1.shape)}, {tuple(B2.shape)}"
        )
    (k, p, q), (m, r, s) = B1.shape, B2.shape
    if p != q or r != s or q % m:
        raise ShapeError(
            "the blocks must be square, p = q = l rank and r = s, for an inverse of the same kind; "
            f"got B1 of shape {tuple(B1.shape)} and B2 of shape {tuple(B2.shape)}"
        )
    return (int(k), int(p), int(q)), (int(m), int(r), int(s))


def _solve(xp: Namespace, name: str, blocks: Array, right: Array) -> Array:
    try:
        answer = xp.linalg.solve(blocks, right)
    except (ValueError, RuntimeError) as error:  # what LinAlgError is in NumPy, in PyTorch
        raise _singular(name) from error
    return _regular(xp, name, answer, (blocks, right))


def _inverted(xp: Namespace, name: str, blocks: Array) -> Array:
    try:
        answer = xp.linalg.inv(blocks)
    except (ValueError, RuntimeError) as error:
        raise _singular(name) from error
    return _regular(xp, name, answer, (blocks,))


def _regular(xp: Namespace, name: str, answer: Array, given: tuple[Array, ...]) -> Array:
    """`answer`, unless it shows a singular block: JAX divides by its 0 where others raise."""
    if is_traced(answer) or bool(xp.all(xp.isfinite(answer))):
        return answer
    if all(bool(xp.all(xp.isfinite(array))) for array in given):
        raise _singular(name)
    return answer


def _singular(name: str) -> ArgumentError:
    return ArgumentError(f"{name} has a singular block: the matrix has no inverse")
