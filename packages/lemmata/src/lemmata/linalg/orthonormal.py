"""Orthonormal columns: of a block beside those there are, and the SVD of a tall matrix.

A tall matrix is worked on by products with small ones, which run at the speed of the machine, and
by Householder's QR only where products would lose digits. Small matrices are NumPy's, in double.
Refused: Gram-Schmidt column by column, which is bound by memory where blocks are not.
"""

from collections.abc import Callable
from typing import Any

import array_api_compat
import numpy as np

from lemmata.arrays import Array, Namespace, adjoint

PASSES = 5
KAPPA = 30.0  # a condition up to which the Gram matrix loses three digits at most


def outside(xp: Namespace, X: Array, panels: list[Array]) -> Array:
    """`X` less its projection on the orthonormal columns of all `panels`."""
    for panel in panels:
        X = X - panel @ (adjoint(xp, panel) @ X)
    return X


def orthonormal_beside(
    X: Array, panels: list[Array], width: int, filler: Callable[[int], Array], rounding: float
) -> tuple[Array, Any]:
    """`width` orthonormal columns Q, orthogonal to `panels`, and R: Q R = `X` outside the panels.

    Directions of X no longer than `rounding` are noise. Columns of `filler`, which is asked for as
    many as are wanting, take their place, with rows of zeros in R. There must be room for them.
    """
    xp = array_api_compat.array_namespace(X)
    Q, s, Vh = thin_svd(xp, X)
    if width == 0:
        return Q[:, :0], Vh[:0]
    found = min(width, int(np.count_nonzero(s > rounding)))
    Q, R = Q[:, :found], s[:found, None] * Vh[:found]
    if found < width:
        Q = xp.concat([Q, filler(width - found)], axis=1)
        R = np.concatenate([R, np.zeros((width - found, R.shape[1]), R.dtype)])
    for _ in range(PASSES):
        Q, s, Vh = thin_svd(xp, outside(xp, Q, panels))
        R = s[:, None] * (Vh @ R)
        if s[-1] > 0.5:  # nothing to speak of was cancelled: it is clean
            break
    return Q, R


def orthonormalised(xp: Namespace, Q: Array) -> Array:
    """The columns of a nearly orthonormal (n, k) `Q`, orthonormal to the last bit of its dtype."""
    L = np.linalg.cholesky(host(adjoint(xp, Q) @ Q))
    return Q @ like(Q, np.linalg.inv(L).conj().T)


def thin_svd(xp: Namespace, X: Array) -> tuple[Array, Any, Any]:
    """X (m, k), m >= k, as U diag(s) Vh: U (m, k) as X is, s (k,) and Vh (k, k) of NumPy.

    By the Gram matrix where that is harmless, by QR elsewhere.
    """
    values, vectors = np.linalg.eigh(host(adjoint(xp, X) @ X))
    if 0 < values[-1] < KAPPA**2 * values[0]:
        s, V = np.sqrt(values[::-1]), vectors[:, ::-1]
        return X @ like(X, V / s), s, V.conj().T
    Q, R = xp.linalg.qr(X)
    U, s, Vh = np.linalg.svd(host(R))
    return Q @ like(X, U), s, Vh


def like(array: Array, small: Any) -> Array:
    """NumPy's `small` as an array of the library, device and dtype of `array`."""
    xp = array_api_compat.array_namespace(array)
    small = np.array(small, order="C")  # torch takes no negative strides
    return xp.astype(xp.asarray(small, device=array_api_compat.device(array)), array.dtype)


def host(array: Array) -> Any:
    """A small array as NumPy's in double precision."""
    if array_api_compat.is_torch_array(array):
        array = array.detach().resolve_conj().cpu().numpy()
    elif array_api_compat.is_cupy_array(array):
        array = array.get()  # it leaves the device only when told to
    array = np.asarray(array)
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
