"""Interpolative decomposition: a matrix from a few of its own columns (or rows).

The coefficients are least squares on the columns that were chosen, whichever way they were: the
best there are for the choice, and one certificate for all. Refused: coefficients of the sketch
for those of the matrix (the error is then not the least), and a batch, as each matrix of it would
stop and swap at its own time.
"""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

from lemmata.arguments import check_choice, count
from lemmata.arrays import Array, Namespace, adjoint, constant, is_tracked, matrices
from lemmata.errors import ArgumentError, ShapeError
from lemmata.linalg.column_subset import column_subset
from lemmata.linalg.pivots import drawn, pivoted
from lemmata.linalg.sketch import sketched
from lemmata.linalg.span import Span, index_array
from lemmata.linalg.spectrum import in_range
from lemmata.linalg.strong_rrqr import strong_rrqr, volume_growth

Selection: TypeAlias = Literal["auto", "css", "cpqr", "srrqr", "rpchol", "sketch"]
Axis: TypeAlias = Literal["columns", "rows"]
Random: TypeAlias = np.random.Generator | int | None

GRAM_IS_CHEAP = 1000  # up to this shorter side `auto` pays for the Gram matrix of css


@dataclass(frozen=True, slots=True)
class ID:
    """A = skeleton @ Z + E, or Z @ skeleton + E for rows.

    indices (k,)      the columns (rows) chosen, in the order of choice, no two the same
    Z (k, n), (m, k)  the coefficients, least squares; exactly the identity at `indices`
    skeleton          those columns (m, k) or rows (k, n) of A
    rel_error         ||E||_F / ||A||_F, measured; 0 for a zero matrix
    rank              how many of the choice are independent beyond rounding; the others are there
                      because k asked for them, and their coefficients serve them alone
    rho               the most that one swap of a choice grows the volume of all; >= max |Z_ij|
                      over the columns that were not chosen
    """

    indices: Array
    Z: Array
    skeleton: Array
    rel_error: float
    rank: int
    rho: float
    axis: Axis
    method: str

    @property
    def spectral_factor(self) -> float:
        """q with ||E||_2 <= q sigma_{rank+1}(A): sqrt(1 + rho^2 rank (n - rank)).

        The bound of Gu & Eisenstat, which asks for nothing but a bound of every rho_ij.
        """
        n = self.Z.shape[1] if self.axis == "columns" else self.Z.shape[0]
        return math.sqrt(1 + self.rho**2 * self.rank * (n - self.rank))

    def to_dense(self) -> Array:
        """The approximation, of the shape of A."""
        return self.skeleton @ self.Z if self.axis == "columns" else self.Z @ self.skeleton


def interpolative(
    A: Array,
    k: int | None = None,
    tol: float | None = None,
    method: Selection = "auto",
    *,
    axis: Axis = "columns",
    f: float = 2.0,
    rng: Random = None,
) -> ID:
    """The interpolative decomposition of `A` (m, n) on `k` of its columns, or of its rows.

    `tol` stops at a relative Frobenius error instead, or as well; one of the two must be given.
    Where `tol` is below what rounding allows, all columns that are independent are taken.

    ========  ================================================================  ==================
    method    the next column is                                                source
    ========  ================================================================  ==================
    css       the one that takes most of the squared error away                 arXiv:1312.6820
    cpqr      the one of which most is left (pivoted QR, k steps of it)         Businger & Golub
    srrqr     as cpqr, then swapped until no swap grows the volume by `f` > 1,  Gu & Eisenstat
              so that |Z_ij| <= f
    rpchol    drawn in proportion to what is left of it, squared                arXiv:2207.06503
    sketch    as cpqr, of a Gaussian sketch of 2 k + 10 rows (k only, no tol)   arXiv:1412.8447
    auto      cpqr, or where min(m, n) <= 1000 the better of css and cpqr       -
    ========  ================================================================  ==================

    css is the best choice where the spectrum is flat, and costs m n min(m, n) and 6 m n k flops;
    cpqr costs 4 m n k, sketch 2 m n (2 k + 10) as one matrix product; Z costs 2 m n k more.
    `rng` (a numpy.random.Generator or a seed; None: fresh entropy) is for rpchol and sketch.
    `f` is for srrqr. One matrix at a time: a stack is refused.

    The choice has no gradient; Z and the skeleton have, for the choice made, where no more than
    `rank` columns were chosen. 0 <= k <= min(m, n). Raises ShapeError, DtypeError, NonFiniteError,
    ArgumentError.
    """
    xp, A = matrices("A", A)
    if A.ndim != 2:
        raise ShapeError(f"A must be one matrix (m, n), got shape {tuple(A.shape)}")
    check_options(method, f)
    check_choice("axis", axis, get_args(Axis))
    _check(tuple(A.shape), k, tol, method)
    original, A = A, A if axis == "columns" else xp.matrix_transpose(A)
    most = min(A.shape) if k is None else k
    if 0 in A.shape:
        span = Span(xp, A)
    else:
        A = in_range(xp, "A", A, (-2, -1))
        span = chosen(xp, constant(A), most, tol or 0.0, method, f, rng)
    short = k - len(span.picks) if k is not None and tol is None else 0
    indices = index_array(xp, span.picks + span.fillers(short), like=A)
    Z = _coefficients(A, span, indices)
    return ID(
        indices=indices,
        Z=Z if axis == "columns" else xp.matrix_transpose(Z),
        skeleton=xp.take(original, indices, axis=1 if axis == "columns" else 0),
        rel_error=span.error(),
        rank=len(span.picks),
        rho=float(xp.max(volume_growth(span))) if span.picks else 0.0,
        axis=axis,
        method=method,
    )


