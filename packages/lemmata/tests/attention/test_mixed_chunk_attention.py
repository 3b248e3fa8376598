"""Mixed chunk attention: its equation, its forms at any split, and sums that are what they say."""

import math

import numpy as np
import plain_gated as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from gated_layers import WIDTH, dense_mixed, drawn, mixed, unit  # noqa: E402 - it needs PyTorch

from lemmata.attention import MixedChunkAttention, Rotary  # noqa: E402
from lemmata.attention.flash import AT_ONCE  # noqa: E402
from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError  # noqa: E402
from lemmata.mixer import Mixer  # noqa: E402
from lemmata.testing import (  # noqa: E402
    assert_forms_agree,
    assert_rejects,
    tolerance,
    wrong_forms,
)


def check_equation(compute, layer, x):
    W = plain.weights(layer)
    rows = [plain.mixed_chunk_attention(row, W, layer.chunk) for row in x.double().numpy()]
    expected = torch.tensor(np.stack(rows))
    found = compute(layer, x)
    limit = tolerance(str(x.dtype)[6:], 8, x.shape[1] + WIDTH) * float(expected.abs().max())
    assert float((found - expected).abs().max()) <= limit
    assert found.dtype == x.dtype


@settings(max_examples=50, deadline=None)
@given(
    n=st.integers(1, 17),
    chunk=st.integers(1, 7),
    turns=st.sampled_from([0, 2, 4]),
    form=st.sampled_from(["parallel", "chunked", "recurrent"]),
    single=st.booleans(),
    seed=st.integers(0, 99),
)
def test_every_form_is_the_equation(n, chunk, turns, form, single, seed):
    dtype = torch.float32 if single else torch.float64
    layer = mixed(chunk, turns=turns, dtype=dtype)
    x = drawn(2, n, WIDTH, seed=seed, dtype=dtype)
    check_equation(lambda layer, x: layer(x, form=form)[0].detach(), layer, x)


@pytest.mark.parametrize("chunk", [1, 3, 4, 64])
def test_the_forms_are_one_function_wherever_they_are_split(chunk):
    layer = mixed(chunk)
    assert isinstance(layer, Mixer)
    assert_forms_agree(layer, lengths=(1, 2, 7, 13), dtypes=("float64",), condition=4)


def test_the_forms_agree_in_lower_precision():
    lower = ("float32", "bfloat16")
    assert_forms_agree(
        mixed(), lengths=(5, 11), dtypes=lower, condition=4, gradients=False, batch=1
    )


def test_wrong_forms_are_rejected():
    def check(layer):
        assert_forms_agree(layer, lengths=(1, 5), dtypes=("float64",), condition=4)

    check(mixed(2))
    assert_rejects(check, wrong_forms(mixed(2)))


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(1, 9), min_size=1, max_size=6), data=st.data())
def test_any_number_of_pieces_in_any_forms_is_the_whole(cuts, data):
    layer, n = mixed(4), sum(cuts)
    x = drawn(2, n, WIDTH, seed=n)
    whole, end = layer(x)
    state, begin, outputs = None, 0, []
    for length in cuts:
        form = data.draw(st.sampled_from(layer.forms))
        y, state = layer(x[:, begin : begin + length], state, form=form)
        outputs.append(y)
        begin += length
    assert_near(torch.cat(outputs, 1), whole)
    for name in ("total", "pending", "keys", "values", "position"):
        assert_near(getattr(state, name), getattr(end, name))


def test_a_sequence_of_many_chunks_is_taken_in_parts_that_fit_together():
    layer, n = mixed(2), 2 * AT_ONCE * 2 + 7
    x, mask = drawn(2, n, WIDTH), drawn(2, n, seed=1) > -1
    for masked in (None, mask):
        y, state = layer(x, mask=masked)
        expected, end = layer(x, form="parallel", mask=masked)
        assert_near(y, expected)
        assert_near(state.total, end.total)
        again, _ = layer(x, state, mask=masked)
        assert_near(again, layer(x, end, form="recurrent", mask=masked)[0])


def assert_near(a, b):
    a, b = a.detach(), b.detach()
    assert float((a - b).abs().max()) <= 1e-12 * max(1.0, float(b.abs().max()))


@pytest.mark.parametrize("form", ["parallel", "chunked", "recurrent"])
def test_what_follows_does_not_change_a_prefix(form):
    layer, x = mixed(16), drawn(1, 131, WIDTH)
    whole, _ = layer(x, form=form)
    for n in (1, 16, 17, 97):
        assert_near(layer(x[:, :n], form=form)[0], whole[:, :n])


def test_the_state_is_the_open_chunk_and_the_sums_of_the_closed_ones():
    layer, x = mixed(4, turns=0), drawn(1, 10, WIDTH)
    _, state = layer(x)
    _, v, (_, _, k, far_k) = layer.gates(x, torch.arange(10)[None])
    assert_near(state.total, far_k[:, :8].mT @ v[:, :8])
    assert_near(state.pending, far_k[:, 8:].mT @ v[:, 8:])
    assert_near(state.keys[:, :2], k[:, 8:])
    assert not bool(state.values[:, 2:].any())
    assert state.position.tolist() == [10]
    assert state.nbytes == 8 * (2 * 4 * 6 + 4 * (4 + 6) + 1)


