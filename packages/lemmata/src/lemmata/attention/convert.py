"""From many heads of keys to few, and from heads to latents, with a certificate of what it costs.

Keys and values are projected onto the directions that carry most of them, and the projection is
folded into queries and outputs. Singular values say in advance what is lost, and orthonormal
directions need no inverse. Refused: ranks whose last directions are rounding, and layers with biases,
whose keys are no linear map.
"""

from typing import Any

import torch
from torch import Tensor

from lemmata.arguments import check_choice, count
from lemmata.attention.certificate import Certificate, certified, check_condition, samples
from lemmata.attention.key_parts import HeadWeights, adjacent, directions, together, turning
from lemmata.attention.latent import LatentAttention
from lemmata.attention.multihead import Attention
from lemmata.attention.rope import Rotary
from lemmata.errors import ArgumentError, DtypeError

METHODS = ("directions", "mean")


def to_grouped(
    layer: Attention,
    kv_heads: int,
    *,
    method: str = "directions",
    inputs: Tensor | None = None,
    tolerance: float | None = None,
) -> tuple[Attention, Certificate]:
    """`layer` with `kv_heads` heads of keys and values instead of more: multi-head to grouped.

    "directions": each group shares the directions that carry most of its keys and values on the
    inputs, and every head reads them through its query and output; keys that turn share one complex
    number a frequency. Exact if the heads of a group are such mixtures of one. "mean": Ainslie et
    al.'s mean of the heads, as a start for training.

    `inputs` (batch, length, width) are what errors are measured on, standard normal unless given.
    ArgumentError if the error exceeds `tolerance`, for biases, or where means cancel.
    """
    _check_layer(layer)
    check_choice("method", method, METHODS)
    kv_heads = count("kv_heads", kv_heads, layer.kv_heads, "the layer's own")
    if kv_heads < 1 or layer.kv_heads % kv_heads:
        raise ArgumentError(f"kv_heads must divide {layer.kv_heads}, got {kv_heads}")
    seen = samples(inputs, layer)
    weights = HeadWeights.of(layer)
    shared = _by_mean if method == "mean" else _by_directions
    found, discarded, condition = shared(layer, weights, kv_heads, seen.double().flatten(0, 1))
    new = Attention(
        layer.width,
        layer.heads,
        kv_heads,
        layer.head_width,
        rotary=layer.rotary,
        chunk=layer.chunk,
        dtype=layer.out.weight.dtype,
        device=layer.out.weight.device,
    )
    _fill(new.query, found.queries.flatten(0, 1))
    _fill(new.key, found.keys.flatten(0, 1))
    _fill(new.value, found.values.flatten(0, 1))
    _fill(new.out, found.outs.movedim(0, 1).flatten(1))
    return new, certified(layer, new, seen, discarded, condition, tolerance)


