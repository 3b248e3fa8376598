"""The fourth proof: what the forms of attention compute, and what they hold at once, counted."""

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from counted_torch import flops, largest  # noqa: E402 - it needs PyTorch

from lemmata.attention import SoftmaxState, attend  # noqa: E402
from lemmata.attention.forms import FORMS  # noqa: E402
from lemmata.testing import assert_cost_exponent, assert_rejects  # noqa: E402

WIDTH = 4
SIZES = (256, 512, 1024)


def problem(n):
    return tuple(torch.ones(n, WIDTH) for _ in range(3))


@pytest.mark.parametrize("form", FORMS)
def test_every_form_computes_the_same_products(form):
    n = 96
    assert flops(attend, *problem(n), form=form, block=32) == 2 * n * n * (WIDTH + WIDTH)


def test_blocks_that_a_causal_query_cannot_see_are_left_out():
    n, block = 96, 32
    pairs = block * block * sum(range(1, n // block + 1))
    assert (
        flops(attend, *problem(n), form="blockwise", block=block, causal=True) == 4 * pairs * WIDTH
    )


def held(form):
    return lambda n: largest(attend, *problem(n), form=form, block=32)


def check_linear_in_memory(form):
    assert_cost_exponent(held(form), SIZES, 1.0)


def test_dense_holds_all_scores_and_the_others_do_not():
    assert_cost_exponent(held("dense"), SIZES, 2.0)
    for form in ("recurrent", "blockwise", "tree"):
        check_linear_in_memory(form)
    assert held("dense")(512) == 512 * 512
    assert held("blockwise")(512) == 512 * WIDTH
    assert_rejects(check_linear_in_memory, {"dense": "dense"})


def test_the_state_does_not_grow_with_the_keys():
    sizes = set()
    state = SoftmaxState.empty((2,), WIDTH)
    for _ in range(5):
        state = state.update(torch.zeros(2, 7), torch.zeros(7, WIDTH))
        sizes.add(state.nbytes)
    assert sizes == {4 * 2 * (WIDTH + 2)}
