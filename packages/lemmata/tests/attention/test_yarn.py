"""YaRN: frequencies written out and as in transformers, its ends, the softmax, layers and conversions."""

import math

import plain_attention as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.attention import (  # noqa: E402 - they need PyTorch
    Attention,
    LatentAttention,
    Rotary,
    Yarn,
    to_latent,
)
from lemmata.errors import ArgumentError, DtypeError, IntegerError  # noqa: E402
from lemmata.testing import assert_forms_agree, assert_rejects  # noqa: E402

LLAMA = {"width": 128, "base": 10_000.0, "factor": 16.0, "trained": 4096}


def stretched(width, base, factor, trained, **more):
    return Rotary(width, base, yarn=Yarn(factor, trained, **more)).frequencies()


def check(frequencies):
    """Those of Llama's shape, written out."""
    expected = torch.tensor(plain.yarn(**LLAMA), dtype=torch.float64)
    torch.testing.assert_close(frequencies(**LLAMA), expected, rtol=1e-13, atol=0)


@settings(max_examples=60, deadline=None)
@given(
    pairs=st.integers(1, 40),
    base=st.sampled_from([50.0, 1e4, 5e5]),
    factor=st.floats(1, 64),
    trained=st.integers(1, 40_000),
    slow=st.sampled_from([0.5, 1.0]),
)
def test_frequencies_are_those_written_out(pairs, base, factor, trained, slow):
    found = stretched(2 * pairs, base, factor, trained, slow=slow)
    expected = torch.tensor(
        plain.yarn(2 * pairs, base, factor, trained, slow=slow), dtype=torch.float64
    )
    torch.testing.assert_close(found, expected, rtol=1e-13, atol=0)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    "width, base, factor, trained, fast, slow",
    [
        (128, 1e4, 16.0, 4096, 32.0, 1.0),
        (64, 1e4, 40.0, 4096, 32.0, 1.0),
        (128, 1e6, 4.0, 32_768, 32.0, 1.0),
        (64, 150_000.0, 32.0, 4096, 32.0, 1.0),
        (32, 500.0, 2.5, 256, 8.0, 0.5),
    ],
)
def test_frequencies_and_scaling_are_those_of_transformers(
    width, base, factor, trained, fast, slow, whole
):
    rope = pytest.importorskip("transformers.modeling_rope_utils", reason="no transformers")
    from transformers import LlamaConfig

    config = LlamaConfig(
        hidden_size=2 * width,
        num_attention_heads=2,
        max_position_embeddings=int(factor * trained),
        rope_parameters={
            "rope_type": "yarn",
            "rope_theta": base,
            "factor": factor,
            "original_max_position_embeddings": trained,
            "beta_fast": fast,
            "beta_slow": slow,
            "truncate": whole,
        },
    )
    expected, scaling = rope.ROPE_INIT_FUNCTIONS["yarn"](config)
    found = stretched(width, base, factor, trained, fast=fast, slow=slow, whole=whole)
    torch.testing.assert_close(found.float(), expected, rtol=3e-6, atol=0)
    layer = Attention(width, 1, rotary=Rotary(width, base, yarn=Yarn(factor, trained)))
    assert layer.scale == pytest.approx(scaling**2 / math.sqrt(width), rel=1e-12)


