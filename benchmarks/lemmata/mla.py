"""Decoding one token with latent attention, beside layers that expand their latents at every step.

    OMP_NUM_THREADS=1 python benchmarks/lemmata/mla.py [--json]

DeepSeek-V2-Lite's shapes: width 2048, 16 heads, latents of 512 and 64 turned, keys of 128 + 64,
values of 128; single precision, one thread. transformers has our weights, and its output is compared;
x-transformers' latents have no norm and, here, no turned key, so that only its time and bytes compare.
A step includes what each cache does; ours has room reserved, the one kept expanded writes nothing.
`cache MB` is what a layer keeps for these tokens; `times` is over absorbed; `error` is against double
precision, relative to the largest output.
"""

import os
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from beside import report, take_turns
from torch import Tensor, nn
from transformers import DynamicCache
from transformers.models.deepseek_v2.configuration_deepseek_v2 import DeepseekV2Config
from transformers.models.deepseek_v2.modeling_deepseek_v2 import DeepseekV2Attention
from x_transformers.x_transformers import Attention as XAttention
from x_transformers.x_transformers import Intermediates

from lemmata.attention import LatentAttention, LatentCache, Rotary
from lemmata.attention.latent import Path
from lemmata.attention.rows import Rows

torch.set_num_threads(1)
WIDTH, HEADS, RANK, NOPE, ROPE, VALUE = 2048, 16, 512, 128, 64, 128
SIZES = (1024, 4096, 16384)


def ours() -> LatentAttention:
    torch.manual_seed(0)
    return LatentAttention(
        WIDTH, HEADS, kv_rank=RANK, nope_width=NOPE, value_width=VALUE, rotary=Rotary(ROPE)
    ).eval()


def theirs(layer: LatentAttention) -> nn.Module:
    """transformers' layer with our weights."""
    config = DeepseekV2Config(
        hidden_size=WIDTH,
        num_attention_heads=HEADS,
        num_key_value_heads=HEADS,
        kv_lora_rank=RANK,
        q_lora_rank=None,
        qk_nope_head_dim=NOPE,
        qk_rope_head_dim=ROPE,
        v_head_dim=VALUE,
        attn_implementation="sdpa",
    )
    peer = DeepseekV2Attention(config, 0).eval()
    pairs = {
        "q_proj.weight": layer.q_up.weight,
        "kv_a_proj_with_mqa.weight": layer.kv_down.weight,
        "kv_a_layernorm.weight": layer.kv_norm.weight,
        "kv_b_proj.weight": layer.kv_up.weight,
        "o_proj.weight": layer.out.weight,
    }
    peer.load_state_dict(pairs)
    return peer


class Ours:
    """One step by a path, from where the last step stopped."""

    def __init__(self, layer: LatentAttention, state: LatentCache, x: Tensor, path: Path) -> None:
        self.layer, self.state, self.x, self.path = layer, state, x, path
        self.bytes = state.nbytes

    def __call__(self) -> Tensor:
        y, self.state = self.layer(self.x, self.state, path=self.path)
        return y


class Transformers:
    """One step of transformers' layer after `cached` (1, tokens, RANK + ROPE)."""

    def __init__(self, peer: nn.Module, cached: Tensor, x: Tensor) -> None:
        self.peer, self.x, self.tokens = peer, x, cached.shape[1]
        latent, key = cached[:, None].split((RANK, ROPE), -1)
        self.parts = latent.contiguous(), key.contiguous()
        angles = self.tokens * 10_000.0 ** (-torch.arange(0, ROPE, 2) / ROPE)
        self.turns = torch.polar(torch.ones_like(angles), angles)[None, None]
        self.cache = DynamicCache()
        self.cache.update(*self.parts, 0)

    def __call__(self) -> Tensor:
        self.cache.crop(-1) if self.cache.get_seq_length() > self.tokens else None
        y: Tensor = self.peer(self.x, None, self.cache, self.turns)[0]
        return y

    @property
    def bytes(self) -> int:
        return sum(part.nbytes for part in self.parts)


