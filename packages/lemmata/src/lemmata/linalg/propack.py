"""Lanczos bidiagonalisation by PROPACK (Larsen 1998), as SciPy carries it."""

from typing import Any

import numpy as np

from lemmata.errors import ArgumentError
from lemmata.linalg.operators import Operator
from lemmata.linalg.orthonormal import host
from lemmata.linalg.randomized import measured
from lemmata.linalg.subspace import Subspace


def by_propack(operator: Operator, k: int, rng: Any) -> Subspace:
    """The span of the k leading right singular vectors, to working precision."""
    from scipy.sparse.linalg import LinearOperator, svds  # type: ignore[import-untyped]

    def product(function: Any) -> Any:
        def of_vector(x: Any) -> Any:
            column = operator.array(np.reshape(x, (-1, 1)))
            return np.asarray(host(function(column))[:, 0], dtype=x.dtype)

        return of_vector

    dtype = host(operator.array(np.zeros((1, 1)))).dtype
    source = LinearOperator(
        operator.shape,
        matvec=product(operator.times),
        rmatvec=product(operator.adjoint_times),
        dtype=dtype,
    )
    try:
        _, _, Vh = svds(source, k=k, solver="propack", rng=rng)
    except np.linalg.LinAlgError as failed:
        raise ArgumentError(f"PROPACK failed at k = {k}: {failed}; try method='krylov'") from failed
    V, _ = np.linalg.qr(Vh.conj().T)
    return measured(operator, operator.array(np.ascontiguousarray(V)))[0]
