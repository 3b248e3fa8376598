"""Sums of geometric sequences, 2 Re sum_m c_m exp(z_m k), and their transpose, over long k.

A lag is k = i s + j with s near the root of the length, so that sequences are products of real
matrices and about 2 sqrt(length) exponentials a mode. Refused: the Vandermonde matrix, of which
there would be one of modes x length a channel; and exponents in single precision, where the phase
of a late lag has few digits left.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor


class Powers(NamedTuple):
    """exp(z i s) (..., rows, M) and exp(z j) (..., M, s) with rows * s at least `length`."""

    slow: Tensor
    fast: Tensor
    length: int


def powers(z: Tensor, length: int, dtype: torch.dtype) -> Powers:
    """The exponentials of `z` (..., M) complex, in double precision, rounded to complex `dtype`."""
    size = max(1, math.isqrt(length - 1) + 1)
    z = z.to(torch.complex128)
    slow = torch.arange(-(-length // size), device=z.device) * size
    fast = torch.arange(size, device=z.device)
    rows = torch.exp(z[..., None, :] * slow[:, None])
    return Powers(rows.to(dtype), torch.exp(z[..., None] * fast).to(dtype), length)


def sums(c: Tensor, known: Powers) -> Tensor:
    """2 Re sum_m c_m exp(z_m k) for k < length: c (..., M) to (..., length)."""
    weighted = c[..., None, :] * known.slow
    left = torch.cat((weighted.real, -weighted.imag), -1)
    right = torch.cat((known.fast.real, known.fast.imag), -2)
    return 2 * (left @ right).flatten(-2)[..., : known.length]


def moments(u: Tensor, known: Powers) -> Tensor:
    """sum_k u_(length-1-k) exp(z_m k): u (..., length) real to (..., M), the newest at k = 0."""
    rows, size = known.slow.shape[-2], known.fast.shape[-1]
    late = torch.nn.functional.pad(u.flip(-1), (0, rows * size - known.length))
    right = torch.cat((known.fast.real, known.fast.imag), -2).mT
    real, imaginary = (late.reshape(*late.shape[:-1], rows, size) @ right).tensor_split(2, -1)
    return (torch.complex(real, imaginary) * known.slow).sum(-2)
