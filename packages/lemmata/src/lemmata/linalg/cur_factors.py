"""CUR: a matrix from a few of its own columns and rows, without the middle matrix.

A ~ C U R with U = pinv(C) A pinv(R), or inv(A[rows, columns]). Both forms of U are refused: where
the singular values fall fast U is enormous, and the digits that it loses are the answer's. What is
kept instead are factors with orthonormal columns and a small core between them.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from lemmata.arguments import check_choice, count
from lemmata.arrays import Array, Namespace, adjoint, constant, largest, matrices, squares
from lemmata.errors import ArgumentError, ShapeError
from lemmata.linalg.interpolation import Random, Selection, check_options, chosen
from lemmata.linalg.pivots import pivoted
from lemmata.linalg.span import Span, index_array
from lemmata.linalg.spectrum import in_range
from lemmata.linalg.strong_rrqr import strong_rrqr

Form: TypeAlias = Literal["projection", "cross"]


@dataclass(frozen=True, slots=True)
class CUR:
    """A ~ left @ core @ right, whose columns are combinations of C's and rows of R's.

    rows (kr,), columns (kc,)   the indices chosen, in the order of choice
    C (m, kc), R (kr, n)        A[:, columns] and A[rows, :], as they are
    left (m, p), core (p, q), right (q, n)
                                projection: Q_C, Q_C* A Q_R, Q_R*; cross: Q_C, pinv(Q_C[rows]), R
    rel_error                   ||A - left core right||_F / ||A||_F, measured
    amplification               ||core||_2 in the cross form, 1 in the projection: the error is at
                                most this times that of the projection on the columns (for kr >= p)
    """

    rows: Array
    columns: Array
    C: Array
    R: Array
    left: Array
    core: Array
    right: Array
    rel_error: float
    amplification: float
    form: Form

    def matmul(self, X: Array) -> Array:
        """The approximation times `X` (n,) or (n, c), never formed: (m + n) k flops a column."""
        return self.left @ (self.core @ (self.right @ X))

    def to_dense(self) -> Array:
        """The approximation, (m, n)."""
        return self.left @ (self.core @ self.right)


def cur(
    A: Array,
    k: int | tuple[int, int],
    form: Form = "projection",
    *,
    method: Selection = "auto",
    f: float = 2.0,
    rng: Random = None,
) -> CUR:
    """The CUR decomposition of `A` (m, n) on `k` rows and columns, or on k = (kr, kc) of them.

    Columns are chosen by `method` (see `interpolative`, as for `f` and `rng`).

    projection  Q_C (Q_C* A Q_R) Q_R*, the least Frobenius error for these columns and rows
                (arXiv:1412.8447). Rows are chosen by `method` too.
    cross       Q_C pinv(Q_C[rows]) R, which is C pinv(A[rows, columns]) R in exact arithmetic
                (arXiv:2405.06375). It keeps the chosen columns exactly, and the chosen rows where
                kr = kc, and would do without the rest of A. Rows are chosen on Q_C by strong
                rank-revealing QR, and those beyond kc to raise its least singular value.

    A pseudo-inverse is never formed of anything ill-conditioned. Columns beyond the numerical rank
    are in C and take no further part. The choice has no gradient; the factors have, for the choice
    made. One matrix at a time. Raises ShapeError, DtypeError, NonFiniteError, ArgumentError.
    """
    xp, A = matrices("A", A)
    if A.ndim != 2:
        raise ShapeError(f"A must be one matrix (m, n), got shape {tuple(A.shape)}")
    check_choice("form", form, get_args(Form))
    check_options(method, f)
    kr, kc = _counts(k, tuple(A.shape), form)
    ranged = A if 0 in A.shape else in_range(xp, "A", constant(A), (-2, -1))
    columns, Q = _side(xp, A, ranged, kc, (method, f, rng))
    if form == "projection":
        rows, P = _side(xp, adjoint(xp, A), adjoint(xp, ranged), kr, (method, f, rng))
        left, core, right = Q, adjoint(xp, Q) @ A @ P, adjoint(xp, P)
        amplification = 1.0
    else:
        rows = _rows(xp, constant(Q), kr)
        right = xp.take(A, rows, axis=0)
        left, core = Q, _inverse(xp, xp.take(Q, rows, axis=0))
        amplification = _amplification(xp, constant(core))
    return CUR(
        rows=rows,
        columns=columns,
        C=xp.take(A, columns, axis=1),
        R=xp.take(A, rows, axis=0),
        left=left,
        core=core,
        right=right,
        rel_error=_relative_error(xp, constant(A), constant(left @ (core @ right))),
        amplification=amplification,
        form=form,
    )


def _counts(k: int | tuple[int, int], shape: tuple[int, ...], form: str) -> tuple[int, int]:
    """(rows, columns) to choose."""
    if not isinstance(k, tuple):
        k = count("k", k, min(shape), f"min(m, n) of A of shape {shape}")
        return k, k
    if len(k) != 2:
        raise ArgumentError(f"k must be a number or a pair (rows, columns), got {k}")
    kr = count("k (rows)", k[0], shape[0], f"the rows of A of shape {shape}")
    kc = count("k (columns)", k[1], shape[1], f"the columns of A of shape {shape}")
    if form == "cross" and kr < kc:
        raise ArgumentError(
            f"form='cross' needs no fewer rows than columns, got k={k}; transpose A"
        )
    return kr, kc


def _side(
    xp: Namespace, A: Array, ranged: Array, k: int, how: tuple[Selection, float, Random]
) -> tuple[Array, Array]:
    """`k` columns of `A` as indices, and an orthonormal basis of those that are independent."""
    span = Span(xp, ranged) if 0 in A.shape else chosen(xp, ranged, k, 0.0, *how)
    indices = index_array(xp, span.picks + span.fillers(k - len(span.picks)), like=A)
    return indices, xp.linalg.qr(xp.take(A, span.order(), axis=1))[0]


def _rows(xp: Namespace, Q: Array, kr: int) -> Array:
    """`kr` >= p rows on which `Q` (m, p), of orthonormal columns, is well conditioned.

    p of them by strong rank-revealing QR; the others, p at a time and fewer, along the directions
    in which the chosen rows are weakest (the aim of the oversampling of arXiv:2405.06375).
    """
    p = Q.shape[1]
    picks = strong_rrqr(xp, adjoint(xp, Q), p, 0.0, 2.0).picks if p else []
    while len(picks) < kr:
        batch = min(max(p, 1), kr - len(picks))
        taken = index_array(xp, picks, like=Q)
        _, _, Vh = xp.linalg.svd(xp.take(Q, taken, axis=0), full_matrices=False)
        weak = Q @ adjoint(xp, Vh[max(p - batch, 0) :, :])
        number = xp.arange(Q.shape[0], dtype=taken.dtype, device=Q.device)
        inside = xp.any(number[:, None] == taken[None, :], axis=1)
        outside = xp.where(inside[:, None], xp.zeros_like(weak), weak)
        found = pivoted(xp, adjoint(xp, outside), batch, 0.0).picks
        left = [row for row in range(Q.shape[0]) if row not in {*picks, *found}]
        picks = [*picks, *found, *left[: batch - len(found)]]
    return index_array(xp, picks, like=Q)


def _inverse(xp: Namespace, Q: Array) -> Array:
    """pinv(Q) (p, kr) of `Q` (kr, p), which has full column rank and is well conditioned."""
    W, S = xp.linalg.qr(Q)
    return xp.linalg.solve(S, adjoint(xp, W)) if Q.shape[1] else adjoint(xp, W)


def _amplification(xp: Namespace, core: Array) -> float:
    return max(1.0, float(xp.linalg.svdvals(core)[0])) if core.shape[0] else 1.0


def _relative_error(xp: Namespace, A: Array, approximation: Array) -> float:
    if 0 in A.shape:
        return 0.0
    size = largest(xp, "A", A, (-2, -1))
    size = xp.where(size > 0, size, xp.ones_like(size))
    whole = float(xp.sum(squares(xp, A / size)))
    error = float(xp.sum(squares(xp, (A - approximation) / size)))
    return (error / whole) ** 0.5 if whole > 0 else 0.0
