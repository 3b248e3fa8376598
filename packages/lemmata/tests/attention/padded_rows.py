"""What padding must leave as it is, a mask with padding everywhere, and wrong ways to pad."""

import torch
from gated_layers import WIDTH, drawn
from hypothesis import strategies as st

forms = st.sampled_from(["parallel", "chunked", "recurrent"])


@st.composite
def masks(draw):
    """Masks of two rows, up to 12 long, with padding wherever it falls."""
    n = draw(st.integers(1, 12))
    row = st.lists(st.booleans(), min_size=n, max_size=n)
    return torch.tensor(draw(st.lists(row, min_size=2, max_size=2)))


def check_padding(run, layer, x, mask, form="chunked"):
    """Outputs at tokens, and after a further token, are those of each row packed and alone."""
    y, state = run(layer, x, mask, form)
    more = drawn(len(x), WIDTH, seed=5)
    after, _ = layer.step(more, state)
    for row in range(len(x)):
        kept = mask[row]
        alone, end = None, layer.initial_state(1)
        if bool(kept.any()):
            alone, end = layer(x[row : row + 1, kept])
            assert_near(y[row, kept], alone[0])
        assert_near(after[row], layer.step(more[row : row + 1], end)[0][0])
        assert not bool(y[row, ~kept].any())


def assert_near(a, b):
    a, b = a.detach(), b.detach()
    assert float((a - b).abs().max()) <= 1e-12 * max(1.0, float(b.abs().max()))


def right(layer, x, mask, form):
    return layer(x, form=form, mask=mask)


def some_mask():
    mask = torch.ones(3, 9, dtype=torch.bool)
    mask[0, :4], mask[1, 6:], mask[2] = False, False, False
    mask[1, 2] = False
    return mask


def unmasked(layer, x, mask, form):
    y, state = layer(x, form=form)
    return y * mask[..., None], state


def zeroed_but_counted(layer, x, mask, form):
    y, state = layer(x * mask[..., None], form=form)
    return y * mask[..., None], state


def outputs_left(layer, x, mask, form):
    return layer(x, form=form)[0], layer(x, form=form, mask=mask)[1]


def forgotten_by_the_state(layer, x, mask, form):
    return layer(x, form=form, mask=mask)[0], layer(x, form=form)[1]


WRONG = {
    "mask ignored": unmasked,
    "zeroed, but counted and placed": zeroed_but_counted,
    "outputs at padding": outputs_left,
    "padding kept in the state": forgotten_by_the_state,
}
