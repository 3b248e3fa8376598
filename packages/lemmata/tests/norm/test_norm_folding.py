"""Folding: equal to the product written out, exact to rounding, and a certificate that can say no."""

import copy

import plain_norms as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from torch import nn  # noqa: E402 - it needs PyTorch

from lemmata.errors import ArgumentError, DtypeError, ShapeError  # noqa: E402
from lemmata.norm import Derf, DyISRU, DyT, FoldingCertificate, fold  # noqa: E402
from lemmata.testing import assert_rejects  # noqa: E402

CLASSES = {"dyt": DyT, "dyisru": DyISRU, "derf": Derf}


def layers(kind, width=6, out=4, dtype=torch.float64, norm_bias=True, bias=True, seed=0):
    torch.manual_seed(seed)
    norm = CLASSES[kind](width, scale=1.7, bias=norm_bias, dtype=dtype)
    with torch.no_grad():
        norm.weight.normal_()
        if norm.bias is not None:
            norm.bias.normal_()
    return norm, nn.Linear(width, out, bias=bias, dtype=dtype)


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(sorted(CLASSES)),
    width=st.integers(1, 9),
    out=st.integers(1, 5),
    dtype=st.sampled_from([torch.float64, torch.float32, torch.bfloat16]),
    norm_bias=st.booleans(),
    bias=st.booleans(),
    seed=st.integers(0, 99),
)
def test_the_new_layers_are_the_product_written_out(kind, width, out, dtype, norm_bias, bias, seed):
    norm, linear = layers(kind, width, out, dtype, norm_bias, bias, seed)
    done = fold(norm, linear)
    (new,) = done.linears
    moved = [0.0] * width if norm.bias is None else norm.bias.double().tolist()
    offset = [0.0] * out if linear.bias is None else linear.bias.double().tolist()
    gain = [1.7 * g for g in norm.weight.double().tolist()]
    weight, offset = plain.folded(linear.weight.double().tolist(), offset, gain, moved)
    unit = torch.finfo(dtype).eps
    near = {"rtol": unit, "atol": width * unit}
    torch.testing.assert_close(
        new.weight.double(), torch.tensor(weight, dtype=torch.float64), **near
    )
    assert (new.bias is None) == (not norm_bias and not bias)
    if new.bias is not None:
        torch.testing.assert_close(
            new.bias.double(), torch.tensor(offset, dtype=torch.float64), **near
        )
    assert new.weight.dtype == dtype
    assert done.norm.weight is None
    assert done.certificate.holds
    assert done.certificate.rounding <= unit / 2 * (1 + 1e-6)


def test_wrong_foldings_are_rejected():
    norm, linear = layers("dyisru", 5, 5)
    x = 3 * torch.randn(50, 5, dtype=torch.float64)
    want, bare = linear(norm(x)), fold(norm, linear).norm
    W, c, g, b = linear.weight, linear.bias, norm.weight * norm.scale, norm.bias

    def checker(made):
        weight, bias = made(W, c, g, b)
        assert torch.allclose(bare(x) @ weight.mT + bias, want, rtol=0, atol=1e-12)

    checker(lambda W, c, g, b: (W * g, W @ b + c))
    wrong = {
        "gain of rows": lambda W, c, g, b: (g[:, None] * W, W @ b + c),
        "scale forgotten": lambda W, c, g, b: (W * g / norm.scale, W @ b + c),
        "bias forgotten": lambda W, c, g, b: (W * g, c),
        "bias not multiplied": lambda W, c, g, b: (W * g, b + c),
        "bias multiplied by the new weight": lambda W, c, g, b: (W * g, (W * g) @ b + c),
        "old bias lost": lambda W, c, g, b: (W * g, W @ b),
        "divided": lambda W, c, g, b: (W / g, W @ b + c),
        "transposed": lambda W, c, g, b: (W.mT * g, W @ b + c),
    }
    assert_rejects(checker, wrong)


@pytest.mark.parametrize("kind", CLASSES)
def test_outputs_and_gradients_of_the_input_are_the_same(kind):
    norm, linear = layers(kind)
    done = fold(norm, linear)
    x = torch.randn(20, 6, dtype=torch.float64, requires_grad=True)
    before, after = linear(norm(x)), done.linears[0](done.norm(x))
    torch.testing.assert_close(after, before, rtol=0, atol=1e-13)
    upstream = torch.randn_like(before)
    (old,) = torch.autograd.grad(before, x, upstream)
    (new,) = torch.autograd.grad(after, x, upstream)
    torch.testing.assert_close(new, old, rtol=0, atol=1e-13)


def test_several_readers_are_folded_at_once_and_nothing_given_is_changed():
    norm, query = layers("derf")
    key = nn.Linear(6, 3, bias=False, dtype=torch.float64).requires_grad_(False)
    kept = [copy.deepcopy(part.state_dict()) for part in (norm, query, key)]
    done = fold(norm, query, key)
    x = torch.randn(9, 6, dtype=torch.float64)
    for old, new in zip((query, key), done.linears, strict=True):
        torch.testing.assert_close(new(done.norm(x)), old(norm(x)), rtol=0, atol=1e-13)
    assert done.linears[1].bias is not None
    assert not any(p.requires_grad for p in done.linears[1].parameters())
    for part, state in zip((norm, query, key), kept, strict=True):
        assert all(torch.equal(state[name], value) for name, value in part.state_dict().items())
    again = fold(done.norm, *done.linears)  # there is nothing left to fold
    assert torch.equal(again.linears[0].weight, done.linears[0].weight)


def test_a_certificate_can_say_no():
    assert FoldingCertificate(torch.float32, 1e-8, 1e-7, 1e-6).holds
    assert not FoldingCertificate(torch.float32, 1e-8, 1e-5, 1e-6).holds
    assert not FoldingCertificate(torch.float32, 1e-8, float("nan"), 1e-6).holds


def test_bad_input_is_named():
    norm, linear = layers("dyt")
    with pytest.raises(ArgumentError, match="linears must hold at least one"):
        fold(norm)
    with pytest.raises(DtypeError, match="norm must be a DyT, DyISRU or Derf, got LayerNorm"):
        fold(nn.LayerNorm(6), linear)
    with pytest.raises(DtypeError, match=r"linears\[1\] must be an nn.Linear, got Bilinear"):
        fold(norm, linear, nn.Bilinear(6, 6, 2))
    with pytest.raises(ShapeError, match=r"linears\[0\] must take 6 numbers"):
        fold(norm, nn.Linear(5, 6, dtype=torch.float64))
    with pytest.raises(DtypeError, match=r"linears\[0\] must have the dtype of norm"):
        fold(norm, nn.Linear(6, 6))
