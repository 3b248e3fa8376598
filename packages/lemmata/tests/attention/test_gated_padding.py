"""Padding anywhere in a row leaves the row what it is without, for gated units and mixed chunks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from gated_layers import WIDTH, drawn, mixed, unit  # noqa: E402 - it needs PyTorch
from padded_rows import (  # noqa: E402
    WRONG,
    assert_near,
    check_padding,
    forms,
    masks,
    right,
    some_mask,
)

from lemmata.attention.gated_weights import NORMALISATIONS  # noqa: E402
from lemmata.testing import assert_rejects  # noqa: E402

LAYERS = {"mixed": mixed} | {
    name: (lambda chunk, name=name: unit(name, chunk=chunk)) for name in NORMALISATIONS
}


@pytest.mark.parametrize("kind", LAYERS)
@settings(max_examples=15, deadline=None)
@given(masks(), st.integers(1, 5), forms)
def test_padding_is_exact_anywhere(kind, mask, chunk, form):
    n = mask.shape[1]
    check_padding(right, LAYERS[kind](chunk), drawn(2, n, WIDTH, seed=n), mask, form)


@pytest.mark.parametrize("kind", LAYERS)
def test_wrong_padding_is_rejected(kind):
    layer, x, mask = LAYERS[kind](3), drawn(3, 9, WIDTH), some_mask()
    with torch.no_grad():
        layer.gates.beta[:] = 1.0  # else a token of zeros has a key of zeros, and is not seen

    def check(run):
        check_padding(run, layer, x, mask)

    check(right)
    assert_rejects(check, WRONG)


@pytest.mark.parametrize("kind", LAYERS)
def test_what_stands_at_padding_has_no_effect_and_no_gradient(kind):
    layer, mask = LAYERS[kind](3), some_mask()
    x = drawn(3, 9, WIDTH).requires_grad_()
    other = torch.where(mask[..., None], x.detach(), 1e3 * drawn(3, 9, WIDTH, seed=3))
    y, _ = layer(x, mask=mask)
    assert torch.equal(y, layer(other, mask=mask)[0])
    (gradient,) = torch.autograd.grad(y.square().sum(), x)
    assert bool(gradient.isfinite().all())
    assert not bool(gradient[~mask].any())


@pytest.mark.parametrize("kind", LAYERS)
def test_a_padded_prompt_is_continued_in_every_form(kind):
    layer, x, mask = LAYERS[kind](3), drawn(3, 9, WIDTH), some_mask()
    whole, end = layer(x, mask=mask)
    for form in layer.forms:
        first, state = layer(x[:, :4], mask=mask[:, :4])
        second, state = layer(x[:, 4:], state, mask=mask[:, 4:], form=form)
        assert_near(torch.cat((first, second), 1), whole)
        assert state.position.tolist() == end.position.tolist() == [5, 5, 0]
