"""Long convolutions and power series by the fast Fourier transform.

Everything is padded: a product of polynomials never wraps around unless its caller asks for it.
Refused: transforms in less than single precision, which libraries do not have or do badly.
"""

import torch
from torch import Tensor

BLOCK = 64  # terms that a division finds at once


def fast_length(least: int) -> int:
    """The smallest number of at least `least` that has no prime factor above 5."""
    best = 1 << max(0, least - 1).bit_length()
    five = 1
    while five < best:
        three = five
        while three < best:
            two = three
            while two < least:
                two *= 2
            best = min(best, two)
            three *= 3
        five *= 5
    return best


def convolve(first: Tensor, second: Tensor, length: int) -> Tensor:
    """The first `length` terms of the product of two series along the last axis."""
    first, second = first[..., :length], second[..., :length]
    n = fast_length(
        min(length, first.shape[-1] + second.shape[-1] - 1)
        + min(first.shape[-1], second.shape[-1])
        - 1
    )
    spectrum = torch.fft.rfft(first, n) * torch.fft.rfft(second, n)
    product = torch.fft.irfft(spectrum, n)[..., :length]
    return torch.nn.functional.pad(product, (0, length - product.shape[-1]))


def divide(b: Tensor, a: Tensor, length: int) -> Tensor:
    """The first `length` terms of (b[0] + b[1] z + ...) / (1 + a[0] z + ...), in double precision.

    b (..., width, n) and a (width, n). Substitution in blocks: within a block by the first terms of
    1 / a, and from block to block by the last n terms, so that rounding is filtered once and not
    once a doubling, as in Newton's iteration, which diverges for slow poles.
    """
    order, wide = a.shape[-1], a.double()
    right = b.double().reshape(-1, *a.shape).permute(1, 2, 0)  # (width, n, batch)
    within = _toeplitz(_reciprocal(wide, min(BLOCK, length)))
    block = within.shape[-1]
    hankel = torch.nn.functional.pad(wide, (0, block - 1)).unfold(-1, order, 1)  # (width, block, n)
    past = torch.zeros_like(right)
    blocks = []
    for begin in range(0, length, block):
        given = right[:, begin : begin + block]
        given = torch.nn.functional.pad(given, (0, 0, 0, block - given.shape[1]))
        blocks.append(within @ (given - hankel @ past))
        past = torch.cat((blocks[-1].flip(1), past), 1)[:, :order]
    whole = torch.cat(blocks, 1)[:, :length].permute(2, 0, 1)
    return whole.reshape(*b.shape[:-1], length).to(b.dtype)


def _reciprocal(a: Tensor, length: int) -> Tensor:
    """The first few terms of 1 / (1 + a[0] z + ...), one after the other: (width, length)."""
    terms = torch.ones_like(a[:, :1])
    for _ in range(length - 1):
        seen = terms[:, : a.shape[-1]]
        following = -(a[:, : seen.shape[-1]] * seen).sum(-1, keepdim=True)
        terms = torch.cat((following, terms), 1)  # the newest first
    return terms.flip(-1)


def _toeplitz(terms: Tensor) -> Tensor:
    """The lower triangular matrix (width, length, length) of a convolution with `terms`."""
    length = terms.shape[-1]
    rows = torch.nn.functional.pad(terms.flip(-1), (0, length - 1)).unfold(-1, length, 1)
    return rows.flip(-2)
