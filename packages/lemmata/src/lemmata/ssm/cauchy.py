"""The truncated generating function of a diagonal-plus-rank-one system, at the roots of unity.

On the unit circle the bilinear transform is purely imaginary, (1 - z) / (1 + z) = i tan(theta / 2),
so that the sums over conjugate pairs are products of real matrices: two entries a pair and node,
where complex arithmetic over both halves takes four divisions of complex numbers. Refused: leaving
the Nyquist node, where the tangent has its pole, to rounding; its limit is known.
"""

import math

import torch
from torch import Tensor

AT_ONCE = 1 << 18  # entries of a matrix: a megabyte in single precision


def pair_sums(t: Tensor, w: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    """Real and imaginary part of sum_m v_m / (i t - w_m) + conj(v_m) / (i t - conj(w_m)).

    `t` (nodes) real, `w` (..., M) and `v` (..., J, M) complex; each part is (..., J, nodes). Nodes
    are taken so many at a time that a matrix stays in the processor's cache.
    """
    size = max(1, AT_ONCE // max(1, w.numel()))
    parts = [_pair_sums(nodes, w, v) for nodes in torch.split(t, size)]
    if len(parts) == 1:
        return parts[0]
    return torch.cat([real for real, _ in parts], -1), torch.cat([imag for _, imag in parts], -1)


def _pair_sums(t: Tensor, w: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    squared = w.real[..., None] ** 2
    below, above = w.imag[..., None] - t, w.imag[..., None] + t
    delta = squared + below * above  # |w|^2 - t^2, without the rounding of |w|
    g = 1 / ((squared + below**2) * (squared + above**2))
    p, q = 2 * v.real, 2 * (v * w[..., None, :].conj()).real
    beta = -2 * w.real[..., None, :]
    first = torch.cat((beta * p, beta * q), -2) @ g
    second = torch.cat((-q, p), -2) @ (delta * g)
    by_p, by_q = first.tensor_split(2, -2)
    real, imaginary = second.tensor_split(2, -2)
    return t**2 * by_p + real, t * (imaginary + by_q)


def tangents(length: int, like: Tensor) -> Tensor:
    """tan(pi l / length) for the nodes l of a real transform, without the one at Nyquist."""
    nodes = torch.arange((length + 1) // 2, dtype=torch.float64, device=like.device)
    return torch.tan(nodes * (math.pi / length)).to(like.dtype)


def spectrum(w: Tensor, P: Tensor, B: Tensor, C: Tensor, length: int) -> Tensor:
    """sum_k C Abar^k B' z^k at the nodes of a real transform, as (..., J, length // 2 + 1).

    For the system diag(w) - P P* in units of half a step, w, P and C (..., M) for one of each
    conjugate pair, and right-hand sides B (..., J, M) times half a step; C stands for C (I - A^L).
    Gu et al. 2022 (arXiv:2111.00396), Algorithm 1.
    """
    J = B.shape[-2]
    P, C = P[..., None, :], C[..., None, :]
    v = torch.cat((C * B, P.conj() * B, C * P, P.conj() * P), -2)
    t = tangents(length, w.real)
    sums = torch.complex(*pair_sums(t, w, v))
    CB, PB, CP, PP = torch.split(sums, [J, J, 1, 1], -2)
    found: Tensor = torch.complex(torch.ones_like(t), t) * (CB - CP * PB / (1 + PP))
    if length % 2 == 0:  # z = -1: the resolvent vanishes as fast as 2 / (1 + z) grows
        limit = 2 * (C * B).sum(-1, keepdim=True).real
        found = torch.cat((found, limit.to(found.dtype)), -1)
    return found
