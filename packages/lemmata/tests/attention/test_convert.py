"""Conversions: exact where they can be, as good as promised where not, refused where it makes no sense."""

import math

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.attention import (  # noqa: E402 - it needs PyTorch
    Attention,
    LatentAttention,
    Rotary,
    to_grouped,
    to_latent,
)
from lemmata.errors import ArgumentError, DtypeError, IntegerError, ShapeError  # noqa: E402
from lemmata.testing import assert_forms_agree, assert_rejects  # noqa: E402

WIDTH = 24
ROTARIES = [None, Rotary(4), Rotary(2), Rotary(4, pairing="halves")]


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def layer(heads=6, kv_heads=6, rotary=None, dtype=torch.float64, **more):
    return Attention(WIDTH, heads, kv_heads, 4, rotary=rotary, dtype=dtype, **more)


def set_heads(linear, heads):
    with torch.no_grad():
        linear.weight.copy_(heads.reshape(linear.weight.shape))


def mixtures(made, groups):
    """`made`, with keys and values of each group's heads mixed from those of one, as rotation allows."""
    each = made.kv_heads // groups
    d = made.head_width
    key = torch.randn(groups, 1, d, WIDTH, dtype=torch.float64)
    turning = 0 if made.rotary is None else made.rotary.width
    mixing = torch.zeros(groups, each, d, d, dtype=torch.float64)
    mixing[..., turning:, turning:] = torch.randn(groups, each, d - turning, d - turning)
    for f in range(turning // 2):
        halves = made.rotary.pairing == "halves"
        a, b = (f, f + turning // 2) if halves else (2 * f, 2 * f + 1)
        re, im = torch.randn(2, groups, each, dtype=torch.float64)
        mixing[..., a, a], mixing[..., a, b] = re, -im
        mixing[..., b, a], mixing[..., b, b] = im, re
    set_heads(made.key, mixing @ key)
    value = torch.randn(groups, 1, d, WIDTH, dtype=torch.float64)
    set_heads(made.value, torch.randn(groups, each, d, d, dtype=torch.float64) @ value)
    return made


@pytest.mark.parametrize("rotary", ROTARIES, ids=str)
@pytest.mark.parametrize("groups", [1, 2, 3])
def test_heads_that_are_mixtures_of_one_are_shared_exactly(rotary, groups):
    old = mixtures(layer(rotary=rotary), groups)
    new, found = to_grouped(old, groups)
    assert found.error < 1e-12
    assert found.discarded < 1e-12
    assert found.exact
    assert found.cache_ratio == groups / 6
    x = torch.randn(2, 9, WIDTH, dtype=torch.float64)
    torch.testing.assert_close(new(x)[0], old(x)[0], rtol=1e-11, atol=1e-12)


def test_grouped_layers_can_be_grouped_further():
    old = mixtures(layer(12, 6, Rotary(4)), 2)
    assert to_grouped(old, 2)[1].exact


@pytest.mark.parametrize("rotary", ROTARIES, ids=str)
def test_equal_heads_have_an_exact_mean(rotary):
    old = layer(rotary=rotary)
    for linear in (old.key, old.value):
        set_heads(linear, torch.randn(2, 1, 4, WIDTH, dtype=torch.float64).expand(2, 3, -1, -1))
    for method in ("mean", "directions"):
        assert to_grouped(old, 2, method=method)[1].error < 1e-12


@pytest.mark.parametrize("rotary", ROTARIES, ids=str)
def test_directions_keep_more_of_random_heads_than_their_mean(rotary):
    old = layer(rotary=rotary)
    _, found = to_grouped(old, 2)
    _, mean = to_grouped(old, 2, method="mean")
    assert found.discarded < mean.discarded
    assert found.error < mean.error
    assert not found.exact


def test_to_as_many_heads_nothing_changes():
    for rotary in ROTARIES:
        assert to_grouped(layer(rotary=rotary), 6)[1].error < 1e-12


@pytest.mark.parametrize("rotary", ROTARIES, ids=str)
@pytest.mark.parametrize("heads, kv_heads", [(6, 6), (6, 3), (6, 1)])
def test_latent_attention_at_full_rank_is_the_layer(rotary, heads, kv_heads):
    old = layer(heads, kv_heads, rotary)
    new, found = to_latent(old)
    assert found.error < 1e-12
    assert found.discarded < 1e-12
    x = torch.randn(2, 9, WIDTH, dtype=torch.float64)
    for path in ("materialised", "absorbed"):
        torch.testing.assert_close(new(x, path=path)[0], old(x)[0], rtol=1e-11, atol=1e-12)
    cached = new.kv_rank + new.rope_width
    assert found.cache_ratio == cached / (2 * kv_heads * 4)
    assert found.cache_ratio <= 1


def test_a_converted_layer_is_a_mixer():
    new, _ = to_latent(layer(4, 2, Rotary(4)), 5)
    assert_forms_agree(new, dtypes=("float64",), lengths=(1, 5), gradients=False)


def test_the_error_falls_with_the_rank_and_the_discarded_share_is_eckart_and_youngs():
    old = layer(6, 3)
    inputs = torch.eye(WIDTH, dtype=torch.float64)[None]  # Gram matrix 1: plain singular values
    keys, values = (linear.weight.detach() for linear in (old.key, old.value))
    sigma = torch.linalg.svdvals(torch.cat((keys / keys.norm(), values / values.norm())))
    errors = []
    for rank in (4, 8, 12, 16, 20, 24):
        _, found = to_latent(old, rank, inputs=inputs)
        expected = float(sigma[rank:].norm() / sigma.norm())
        assert math.isclose(found.discarded, expected, rel_tol=1e-9, abs_tol=1e-12)
        errors.append(found.error)
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 1e-12


def test_turned_heads_trade_cache_for_error():
    old = layer(6, 3, Rotary(4))
    found = [to_latent(old, 12, turned_heads=turned)[1] for turned in (3, 2, 1)]
    assert found[0].error < found[1].error
    assert [round(f.cache_ratio * 24) for f in found] == [24, 20, 16]


def test_a_rotation_across_heads_is_found():
    """Keys that turn in one direction only, spread over the heads by a mixing, need one turned head."""
    old = mixtures(layer(rotary=Rotary(4)), 1)
    _, found = to_latent(old, turned_heads=1)
    assert found.error < 1e-12
    assert found.cache_ratio < 0.4


def test_single_precision_is_converted_in_double():
    old = mixtures(layer(rotary=Rotary(4)), 2).float()
    for new, found in (to_grouped(old, 2), to_latent(old), to_latent(layer(dtype=torch.float32))):
        assert found.exact
        assert new.out.weight.dtype == torch.float32


def _drop_the_conjugate(old, groups):
    new, found = to_grouped(old, groups)
    flipped = old.query.weight.detach().clone()
    set_heads(new.query, flipped)
    return new, found


def check_grouping(convert):
    """`convert` is exact for heads that are mixtures of one in each of two groups."""
    for rotary in (None, Rotary(4), Rotary(2, pairing="halves")):
        torch.manual_seed(1)
        old = mixtures(layer(rotary=rotary), 2)
        x = torch.randn(1, 7, WIDTH, dtype=torch.float64)
        with torch.no_grad():
            torch.testing.assert_close(convert(old, 2)[0](x)[0], old(x)[0], rtol=1e-9, atol=1e-10)


def _of_a_layer_without_rotation(old, groups):
    plain = Attention(WIDTH, 6, 6, 4, dtype=torch.float64)
    plain.load_state_dict(old.state_dict())
    new, found = to_grouped(plain, groups)
    new.rotary = old.rotary
    return new, found


def _first_head_of_each(old, groups):
    new, found = to_grouped(old, groups)
    for name in ("key", "value"):
        heads = getattr(old, name).weight.detach().reshape(groups, -1, 4, WIDTH)
        set_heads(getattr(new, name), heads[:, 0])
    return new, found


def _outputs_as_they_were(old, groups):
    new, found = to_grouped(old, groups)
    set_heads(new.out, old.out.weight.detach())
    return new, found


def test_wrong_conversions_are_rejected():
    check_grouping(to_grouped)
    assert_rejects(
        check_grouping,
        {
            "mean": lambda old, g: to_grouped(old, g, method="mean"),
            "queries as they were": _drop_the_conjugate,
            "outputs as they were": _outputs_as_they_were,
            "the first head of each group": _first_head_of_each,
            "rotation forgotten": _of_a_layer_without_rotation,
        },
    )


def test_ill_conditioned_conversions_are_refused():
    old = mixtures(layer(), 1)  # keys and values of rank 4 each
    with pytest.raises(
        ArgumentError, match=r"kv_rank = 12 is ill-conditioned: only 8 .* = 8 would"
    ):
        to_latent(old, 12)
    assert to_latent(old, 8)[1].exact
    assert to_latent(old)[0].kv_rank == 8
    opposite = layer()
    for linear in (opposite.key, opposite.value):
        half = torch.randn(1, 3, 4, WIDTH, dtype=torch.float64)
        set_heads(linear, torch.cat((half, -half)))
    with pytest.raises(ArgumentError, match="heads cancel"):
        to_grouped(opposite, 1, method="mean")
    assert to_latent(opposite)[1].exact


def test_an_error_beyond_the_tolerance_is_refused():
    with pytest.raises(ArgumentError, match=r"more than the tolerance 1\.00e-03"):
        to_grouped(layer(), 2, tolerance=1e-3)
    with pytest.raises(ArgumentError, match="more than the tolerance"):
        to_latent(layer(), 4, tolerance=1e-3)
    assert to_latent(layer(), tolerance=1e-9)[1].exact


def test_bad_input_is_named():
    old = layer(6, 3, Rotary(4))
    latent = LatentAttention(WIDTH, 2, kv_rank=4, nope_width=2, value_width=2)
    for call, error, match in (
        (lambda: to_grouped(latent, 1), DtypeError, "layer must be an Attention"),
        (lambda: to_latent(latent), DtypeError, "layer must be an Attention"),
        (lambda: to_grouped(layer(bias=True), 2), ArgumentError, "no bias"),
        (lambda: to_grouped(old, 2), ArgumentError, "kv_heads must divide 3"),
        (lambda: to_grouped(old, 0), ArgumentError, "kv_heads must divide 3"),
        (lambda: to_grouped(old, 6), ArgumentError, r"kv_heads must be in \[0, 3\]"),
        (lambda: to_grouped(old, 1.0), IntegerError, "kv_heads"),
        (lambda: to_grouped(old, 1, method="sum"), ArgumentError, "method must be one of"),
        (lambda: to_grouped(old, 1, inputs=torch.zeros(2, 3, 4)), ShapeError, "inputs must have"),
        (lambda: to_latent(old, 0), ArgumentError, "kv_rank must be at least 1"),
        (lambda: to_latent(old, 99), ArgumentError, "kv_rank must be in"),
        (
            lambda: to_latent(old, turned_heads=4),
            ArgumentError,
            r"turned_heads must be in \[0, 3\]",
        ),
    ):
        with pytest.raises(error, match=match):
            call()
