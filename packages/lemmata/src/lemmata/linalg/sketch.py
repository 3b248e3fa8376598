"""Columns chosen on a Gaussian sketch, a few random combinations of the rows of the matrix.

The product with a Gaussian matrix keeps the geometry of the columns well enough to choose among
them, at the price of one matrix product (Voronin & Martinsson, arXiv:1412.8447, section 3).
"""

import numpy as np

from lemmata.arrays import Array, Namespace, is_complex
from lemmata.linalg.pivots import pivoted
from lemmata.linalg.span import Span


def sketched(xp: Namespace, A: Array, k: int, generator: np.random.Generator) -> Span:
    """The span of `k` columns of `A` (m, n), chosen by pivoted QR of 2 k + 10 random rows.

    Where that is as many rows as there are, by pivoted QR of `A` itself.
    """
    m, rows = A.shape[0], 2 * k + 10
    if rows >= m:
        return pivoted(xp, A, k, 0.0)
    drawn = generator.standard_normal((rows, m))
    if is_complex(xp, A):
        drawn = drawn + 1j * generator.standard_normal((rows, m))
    Omega = xp.asarray(drawn, dtype=A.dtype, device=A.device)
    picks = pivoted(xp, Omega @ A / rows**0.5, k, 0.0).picks
    return Span(xp, A, picks)
