"""What a model caches for each token: elements, bytes, and how that compares.

Counts are exact and come from a configuration, a dict or an object with the usual names. Refused:
models whose cache is not so many numbers a token (windows, linear attention), where a figure would
look right and be wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from lemmata.arguments import integer
from lemmata.attention.known_models import MODELS
from lemmata.errors import ArgumentError

ABSENT = object()


@dataclass(frozen=True, slots=True)
class CacheReport:
    """The cache of one model, a token at a time."""

    name: str
    kind: str  # MHA, GQA, MQA or MLA
    layers: int
    per_layer: int  # elements a token and layer
    heads: int
    head_width: int  # of keys without positions, where there is a choice
    bits: float  # an element, on average

    @property
    def elements(self) -> int:
        """Numbers a token, over all layers."""
        return self.layers * self.per_layer

    @property
    def bytes_per_token(self) -> float:
        """Bytes a token, over all layers."""
        return self.elements * self.bits / 8

    @property
    def groups(self) -> float:
        """How many heads of keys and values, of this width, would take as much."""
        return self.per_layer / (2 * self.head_width)

    @property
    def of_multi_head(self) -> float:
        """As a share of what multi-head attention with these heads would cache."""
        return self.groups / self.heads

    def nbytes(self, tokens: int, batch: int = 1) -> float:
        """Bytes for `batch` sequences of `tokens`."""
        return integer("tokens", tokens) * integer("batch", batch) * self.bytes_per_token

    def saving(self, other: "CacheReport") -> float:
        """By which share of its bytes this cache is smaller than `other`: each at its own bits."""
        return 1 - self.bytes_per_token / other.bytes_per_token

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.kind}, {self.layers} layers x {self.per_layer:,} = "
            f"{self.elements:,} elements a token, {self.bytes_per_token:,.0f} bytes at {self.bits:g} "
            f"bits; as much as {self.groups:g} of {self.heads} heads"
        )


def kv_cache_report(config: Any, bits: float = 16) -> CacheReport:
    """The cache of a model named in `MODELS`, or of a configuration in transformers' words.

    `config` is a name, a mapping or an object with `num_hidden_layers`, `num_attention_heads`, and
    either `kv_lora_rank` and `qk_rope_head_dim` (latent attention) or `num_key_value_heads` and
    `head_dim` (those of multi-head attention if absent). `bits` are those of an element, 6 on
    average where DeepSeek-V2 quantises. Raises ArgumentError, with what is missing or not covered.
    """
    if not 0 < bits <= 64:
        raise ArgumentError(f"bits must be in (0, 64], got {bits}")
    name = config if isinstance(config, str) else type(config).__name__
    read = _Reader(_known(config) if isinstance(config, str) else config)
    read.refuse_other_caches()
    layers, heads = read.count("num_hidden_layers"), read.count("num_attention_heads")
    rank = read.get("kv_lora_rank", None)
    if rank is not None:
        per_layer = read.count("kv_lora_rank") + read.count("qk_rope_head_dim", least=0)
        width = read.count("qk_nope_head_dim")
        return CacheReport(name, "MLA", layers, per_layer, heads, width, bits)
    given = read.get("num_key_value_heads", None)
    kv_heads = heads if given is None else read.count("num_key_value_heads")
    width = read.head_width(heads)
    if heads % kv_heads:
        raise ArgumentError(f"num_key_value_heads = {kv_heads} must divide the {heads} heads")
    kind = {heads: "MHA", 1: "MQA"}.get(kv_heads, "GQA")
    return CacheReport(name, kind, layers, 2 * kv_heads * width, heads, width, bits)


def _known(name: str) -> Mapping[str, int]:
    if name not in MODELS:
        near = get_close_matches(name.lower(), MODELS, n=1) or ["one of " + ", ".join(MODELS)]
        raise ArgumentError(f"config names no known model, got {name!r}; did you mean {near[0]}?")
    return MODELS[name]


@dataclass(frozen=True, slots=True)
class _Reader:
    """A configuration, whatever holds it."""

    config: Any

    def get(self, key: str, default: Any) -> Any:
        if isinstance(self.config, Mapping):
            return self.config.get(key, default)
        return getattr(self.config, key, default)

    def count(self, key: str, least: int = 1) -> int:
        value = self.get(key, ABSENT)
        if value is ABSENT or value is None:
            raise ArgumentError(f"config must have {key}; it is missing")
        if integer(key, value) < least:
            raise ArgumentError(f"{key} must be at least {least}, got {value}")
        return int(value)

    def head_width(self, heads: int) -> int:
        if self.get("head_dim", None) is not None:
            return self.count("head_dim")
        width = self.count("hidden_size")
        if width % heads:
            raise ArgumentError(
                f"config must have head_dim where {heads} heads do not divide {width}"
            )
        return width // heads

    def refuse_other_caches(self) -> None:
        kinds = set(self.get("layer_types", None) or ()) - {"full_attention"}
        window = self.get("sliding_window", None)
        if window is not None and self.get("use_sliding_window", True):
            kinds.add(f"sliding_window = {window}")
        if kinds:
            raise ArgumentError(
                "config must be of a model whose every layer caches every token, "
                f"got {', '.join(sorted(kinds))}"
            )
