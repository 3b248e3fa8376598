"""The best approximation of rank k: one function, four ways, and a proof of how good it is.

Two products with the matrix show how good an answer is, so that the method can be chosen and
stopped by its measured residual. Refused: a number of iterations as the only dial, which leaves
the accuracy to the spectrum, and stacks of matrices, each of which would stop elsewhere.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import array_api_compat
import numpy as np

from lemmata.arguments import check_choice, integer
from lemmata.arrays import (
    Array,
    adjoint,
    conjugate,
    constant,
    is_traced,
    is_tracked,
    largest,
    matrices,
    real_part,
)
from lemmata.errors import ArgumentError, DtypeError, ShapeError
from lemmata.linalg.operators import Dense, Given, Operator, power_of_two
from lemmata.linalg.orthonormal import like
from lemmata.linalg.sparse_products import sparse_operator
from lemmata.linalg.spectrum import centred
from lemmata.linalg.subspace import Factors, Goal
from lemmata.linalg.svd_result import SVDResult, with_signs
from lemmata.linalg.svd_search import Answer, Search

Method: TypeAlias = Literal["auto", "propack", "krylov", "randomized", "gram"]
FAILURE = 1e-3  # probability that the bound on the best residual is wrong


def truncated_svd(  # noqa: PLR0913 - the dials that the methods have between them
    A: Array,
    k: int,
    method: Method = "auto",
    *,
    tol: float = 1e-3,
    oversample: int | None = None,
    n_iter: int | None = None,
    center: bool = False,
    rng: Any = None,
) -> SVDResult:
    """The k leading singular triplets of `A` (m, n), as good as `tol` asks, with the proof.

    The residual ||A - U diag(s) Vt||_F is within (1 + tol) of the best that rank k allows, unless
    rounding forbids it; the result says what it is and what the best is at least. That bound holds
    with probability 0.999 over `rng`, or for certain where `failure` is 0. The tolerance is on the
    residual: singular vectors of close singular values need a far smaller one.

    =============  ==================================================================
    method         how the subspace is found
    =============  ==================================================================
    auto           gram where the shorter side is short, else krylov; another where
                   the measured residual says that rounding has spoilt it
    krylov         block Krylov (Golub & Underwood 1977, Musco & Musco 2015), until
                   certified, or `n_iter` block steps
    randomized     subspace iteration (Halko, Martinsson & Tropp 2011) on k +
                   `oversample` (k/10, at least 10) columns, until certified, or
                   `n_iter` powers of A*A
    gram           eigenvectors of the smaller of A*A and AA*
    propack        Lanczos bidiagonalisation by SciPy's PROPACK, whatever `tol` says
    =============  ==================================================================

    `A` is a dense array of any library (the answer is of the same, on the same device), a sparse
    matrix or array of SciPy, or an object with shape, dtype, matmat and rmatmat such as SciPy's
    LinearOperator, whose norm costs min(m, n) further products. 32 bits stay 32 bits; integers
    become 64. `center` takes the mean of the rows off, by a rank-1 correction where `A` is sparse.
    `rng` is a seed or a numpy.random.Generator; None draws afresh. One matrix, not a stack.

    With PyTorch, s has gradients: ds = Re(u* dA v). U and Vt have none: their derivative has a pole
    wherever singular values meet, and depends on vectors that are not computed.

    Raises DtypeError, ShapeError, NonFiniteError, ArgumentError.
    """
    _check(method, tol, oversample, n_iter)
    opened = _opened(A, center)
    m, n = opened.operator.shape
    k = integer("k", k)
    if not 0 <= k <= min(m, n):
        raise ArgumentError(f"k must be in [0, min(m, n)] = [0, {min(m, n)}], got {k}")
    work = opened.operator.turned() if n > m else opened.operator
    search = Search(work, k, Goal(tol, FAILURE), oversample, n_iter, np.random.default_rng(rng))
    answer = _trivial(work, k) if k == 0 or work.energy == 0 else search.run(method)
    return _result(opened, answer, search.products() + opened.products, turned=n > m)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A matrix as an operator: scaled into range, centred, its gradient's leaf beside it."""

    operator: Operator
    mean: Array | None = None
    scale: float = 1.0
    live: Array | None = None
    products: int = 0  # that were needed to open it


