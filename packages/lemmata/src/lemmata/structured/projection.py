"""The nearest Monarch matrix, exactly: one truncated singular value decomposition a slice.

Refused: iterations, as the problem falls apart into slices of bounded rank, each solved by Eckart
and Young; and sizes that do not divide, unless the caller asks for padding.
"""

from dataclasses import dataclass

from lemmata.arrays import Array, Namespace, largest, matrices, namespace, squares
from lemmata.errors import ShapeError
from lemmata.structured.grid import Grid, Rank
from lemmata.structured.monarch import monarch_matmul, monarch_to_dense


@dataclass(frozen=True, slots=True)
class MonarchProjection:
    """The factors of a Monarch matrix M near A, and how near it is."""

    B1: Array  # (..., k, p, q)
    B2: Array  # (..., l, r, s)
    rel_error: Array  # ||A - M|| / ||A||, (...), in the norm that was minimised; 0 for A = 0
    shape: tuple[int, int]  # (m, n) of A, before any padding

    @property
    def padding(self) -> tuple[int, int]:
        """How many zero rows and columns A was given so that the blocks divide it."""
        rows = self.B2.shape[-3] * self.B2.shape[-1] - self.shape[0]
        columns = self.B1.shape[-3] * self.B1.shape[-2] - self.shape[1]
        return int(rows), int(columns)

    @property
    def n_params(self) -> int:
        """How many numbers the factors of one matrix hold."""
        (k, p, q), (m, r, s) = self.B1.shape[-3:], self.B2.shape[-3:]
        return int(k * p * q + m * r * s)

    def matmul(self, x: Array) -> Array:
        """M x along the last axis of `x`, (..., n) to (..., m), the padding hidden."""
        xp = namespace("x", x)
        if x.ndim < 1 or x.shape[-1] != self.shape[1]:
            raise ShapeError(
                f"x must have a last axis of {self.shape[1]}, got shape {tuple(x.shape)}"
            )
        missing = self.padding[1]
        if missing:
            zeros = xp.zeros((*x.shape[:-1], missing), dtype=x.dtype, device=x.device)
            x = xp.concat([x, zeros], axis=-1)
        return monarch_matmul(x, self.B1, self.B2)[..., : self.shape[0]]

    def to_dense(self) -> Array:
        """M itself, (..., m, n), without the padding."""
        return monarch_to_dense(self.B1, self.B2)[..., : self.shape[0], : self.shape[1]]


def monarch_project(
    A: Array, nblocks: tuple[int, int], rank: Rank = 1, *, pad: bool = False
) -> MonarchProjection:
    """The Monarch matrix nearest to `A` (..., m, n) in the Frobenius norm.

    `nblocks` = (k, l) cuts the n inputs into k blocks of p and the m outputs into l blocks of s;
    `rank` is how many numbers each pair of blocks shares, b >= 1, or Fraction(1, c) for the sparse
    form in which an input block reaches one in c of the output blocks. k = l = 1 is the best
    matrix of rank b. The factors hold k l (p + s) rank numbers: B1 (k, p, l rank) and
    B2 (l, k rank, s). With `pad` a side that the blocks do not divide is filled up with zeros,
    which costs no accuracy; `padding` of the result says by how much.

    Dao et al. 2022 (arXiv:2204.00595), for n = m^2 the projection theorem; slice (j, i) of a
    Monarch matrix is an s x p matrix of rank b, otherwise free, so that the k l best approximations
    of Eckart and Young are the optimum, O(m n min(p, s)) operations. The square roots of the
    singular values go to both factors. Not unique where sigma_b = sigma_b+1 in a slice, and a
    factor never is: compare products. `rel_error` comes from the discarded singular values.

    Real or complex, a stack at once, in the precision given: project in double and round after.
    Gradients are those of the library's SVD, with its poles at equal singular values.
    ShapeError: a side of 0, or blocks that do not divide it. ArgumentError: nblocks or rank out of
    range. NonFiniteError: NaN or infinity.
    """
    xp, A = matrices("A", A)
    grid = Grid.fit((int(A.shape[-2]), int(A.shape[-1])), nblocks, rank, pad)
    peak = largest(xp, "A", A, (-2, -1))
    filled = grid.fill(xp, A)
    U, sigma, Vh = xp.linalg.svd(grid.cut(xp, filled), full_matrices=False)
    b = grid.width
    root = xp.sqrt(sigma[..., :b])
    left, right = U[..., :b] * root[..., None, :], root[..., :, None] * Vh[..., :b, :]
    B1, B2 = grid.factors(xp, left, right)
    scale = xp.where(peak > 0, peak, xp.ones_like(peak))
    lost = _energy(xp, sigma[..., b:] / scale[..., None, None], 4)
    if grid.spread > 1:
        lost = lost + _energy(xp, off_support(xp, grid, filled) / scale, 2)
    whole = _energy(xp, A / scale, 2)
    share = lost / xp.where(whole > 0, whole, xp.ones_like(whole))
    return MonarchProjection(B1, B2, xp.sqrt(share), grid.shape)


def off_support(xp: Namespace, grid: Grid, A: Array) -> Array:
    """The padded matrix `A` with 0 in every slice that the sparse form can reach."""
    c, lead = grid.spread, tuple(A.shape[:-2])
    digits = xp.reshape(A, (*lead, grid.s, c, grid.l // c, grid.k // c, c, grid.p))
    reached = xp.eye(c, dtype=A.dtype, device=A.device)[:, None, None, :, None]
    return xp.reshape(digits * (1 - reached), tuple(A.shape))


def _energy(xp: Namespace, array: Array, axes: int) -> Array:
    """The sum of |a|^2 over the last `axes` axes."""
    return xp.sum(squares(xp, array), axis=tuple(range(-axes, 0)))
