"""Powers of small dense matrices, and a whole sequence absorbed into a state, by doubling.

Refused: one product of matrix and vector a token, which is a loop; the doubling takes
log2(length) products of matrices and leaves the rest to one batched product.
"""

import torch
from torch import Tensor


def power(E: Tensor, exponent: int) -> Tensor:
    """(I + E)^exponent - I for E (..., N, N), by squaring: (I + E)^2 - I is 2 E + E E."""
    result = torch.zeros_like(E)
    while exponent:
        if exponent & 1:
            result = result + E + result @ E
        exponent >>= 1
        if exponent:
            E = squared(E)
    return result


def squared(E: Tensor) -> Tensor:
    """(I + E)^2 - I."""
    return 2 * E + E @ E


def krylov(E: Tensor, B: Tensor, levels: int) -> tuple[Tensor, Tensor]:
    """[B, A B, ..., A^(m-1) B] as (..., N, m) for m = 2^levels and A = I + E, and A^m - I."""
    columns = B[..., None]
    for _ in range(levels):
        columns = torch.cat((columns, columns + E @ columns), -1)
        E = squared(E)
    return columns, E


def absorb(E: Tensor, B: Tensor, u: Tensor, h: Tensor | None) -> Tensor:
    """The state after `u` (batch, width, length) of h' = (I + E) h + B u: (batch, width, N).

    E (width, N, N) and B (width, N). Blocks of about N tokens are gathered by a product with the
    Krylov matrix, then joined in pairs, I + E squared each time.
    """
    length = u.shape[-1]
    levels = min(max(0, E.shape[-1] - 1).bit_length(), max(0, length - 1).bit_length())
    columns, raised = krylov(E, B, levels)
    blocks = -(-length // 2**levels)
    blocks = 1 << max(0, blocks - 1).bit_length()
    padded = torch.nn.functional.pad(u.transpose(0, 1), (blocks * 2**levels - length, 0))
    batch = u.shape[0]
    parts: Tensor = padded.reshape(len(B), batch * blocks, 2**levels).flip(-1) @ columns.mT
    while blocks > 1:  # rows are (batch, blocks); one product a channel, nothing broadcast
        early, late = parts[:, 0::2], parts[:, 1::2]
        parts = early + early @ raised.mT + late
        blocks //= 2
        raised = squared(raised) if blocks > 1 else raised
    if h is not None:
        before = h.transpose(0, 1)
        parts = parts + before + before @ power(E, length).mT
    return parts.transpose(0, 1)
