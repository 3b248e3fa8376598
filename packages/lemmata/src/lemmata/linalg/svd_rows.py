"""New rows for a truncated SVD that is at hand: seen in its directions, or taken into it.

Folding in costs a product and learns nothing; appending is the update of Zha & Simon 1999 (and
Brand 2006), which turns the directions too. Refused: updates of columns and of single entries.
"""

import math
from typing import Any

import array_api_compat
import numpy as np

from lemmata.arguments import integer
from lemmata.arrays import Array, Namespace, adjoint, epsilon_of, largest, matrices
from lemmata.errors import ArgumentError, DtypeError, ShapeError
from lemmata.linalg.orthonormal import like, orthonormal_beside
from lemmata.linalg.sparse_products import finite_rows
from lemmata.linalg.svd_result import SVDResult, with_signs


def fold_in(svd: SVDResult, rows: Array) -> Array:
    """The coordinates (r, k) of `rows` (r, n) in the directions of `svd`: (rows - mean) V.

    In the units of U diag(s), whose rows are the coordinates of the matrix itself. `rows` are of
    the library of `svd`, or a sparse matrix of SciPy. Deerwester et al. 1990, where it is divided
    by s. Raises DtypeError, ShapeError, NonFiniteError.
    """
    xp, rows = _rows_for(svd, rows)
    V = adjoint(xp, svd.Vt)
    coordinates = rows @ V
    return coordinates if svd.mean is None else coordinates - svd.mean[None, :] @ V


def append_rows(svd: SVDResult, rows: Array, k: int | None = None) -> SVDResult:
    """The rank-k SVD of the matrix of `svd` with `rows` (r, n) below it, k as before by default.

    Exact where nothing is cut off: `svd` has no residual and k is the rank. Else the residual is
    at most that of `svd` and that of the cut together, which is what the answer's says, and
    `best_residual` is bounded by the cut less the residual of `svd`. A centred `svd` is centred
    anew, the old rows by the new mean too. Costs O((m + n)(k + r)^2), and holds r dense rows of n.

    Raises DtypeError, ShapeError, NonFiniteError, ArgumentError.
    """
    xp, rows = _rows_for(svd, rows)
    B = rows.toarray() if hasattr(rows, "toarray") else rows
    k = int(svd.s.shape[0]) if k is None else integer("k", k)
    U, s, Vt = _significant(xp, svd)
    left, below, mean = _stacked(xp, svd.mean, U, B)
    inside = below @ adjoint(xp, Vt)
    Q, L = _beside(xp, below - inside @ Vt, Vt)
    K = _core(xp, s, inside, L)
    if not 0 <= k <= min(K.shape):
        raise ArgumentError(f"k must be in [0, {min(K.shape)}], the rank at hand, got {k}")
    P, values, Wh = xp.linalg.svd(K, full_matrices=False)
    new_U = left @ P[:, :k]
    new_Vt = Wh[:k, :] @ xp.concat([Vt, adjoint(xp, Q)], axis=0)
    new_U, new_Vt = with_signs(xp, new_U, new_Vt)
    cut = math.sqrt(float(xp.sum(values[k:] ** 2)))
    residual = svd.residual + cut
    norm = math.hypot(float(xp.sqrt(xp.sum(values**2))), svd.residual)
    best, failure = max(0.0, cut - svd.residual), 0.0
    if k <= svd.s.shape[0] and svd.best_residual > best:  # no singular value falls as rows come
        best, failure = svd.best_residual, svd.failure
    return SVDResult(
        U=new_U,
        s=values[:k],
        Vt=new_Vt,
        mean=mean,
        residual=residual,
        rel_error=residual / norm if norm else 0.0,
        best_residual=best,
        failure=failure,
        n_matvec=svd.n_matvec,
        method=svd.method,
    )