def test_wrong_frequencies_are_rejected():
    def plainly(width, base, **_):
        return Rotary(width, base).frequencies()

    def interpolated(width, base, factor, **_):
        return plainly(width, base) / factor

    def larger_base(width, base, factor, **_):
        return Rotary(width, base * factor ** (width / (width - 2))).frequencies()

    def blended_by_turns(width, base, factor, trained):
        one = plainly(width, base)
        kept = ((trained * one / (2 * math.pi) - 1) / 31).clamp(0, 1)
        return one * (kept + (1 - kept) / factor)

    def exchanged(width, base, factor, trained):
        kept = Yarn(factor, trained).kept(width // 2, base)
        return plainly(width, base) * (1 - kept + kept / factor)

    check(stretched)
    wrong = {
        "not stretched": plainly,
        "all of them": interpolated,
        "a larger base": larger_base,
        "blended linearly in turns": blended_by_turns,
        "fast for slow": exchanged,
        "parts of pairs": lambda **shape: stretched(**shape, whole=False),
        "another border": lambda **shape: stretched(**shape, fast=16.0),
    }
    assert_rejects(check, wrong)


def test_fast_pairs_stay_and_slow_ones_turn_so_many_times_slower():
    rotary = Rotary(128, yarn=Yarn(16.0, 4096))
    bare, found = Rotary(128).frequencies(), rotary.frequencies()
    turns = 4096 * bare / (2 * math.pi)
    assert torch.equal(found[turns > 40], bare[turns > 40])
    torch.testing.assert_close(found[turns < 0.8], bare[turns < 0.8] / 16, rtol=1e-15, atol=0)
    ratio = found / bare
    assert bool((ratio.diff() <= 0).all())
    assert 20 < int(((ratio < 1) & (ratio > 1 / 16)).sum()) < 40
    same = Rotary(128, yarn=Yarn(1.0, 4096))
    torch.testing.assert_close(same.frequencies(), bare, rtol=1e-15, atol=0)
    assert same.softmax_scale == 1


def test_axes_and_copies_are_stretched_alike():
    yarn = Yarn(8.0, 64)
    one = Rotary(8, 100.0, yarn=yarn).frequencies()
    assert torch.equal(Rotary(24, 100.0, copies=3, yarn=yarn).frequencies(), one.repeat(3))
    text = torch.arange(0, 400, 7, dtype=torch.float64)
    planar = Rotary(8, 100.0, axes=2, yarn=yarn)
    assert torch.equal(
        planar.angles(torch.stack((text, text), 1)),
        Rotary(8, 100.0, yarn=yarn).angles(text),
    )


def layer(**more):
    torch.manual_seed(0)
    rotary = Rotary(4, 50.0, yarn=Yarn(4.0, 20, fast=2.0, slow=0.5, **more))
    return Attention(8, 2, rotary=rotary, chunk=3, dtype=torch.float64)


def test_layers_with_it_are_one_function_in_all_forms():
    assert_forms_agree(layer(), dtypes=("float64",), gradients=False)
    rotary = Rotary(2, 50.0, yarn=Yarn(4.0, 20))
    shape = {"kv_rank": 4, "nope_width": 2, "value_width": 2}
    latent = LatentAttention(8, 2, **shape, rotary=rotary, chunk=3, dtype=torch.float64)
    assert latent.scale == pytest.approx((0.1 * math.log(4) + 1) ** 2 / 2)
    assert_forms_agree(latent, dtypes=("float64",), gradients=False)


def test_a_conversion_keeps_the_function():
    before = layer(scaling=1.3)
    after, certificate = to_latent(before)
    assert certificate.exact
    x = torch.randn(1, 50, 8, generator=torch.Generator().manual_seed(1)).double()
    torch.testing.assert_close(after(x)[0], before(x)[0], rtol=1e-9, atol=1e-10)
    bare = layer()
    bare.rotary = Rotary(4, 50.0)
    assert not torch.allclose(bare(x)[0], before(x)[0], rtol=1e-3)


def test_bad_input_is_named():
    for wrong in (0.5, math.nan, math.inf):
        with pytest.raises(ArgumentError, match="factor must be a number of at least 1"):
            Yarn(wrong, 4096)
    with pytest.raises(ArgumentError, match="trained must be at least 1"):
        Yarn(2.0, 0)
    with pytest.raises(IntegerError, match="trained must be an integer"):
        Yarn(2.0, 40.0)
    with pytest.raises(ArgumentError, match="slow must be above 0 and below fast"):
        Yarn(2.0, 4096, fast=1.0, slow=32.0)
    with pytest.raises(ArgumentError, match="scaling must be a positive number"):
        Yarn(2.0, 4096, scaling=0.0)
    with pytest.raises(DtypeError, match="yarn must be a Yarn or None, got float"):
        Rotary(8, yarn=2.0)
    with pytest.raises(ArgumentError, match="base must be above 1 where yarn is given"):
        Rotary(8, 1.0, yarn=Yarn(2.0, 4096))