def relu2(scores):
    return scores.relu().square() / (3 * 4)


def near(scores, t, j):
    return relu2(scores) * ((j <= t) & (j // 3 == t // 3))


def far(scores, t, j):
    return scores * (j // 3 < t // 3) / (t // 3 * 3).clamp(min=1)


WRONG = {
    "the own chunk in the sum": (near, lambda a, t, j: a * (j <= t) / (t // 3 * 3).clamp(min=1)),
    "divided by chunks, not tokens": (
        near,
        lambda a, t, j: a * (j // 3 < t // 3) / (t // 3).clamp(min=1),
    ),
    "divided by one chunk": (near, lambda a, t, j: a * (j // 3 < t // 3) / 3),
    "divided by the call": (near, lambda a, t, j: a * (j // 3 < t // 3) / len(t)),
    "the open chunk counted": (near, lambda a, t, j: a * (j // 3 < t // 3) / (t // 3 + 1) / 3),
    "sums one chunk late": (
        near,
        lambda a, t, j: a * (j // 3 < t // 3 - 1) / (t // 3 * 3).clamp(min=1),
    ),
    "no sums": (near, lambda a, t, j: 0 * a),
    "near across the border": (lambda a, t, j: relu2(a) * ((j <= t) & (t - j < 3)), far),
    "near to come": (lambda a, t, j: relu2(a) * (j // 3 == t // 3), far),
    "near divided by what is seen": (lambda a, t, j: near(a, t, j) * 3 / (t % 3 + 1), far),
    "positions anew in each chunk": (near, far, lambda j: j % 3),
}


def test_wrong_chunks_are_rejected():
    layer, x = mixed(3), drawn(3, 14, WIDTH)

    def check(rules):
        check_equation(lambda layer, x: dense_mixed(layer, x, *rules).detach(), layer, x)

    check((near, far))
    assert_rejects(check, WRONG)


def test_positions_matter_by_their_differences_only():
    layer, x = mixed(4), drawn(1, 7, WIDTH)
    far_away = layer.initial_state(1)
    moved = type(far_away)(
        *(getattr(far_away, name) for name in ("total", "pending", "keys", "values")),
        torch.tensor([4000]),
    )
    _, _, here = layer.gates(x, torch.arange(7)[None])
    _, _, there = layer.gates(x, torch.arange(4000, 4007)[None])
    for a, b in ((0, 2), (1, 3)):
        torch.testing.assert_close(
            here[a] @ here[b].mT, there[a] @ there[b].mT, rtol=1e-10, atol=1e-10
        )
    y, _ = layer(x[:, :4], moved)  # the first chunk has nothing before it, wherever it stands
    torch.testing.assert_close(y, layer(x[:, :4])[0], rtol=1e-10, atol=1e-10)


def test_gradients_are_right_with_padding_and_through_a_state():
    layer, x = mixed(2), drawn(2, 5, WIDTH).requires_grad_()
    mask = torch.tensor([[True, True, False, True, True], [False, True, True, True, False]])

    def run(x):
        first, state = layer(x[:, :2], mask=mask[:, :2])
        second, state = layer(x[:, 2:], state, mask=mask[:, 2:])
        return first, second, state.total, state.pending

    assert torch.autograd.gradcheck(run, (x,))


def test_bad_input_is_named():
    layer, x = mixed(), drawn(2, 3, WIDTH)
    _, state = layer(x)
    _, foreign = unit()(x)
    for inputs, more, error, match in (
        ((x[..., :4],), {}, ShapeError, "width 5"),
        ((x[:, :0],), {}, ShapeError, "no empty axis"),
        ((x.float(),), {}, DtypeError, "float64"),
        ((x * math.nan,), {}, NonFiniteError, "NaN"),
        ((x,), {"form": "tree"}, ArgumentError, "form must be one of"),
        ((x,), {"mask": torch.ones(2, 3)}, DtypeError, "mask must be a torch.Tensor of bool"),
        ((x, foreign), {}, DtypeError, "state must be a ChunkState or None, got GatedCache"),
        ((x[:1], state), {}, ShapeError, r"total of state must have shape \(1, 4, 6\)"),
        ((x, mixed(4)(x)[1]), {}, ShapeError, r"keys of state must have shape \(2, 3, 4\)"),
    ):
        with pytest.raises(error, match=match):
            layer(*inputs, **more)
    with pytest.raises(ArgumentError, match="chunk must be at least 1, got 0"):
        MixedChunkAttention(5, chunk=0)
    with pytest.raises(ArgumentError, match="one axis"):
        MixedChunkAttention(5, rotary=Rotary(4, axes=2))
    with pytest.raises(ShapeError, match=r"token|x must have shape \(batch, width\)"):
        layer.step(x, state)