def _opened(A: Array, center: bool) -> _Opened:
    if hasattr(A, "tocsr"):
        operator, mean, scale = sparse_operator(A, center)
        return _Opened(operator, mean, scale)
    if hasattr(A, "rmatmat") and not array_api_compat.is_array_api_obj(A):
        return _given(A, center)
    if getattr(A, "is_sparse", False) or "sparse" in str(getattr(A, "layout", "")):
        raise DtypeError("A must be dense or a sparse matrix of SciPy, got a sparse tensor")
    if is_traced(A):
        raise DtypeError("A must have values: a search that stops by them cannot be compiled")
    xp, A = matrices("A", A)
    if A.ndim != 2:
        raise ShapeError(f"A must have shape (m, n), one matrix, got {tuple(A.shape)}")
    scale = 1.0
    if 0 not in A.shape:
        scale = power_of_two(
            float(largest(xp, "A", A, (-2, -1))[0, 0]), float(xp.finfo(A.dtype).max)
        )
    A = A / scale
    mean = xp.mean(A, axis=0) * scale if center and 0 not in A.shape else None
    A = A if mean is None else centred(xp, A)
    live = A if is_tracked(A) else None
    return _Opened(Dense(xp, constant(A)), mean, scale, live)


def _given(A: Any, center: bool) -> _Opened:
    if center:
        raise ArgumentError("center needs a matrix, got an object that only multiplies")
    operator = Given(A, np.result_type(A.dtype, np.float32))
    return _Opened(operator, products=min(operator.shape))


def _trivial(operator: Operator, k: int) -> Answer:
    """Where there is nothing to find: k = 0, or the zero matrix."""
    m, n = operator.shape
    U, V = (operator.array(np.eye(side, k)) for side in (m, n))
    norm = math.sqrt(operator.energy)
    return Answer(Factors(U, np.zeros(k), V, 0.0), norm, norm, 0.0, "none")


def _result(opened: _Opened, answer: Answer, products: int, turned: bool) -> SVDResult:
    xp, factors = opened.operator.xp, answer.factors
    U, V = (factors.V, factors.U) if turned else (factors.U, factors.V)
    U, Vt = with_signs(xp, U, adjoint(xp, V))
    s = like(real_part(xp, U), factors.s)
    if opened.live is not None:
        # first-order perturbation: U and V may be held, as s is stationary in them
        s = real_part(xp, xp.sum(conjugate(xp, U) * (opened.live @ adjoint(xp, Vt)), axis=0))
    norm = math.sqrt(opened.operator.energy)
    return SVDResult(
        U=U,
        s=s * opened.scale,
        Vt=Vt,
        mean=opened.mean,
        residual=answer.residual * opened.scale,
        rel_error=answer.residual / norm if norm else 0.0,
        best_residual=answer.best * opened.scale,
        failure=answer.failure,
        n_matvec=products,
        method=answer.method,
    )


def _check(method: str, tol: float, oversample: int | None, n_iter: int | None) -> None:
    check_choice("method", method, get_args(Method))
    if not 0 < tol < math.inf:
        raise ArgumentError(f"tol must be positive and finite, got {tol}")
    if oversample is not None and (method != "randomized" or integer("oversample", oversample) < 0):
        raise ArgumentError(f"oversample >= 0 belongs to method='randomized', got {oversample}")
    if n_iter is not None and (
        method not in ("krylov", "randomized") or integer("n_iter", n_iter) < 0
    ):
        raise ArgumentError(
            f"n_iter >= 0 belongs to method='krylov' and method='randomized', got {n_iter}"
        )
