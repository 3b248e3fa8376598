"""The Fourier and Hadamard transforms as Monarch matrices: exact targets, and what they are for.

Refused: a Fourier transform without its digit reversal. It is not a Monarch matrix then, and a
projection of it keeps next to nothing.
"""

import math
from typing import Any

from lemmata.arrays import Array, Namespace
from lemmata.errors import ArgumentError


def monarch_dft(n: int, k: int, *, xp: Namespace | None = None) -> tuple[Array, Array]:
    """Factors of the discrete Fourier transform of length n = k p, with k input blocks.

    The transform of `x` is `monarch_matmul(swap_digits(x, n // k), B1, B2)`: the input's digits
    are reversed first. Cooley and Tukey's step in Monarch form, with w_n = exp(-2 pi i / n):

        B1[i, u, v] = w_p^(u v) w_n^(i v)  (k, p, p),    B2[v, i, t] = w_k^(i t)  (p, k, k).

    Complex double precision; `xp` is the array-API namespace to answer in, NumPy by default.
    Every root of unity is rounded once, its exponent reduced exactly. ArgumentError unless k
    divides n.
    """
    p = _cofactor(n, k)
    xp = _numpy() if xp is None else xp
    i, u, v, t = xp.arange(k), xp.arange(p), xp.arange(p), xp.arange(k)
    exponent = (u[None, :, None] * k + i[:, None, None]) * v[None, None, :]
    outer = xp.broadcast_to((i[:, None] * t[None, :]) * p, (p, k, k))
    return _roots(xp, exponent, n), _roots(xp, outer, n)


def monarch_hadamard(n: int, k: int, *, xp: Namespace | None = None) -> tuple[Array, Array]:
    """Factors of Sylvester's Hadamard matrix of order n = k p, a power of two, entries +-1.

    The transform of `x` is `monarch_matmul(x, B1, B2)`, without a permutation, as the matrix is
    the Kronecker product of those of orders k and p. Double precision; `xp` as in `monarch_dft`.
    """
    p = _cofactor(n, k)
    if n & (n - 1):
        raise ArgumentError(f"n must be a power of two, got {n}")
    xp = _numpy() if xp is None else xp
    inner, outer = _sylvester(xp, p), _sylvester(xp, k)
    first = xp.broadcast_to(inner[None, :, :], (k, p, p))
    second = xp.broadcast_to(outer[None, :, :], (p, k, k))
    return xp.asarray(first, copy=True), xp.asarray(second, copy=True)


def _cofactor(n: int, k: int) -> int:
    if n < 1 or k < 1 or n % k:
        raise ArgumentError(f"k must divide n, both at least 1, got n = {n} and k = {k}")
    return n // k


def _roots(xp: Namespace, exponent: Array, n: int) -> Array:
    """exp(-2 pi i exponent / n). Angles beyond an eighth turn are folded back before rounding."""
    turns = exponent % n
    octant = xp.astype((8 * turns + n) // (2 * n), xp.int64)  # quarter turns, to the nearest
    rest = xp.astype(4 * turns - octant * n, xp.float64) * (math.pi / (2 * n))
    cosine, sine = xp.cos(rest), xp.sin(rest)
    quarter = octant % 4
    odd = quarter % 2 == 1
    real, imag = xp.where(odd, sine, cosine), xp.where(odd, cosine, sine)
    real = xp.where((quarter == 1) | (quarter == 2), -real, real)
    imag = xp.where(quarter >= 2, -imag, imag)
    return xp.astype(real, xp.complex128) - 1j * xp.astype(imag, xp.complex128)


def _sylvester(xp: Namespace, n: int) -> Array:
    matrix = xp.ones((1, 1), dtype=xp.float64)
    while matrix.shape[0] < n:
        above = xp.concat([matrix, matrix], axis=1)
        matrix = xp.concat([above, xp.concat([matrix, -matrix], axis=1)], axis=0)
    return matrix


def _numpy() -> Any:
    import array_api_compat.numpy as xp

    return xp
