"""The gated attention unit: its equation, its forms, and prefixes that the end does not change."""

import math

import numpy as np
import plain_gated as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from gated_layers import WIDTH, dense_unit, drawn, unit  # noqa: E402 - it needs PyTorch

from lemmata.attention import Attention, GatedAttentionUnit, MixedChunkAttention  # noqa: E402
from lemmata.attention.gated_weights import (  # noqa: E402
    NORMALISATIONS,
    gated_weights,
    relu_squared,
)
from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError  # noqa: E402
from lemmata.mixer import Mixer  # noqa: E402
from lemmata.testing import (  # noqa: E402
    assert_forms_agree,
    assert_rejects,
    tolerance,
    wrong_forms,
)


def reference(layer, x):
    W = plain.weights(layer)
    rows = [
        plain.gated_attention_unit(row, W, layer.normalisation, layer.length)
        for row in x.double().numpy()
    ]
    return torch.tensor(np.stack(rows))


def check_equation(compute, layer, x):
    expected = reference(layer, x)
    found = compute(layer, x)
    limit = tolerance(str(x.dtype)[6:], 8, x.shape[1] + WIDTH) * float(expected.abs().max())
    assert float((found - expected).abs().max()) <= limit
    assert found.dtype == x.dtype


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
@settings(max_examples=15, deadline=None)
@given(
    n=st.integers(1, 11),
    chunk=st.integers(1, 5),
    turns=st.sampled_from([0, 2, 4]),
    form=st.sampled_from(["parallel", "chunked", "recurrent"]),
    single=st.booleans(),
    seed=st.integers(0, 99),
)
def test_every_form_is_the_equation(normalisation, n, chunk, turns, form, single, seed):
    dtype = torch.float32 if single else torch.float64
    layer = unit(normalisation, turns=turns, chunk=chunk, dtype=dtype)
    x = drawn(2, n, WIDTH, seed=seed, dtype=dtype)
    check_equation(lambda layer, x: layer(x, form=form)[0].detach(), layer, x)


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_the_forms_are_one_function_wherever_they_are_split(normalisation):
    layer = unit(normalisation)
    assert isinstance(layer, Mixer)
    assert_forms_agree(layer, lengths=(1, 2, 7, 13), dtypes=("float64",), condition=4)


def test_the_forms_agree_in_lower_precision_and_beyond_the_trained_length():
    lower = ("float32", "bfloat16")
    assert_forms_agree(unit(), lengths=(5, 17), dtypes=lower, condition=4, gradients=False, batch=1)


def test_wrong_forms_are_rejected():
    def check(layer):
        assert_forms_agree(layer, lengths=(1, 5), dtypes=("float64",), condition=4)

    check(unit())
    assert_rejects(check, wrong_forms(unit()))


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_what_follows_does_not_change_a_prefix(normalisation):
    layer, x = unit(normalisation, chunk=16), drawn(1, 128, WIDTH)
    for form in layer.forms:
        short, _ = layer(x[:, :96], form=form)
        whole, _ = layer(x, form=form)
        torch.testing.assert_close(whole[:, :96], short, rtol=1e-13, atol=1e-13)


def seen(t, j):
    return j <= t


def relu2(scores):
    return scores.relu().square()


def right(scores, t, j):
    return relu2(scores) / 8 * seen(t, j)


def softmax(scores, t, j, times=1.0):
    return (scores * times).masked_fill(~seen(t, j), -math.inf).softmax(-1)


def entropy(scores, t, j):
    return softmax(scores, t, j, (t + 1).double().log() / math.log(8))


WRONG = {
    "relu2_fixed": {
        "divided by the length of the call": lambda a, t, j: relu2(a) / len(a[0]) * seen(t, j),
        "length inside the square": lambda a, t, j: relu2(a / 8) * seen(t, j),
        "not squared": lambda a, t, j: a.relu() / 8 * seen(t, j),
        "the future seen": lambda a, t, j: relu2(a) / 8,
        "itself not seen": lambda a, t, j: relu2(a) / 8 * (j < t),
        "counted, not fixed": lambda a, t, j: relu2(a) / (t + 1) * seen(t, j),
        "not scaled by the width": lambda a, t, j: relu2(2 * a) / 8 * seen(t, j),
    },
    "relu2_count": {
        "fixed, not counted": right,
        "counted from 0": lambda a, t, j: relu2(a) / t.clamp(min=1) * seen(t, j),
        "made to add up to 1": lambda a, t, j: torch.nn.functional.normalize(
            relu2(a) * seen(t, j), 1, -1
        ),
    },
    "softmax": {
        "the future in the sum": lambda a, t, j: a.softmax(-1) * seen(t, j),
        "entropy-invariant": entropy,
        "masked by zero scores": lambda a, t, j: (a * seen(t, j)).softmax(-1),
    },
    "entropy_invariant": {
        "plain softmax": softmax,
        "the length of the call": lambda a, t, j: softmax(a, t, j, math.log(len(t)) / math.log(8)),
        "another base": lambda a, t, j: softmax(a, t, j, (t + 1).double().log()),
    },
}


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_wrong_normalisations_are_rejected(normalisation):
    layer, x = unit(normalisation), drawn(1, 9, WIDTH)

    def check(weigh):
        check_equation(lambda layer, x: dense_unit(layer, x, weigh).detach(), layer, x)

    check(
        {
            "relu2_fixed": right,
            "relu2_count": lambda a, t, j: relu2(a) / (t + 1) * seen(t, j),
            "softmax": softmax,
            "entropy_invariant": entropy,
        }[normalisation]
    )
    assert_rejects(check, WRONG[normalisation])


