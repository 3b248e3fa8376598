"""A training step of the attention layers beside transformers' and x-transformers': forward and backward.

    OMP_NUM_THREADS=1 python benchmarks/lemmata/mla_training.py [--json]

Single precision, one thread, rotary positions over 64 numbers of a head, sums of squares as the loss.
transformers' layers have our weights (`apart` is how far outputs are from ours, relative);
x-transformers' have shapes as near as it offers (latents without norms and without turned keys).
The last rows are its latent layer again, with our weights, beside ours without norms and turned
keys: the same function and the same products.
"""

import os
from collections.abc import Callable, Iterator
from functools import partial

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from beside import report, take_turns
from llama import llama_of, turns
from torch import Tensor, nn
from transformers.models.deepseek_v2.configuration_deepseek_v2 import DeepseekV2Config
from transformers.models.deepseek_v2.modeling_deepseek_v2 import DeepseekV2Attention
from x_transformers.x_transformers import Attention as XAttention
from x_transformers.x_transformers import RotaryEmbedding

from lemmata.attention import Attention, LatentAttention, Rotary

torch.set_num_threads(1)
SIZES = ((256, 4, 128, 4), (512, 8, 512, 1), (1024, 16, 1024, 1))  # width, heads, tokens, batch
UNLIKE = ("x-transformers", "x-transformers, latent")  # other weights than ours
D = 64
FREQUENCIES = 1 / 10_000 ** (torch.arange(0, D, 2).float() / D)


def angles(tokens: int) -> Tensor:
    return torch.arange(tokens).float()[:, None] * FREQUENCIES


def grouped(
    width: int, heads: int, tokens: int
) -> dict[str, tuple[nn.Module, Callable[..., Tensor]]]:
    """Grouped-query attention with heads / 4 heads of keys."""
    kv_heads = heads // 4
    ours = Attention(width, heads, kv_heads, D, rotary=Rotary(D, pairing="halves"))
    peer = llama_of(ours, heads, kv_heads, D)
    tables = turns(torch.arange(tokens)[None], D, torch.ones(()))
    other = XAttention(width, dim_head=D, heads=heads, kv_heads=kv_heads, causal=True, flash=True)
    rotary = RotaryEmbedding(D).forward_from_seq_len(tokens)
    return {
        "Attention": (ours, lambda x: ours(x)[0]),
        "transformers, Llama": (peer, lambda x: peer(x, tables, None)[0]),
        "x-transformers": (other, lambda x: other(x, rotary_pos_emb=rotary)),
    }


def latent(
    width: int, heads: int, tokens: int
) -> dict[str, tuple[nn.Module, Callable[..., Tensor]]]:
    """Latent attention: latents of half the width, keys of 64 + 64, values of 64."""
    rank = width // 2
    ours = LatentAttention(
        width, heads, kv_rank=rank, nope_width=D, value_width=D, rotary=Rotary(D)
    )
    config = DeepseekV2Config(
        hidden_size=width,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        kv_lora_rank=rank,
        q_lora_rank=None,
        qk_nope_head_dim=D,
        qk_rope_head_dim=D,
        v_head_dim=D,
        attn_implementation="sdpa",
    )
    peer = DeepseekV2Attention(config, 0)
    weights = ours.state_dict()
    names = {
        "q_proj": "q_up",
        "kv_a_proj_with_mqa": "kv_down",
        "kv_a_layernorm": "kv_norm",
        "kv_b_proj": "kv_up",
        "o_proj": "out",
    }
    peer.load_state_dict({f"{a}.weight": weights[f"{b}.weight"] for a, b in names.items()})
    turned = torch.polar(torch.ones_like(angles(tokens)), angles(tokens))[None]
    other = latent_peer(width, heads)
    return {
        "LatentAttention": (ours, lambda x: ours(x)[0]),
        "transformers, DeepSeek-V2": (peer, lambda x: peer(x, None, None, turned)[0]),
        "x-transformers, latent": (other, other),
    }


def latent_peer(width: int, heads: int) -> XAttention:
    return XAttention(
        width,
        dim_head=D,
        heads=heads,
        causal=True,
        flash=True,
        use_latent_kv=True,
        dim_latent_kv=width // 2,
    )


def bare(width: int, heads: int, tokens: int) -> dict[str, tuple[nn.Module, Callable[..., Tensor]]]:
    """Latent attention as x-transformers has it: no norms, nothing turned, keys of 64."""
    ours = LatentAttention(
        width,
        heads,
        kv_rank=width // 2,
        nope_width=D,
        value_width=D,
        rotary=None,
        normalise=False,
    )
    peer = latent_peer(width, heads)
    keys, values = ours.kv_up.weight.unflatten(0, (heads, 2, D)).unbind(1)
    weights = {
        "to_q": ours.q_up.weight,
        "to_latent_kv": ours.kv_down.weight,
        "to_k": keys.flatten(0, 1),
        "to_v": values.flatten(0, 1),
        "to_out": ours.out.weight,
    }
    peer.load_state_dict({f"{name}.weight": weight for name, weight in weights.items()})
    return {
        "LatentAttention, bare": (ours, lambda x: ours(x)[0]),
        "x-transformers, our weights": (peer, peer),
    }


def step(module: nn.Module, call: Callable[..., Tensor], x: Tensor) -> None:
    """Forward and backward."""
    module.zero_grad(set_to_none=True)
    call(x).square().sum().backward()


def rows() -> Iterator[dict[str, object]]:
    for make in (grouped, latent, bare):
        for width, heads, tokens, batch in SIZES:
            torch.manual_seed(0)
            layers = make(width, heads, tokens)
            x = torch.randn(batch, tokens, width)
            with torch.no_grad():
                outputs = {name: call(x) for name, (_, call) in layers.items()}
            first = next(iter(layers))
            steps = {name: partial(step, *layer, x) for name, layer in layers.items()}
            times = take_turns(steps, 15 if tokens < 1000 else 7)
            for name in layers:
                apart = (outputs[name] - outputs[first]).abs().max() / outputs[first].abs().max()
                yield {
                    "width": width,
                    "heads": heads,
                    "tokens": f"{batch} × {tokens}",
                    "layer": name,
                    "ms": times[name],
                    "times": times[name] / times[first],
                    "apart": None if name in UNLIKE else float(apart),
                }


if __name__ == "__main__":
    report("mla_training", rows(), ("torch", "transformers", "x-transformers"))
