"""Orders of patches: walked over the grid, permutations, and what they ask of a model."""

import math

import plain_heads as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.errors import ArgumentError, DtypeError, ShapeError  # noqa: E402 - they need PyTorch
from lemmata.heads import (  # noqa: E402
    inverse_order,
    order_report,
    patch_order,
    patchify,
    unpatchify,
)
from lemmata.testing import assert_rejects  # noqa: E402

FIXED = ("raster", "snake", "spiral", "zigzag", "z-order")


@settings(max_examples=80, deadline=None)
@given(kind=st.sampled_from(FIXED), rows=st.integers(1, 9), columns=st.integers(1, 9))
def test_an_order_is_the_walk_that_its_name_says(kind, rows, columns):
    assert patch_order(kind, rows, columns).tolist() == plain.order(kind, rows, columns)


def test_wrong_walks_are_rejected():
    def checker(order):
        assert order == plain.order("spiral", 3, 4)

    right = patch_order("spiral", 3, 4).tolist()
    checker(right)
    by_column = patch_order("spiral", 4, 3).reshape(-1).tolist()
    wrong = {
        "inside out": right[::-1],
        "rows and columns exchanged": by_column,
        "anticlockwise": [4 * (n // 4) + 3 - n % 4 for n in right],
        "raster": list(range(12)),
        "a patch twice": [*right[:-1], right[0]],
    }
    assert_rejects(checker, wrong)


@settings(max_examples=40, deadline=None)
@given(kind=st.sampled_from((*FIXED, "random")), rows=st.integers(1, 9), columns=st.integers(1, 9))
def test_an_order_is_a_permutation_and_its_inverse_undoes_it(kind, rows, columns):
    order = patch_order(kind, rows, columns, generator=torch.Generator().manual_seed(0))
    places = torch.arange(rows * columns)
    assert torch.equal(order.sort().values, places)
    assert torch.equal(order[inverse_order(order)], places)
    assert torch.equal(inverse_order(order)[order], places)


def test_snake_and_spiral_never_jump_and_the_others_do():
    for kind in ("snake", "spiral"):
        assert order_report(patch_order(kind, 5, 6), 5, 6).longest_jump == 1
    assert order_report(patch_order("raster", 5, 6), 5, 6).longest_jump == math.hypot(1, 5)
    assert order_report(patch_order("zigzag", 5, 6), 5, 6).longest_jump == math.sqrt(2)
    random = patch_order("random", 8, 8, generator=torch.Generator().manual_seed(0))
    report = order_report(random, 8, 8)
    assert report.mean_jump > 3
    assert report.unseen > 5


def test_only_a_random_order_and_no_walk_has_patches_without_a_neighbour():
    for kind in FIXED:
        assert order_report(patch_order(kind, 4, 4), 4, 4).unseen == 0
    assert order_report(torch.tensor([0]), 1, 1).longest_jump == 0
    assert order_report(patch_order("raster", 3, 3), 3, 3).reach == pytest.approx(12 / 8)


@settings(max_examples=30, deadline=None)
@given(
    lead=st.lists(st.integers(1, 2), max_size=2),
    channels=st.integers(1, 3),
    rows=st.integers(1, 3),
    columns=st.integers(1, 3),
    patch=st.integers(1, 3),
)
def test_patches_are_cut_in_raster_order_and_put_together_again(
    lead, channels, rows, columns, patch
):
    shape = (*lead, channels, rows * patch, columns * patch)
    pictures = torch.arange(math.prod(shape)).reshape(shape)
    tokens = patchify(pictures, patch)
    assert tokens.shape == (*lead, rows * columns, channels * patch**2)
    for i in range(rows):
        for j in range(columns):
            cut = pictures[..., i * patch : (i + 1) * patch, j * patch : (j + 1) * patch]
            assert torch.equal(tokens[..., i * columns + j, :], cut.flatten(-3))
    assert torch.equal(unpatchify(tokens, rows, columns, patch), pictures)


def test_bad_input_is_named():
    with pytest.raises(ArgumentError, match="kind must be one of"):
        patch_order("hilbert", 2, 2)
    with pytest.raises(ArgumentError, match="rows must be at least 1"):
        patch_order("raster", 0, 2)
    with pytest.raises(ArgumentError, match=r"order must hold each of 0 \.\.\. 2 once"):
        inverse_order(torch.tensor([0, 0, 2]))
    with pytest.raises(DtypeError, match="order must be an int64"):
        inverse_order([0, 1])
    with pytest.raises(ArgumentError, match="order must be of 6 patches"):
        order_report(torch.arange(4), 2, 3)
    with pytest.raises(ShapeError, match="both sides multiples of 2"):
        patchify(torch.zeros(1, 3, 4), 2)
    with pytest.raises(ShapeError, match="tokens must have shape"):
        unpatchify(torch.zeros(4, 3), 2, 2, 2)