def test_normalisations_meet_where_they_must():
    q, k = drawn(1, 6, 4), drawn(1, 6, 4, seed=1)
    past = torch.ones(6, 6, dtype=torch.bool).tril()
    count = torch.arange(1, 7)[None]
    counted, fixed, soft, even = (
        gated_weights(q, k, past, count, normalisation, 6) for normalisation in NORMALISATIONS
    )
    torch.testing.assert_close(counted * count[..., None], fixed * 6)
    torch.testing.assert_close(soft.sum(-1), torch.ones(1, 6, dtype=torch.float64))
    torch.testing.assert_close(soft[:, 5], even[:, 5])  # six keys seen, trained at six
    assert float(even[0, 0, 0]) == 1


def test_one_chunk_of_flash_is_the_unit():
    flash, gau = MixedChunkAttention(5, 6, 4, chunk=16), unit(length=16, turns=0)
    x = drawn(2, 16, WIDTH)
    flash = flash.double()
    for name, parameter in gau.gates.named_parameters():
        found = dict(flash.gates.named_parameters())[name].data
        found.copy_(
            parameter.repeat_interleave(2, 0) if found.shape != parameter.shape else parameter
        )
    torch.testing.assert_close(flash(x)[0], gau(x)[0], rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_gradients_are_right_with_padding_too(normalisation):
    layer, x = unit(normalisation), drawn(2, 4, WIDTH).requires_grad_()
    mask = torch.tensor([[True, True, False, True], [False, True, True, True]])
    assert torch.autograd.gradcheck(lambda x: layer(x, mask=mask)[0], (x,))


def test_squares_do_not_overflow_in_half_precision():
    q = torch.full((1, 2, 16), 16.0, dtype=torch.float16)  # scores of 4096, squares beyond 65504
    found = relu_squared(q, q, 512 * 16.0, torch.ones(2, 2, dtype=torch.bool))
    torch.testing.assert_close(found, torch.full_like(found, 2048.0), rtol=4e-3, atol=0)


def test_bad_arguments_are_named():
    for more, error, match in (
        ({"width": 0}, ArgumentError, "width must be at least 1"),
        ({"query_width": 2}, ArgumentError, "rotary must have one axis and be at most query_width"),
        ({"chunk": 0}, ArgumentError, "chunk"),
        ({"chunk": 2.5}, TypeError, "chunk must be an integer"),
        ({"normalisation": "relu"}, ArgumentError, "normalisation must be one of relu2_count"),
        ({"normalisation": "entropy_invariant", "length": 1}, ArgumentError, "at least 2"),
    ):
        arguments = {"width": 4, "rotary": unit().gates.rotary} | more
        with pytest.raises(error, match=match):
            GatedAttentionUnit(**arguments)


def test_bad_inputs_are_named():
    layer, x = unit(), drawn(2, 3, WIDTH)
    _, state = layer(x)
    _, foreign = Attention(WIDTH, 1, dtype=torch.float64)(x)
    for inputs, more, error, match in (
        ((x[..., :4],), {}, ShapeError, "width 5"),
        ((x[:, :0],), {}, ShapeError, "no empty axis"),
        ((x.float(),), {}, DtypeError, "float64"),
        ((x * math.nan,), {}, NonFiniteError, "NaN"),
        ((x,), {"form": "tree"}, ArgumentError, "form must be one of"),
        ((x,), {"mask": torch.ones(2, 3)}, DtypeError, "mask must be a torch.Tensor of bool"),
        ((x,), {"mask": [True]}, DtypeError, "mask must be .* got list"),
        ((x,), {"mask": torch.ones(3, dtype=torch.bool)}, ShapeError, r"\(2, 3\), got \(3,\)"),
        ((x, foreign), {}, DtypeError, "state must be a GatedCache"),
        ((x[:1], state), {}, ShapeError, r"keys of state must have shape \(1, 3, 4\)"),
    ):
        with pytest.raises(error, match=match):
            layer(*inputs, **more)
    single = unit(dtype=torch.float32)
    with pytest.raises(DtypeError, match=r"keys of state is torch\.float64"):
        single.step(x[:, 0].float(), state)
