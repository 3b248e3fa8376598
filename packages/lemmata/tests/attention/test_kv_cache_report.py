"""Cache reports: published figures, the convention behind 93.3 %, and real caches of these layers."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.attention import (  # noqa: E402 - it needs PyTorch
    MODELS,
    Attention,
    LatentAttention,
    Rotary,
    kv_cache_report,
)
from lemmata.errors import ArgumentError, IntegerError  # noqa: E402
from lemmata.testing import assert_cost_exponent, assert_rejects  # noqa: E402

PUBLISHED = {  # kind, elements, bytes at 16 bits
    "deepseek-v2": ("MLA", 34_560, 69_120),
    "deepseek-v3": ("MLA", 35_136, 70_272),
    "deepseek-v2-lite": ("MLA", 15_552, 31_104),
    "deepseek-67b": ("GQA", 194_560, 389_120),
    "llama-3.1-405b": ("GQA", 258_048, 516_096),
    "qwen2.5-72b": ("GQA", 163_840, 327_680),
    "llama-2-7b": ("MHA", 262_144, 524_288),
    "llama-3-8b": ("GQA", 65_536, 131_072),
}


def check_published(report):
    """`report` says what was published of every model."""
    for name, (kind, elements, bytes_) in PUBLISHED.items():
        found = report(name)
        assert (found.kind, found.elements, found.bytes_per_token) == (kind, elements, bytes_)


def test_published_figures_are_reproduced():
    check_published(kv_cache_report)


def _keys_only(name):
    return kv_cache_report({**MODELS[name], "head_dim": MODELS[name].get("head_dim", 0) // 2 or 64})


def _without(name, **change):
    config = {key: value for key, value in MODELS[name].items() if key not in change}
    return kv_cache_report(config | {k: v for k, v in change.items() if v is not None})


def test_wrong_counts_are_rejected():
    assert_rejects(
        check_published,
        {
            "keys without values": _keys_only,
            "all heads": lambda name: _without(name, num_key_value_heads=None),
            "no turned key": lambda name: _without(name, qk_rope_head_dim=0),
            "latents forgotten": lambda name: _without(name, kv_lora_rank=None, head_dim=128),
            "a layer less": lambda name: _without(
                name, num_hidden_layers=MODELS[name]["num_hidden_layers"] - 1
            ),
            "eight bits": lambda name: kv_cache_report(name, bits=8),
        },
    )


def test_the_saving_of_93_per_cent_and_its_convention():
    large = kv_cache_report("deepseek-67b", bits=16)
    assert kv_cache_report("deepseek-v2", bits=6).saving(large) == pytest.approx(0.93339, abs=5e-6)
    assert kv_cache_report("deepseek-v2", bits=16).saving(large) == pytest.approx(0.8224, abs=5e-5)


def test_two_and_a_quarter_groups():
    assert kv_cache_report("deepseek-v2").groups == 2.25
    assert kv_cache_report("deepseek-v2").of_multi_head == 2.25 / 128
    assert kv_cache_report("llama-2-7b").of_multi_head == 1
    assert kv_cache_report("llama-3-8b").groups == 8


@pytest.mark.parametrize("heads, kv_heads", [(4, 4), (4, 2), (4, 1)])
def test_a_report_is_what_a_cache_of_these_shapes_holds(heads, kv_heads):
    config = SimpleNamespace(
        num_hidden_layers=3, hidden_size=8, num_attention_heads=heads, num_key_value_heads=kv_heads
    )
    _, state = Attention(8, heads, kv_heads)(torch.zeros(2, 5, 8))
    report = kv_cache_report(config, bits=32)
    assert report.nbytes(5, batch=2) == 3 * state.nbytes
    assert report.kind == {4: "MHA", 2: "GQA", 1: "MQA"}[kv_heads]


def test_a_report_is_what_a_latent_cache_of_these_shapes_holds():
    layer = LatentAttention(8, 2, kv_rank=6, nope_width=3, value_width=5, rotary=Rotary(4))
    _, state = layer(torch.zeros(2, 5, 8))
    config = {
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "kv_lora_rank": 6,
        "qk_rope_head_dim": 4,
        "qk_nope_head_dim": 3,
    }
    assert kv_cache_report(config, bits=32).nbytes(5, batch=2) == state.nbytes


@given(
    layers=st.integers(1, 200),
    kv_heads=st.integers(1, 16),
    share=st.integers(1, 8),
    width=st.integers(1, 256),
    bits=st.sampled_from([4, 6, 8, 16, 32]),
)
def test_elements_are_two_times_heads_times_width_times_layers(
    layers, kv_heads, share, width, bits
):
    config = {
        "num_hidden_layers": layers,
        "num_attention_heads": share * kv_heads,
        "num_key_value_heads": kv_heads,
        "head_dim": width,
    }
    found = kv_cache_report(config, bits)
    counted = sum(1 for _ in range(layers) for _ in range(2)) * kv_heads * width
    assert found.elements == counted
    assert found.bytes_per_token == counted * bits / 8


def test_the_cost_is_linear_in_tokens_and_in_heads():
    report = kv_cache_report("llama-2-7b")
    assert_cost_exponent(report.nbytes, (1024, 2048, 4096), 1.0)


def test_bad_input_is_named():
    fine = dict(MODELS["llama-3-8b"])
    for config, match in (
        ("deepseek-v2-light", "did you mean deepseek-v2-lite"),
        ("gpt", "names no known model"),
        ({}, "num_hidden_layers; it is missing"),
        (fine | {"num_key_value_heads": 5}, "must divide the 32 heads"),
        (fine | {"num_hidden_layers": 0}, "num_hidden_layers must be at least 1"),
        ({k: v for k, v in fine.items() if k != "head_dim"} | {"hidden_size": 33}, "head_dim"),
        (fine | {"sliding_window": 4096}, "sliding_window = 4096"),
        (fine | {"layer_types": ["full_attention", "linear_attention"]}, "linear_attention"),
    ):
        with pytest.raises(ArgumentError, match=match):
            kv_cache_report(config)
    assert kv_cache_report(fine | {"sliding_window": 9, "use_sliding_window": False}).elements
    with pytest.raises(ArgumentError, match="bits"):
        kv_cache_report("deepseek-v2", bits=0)
    with pytest.raises(IntegerError, match="num_attention_heads"):
        kv_cache_report(fine | {"num_attention_heads": 32.0})