def _rows_for(svd: SVDResult, rows: Any) -> tuple[Namespace, Any]:
    xp = array_api_compat.array_namespace(svd.Vt)
    if hasattr(rows, "tocsr"):
        if not isinstance(svd.Vt, np.ndarray):
            raise DtypeError(f"rows must be of the library of svd, got {type(rows).__name__}")
        rows = finite_rows("rows", rows)
    else:
        _, rows = matrices("rows", rows)
        if 0 not in rows.shape:
            largest(xp, "rows", rows, (-2, -1))
    n = int(svd.Vt.shape[1])
    if len(rows.shape) != 2 or rows.shape[1] != n:
        raise ShapeError(f"rows must have shape (r, {n}), got {tuple(rows.shape)}")
    return xp, rows


def _significant(xp: Namespace, svd: SVDResult) -> tuple[Array, Array, Array]:
    """The triplets with a singular value: the others have arbitrary vectors, and add nothing."""
    rounding = epsilon_of(xp, svd.s) * (float(svd.s[0]) if svd.s.shape[0] else 0.0)
    kept = int(xp.count_nonzero(svd.s > rounding))
    return svd.U[:, :kept], svd.s[:kept], svd.Vt[:kept, :]


def _stacked(
    xp: Namespace, mean: Array | None, U: Array, B: Array
) -> tuple[Array, Array, Array | None]:
    """Orthonormal columns L and rows D with [A; B] = L [diag(s) V*; D], and the new mean.

    Centred anew, the old rows move by the difference of the means, all alike: one more row of D,
    whose column of L is constant, and orthogonal to U because centred columns sum to 0.
    """
    m, r = int(U.shape[0]), int(B.shape[0])
    if mean is None:
        return _with_new(xp, U, r), B, None
    together = (m * mean + xp.sum(B, axis=0)) / (m + r)
    constant = xp.full((m, 1), 1 / math.sqrt(m), dtype=U.dtype, device=U.device)
    old = xp.concat([U, constant], axis=1)
    below = xp.concat([math.sqrt(m) * (mean - together)[None, :], B - together[None, :]], axis=0)
    return _with_new(xp, old, r), below, together


def _beside(xp: Namespace, rest: Array, Vt: Array) -> tuple[Array, Array]:
    """Orthonormal Q (n, q) orthogonal to V, and L (q, rows) with Q L = `rest`*."""
    rows, n = rest.shape
    width = min(int(rows), int(n) - int(Vt.shape[0]))
    if width == 0:
        return adjoint(xp, rest)[:, :0], adjoint(xp, rest[:, :0])
    generator = np.random.default_rng(0)  # for a basis of nothing, which any will do for

    def filler(wanted: int) -> Array:
        return like(rest, generator.standard_normal((n, wanted)))

    rounding = n * epsilon_of(xp, rest) * float(xp.max(xp.abs(rest)))
    Q, L = orthonormal_beside(adjoint(xp, rest), [adjoint(xp, Vt)], width, filler, rounding)
    return Q, like(rest, L)


def _with_new(xp: Namespace, old: Array, r: int) -> Array:
    """Columns for the rows that there are, and a unit vector for each of the `r` new ones."""
    unit = xp.eye(r, dtype=old.dtype, device=old.device)
    above = xp.concat(
        [old, xp.zeros((old.shape[0], r), dtype=old.dtype, device=old.device)], axis=1
    )
    below = xp.zeros((r, old.shape[1]), dtype=old.dtype, device=old.device)
    return xp.concat([above, xp.concat([below, unit], axis=1)], axis=0)


def _core(xp: Namespace, s: Array, inside: Array, L: Array) -> Array:
    """[diag(s), 0; inside, L*]: what is decomposed instead of the whole matrix."""
    k, q = int(s.shape[0]), int(L.shape[0])
    zeros = xp.zeros((k, q), dtype=inside.dtype, device=inside.device)
    diagonal = xp.eye(k, dtype=inside.dtype, device=inside.device) * xp.astype(s, inside.dtype)
    above = xp.concat([diagonal, zeros], axis=1)
    return xp.concat([above, xp.concat([inside, adjoint(xp, L)], axis=1)], axis=0)
