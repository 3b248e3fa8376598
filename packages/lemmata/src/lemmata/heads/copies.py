"""One transformer for clean tokens and for noisy copies of them: who sees whom.

A clean token sees the clean ones up to itself; a noisy copy of token t sees the clean ones before t,
and itself. Refused: the mask of all pairs as the way to compute it, as most of it is empty.
"""

import math

import torch
from torch import Tensor

from lemmata.errors import ArgumentError, DtypeError, ShapeError
from lemmata.heads.tokens import at_least


def copies_mask(tokens: int, copies: int, prefix: int = 0) -> Tensor:
    """True where row may see column, (n, n) with n = prefix + tokens * (1 + copies).

    First stand `prefix` clean tokens that have no copies, then `tokens` clean ones, then the first
    copies of all of these, then the second ones.
    """
    tokens, copies = at_least(1, tokens=tokens, copies=copies)
    (prefix,) = at_least(0, prefix=prefix)
    place = copies_positions(tokens, copies, prefix)
    clean = torch.arange(len(place)) < prefix + tokens
    before = torch.where(clean[:, None], place <= place[:, None], place < place[:, None])
    return (before & clean) | torch.eye(len(place), dtype=torch.bool)


def copies_positions(tokens: int, copies: int, prefix: int = 0) -> Tensor:
    """The position of each row of `copies_mask`: a copy stands where its clean token stands."""
    clean = torch.arange(prefix + tokens)
    return torch.cat((clean, clean[prefix:].repeat(copies)))


def attend_copies(
    clean: tuple[Tensor, Tensor, Tensor], noisy: tuple[Tensor, Tensor, Tensor], scale: float
) -> tuple[Tensor, Tensor]:
    """Attention under `copies_mask`, with `scale` before the softmax, in (1 + copies) n^2 products.

    `clean` are queries, keys and values (batch, heads, prefix + n, d); `noisy` the same of the
    copies (batch, heads, copies, n, d). Answers in the same shapes.
    """
    check_streams(clean, noisy)
    q, k, v = clean
    seen = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True, scale=scale)
    noisy_q, noisy_k, noisy_v = noisy
    tokens, prefix = noisy_q.shape[-2], q.shape[-2] - noisy_q.shape[-2]
    past = _before(tokens, prefix, q.device)
    scores = (noisy_q @ k[:, :, None].mT * scale).masked_fill(~past, -math.inf)
    own = (noisy_q * noisy_k).sum(-1, keepdim=True) * scale
    weights = torch.cat((scores, own), -1).softmax(-1)
    return seen, weights[..., :-1] @ v[:, :, None] + weights[..., -1:] * noisy_v


def _before(tokens: int, prefix: int, device: torch.device) -> Tensor:
    whole = torch.ones(tokens, prefix + tokens, dtype=torch.bool, device=device)
    return whole.tril(prefix - 1)


def check_streams(clean: tuple[Tensor, ...], noisy: tuple[Tensor, ...]) -> None:
    """ShapeError, DtypeError or ArgumentError unless the two fit together."""
    q, other = clean[0], noisy[0]
    for name, parts, axes in (("clean", clean, 4), ("noisy", noisy, 5)):
        if len({part.dtype for part in (*parts, q)}) != 1 or not q.is_floating_point():
            raise DtypeError(f"{name} must be three tensors of one floating dtype")
        if any(part.ndim != axes or part.shape != parts[0].shape for part in parts):
            shapes = ", ".join(str(tuple(part.shape)) for part in parts)
            raise ShapeError(f"{name} must be three tensors of {axes} equal axes, got {shapes}")
    if (*other.shape[:2], other.shape[-1]) != (*q.shape[:2], q.shape[-1]):
        raise ShapeError(
            f"noisy must have batch, heads and width of clean, {tuple(q.shape)}, "
            f"got {tuple(other.shape)}"
        )
    if other.shape[-2] > q.shape[-2]:
        raise ArgumentError(
            f"noisy must be copies of at most {q.shape[-2]} tokens, got {other.shape[-2]}"
        )
