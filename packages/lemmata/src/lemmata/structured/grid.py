"""The sizes of a Monarch matrix, and a matrix cut into the slices that its factors approximate."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Self

from lemmata.arguments import is_integer
from lemmata.arrays import Array, Namespace
from lemmata.errors import ArgumentError, ShapeError

Rank = int | Fraction


@dataclass(frozen=True, slots=True)
class Grid:
    """k input blocks of p and l output blocks of s, joined by `rank` numbers for each pair.

    Slice (j, i) of the matrix, s x p, is what output block j takes from input block i: the rows
    (sigma, j) and the columns (i, pi). Its rank is at most `rank`. A `rank` of 1/c is the sparse
    form: of c slices one has rank 1 and the others are zero.
    """

    k: int
    l: int  # noqa: E741 - as in the formulas
    p: int
    s: int
    rank: Rank
    shape: tuple[int, int]  # of the matrix before it was padded

    @classmethod
    def fit(cls, shape: tuple[int, int], nblocks: tuple[int, int], rank: Rank, pad: bool) -> Self:
        """The grid of a matrix of `shape`; ArgumentError or ShapeError where there is none."""
        (n_out, n_in), (k, m) = shape, _pair(nblocks)
        if min(n_out, n_in) < 1:
            raise ShapeError(f"A must have no side of length 0, got shape {tuple(shape)}")
        if not pad and (n_in % k or n_out % m):
            raise ShapeError(
                f"nblocks = (k, l) = {(k, m)} must divide (inputs, outputs) = {(n_in, n_out)}; "
                "pad=True fills the matrix up with zero rows and columns"
            )
        p, s = ceil(n_in / k), ceil(n_out / m)
        _check_rank(rank, (k, m), (p, s))
        return cls(k, m, p, s, rank, (n_out, n_in))

    @property
    def spread(self) -> int:
        """c: of how many slices one is not zero."""
        return Fraction(self.rank).denominator

    @property
    def width(self) -> int:
        """b: the rank of a slice that is not zero."""
        return Fraction(self.rank).numerator

    @property
    def padded(self) -> tuple[int, int]:
        """(s l, k p), the shape of the matrix that the factors make."""
        return self.s * self.l, self.k * self.p

    @property
    def factor_shapes(self) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
        """(k, p, q) and (l, r, s), with q = l rank and r = k rank."""
        q, r = int(self.l * self.rank), int(self.k * self.rank)
        return (self.k, self.p, q), (self.l, r, self.s)

    @property
    def n_params(self) -> int:
        """k l (p + s) rank."""
        return int(self.k * self.l * self.rank) * (self.p + self.s)

    def fill(self, xp: Namespace, A: Array) -> Array:
        """`A` (..., m, n) with zero rows and columns up to the padded shape."""
        lead = tuple(A.shape[:-2])
        for axis in (-2, -1):
            missing = self.padded[axis] - A.shape[axis]
            if missing:
                size = (missing, A.shape[-1]) if axis == -2 else (A.shape[-2], missing)
                zeros = xp.zeros((*lead, *size), dtype=A.dtype, device=A.device)
                A = xp.concat([A, zeros], axis=axis)
        return A

    def cut(self, xp: Namespace, A: Array) -> Array:
        """The slices of a padded matrix that need not be zero, (..., c, l/c, k/c, s, p)."""
        c, lead = self.spread, tuple(A.shape[:-2])
        sizes = (self.s, c, self.l // c, self.k // c, c, self.p)
        digits = xp.reshape(A, (*lead, *sizes))
        kept = [digits[..., :, g, :, :, g, :] for g in range(c)]  # (..., s, l/c, k/c, p) each
        n = len(lead)
        order = (*range(n), n, n + 2, n + 3, n + 1, n + 4)
        return xp.permute_dims(xp.stack(kept, axis=n), order)

    def factors(self, xp: Namespace, left: Array, right: Array) -> tuple[Array, Array]:
        """B1 and B2 of slices left @ right, (..., c, l/c, k/c, s, b) and (..., c, l/c, k/c, b, p)."""
        n = left.ndim - 5
        lead, first, second = tuple(left.shape[:n]), *self.factor_shapes
        axes = range(n)
        B1 = xp.permute_dims(right, (*axes, n + 2, n, n + 4, n + 3, n + 1))
        B2 = xp.permute_dims(left, (*axes, n, n + 1, n + 2, n + 4, n + 3))
        return xp.reshape(B1, (*lead, *first)), xp.reshape(B2, (*lead, *second))


def _pair(nblocks: tuple[int, int]) -> tuple[int, int]:
    if not (isinstance(nblocks, tuple) and len(nblocks) == 2):
        raise ArgumentError(f"nblocks must be a pair (k, l) of whole numbers, got {nblocks!r}")
    if not all(is_integer(n) and n >= 1 for n in nblocks):
        raise ArgumentError(f"nblocks must be a pair (k, l) of at least 1 each, got {nblocks!r}")
    return nblocks


def _check_rank(rank: Rank, nblocks: tuple[int, int], slice_sides: tuple[int, int]) -> None:
    if not (is_integer(rank) or isinstance(rank, Fraction)) or rank <= 0:
        raise ArgumentError(f"rank must be a whole number >= 1 or a Fraction 1/c, got {rank!r}")
    c, b = Fraction(rank).denominator, Fraction(rank).numerator
    if c > 1 and (b > 1 or any(n % c for n in nblocks)):
        raise ArgumentError(
            f"a fractional rank must be 1/c with c a divisor of k and of l, got rank {rank} "
            f"for nblocks {nblocks}: no other factors have slices that can be told apart"
        )
    if b > min(slice_sides):
        raise ArgumentError(
            f"rank must be at most {min(slice_sides)}, the shorter side of a slice of shape "
            f"{slice_sides[::-1]}, got {rank}"
        )
