"""Monarch matrices of higher order: one block-diagonal factor for each of p digits.

There is no closed form for the nearest one of order 3 and above. Refused: descent from a random
start; the recursion here is deterministic, exact on exact targets and has a proved factor.
"""

import math
from dataclasses import dataclass

from lemmata.arguments import is_integer
from lemmata.arrays import Array, Namespace, largest, matrices, namespace, squares
from lemmata.errors import ArgumentError, ShapeError


@dataclass(frozen=True, slots=True)
class HigherOrderMonarch:
    """A matrix that turns one digit of its input after the other into one of its output.

    `factors[t]` has shape (o_p, ..., o_(p-t+1), blocks, in, out): for the output digits that are
    done, one stack of blocks each. The last digit goes first. For order 2 they are B1 and B2.
    """

    factors: tuple[Array, ...]
    rel_error: Array  # ||A - M|| / ||A||, in the Frobenius norm

    @property
    def n_params(self) -> int:
        """How many numbers the factors hold."""
        return sum(math.prod(factor.shape) for factor in self.factors)

    def matmul(self, x: Array) -> Array:
        """M x along the last axis of `x`, (..., n) to (..., m)."""
        xp, first = namespace("x", x), self.factors[0]
        if x.ndim < 1 or x.shape[-1] != first.shape[0] * first.shape[1]:
            raise ShapeError(
                f"x must have a last axis of {first.shape[0] * first.shape[1]}, "
                f"got shape {tuple(x.shape)}"
            )
        state = xp.matrix_transpose(xp.reshape(x, (-1, int(x.shape[-1]))))
        rows = state.shape[-1]
        for depth, factor in enumerate(self.factors):
            *done, blocks, size, out = factor.shape
            left = xp.reshape(state, (*done, blocks, size, rows))
            state = xp.matrix_transpose(factor) @ left
            if depth + 1 < len(self.factors):
                digit = self.factors[depth + 1].shape[depth]
                state = xp.reshape(state, (*done, blocks * out // digit, digit, rows))
                state = xp.moveaxis(state, -2, len(done))
        # (o_p, ..., o_2, 1, o_1, rows)
        axes = range(state.ndim - 3)
        order = (state.ndim - 1, state.ndim - 3, state.ndim - 2, *reversed(axes))
        return xp.reshape(xp.permute_dims(state, order), (*x.shape[:-1], -1))

    def to_dense(self) -> Array:
        """M itself, (m, n)."""
        first = self.factors[0]
        xp = namespace("factors", first)
        n = int(first.shape[0] * first.shape[1])
        return xp.matrix_transpose(self.matmul(xp.eye(n, dtype=first.dtype, device=first.device)))


def project_higher_order(
    A: Array, digits: tuple[int, ...], out_digits: tuple[int, ...] | None = None, rank: int = 1
) -> HigherOrderMonarch:
    """A Monarch matrix of order p = len(digits) near `A` (m, n), by recursion.

    `digits` are the sizes whose product is n, first digit first, and `out_digits` those of m (by
    default the same). Neighbouring factors share `rank` numbers, or as many as are of any use.
    For n = d^p and rank 1 the factors hold p n^(1 + 1/p) numbers (Fu et al. 2023,
    arXiv:2310.12109).

    Each step splits the last digit off by the exact projection of order 2, with orthonormal rows in
    the factor split off, and goes on with the rest. Discarded energies then add up, and each is at
    most the squared error of the best M: the error is within sqrt(p - 1) of the optimum, exact for
    p = 2, and 0 up to rounding if A has the structure. Factors come out with equal norms.

    ShapeError where the digits do not multiply to the sides, ArgumentError for digits or a rank
    out of range, NonFiniteError for NaN or infinity. One matrix, not a stack.
    """
    xp, A = matrices("A", A)
    out_digits = digits if out_digits is None else out_digits
    _check(A, digits, out_digits, rank)
    peak = largest(xp, "A", A, (-2, -1))
    rest = A / xp.where(peak > 0, peak, xp.ones_like(peak))
    whole = xp.sum(squares(xp, rest))
    factors, lost = [], xp.zeros_like(whole)
    sizes, bond = list(digits), 1
    for size, out in zip(reversed(digits[1:]), reversed(out_digits[1:]), strict=True):
        sizes.pop()
        blocks = math.prod(sizes)
        factor, rest, dropped = _split(xp, rest, blocks, size * bond, out, rank)
        factors.append(factor)
        bond = factor.shape[-1] // out
        lost = lost + dropped
    factors.append(xp.matrix_transpose(rest)[..., None, :, :])
    error = xp.sqrt(lost / xp.where(whole > 0, whole, xp.ones_like(whole)))
    return HigherOrderMonarch(_balanced(xp, factors, peak), error)


def _split(
    xp: Namespace, A: Array, blocks: int, size: int, out: int, rank: int
) -> tuple[Array, Array, Array]:
    """The factor of the last digit, the matrices that are left, and the energy given up.

    `A` is (..., m, blocks * size); what is left is (..., out, m / out, blocks * bond).
    """
    *lead, m, _ = A.shape
    n = len(lead)
    digits = xp.reshape(A, (*lead, m // out, out, blocks, size))
    slices = xp.permute_dims(digits, (*range(n), n + 1, n + 2, n, n + 3))
    U, sigma, Vh = xp.linalg.svd(slices, full_matrices=False)
    b = min(rank, sigma.shape[-1])
    axes = (*range(n), n + 1, n + 3, n + 2, n)
    factor = xp.reshape(xp.permute_dims(Vh[..., :b, :], axes), (*lead, blocks, size, b * out))
    left = U[..., :b] * sigma[..., None, :b]  # (..., out, blocks, m / out, b)
    rest = xp.permute_dims(left, (*range(n), n, n + 2, n + 1, n + 3))
    return factor, xp.reshape(rest, (*lead, out, m // out, blocks * b)), xp.sum(sigma[..., b:] ** 2)


def _balanced(xp: Namespace, factors: list[Array], peak: Array) -> tuple[Array, ...]:
    """The factors with equal norms and `peak` put back in."""
    logs = [_log(xp, xp.sum(squares(xp, factor))) / 2 for factor in factors]
    mean = (sum(logs, _log(xp, xp.reshape(peak, ())))) / len(logs)
    return tuple(f * xp.exp(mean - log) for f, log in zip(factors, logs, strict=True))


def _log(xp: Namespace, value: Array) -> Array:
    return xp.log(xp.where(value > 0, value, xp.ones_like(value)))


def _check(A: Array, digits: tuple[int, ...], out_digits: tuple[int, ...], rank: int) -> None:
    for name, sizes in (("digits", digits), ("out_digits", out_digits)):
        if len(sizes) < 2 or any(not is_integer(d) or d < 1 for d in sizes):
            raise ArgumentError(f"{name} must be two or more sizes of at least 1, got {sizes!r}")
    if len(digits) != len(out_digits):
        raise ArgumentError(f"digits and out_digits must be as many: {digits} and {out_digits}")
    if not is_integer(rank) or rank < 1:
        raise ArgumentError(f"rank must be a whole number >= 1, got {rank!r}")
    expected = math.prod(out_digits), math.prod(digits)
    if tuple(A.shape) != expected:
        raise ShapeError(
            f"A must have shape {expected}, the products of {out_digits} and {digits}, "
            f"got {tuple(A.shape)}"
        )
