"""Padding anywhere in a row leaves the row what it is without, for attention with keys or latents."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from gated_layers import WIDTH, drawn, randomised  # noqa: E402 - it needs PyTorch
from padded_rows import (  # noqa: E402
    WRONG,
    assert_near,
    check_padding,
    forms,
    masks,
    right,
    some_mask,
)

from lemmata.attention import Attention, LatentAttention, Rotary, Text, layout  # noqa: E402
from lemmata.errors import ArgumentError, DtypeError, ShapeError  # noqa: E402
from lemmata.testing import assert_rejects  # noqa: E402

EXACT = {"dtype": torch.float64}


def attention(chunk, kv_heads=4, turns=2):
    rotary = Rotary(turns) if turns else None
    return randomised(
        Attention(WIDTH, 4, kv_heads, 4, rotary=rotary, bias=True, chunk=chunk, **EXACT)
    )


def latent(chunk, turns=2):
    rotary = Rotary(turns) if turns else None
    more = {"kv_rank": 3, "q_rank": 4, "nope_width": 4, "value_width": 3, "rotary": rotary}
    return randomised(LatentAttention(WIDTH, 2, chunk=chunk, **more, **EXACT))


LAYERS = {
    "multi-head": attention,
    "grouped": lambda chunk: attention(chunk, 2),
    "no positions": lambda chunk: attention(chunk, 1, 0),
    "latent": latent,
    "latent, no positions": lambda chunk: latent(chunk, 0),
}


@pytest.mark.parametrize("kind", LAYERS)
@settings(max_examples=15, deadline=None)
@given(masks(), st.integers(1, 5), forms)
def test_padding_is_exact_anywhere(kind, mask, chunk, form):
    n = mask.shape[1]
    check_padding(right, LAYERS[kind](chunk), drawn(2, n, WIDTH, seed=n), mask, form)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("kind", LAYERS)
def test_a_batch_of_different_lengths_is_each_sequence_alone(kind, side):
    layer, lengths = LAYERS[kind](4), torch.tensor([7, 3, 1])
    mask = torch.arange(7) < lengths[:, None]
    mask = mask.flip(1) if side == "left" else mask
    for form in layer.forms:
        check_padding(right, layer, drawn(3, 7, WIDTH), mask, form)


@pytest.mark.parametrize("path", ["materialised", "absorbed"])
def test_padding_is_exact_on_both_paths_of_latents(path):
    def run(layer, x, mask, form):
        return layer(x, form=form, mask=mask, path=path)

    check_padding(run, latent(3), drawn(3, 9, WIDTH), some_mask())


def places_taken(layer, x, mask, form):
    """Padding is no key, but counts as a place: right only where nothing follows it in its row."""
    y, state = layer(x, form=form, mask=mask)
    kept = layer(x, form=form)[1]
    held = {name: getattr(kept, name) for name in kept.__slots__ if name != "real"}
    return y, type(kept)(**held, real=state.real)


@pytest.mark.parametrize("kind", [kind for kind in LAYERS if "no positions" not in kind])
def test_wrong_padding_is_rejected(kind):
    layer, x, mask = LAYERS[kind](3), drawn(3, 9, WIDTH), some_mask()

    def check(run):
        check_padding(run, layer, x, mask)

    check(right)
    assert_rejects(check, WRONG | {"padding takes places": places_taken})


@pytest.mark.parametrize("kind", LAYERS)
def test_what_stands_at_padding_has_no_effect_and_no_gradient(kind):
    layer, mask = LAYERS[kind](3), some_mask()
    x = drawn(3, 9, WIDTH).requires_grad_()
    other = torch.where(mask[..., None], x.detach(), 1e3 * drawn(3, 9, WIDTH, seed=3))
    y, _ = layer(x, mask=mask)
    assert_near(y, layer(other, mask=mask)[0])
    gradient, *rest = torch.autograd.grad(y.square().sum(), (x, *layer.parameters()))
    assert all(bool(part.isfinite().all()) for part in (gradient, *rest))
    assert not bool(gradient[~mask].any())


@pytest.mark.parametrize("kind", LAYERS)
def test_a_padded_prompt_is_continued_in_every_form(kind):
    layer, x, mask = LAYERS[kind](3), drawn(3, 9, WIDTH), some_mask()
    whole, end = layer(x, mask=mask)
    bare = layer(x)[1]
    assert end.nbytes == bare.nbytes + mask.numel()  # a byte a token for what is padding
    for form in layer.forms:
        first, state = layer(x[:, :4], mask=mask[:, :4])
        second, state = layer(x[:, 4:], state, mask=mask[:, 4:], form=form)
        assert_near(torch.cat((first, second), 1), whole)
        more = drawn(3, 5, WIDTH, seed=8)
        rest = torch.ones(3, 5, dtype=torch.bool)
        assert_near(layer(more, state, form=form)[0], layer(more, end, mask=rest)[0])


@pytest.mark.parametrize("kind", LAYERS)
def test_a_mask_that_leaves_nothing_out_changes_nothing(kind):
    layer, x = LAYERS[kind](3), drawn(2, 6, WIDTH)
    assert_near(layer(x, mask=torch.ones(2, 6, dtype=torch.bool))[0], layer(x)[0])


@pytest.mark.parametrize("kind", ["grouped", "latent"])
def test_bad_masks_are_named(kind):
    layer, x = LAYERS[kind](3), drawn(2, 4, WIDTH)
    mask = torch.ones(2, 4, dtype=torch.bool)
    with pytest.raises(DtypeError, match=r"mask must be a torch\.Tensor of bool, got torch\.int64"):
        layer(x, mask=mask.long())
    with pytest.raises(ShapeError, match=r"mask must have shape \(batch, length\) = \(2, 4\)"):
        layer(x, mask=mask[:, :3])
    with pytest.raises(ArgumentError, match="positions must be None for rows with padding"):
        layer(x, mask=mask, positions=layout([Text(4)], "flat"))
    state = layer(x, mask=mask)[1]
    with pytest.raises(ArgumentError, match="positions must be None for rows with padding"):
        layer(x, state, positions=layout([Text(4)], "flat"))
