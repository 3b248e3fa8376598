"""One transformer for clean tokens and noisy copies: who sees whom, all at once and one by one."""

import math

import plain_heads as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.errors import ArgumentError, DtypeError, ShapeError  # noqa: E402 - they need PyTorch
from lemmata.heads import (  # noqa: E402
    SingleTransformer,
    attend_copies,
    copies_mask,
    copies_positions,
)
from lemmata.heads.noise import drawn_levels, noisy  # noqa: E402
from lemmata.testing import assert_cost_exponent, assert_rejects  # noqa: E402


def drawn(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


@settings(max_examples=60, deadline=None)
@given(tokens=st.integers(1, 6), copies=st.integers(1, 4), prefix=st.integers(0, 3))
def test_the_mask_says_who_sees_whom(tokens, copies, prefix):
    mask = copies_mask(tokens, copies, prefix)
    assert mask.tolist() == plain.copies_mask(tokens, copies, prefix)


def test_wrong_masks_are_rejected():
    tokens, copies = 4, 2

    def checker(mask):
        assert mask.tolist() == plain.copies_mask(tokens, copies, 0)

    right = copies_mask(tokens, copies)
    checker(right)
    eye = torch.eye(12, dtype=torch.bool)
    wrong = {
        "a copy sees its own clean token": right | eye.roll(4, 0) & (torch.arange(12) < 4),
        "copies see each other": right | (torch.arange(12)[:, None] >= 4) & (torch.arange(12) >= 4),
        "clean tokens see copies": right | right.T,
        "a copy does not see itself": right & ~(eye & (torch.arange(12) >= 4)),
        "causal over everything": torch.ones(12, 12, dtype=torch.bool).tril(),
        "copies side by side": copies_mask(copies, tokens),
        "clean tokens see all": right | (torch.arange(12) < 4) & (torch.arange(12)[:, None] < 4),
    }
    assert_rejects(checker, wrong)


def test_a_copy_stands_where_its_token_stands():
    assert copies_positions(3, 2, prefix=1).tolist() == [0, 1, 2, 3, 1, 2, 3, 1, 2, 3]


def streams(tokens, copies, prefix, seed=0, width=4):
    clean = tuple(drawn(2, 3, prefix + tokens, width, seed=seed + i) for i in range(3))
    noise = tuple(drawn(2, 3, copies, tokens, width, seed=seed + 3 + i) for i in range(3))
    return clean, noise


@settings(max_examples=30, deadline=None)
@given(tokens=st.integers(1, 6), copies=st.integers(1, 3), prefix=st.integers(0, 3))
def test_attention_of_the_two_streams_is_that_of_the_mask(tokens, copies, prefix):
    clean, noise = streams(tokens, copies, prefix)
    seen, denoised = attend_copies(clean, noise, 0.7)
    q, k, v = (torch.cat((c, n.flatten(2, 3)), 2) for c, n in zip(clean, noise, strict=True))
    scores = (q @ k.mT * 0.7).masked_fill(~copies_mask(tokens, copies, prefix), -math.inf)
    expected = scores.softmax(-1) @ v
    torch.testing.assert_close(seen, expected[:, :, : prefix + tokens])
    torch.testing.assert_close(denoised.flatten(2, 3), expected[:, :, prefix + tokens :])


def test_gradients_pass_through_both_streams():
    clean, noise = streams(3, 2, 1, width=2)
    leaves = [part[:1, :1].clone().requires_grad_() for part in (*clean, *noise)]
    assert torch.autograd.gradcheck(lambda *p: attend_copies(p[:3], p[3:], 0.7), leaves)


def test_the_cost_is_linear_in_the_copies_where_the_mask_is_quadratic():
    from torch.utils.flop_counter import FlopCounterMode

    def flops(copies):
        clean, noise = streams(16, copies, 0)
        with FlopCounterMode(display=False) as counter:
            attend_copies(clean, noise, 1.0)
        return counter.get_total_flops()

    assert_cost_exponent(flops, (4, 8, 16, 32), 1.0)
    dense = 2 * 2 * 2 * 3 * (16 * 33) ** 2 * 4
    assert flops(32) < dense / 30


@pytest.fixture
def model():
    torch.manual_seed(0)
    made = SingleTransformer(2, 8, 2, 2, copies=3).double()
    made.standard.mean.copy_(drawn(2, seed=1))
    made.standard.deviation.copy_(drawn(2, seed=2).exp())
    return made


def one_by_one(model, x, copies, level):
    """Every noisy copy in a pass of its own, after the clean tokens before it."""
    found = torch.zeros_like(copies)
    for c in range(len(copies)):
        for t in range(x.shape[1]):
            states = model._read(model.begin.expand(len(x), 1, -1), [None] * len(model.blocks))
            if t:
                states = model._read(model.read(x[:, :t]), states)
            at = copies[c, :, t : t + 1]
            found[c, :, t : t + 1] = model.velocity_after(states, at, level[c, :, t : t + 1])
    return found.detach()


def test_all_copies_at_once_are_what_each_is_alone(model):
    x = drawn(2, 5, 2, seed=3)
    level, noise = drawn_levels(x, 3, torch.Generator().manual_seed(0))
    copies = noisy(x, noise, level)
    expected = one_by_one(model, x, copies, level)

    def checker(found):
        torch.testing.assert_close(found.detach(), expected, rtol=1e-9, atol=1e-11)

    checker(model(x, copies, level))
    leaked = x.clone()
    leaked[:, 2] += 1
    after = model(leaked, copies, level).detach()
    torch.testing.assert_close(after[:, :, :3], expected[:, :, :3])  # nobody sees its own token
    wrong = {
        "another past": after,
        "levels exchanged": model(x, copies, level.roll(1, 0)),
        "copies exchanged": model(x, copies.roll(1, 0), level),
        "clean tokens a place late": model(x.roll(1, 1), copies, level),
    }
    assert_rejects(checker, wrong)


def test_the_last_token_is_read_by_no_copy(model):
    x, copies, level = (
        drawn(1, 4, 2),
        drawn(3, 1, 4, 2, seed=1),
        torch.full((3, 1, 4), 0.3).double(),
    )
    changed = x.clone()
    changed[:, -1] += 1
    torch.testing.assert_close(model(x, copies, level), model(changed, copies, level))


def test_a_sample_goes_on_from_its_prompt(model):
    with torch.no_grad():
        whole = model.sample(3, 4, steps=3, generator=torch.Generator().manual_seed(0))
        assert whole.shape == (3, 4, 2)
        model.sample(3, 1, steps=3, generator=(generator := torch.Generator().manual_seed(0)))
        rest = model.sample(3, 3, prompt=whole[:, :1], steps=3, generator=generator)
    torch.testing.assert_close(rest, whole[:, 1:], rtol=1e-8, atol=1e-9)


def test_training_learns_both_modes_of_a_token_and_what_follows_from_it():
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)

    def pairs(n):  # the first at either side, the second beside the first
        side = torch.randint(2, (n, 1), generator=generator) * 4.0 - 2
        return (side + 0.3 * torch.randn(n, 2, generator=generator))[..., None]

    made = SingleTransformer(1, 16, 1, 2, copies=4)
    made.standard.fit(pairs(2000))
    optimizer = torch.optim.AdamW(made.parameters(), 1e-2)
    plan = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 250)
    for _ in range(250):
        optimizer.zero_grad()
        made.loss(pairs(64), generator=generator).mean().backward()
        optimizer.step()
        plan.step()
    first, second = made.sample(400, 2, steps=20, generator=generator)[..., 0].T
    assert 0.3 < float((first > 0).float().mean()) < 0.7
    assert float((first.abs() < 1).float().mean()) < 0.1
    assert float((first * second > 0).float().mean()) > 0.9


def test_bad_input_is_named(model):
    with pytest.raises(ArgumentError, match="heads must cut width"):
        SingleTransformer(2, 9, 1, 3)
    with pytest.raises(ShapeError, match=r"x must have shape \(batch, length, width\)"):
        model.loss(drawn(2, 3))
    with pytest.raises(ShapeError, match="prompt must have shape"):
        model.sample(1, 1, prompt=drawn(1, 1, 3))
    with pytest.raises(ArgumentError, match="copies must be at least 1"):
        copies_mask(2, 0)
    with pytest.raises(ArgumentError, match="prefix must be at least 0"):
        copies_mask(2, 1, -1)
    clean, noise = streams(3, 2, 0)
    with pytest.raises(ShapeError, match="noisy must have batch, heads and width"):
        attend_copies(clean, tuple(part[:1] for part in noise), 1.0)
    with pytest.raises(ArgumentError, match="copies of at most 3 tokens"):
        attend_copies(clean, streams(4, 2, 0)[1], 1.0)
    with pytest.raises(DtypeError, match="noisy must be three tensors"):
        attend_copies(clean, tuple(part.float() for part in noise), 1.0)
