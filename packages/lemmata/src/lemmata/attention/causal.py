"""Causal attention of the last tokens to all of them, by whichever of PyTorch's ways is the fastest."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import pad, scaled_dot_product_attention

# PyTorch's fused kernel wants keys and values of one width, for which values are filled up with
# zeros; below so many scores a head, writing them out is faster (measured on a CPU), and on a CPU
# in blocks even longer, as half of them are never made.
MANY = 1 << 19
MANY_IN_BLOCKS = 1 << 20
BLOCK = 128  # queries at least; longer rows go in four blocks


def attend_last(
    q: Tensor, k: Tensor, v: Tensor, scale: float, real: Tensor | None = None
) -> Tensor:
    """(batch, heads, n, e) for `q` (batch, heads, n, d), `k` and `v` (batch, kv_heads, m >= n, .).

    Query i is token m - n + i. Heads share keys in groups, in their order. Keys that are not `real`
    (batch, m) are seen by no token but themselves.
    """
    heads, n, m = q.shape[1], q.shape[2], k.shape[2]
    if n == 1:
        return attend_all(q, k, v, scale, None if real is None else visible(1, m, real, q))
    width = v.shape[-1]
    if width < k.shape[-1] and heads == k.shape[1] and _in_blocks_is_faster(q, n * m):
        return attend_in_blocks(q, k, v, scale, real)
    past = None if n == m and real is None else visible(n, m, real, q)
    if width < k.shape[-1] and n * m > MANY:
        v = pad(v, (0, k.shape[-1] - width))
    out: Tensor = scaled_dot_product_attention(
        q, k, v, past, is_causal=past is None, scale=scale, enable_gqa=heads != k.shape[1]
    )
    return out[..., :width]


def attend_in_blocks(
    q: Tensor, k: Tensor, v: Tensor, scale: float, real: Tensor | None = None
) -> Tensor:
    """`attend_last` for a head of keys each, a block of queries at a time up to the last it sees.

    Keys are joined from parts, not cut from the whole: the gradient of a cut is as long as the whole.
    """
    batch, heads, n, _ = q.shape
    m = k.shape[2]
    seen = visible(n, m, real, q)
    bias = torch.zeros(seen.shape, dtype=q.dtype, device=q.device).masked_fill_(~seen, -math.inf)
    bias = bias.expand(batch, heads, n, m)
    size = max(BLOCK, -(-n // 4))
    fresh = [min(size, n - start) for start in range(0, n, size)]
    queries = torch.split_with_sizes((q * scale).flatten(0, 1), fresh, 1)
    fresh[0] += m - n
    keys, values = (torch.split_with_sizes(x.flatten(0, 1), fresh, 1) for x in (k, v))
    outputs, start = [], 0
    for block, part in enumerate(queries, 1):
        k, v = _joined(keys[:block]), _joined(values[:block])
        rows = bias[..., start : start + part.shape[1], : k.shape[1]]
        outputs.append(torch.baddbmm(rows.flatten(0, 1), part, k.mT).softmax(-1) @ v)
        start += part.shape[1]
    return torch.unflatten(_joined(outputs), 0, (batch, heads))


def _joined(parts: Sequence[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(tuple(parts), 1)


def attend_all(q: Tensor, k: Tensor, v: Tensor, scale: float, seen: Tensor | None = None) -> Tensor:
    """As `attend_last` where queries see the same keys: heads of a group become rows of one product.

    All of them, or those `seen` (batch, 1, 1, m).
    """
    batch, heads, n, _ = q.shape
    groups = k.shape[1]
    rows = q.reshape(batch, groups, heads // groups * n, q.shape[-1])
    scores = rows @ k.mT * scale
    weights = softmax(scores if seen is None else scores.masked_fill(~seen, -math.inf))
    return (weights @ v).reshape(batch, heads, n, v.shape[-1])


def _in_blocks_is_faster(q: Tensor, scores: int) -> bool:
    """Whether so many scores a head are, unless a compiler has them, which fuses a single form."""
    exact = q.dtype in (torch.float32, torch.float64)
    plain = q.device.type == "cpu" and not torch.compiler.is_compiling()
    return exact and plain and scores <= MANY_IN_BLOCKS


def visible(n: int, m: int, real: Tensor | None, like: Tensor) -> Tensor:
    """Which keys the last n of m tokens see: (n, m), or (batch, 1, n, m) where some are not `real`.

    Padding sees itself, so that no row is empty: its answer is put away later, and has no NaN.
    """
    past = torch.ones(n, m, dtype=torch.bool, device=like.device).tril(m - n)
    if real is None:
        return past
    itself = past.triu(m - n)
    return (real[:, None, None, :] & past) | itself


def softmax(scores: Tensor) -> Tensor:
    """Over the last axis; in single precision where the scores have less."""
    half = scores.dtype in (torch.float16, torch.bfloat16)
    return scores.softmax(-1, dtype=torch.float32 if half else None).to(scores.dtype)
