"""Small gated layers with random parameters, and dense ones that may be wrong."""

import torch

from lemmata.attention import GatedAttentionUnit, MixedChunkAttention, Rotary

WIDTH, EXPANDED, QUERY_WIDTH = 5, 6, 4


def unit(normalisation="relu2_fixed", *, turns=4, chunk=3, length=8, **more):
    more = {"rotary": Rotary(turns) if turns else None, "dtype": torch.float64} | more
    layer = GatedAttentionUnit(
        WIDTH,
        EXPANDED,
        QUERY_WIDTH,
        normalisation=normalisation,
        length=length,
        chunk=chunk,
        **more,
    )
    return randomised(layer)


def mixed(chunk=3, *, turns=4, **more):
    more = {"rotary": Rotary(turns) if turns else None, "dtype": torch.float64} | more
    return randomised(MixedChunkAttention(WIDTH, EXPANDED, QUERY_WIDTH, chunk=chunk, **more))


def randomised(layer, seed=0):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    return layer


def drawn(*shape, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


def dense_unit(layer, x, weigh):
    """The unit with A = weigh(q k^T / sqrt(s), t, j): t and j count tokens from 0."""
    n = x.shape[1]
    t, j = torch.arange(n)[:, None], torch.arange(n)
    u, v, (q, k) = layer.gates(x, j[None])
    scores = q @ k.mT / layer.query_width**0.5
    return layer.gates.joined(u, weigh(scores, t, j) @ v, None)


def dense_mixed(layer, x, near, far, spread=None):
    """Mixed chunks with weights near(scores, t, j) and far(scores, t, j)."""
    n = x.shape[1]
    t, j = torch.arange(n)[:, None], torch.arange(n)
    u, v, (q, far_q, k, far_k) = layer.gates(x, j[None] if spread is None else spread(j)[None])
    weights = near(q @ k.mT, t, j) + far(far_q @ far_k.mT, t, j)
    return layer.gates.joined(u, weights @ v, None)