def to_latent(
    layer: Attention,
    kv_rank: int | None = None,
    *,
    turned_heads: int | None = None,
    inputs: Tensor | None = None,
    tolerance: float | None = None,
) -> tuple[LatentAttention, Certificate]:
    """`layer` as latent attention with latents of `kv_rank`, by default all that is not rounding.

    Keys that turn are mixed across heads, frequency by frequency, so that the first `turned_heads`
    mixtures (all of them by default, which is exact) carry the most; these are cached turned, and
    the others lose their rotation and join the values in the latent. Without rotation everything
    is in the latent: exact at full rank. The new layer has no norms and keeps the old scale.

    `inputs` and errors as in `to_grouped`; ArgumentError too if the last of `kv_rank` directions are
    nothing but rounding.
    """
    _check_layer(layer)
    groups = layer.kv_heads
    most = groups if layer.rotary is not None else 0
    turned_heads = count(
        "turned_heads", most if turned_heads is None else turned_heads, most, "heads"
    )
    seen = samples(inputs, layer)
    flat = seen.double().flatten(0, 1)
    weights = HeadWeights.of(layer)
    queries, keys, still_queries, still_keys = _split_turning(layer, weights, turned_heads, flat)
    sizes = _size(weights.keys, flat), _size(weights.values, flat)
    rows = torch.cat((still_keys / sizes[0], weights.values / sizes[1]), 1)
    U, sigma = directions(rows.flatten(0, 1), flat)
    rank = _rank(kv_rank, sigma, layer)
    condition = check_condition("kv_rank", sigma[:rank], layer.out.weight.dtype)
    down = U[:, :rank].mT @ rows.flatten(0, 1)
    up = U[:, :rank].reshape(groups, -1, rank)
    nope = still_keys.shape[1]
    up = torch.cat((sizes[0] * up[:, :nope], sizes[1] * up[:, nope:]), 1)
    new = _latent_layer(layer, rank, nope, turned_heads)
    _fill(new.q_up, torch.cat((still_queries, queries), 1).flatten(0, 1))
    _fill(new.kv_down, torch.cat((down, keys)))
    _fill(new.kv_up, up.repeat_interleave(layer.heads // groups, 0).flatten(0, 1))
    _fill(new.out, layer.out.weight.detach())
    discarded = float(sigma[rank:].norm() / sigma.norm())
    return new, certified(layer, new, seen, discarded, condition, tolerance)


Shared = tuple[HeadWeights, float, float]


def _by_mean(layer: Attention, weights: HeadWeights, kv_heads: int, seen: Tensor) -> Shared:
    keys, values = (torch.unflatten(w, 0, (kv_heads, -1)) for w in (weights.keys, weights.values))
    lost, condition = [], 1.0
    for heads in (keys, values):
        mean = heads.mean(1, keepdim=True)
        sizes = [float((part @ seen.mT).norm(dim=(-2, -1)).max()) for part in (heads, mean)]
        lost.append(float(((heads - mean) @ seen.mT).norm() / (heads @ seen.mT).norm()))
        condition = max(condition, sizes[0] / max(sizes[1], 1e-300))
    if condition > 1 / torch.finfo(layer.out.weight.dtype).eps:
        raise ArgumentError(
            f'method "mean" is ill-conditioned here: heads cancel (condition {condition:.1e}); '
            '"directions" does without means'
        )
    found = HeadWeights(weights.queries, keys.mean(1), values.mean(1), weights.outs)
    return found, max(lost), condition


def _by_directions(layer: Attention, weights: HeadWeights, kv_heads: int, seen: Tensor) -> Shared:
    share = layer.kv_heads // kv_heads
    each = layer.heads // layer.kv_heads  # heads that read one of the old keys
    pairs, rest = turning(layer, weights.keys)
    query_pairs, query_rest = turning(layer, weights.queries)
    queries_of_pairs, shared_pairs, lost_pairs = _mixed_pairs(pairs, query_pairs, share, each, seen)
    kept = layer.head_width - 2 * pairs.shape[1]
    to_key, shared_rest, lost_rest, at_rest = _subspace(rest, share, kept, seen)
    to_value, values, lost_values, at_values = _subspace(
        weights.values, share, layer.head_width, seen
    )
    turns = to_key.repeat_interleave(each, 0)
    found = HeadWeights(
        together(layer, queries_of_pairs, turns.mT @ query_rest),
        together(layer, shared_pairs, shared_rest),
        values,
        weights.outs @ to_value.repeat_interleave(each, 0),
    )
    return found, max(lost_pairs, lost_rest, lost_values), max(at_rest, at_values)


def _mixed_pairs(
    pairs: Tensor, queries: Tensor, share: int, each: int, seen: Tensor
) -> tuple[Tensor, Tensor, float]:
    """Queries for, and rows of, the one complex key a frequency that `share` heads have in common."""
    if not pairs.shape[1]:
        return queries, pairs[::share], 0.0
    stack = torch.unflatten(pairs, 0, (-1, share)).movedim(
        1, 2
    )  # (groups, frequencies, share, width)
    U, sigma = directions(stack, seen)
    first = U[..., :1]
    factors = first[..., 0].mT.flatten(0, 1).repeat_interleave(each, 0)  # (heads, frequencies)
    lost = float(sigma[..., 1:].norm() / sigma.norm())
    return factors.conj()[..., None] * queries, (first.mH @ stack)[..., 0, :], lost


def _subspace(
    rows: Tensor, share: int, kept: int, seen: Tensor
) -> tuple[Tensor, Tensor, float, float]:
    """How each head reads, (kv_heads, d, kept), the rows (groups, kept, width) its group shares."""
    if not kept:
        return rows.new_zeros(len(rows), 0, 0), rows[::share], 0.0, 1.0
    stack = torch.unflatten(rows, 0, (-1, share)).flatten(1, 2)
    U, sigma = directions(stack, seen)
    basis = U[..., :kept]
    lost = float(sigma[..., kept:].norm() / sigma.norm())
    condition = float((sigma[..., 0] / sigma[..., kept - 1].clamp_min(1e-300)).max())
    return torch.unflatten(basis, 1, (share, -1)).flatten(0, 1), basis.mT @ stack, lost, condition


def _split_turning(
    layer: Attention, weights: HeadWeights, turned_heads: int, seen: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Queries and keys that go on turning, as mixtures across heads, and those that stand still.

    Queries are (heads, ., width); turning keys (turned_heads * 2 pairs, width), shared by all heads;
    still keys (kv_heads, ., width).
    """
    pairs, rest = turning(layer, weights.keys)
    query_pairs, query_rest = turning(layer, weights.queries)
    if not pairs.shape[1]:
        return query_rest[:, :0], rest[0, :0], query_rest, rest
    U, _ = directions(pairs.movedim(0, 1), seen)  # (frequencies, heads of keys, mixtures)
    mixtures = (U.mH @ pairs.movedim(0, 1)).movedim(1, 0)  # (mixtures, frequencies, width)
    reads = U.movedim(1, 0).repeat_interleave(layer.heads // layer.kv_heads, 0)
    queries = reads.conj()[..., :turned_heads].movedim(-1, 1)[..., None] * query_pairs[:, None]
    keys = adjacent(mixtures[:turned_heads]).flatten(0, 1)
    queries = adjacent(queries).flatten(1, 2)
    if turned_heads == layer.kv_heads:
        return queries, keys, query_rest, rest
    left = U[..., turned_heads:] @ mixtures[turned_heads:].movedim(0, 1)
    still = torch.cat((adjacent(left.movedim(1, 0)), rest), 1)
    return queries, keys, torch.cat((adjacent(query_pairs), query_rest), 1), still


def _size(rows: Tensor, seen: Tensor) -> float:
    """How large rows are on the inputs: errors of keys and of values are compared relative to it."""
    return float((rows @ seen.mT).norm()) or 1.0


def _rank(asked: int | None, sigma: Tensor, layer: Attention) -> int:
    if asked is None:
        eps = torch.finfo(layer.out.weight.dtype).eps
        return max(1, int((sigma > sigma[0] * eps * len(sigma)).sum()))
    rank = count("kv_rank", asked, len(sigma), "the directions there are")
    if rank < 1:
        raise ArgumentError(f"kv_rank must be at least 1, got {asked}")
    return rank


def _latent_layer(layer: Attention, rank: int, nope: int, turned_heads: int) -> LatentAttention:
    rotary = None
    if layer.rotary is not None and turned_heads:
        width = turned_heads * layer.rotary.width
        rotary = Rotary(
            width,
            layer.rotary.base,
            layer.rotary.axes,
            layer.rotary.sections,
            copies=turned_heads * layer.rotary.copies,
            yarn=layer.rotary.yarn,
        )
    return LatentAttention(
        layer.width,
        layer.heads,
        kv_rank=rank,
        nope_width=nope,
        value_width=layer.head_width,
        rotary=rotary,
        normalise=False,
        scale=layer.scale,
        chunk=layer.chunk,
        dtype=layer.out.weight.dtype,
        device=layer.out.weight.device,
    )


def _check_layer(layer: Any) -> None:
    if not isinstance(layer, Attention):
        raise DtypeError(f"layer must be an Attention, got {type(layer).__name__}")
    if layer.query.bias is not None:
        raise ArgumentError("layer must have no bias to be converted, as keys must be linear")


def _fill(linear: torch.nn.Linear, weight: Tensor) -> None:
    with torch.no_grad():
        linear.weight.copy_(weight)
