"""Causal attention of the last tokens to all of them, by whichever of PyTorch's ways is the fastest."""

import torch
from torch import Tensor
from torch.nn.functional import pad, scaled_dot_product_attention

# PyTorch's fused kernel wants keys and values of one width, for which values are filled up with
# zeros; below so many scores a head, writing them all out is faster (measured on a CPU).
MANY = 1 << 19


def attend_last(q: Tensor, k: Tensor, v: Tensor, scale: float) -> Tensor:
    """(batch, heads, n, e) for `q` (batch, heads, n, d), `k` and `v` (batch, kv_heads, m >= n, .).

    Query i is token m - n + i. Heads share keys in groups, in their order.
    """
    heads, n, m = q.shape[1], q.shape[2], k.shape[2]
    if n == 1:
        return attend_all(q, k, v, scale)
    past = None if n == m else torch.ones(n, m, dtype=torch.bool, device=q.device).tril(m - n)
    width = v.shape[-1]
    if width < k.shape[-1] and n * m > MANY:
        v = pad(v, (0, k.shape[-1] - width))
    out: Tensor = scaled_dot_product_attention(
        q, k, v, past, is_causal=n == m, scale=scale, enable_gqa=heads != k.shape[1]
    )
    return out[..., :width]


def attend_all(q: Tensor, k: Tensor, v: Tensor, scale: float) -> Tensor:
    """As `attend_last` where every query sees every key: heads of a group become rows of one product."""
    batch, heads, n, _ = q.shape
    groups = k.shape[1]
    rows = q.reshape(batch, groups, heads // groups * n, q.shape[-1])
    weights = softmax(rows @ k.mT * scale)
    return (weights @ v).reshape(batch, heads, n, v.shape[-1])


def softmax(scores: Tensor) -> Tensor:
    """Over the last axis; in single precision where the scores have less."""
    half = scores.dtype in (torch.float16, torch.bfloat16)
    return scores.softmax(-1, dtype=torch.float32 if half else None).to(scores.dtype)
