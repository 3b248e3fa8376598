"""Rotary embedding: its rotation matrices, relative positions, bit-identical text, gradients, cost."""

import math

import numpy as np
import plain_attention as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from counted_torch import largest  # noqa: E402 - it needs PyTorch

from lemmata.attention import Image, Rotary, Text, Video, layout  # noqa: E402
from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError  # noqa: E402
from lemmata.testing import assert_cost_exponent, assert_rejects  # noqa: E402


def drawn(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def written_out(rotary, x, positions):
    """x turned pair by pair, with one rotation matrix for each coordinate."""
    where = positions if positions.ndim == 2 else positions[:, None].expand(-1, rotary.axes)
    out = x.clone()
    order = list(range(rotary.width))
    if rotary.pairing == "halves":
        order = [i // 2 + i % 2 * (rotary.width // 2) for i in range(rotary.width)]
    for n, row in enumerate(where.tolist()):
        matrices = [plain.rotation(coordinate, rotary.width, rotary.base) for coordinate in row]
        for pair, axis in enumerate(rotary.axis_of_pairs().tolist()):
            here = order[2 * pair : 2 * pair + 2]
            block = matrices[axis][2 * pair : 2 * pair + 2, 2 * pair : 2 * pair + 2]
            out[..., n, here] = x[..., n, here] @ torch.tensor(block).T
    return out


@settings(max_examples=40, deadline=None)
@given(
    pairs=st.integers(1, 5),
    axes=st.integers(1, 3),
    rest=st.integers(0, 2),
    pairing=st.sampled_from(["adjacent", "halves"]),
    seed=st.integers(0, 99),
)
def test_rows_are_turned_by_the_rotation_matrices(pairs, axes, rest, pairing, seed):
    rotary = Rotary(2 * pairs, base=100.0, axes=axes, pairing=pairing)
    x, where = drawn(2, 4, 2 * pairs + rest, seed=seed), 30 * drawn(4, axes, seed=seed + 1)
    torch.testing.assert_close(
        rotary.rotate(x, where), written_out(rotary, x, where), rtol=1e-13, atol=1e-13
    )
    text = where[:, 0]
    torch.testing.assert_close(
        rotary.rotate(x, text), written_out(rotary, x, text), rtol=1e-13, atol=1e-13
    )


def test_axes_take_the_pairs_in_turn_or_in_sections():
    assert Rotary(12, axes=2).axis_of_pairs().tolist() == [0, 1, 0, 1, 0, 1]
    assert Rotary(12, axes=3, sections=(1, 2, 3)).axis_of_pairs().tolist() == [0, 1, 1, 2, 2, 2]
    qwen = Rotary(128, axes=3, sections=(16, 24, 24), pairing="halves")
    assert qwen.axis_of_pairs().bincount().tolist() == [16, 24, 24]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
@pytest.mark.parametrize("axes, sections", [(2, None), (3, None), (3, (2, 3, 3))])
@pytest.mark.parametrize("scheme", ["flat", "tie", "tie_fractional", "tv", "mrope"])
def test_text_alone_is_bit_identical_to_one_axis(dtype, axes, sections, scheme):
    x = drawn(2, 50, 16).to(dtype)
    line = Rotary(16).rotate(x, torch.arange(50))
    where = layout([Text(50)], scheme, axes=axes).positions
    assert torch.equal(Rotary(16, axes=axes, sections=sections).rotate(x, where), line)
    assert torch.equal(Rotary(16, axes=axes, sections=sections).rotate(x, torch.arange(50)), line)


@pytest.mark.parametrize("scheme", ["flat", "tie", "tie_fractional", "tv", "mrope"])
@pytest.mark.parametrize("picture", [Image(3, 4), Video(2, 3, 4)])
def test_scores_depend_on_differences_of_positions_only(scheme, picture):
    parts = [Text(3), picture, Text(2)]
    here, there = layout(parts, scheme), layout(parts, scheme, start=1000)
    rotary = Rotary(24, axes=here.positions.shape[1])
    q, k = drawn(here.tokens, 24), drawn(here.tokens, 24, seed=1)
    scores = [
        rotary.rotate(q, w.positions) @ rotary.rotate(k, w.positions).T for w in (here, there)
    ]
    torch.testing.assert_close(*scores, rtol=1e-11, atol=1e-11)


def test_the_pairings_are_permutations_of_one_another():
    x = drawn(5, 8)
    order = torch.tensor([0, 4, 1, 5, 2, 6, 3, 7])  # halves to adjacent
    where = torch.arange(5)
    halves = Rotary(8, pairing="halves").rotate(x, where)
    torch.testing.assert_close(halves[:, order], Rotary(8).rotate(x[:, order], where))


def test_copies_turn_alike_each_as_if_it_were_alone():
    x, where = drawn(3, 5, 12), 10 * drawn(5)
    for axes in (1, 2):
        whole = Rotary(12, axes=axes, copies=3).rotate(x, where)
        parts = [Rotary(4, axes=axes).rotate(part, where) for part in x.split(4, -1)]
        torch.testing.assert_close(whole, torch.cat(parts, -1), rtol=1e-15, atol=1e-15)


def test_lengths_are_kept_and_turning_back_undoes_it():
    x, where = drawn(6, 10), 100 * drawn(6)
    rotary = Rotary(8)
    turned = rotary.rotate(x, where)
    torch.testing.assert_close(turned.norm(dim=-1), x.norm(dim=-1))
    torch.testing.assert_close(rotary.rotate(turned, -where), x)
    assert torch.equal(turned[:, 8:], x[:, 8:])


def test_positions_of_a_million_keep_their_digits_in_single_precision():
    x = drawn(1, 8)
    where = torch.tensor([1_000_003.5], dtype=torch.float64)
    single = Rotary(8).rotate(x.float(), where).double()
    torch.testing.assert_close(single, Rotary(8).rotate(x, where), rtol=0, atol=1e-6)


def test_gradients_are_right():
    x = drawn(3, 6).requires_grad_()
    for pairing in ("adjacent", "halves"):
        rotary = Rotary(4, axes=2, pairing=pairing)
        assert torch.autograd.gradcheck(lambda x, r=rotary: r.rotate(x, drawn(3, 2)), (x,))


def check_rotate(rotate):
    """Against the matrices of RoFormer on one axis, width 6."""
    x, where = drawn(4, 6), torch.tensor([0.0, 1.0, 2.5, 300.0], dtype=torch.float64)
    expected = np.stack(
        [
            plain.rotation(float(n), 6, 10_000.0) @ row.numpy()
            for n, row in zip(where, x, strict=True)
        ]
    )
    np.testing.assert_allclose(rotate(x, where).numpy(), expected, rtol=0, atol=1e-12)


def test_wrong_rotations_are_rejected():
    right = Rotary(6)
    check_rotate(right.rotate)
    assert_rejects(
        check_rotate,
        {
            "the other way": lambda x, n: right.rotate(x, -n),
            "halves for adjacent": Rotary(6, pairing="halves").rotate,
            "base to the width": Rotary(6, base=10_000.0**2).rotate,
            "off by one": lambda x, n: right.rotate(x, n + 1),
            "single precision": lambda x, n: right.rotate(x.float(), n).double(),
            "part of the width": Rotary(4).rotate,
            "whole positions": lambda x, n: right.rotate(x, n.round()),
        },
    )


def test_the_work_is_linear_in_tokens():
    def numbers(n):
        return largest(lambda x: Rotary(8).rotate(x, torch.arange(n)), torch.zeros(n, 8))

    assert_cost_exponent(numbers, (64, 256, 1024), 1.0)


def test_bad_input_is_named():
    for make, error, match in (
        (lambda: Rotary(5), ArgumentError, "width must be even"),
        (lambda: Rotary(0), ArgumentError, "width"),
        (lambda: Rotary(4.0), TypeError, "width"),
        (lambda: Rotary(4, base=0.0), ArgumentError, "base"),
        (lambda: Rotary(4, axes=0), ArgumentError, "axes"),
        (lambda: Rotary(8, copies=3), ArgumentError, "copies must divide"),
        (lambda: Rotary(4, pairing="split"), ArgumentError, "pairing"),
        (lambda: Rotary(8, axes=2, sections=(1, 2)), ArgumentError, "add up to 4"),
        (lambda: Rotary(8, axes=3, sections=(2, 2)), ArgumentError, "sections must be 3"),
    ):
        with pytest.raises(error, match=match):
            make()
    x, rotary = drawn(3, 8), Rotary(8, axes=2)
    for bad, where, error, match in (
        (x, torch.arange(4), ShapeError, r"x must have shape \(\.\.\., 4"),
        (x, torch.zeros(3, 3), ShapeError, r"\(n, 2\)"),
        (x[:, :6], torch.arange(3), ShapeError, "at least 8"),
        (x.long(), torch.arange(3), DtypeError, "floating"),
        (x, [0, 1, 2], DtypeError, "positions must be a torch.Tensor"),
        (x, torch.arange(3).bfloat16(), DtypeError, "past 256"),
        (x, torch.tensor([0, math.inf, 1]), NonFiniteError, "positions"),
    ):
        with pytest.raises(error, match=match):
            rotary.rotate(bad, where)