def chosen(
    xp: Namespace, A: Array, k: int, tol: float, method: Selection, f: float, rng: Random
) -> Span:
    """The span of the columns of `A` (m, n) that `method` chooses; `A` in range and not empty."""
    if method == "auto" and min(A.shape) <= GRAM_IS_CHEAP:
        # css wins on flat spectra, cpqr on steep ones
        both = (pivoted(xp, A, k, tol), column_subset(xp, A, k, tol))
        return min(both, key=lambda span: (len(span.picks), span.error()))
    if method == "css":
        return column_subset(xp, A, k, tol)
    if method == "srrqr":
        return strong_rrqr(xp, A, k, tol, f)
    if method == "rpchol":
        return pivoted(xp, A, k, tol, drawn(np.random.default_rng(rng)))
    if method == "sketch":
        return sketched(xp, A, k, np.random.default_rng(rng))
    return pivoted(xp, A, k, tol)


def _coefficients(A: Array, span: Span, indices: Array) -> Array:
    """Z (k, n): inv(R11) R on the independent columns, 0 on the others, I at `indices`."""
    xp = span.xp
    C = xp.take(A, indices[: len(span.picks)], axis=1)
    R11 = xp.take(span.R, span.order(), axis=1)
    Z = xp.linalg.solve(R11, span.R) if span.picks else span.R
    if is_tracked(A):
        # C*C Z = C*A, differentiated: the factors are constants, and the value is Z as it was
        normal = adjoint(xp, C) @ (A - C @ Z)
        step = xp.linalg.solve(R11, xp.linalg.solve(adjoint(xp, R11), normal))
        Z = Z + (step - constant(step))
    missing = (indices.shape[0] - len(span.picks), A.shape[1])
    Z = xp.concat([Z, xp.zeros(missing, dtype=A.dtype, device=A.device)], axis=0)
    columns = xp.arange(A.shape[1], dtype=indices.dtype, device=A.device)
    unit = indices[:, None] == columns[None, :]
    return xp.where(xp.any(unit, axis=0)[None, :], xp.astype(unit, Z.dtype), Z)


def _check(shape: tuple[int, ...], k: int | None, tol: float | None, method: str) -> None:
    if k is None and tol is None:
        raise ArgumentError("k or tol must be given: how many columns, or how small the error")
    if k is not None:
        count("k", k, min(shape), f"min(m, n) of A of shape {shape}")
    if tol is not None:
        if not 0 <= tol < math.inf:
            raise ArgumentError(f"tol must be in [0, infinity), got {tol}")
        if method == "sketch":
            raise ArgumentError("method='sketch' takes k, not tol: a sketch cannot tell the error")


def check_options(method: str, f: float) -> None:
    """ArgumentError unless `method` is a way of choosing columns and `f` > 1."""
    check_choice("method", method, get_args(Selection))
    if not 1 < f < math.inf:
        raise ArgumentError(f"f must be in (1, infinity), got {f}")
