"""transformers' Llama attention with the weights of an `Attention`, as two benchmarks put it beside ours."""

import torch
from torch import Tensor
from transformers.models.llama.configuration_llama import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaAttention

from lemmata.attention import Attention

_NAMES = {"q_proj": "query", "k_proj": "key", "v_proj": "value", "o_proj": "out"}


def llama_of(ours: Attention, heads: int, kv_heads: int, head_width: int) -> LlamaAttention:
    """The same function of x and of the angles that `turns` gives."""
    weights = ours.state_dict()
    config = LlamaConfig(
        hidden_size=weights["query.weight"].shape[1],
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        head_dim=head_width,
        attn_implementation="sdpa",
    )
    peer = LlamaAttention(config, 0)
    peer.load_state_dict({f"{a}.weight": weights[f"{b}.weight"] for a, b in _NAMES.items()})
    return peer


def turns(positions: Tensor, head_width: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """Cosines and sines (..., n, head_width) at positions (..., n), in the precision of `like`."""
    frequencies = 1 / 10_000 ** (torch.arange(0, head_width, 2).double() / head_width)
    angles = positions[..., None] * frequencies
    whole = torch.cat((angles, angles), -1)
    return whole.cos().to(like), whole.sin().to(like)
