"""The attention shapes of published models, in the words of their configuration files."""

from collections.abc import Mapping
from types import MappingProxyType


def _grouped(layers: int, width: int, heads: int, kv_heads: int, head: int) -> Mapping[str, int]:
    return MappingProxyType(
        {
            "num_hidden_layers": layers,
            "hidden_size": width,
            "num_attention_heads": heads,
            "num_key_value_heads": kv_heads,
            "head_dim": head,
        }
    )


def _latent(layers: int, width: int, heads: int) -> Mapping[str, int]:
    return MappingProxyType(
        {
            "num_hidden_layers": layers,
            "hidden_size": width,
            "num_attention_heads": heads,
            "kv_lora_rank": 512,
            "qk_nope_head_dim": 128,
            "qk_rope_head_dim": 64,
            "v_head_dim": 128,
        }
    )


MODELS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "deepseek-v2": _latent(60, 5120, 128),
        "deepseek-v2-lite": _latent(27, 2048, 16),
        "deepseek-v3": _latent(61, 7168, 128),
        "deepseek-67b": _grouped(95, 8192, 64, 8, 128),
        "llama-2-7b": _grouped(32, 4096, 32, 32, 128),
        "llama-2-13b": _grouped(40, 5120, 40, 40, 128),
        "llama-2-70b": _grouped(80, 8192, 64, 8, 128),
        "llama-3-8b": _grouped(32, 4096, 32, 8, 128),
        "llama-3-70b": _grouped(80, 8192, 64, 8, 128),
        "llama-3.1-405b": _grouped(126, 16384, 128, 8, 128),
        "qwen2.5-7b": _grouped(28, 3584, 28, 4, 128),
        "qwen2.5-72b": _grouped(80, 8192, 64, 8, 128),
    }
)