class XTransformers:
    """One step of x-transformers' layer with latents of the same size."""

    def __init__(self, tokens: int, x: Tensor) -> None:
        torch.manual_seed(0)
        self.layer = XAttention(
            WIDTH,
            dim_head=NOPE,
            heads=HEADS,
            causal=True,
            flash=True,
            use_latent_kv=True,
            dim_latent_kv=RANK,
        ).eval()
        self.x = x
        self.latents = torch.randn(1, tokens, RANK)

    def __call__(self) -> Tensor:
        cache = Intermediates(cached_kv=(self.latents, None), layer_type="a")
        y: Tensor = self.layer(self.x, cache=cache)
        return y

    @property
    def bytes(self) -> int:
        return self.latents.nbytes


class Expanded:
    """One step of attention to keys and values that were expanded and kept: the large cache."""

    def __init__(self, layer: LatentAttention, cached: Tensor, x: Tensor) -> None:
        latent, shared = cached.split((RANK, ROPE), -1)
        both = layer.kv_up(latent).unflatten(-1, (HEADS, NOPE + VALUE)).transpose(1, 2)
        keys, values = both.split((NOPE, VALUE), -1)
        shared = shared[:, None].expand(-1, HEADS, -1, -1)
        self.keys, self.values = torch.cat((keys, shared), -1), values.contiguous()
        self.layer, self.x = layer, x
        self.where = torch.tensor([float(cached.shape[1])])

    def __call__(self) -> Tensor:
        """Without writing the new token's row: the least that such a step costs."""
        layer = self.layer
        assert layer.rotary
        tables = layer.rotary.tables(self.where, self.x.dtype, self.x.device)
        q = torch.cat(layer._queries(self.x, tables), -1)
        weights = (q @ self.keys.mT * layer.scale).softmax(-1)
        y: Tensor = layer.out((weights @ self.values).transpose(1, 2).flatten(2))
        return y

    @property
    def bytes(self) -> int:
        return self.keys.nbytes + self.values.nbytes


def filled(layer: LatentAttention, tokens: int) -> LatentCache:
    """A cache after random tokens, with room for the next."""
    state = layer.initial_state(1, capacity=tokens + 64)
    torch.manual_seed(1)
    for _ in range(0, tokens, 1024):
        x = torch.randn(1, 1024, WIDTH)
        assert layer.rotary
        where = torch.arange(state.position, state.position + 1024)
        rows = layer._latents(x, layer.rotary.tables(where, x.dtype, x.device))
        state = state.appended(rows, float(state.position + 1024))
    return state


def measured(tokens: int) -> Iterator[dict[str, object]]:
    layer = ours()
    state, x = filled(layer, tokens), torch.randn(1, 1, WIDTH)
    cached = state.latents.tensor
    exact = deepcopy(layer).double()(x.double(), LatentCache(Rows(cached.double()), tokens))[0]
    ways: dict[str, Any] = {
        "absorbed": Ours(layer, state, x, "absorbed"),
        "materialised": Ours(layer, filled(layer, tokens), x, "materialised"),
        "transformers, re-expands": Transformers(theirs(layer), cached, x),
        "x-transformers, re-expands": XTransformers(tokens, x),
        "keys and values kept expanded": Expanded(layer, cached, x),
    }
    full = ways["keys and values kept expanded"].bytes
    first = {name: way() for name, way in ways.items()}
    times = take_turns(ways, 5)
    for name, way in ways.items():
        error = float((first[name].double() - exact).abs().max() / exact.abs().max())
        yield {
            "cached tokens": tokens,
            "a step": name,
            "ms": times[name],
            "times": times[name] / times["absorbed"],
            "cache MB": way.bytes / 1e6,
            "of the expanded": way.bytes / full,
            "error": None if isinstance(way, XTransformers | Expanded) else error,
        }


def rows() -> Iterator[dict[str, object]]:
    with torch.no_grad():
        for tokens in SIZES:
            yield from measured(tokens)


if __name__ == "__main__":
    report("mla", rows(), ("torch", "transformers", "x-transformers"))
