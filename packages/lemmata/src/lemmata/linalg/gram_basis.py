"""The Gram matrix of the shorter side, whose eigenvectors are the directions looked for.

The cheapest way where one side is short, and the only one without iterations; but blind below
sqrt(machine epsilon) of the largest singular value: what it cannot tell is in its error bound.
"""

import numpy as np

from lemmata.linalg.operators import Operator
from lemmata.linalg.orthonormal import host
from lemmata.linalg.subspace import Subspace


def by_gram(operator: Operator, k: int) -> Subspace:
    """The k leading eigenvectors of A* A."""
    xp, n = operator.xp, operator.shape[1]
    values, vectors = xp.linalg.eigh(operator.gram())
    found = host(xp.flip(values)[:k])
    next_one = max(0.0, float(values[n - k - 1])) if n > k else 0.0
    T = np.diag(found).astype(host(vectors[:1, :1]).dtype)
    B = np.zeros((0, k), T.dtype)
    return Subspace(operator, [xp.flip(vectors, axis=1)[:, :k]], T, B, next_one)
