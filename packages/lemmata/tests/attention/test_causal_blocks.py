"""Attention in blocks of queries equals one softmax over all scores, gradients and all."""

import math

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.attention import causal  # noqa: E402
from lemmata.attention.causal import attend_in_blocks, attend_last  # noqa: E402
from lemmata.testing import assert_rejects  # noqa: E402

CASES = ((3, 3, False), (130, 130, False), (300, 300, True), (600, 600, False), (140, 500, True))


def written_out(q, k, v, scale, real=None):
    """softmax(scale q k^T) v with who sees whom written out; padding sees itself."""
    n, m = q.shape[2], k.shape[2]
    late = torch.arange(m)[None, :] - torch.arange(m - n, m)[:, None]
    hidden = (late > 0)[None, None]
    if real is not None:
        hidden = hidden | (~real[:, None, None, :] & (late != 0))
    return (q @ k.mT * scale).masked_fill(hidden, -math.inf).softmax(-1) @ v


def drawn(n, m, padded):
    draw = torch.Generator().manual_seed(n + m)
    q = torch.randn(2, 3, n, 8, generator=draw, dtype=torch.float64, requires_grad=True)
    k = torch.randn(2, 3, m, 8, generator=draw, dtype=torch.float64, requires_grad=True)
    v = torch.randn(2, 3, m, 5, generator=draw, dtype=torch.float64, requires_grad=True)
    real = torch.rand(2, m, generator=draw) < 0.7 if padded else None
    return (q, k, v), real


def checked(attend):
    for n, m, padded in CASES:
        leaves, real = drawn(n, m, padded)
        expected, found = written_out(*leaves, 0.3, real), attend(*leaves, 0.3, real)
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)
        ahead = torch.cos(torch.arange(expected.numel()).double()).view_as(expected)
        wanted = torch.autograd.grad(expected, leaves, ahead)
        for one, other in zip(torch.autograd.grad(found, leaves, ahead), wanted, strict=True):
            torch.testing.assert_close(one, other, rtol=0, atol=1e-10)


def test_blocks_of_queries_are_one_softmax():
    checked(attend_in_blocks)


def test_the_check_of_blocks_rejects_wrong_ones():
    def future(q, k, v, scale, real):
        return (q @ k.mT * scale).softmax(-1) @ v

    def first_keys(q, k, v, scale, real):
        n = q.shape[2]
        return attend_in_blocks(q, k[:, :, :n], v[:, :, :n], scale, None)

    def forgets_padding(q, k, v, scale, real):
        return attend_in_blocks(q, k, v, scale, None)

    def scaled_twice(q, k, v, scale, real):
        return attend_in_blocks(q * scale, k, v, scale, real)

    def own_block_only(q, k, v, scale, real):
        size, n = causal.BLOCK, q.shape[2]
        parts = [slice(start, start + size) for start in range(0, n, size)]
        return torch.cat([written_out(q[:, :, p], k[:, :, p], v[:, :, p], scale) for p in parts], 2)

    assert_rejects(
        checked,
        {
            "sees the future": future,
            "the first keys": first_keys,
            "forgets padding": forgets_padding,
            "scaled twice": scaled_twice,
            "its own block only": own_block_only,
        },
    )


@pytest.mark.parametrize("limit", [0, causal.MANY_IN_BLOCKS])
def test_few_scores_or_many_come_to_the_same(monkeypatch, limit):
    monkeypatch.setattr(causal, "MANY_IN_BLOCKS", limit)
    checked(attend_last)


def test_what_is_kept_for_the_gradient_is_little_more_than_half_of_the_scores():
    n = 512
    q, k, v = (torch.randn(1, 2, n, width, requires_grad=True) for width in (4, 4, 2))
    kept = {}
    with torch.autograd.graph.saved_tensors_hooks(
        lambda saved: kept.__setitem__(saved.data_ptr(), saved.numel()) or saved, lambda held: held
    ):
        attend_in_blocks(q, k, v, 0.5)
    scores = 2 * n * n
    assert scores / 2 < sum(kept.values()) < 0.75 * scores
