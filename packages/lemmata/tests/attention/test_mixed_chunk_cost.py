"""The fourth proof: mixed chunks are linear in the tokens, a step of theirs does not grow. Counted."""

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from counted_torch import flops, largest  # noqa: E402 - it needs PyTorch

from lemmata.attention import GatedAttentionUnit, MixedChunkAttention  # noqa: E402
from lemmata.testing import assert_cost_exponent, assert_rejects  # noqa: E402

WIDTH, EXPANDED, QUERY_WIDTH, CHUNK = 4, 8, 4, 64
SIZES = (1024, 4096, 16_384)
SMALL = (512, 1024, 2048)


def layer(chunk=CHUNK):
    return MixedChunkAttention(WIDTH, EXPANDED, QUERY_WIDTH, chunk=chunk)


def gau():
    return GatedAttentionUnit(WIDTH, EXPANDED, QUERY_WIDTH, chunk=CHUNK)


def tokens(n):
    return torch.ones(1, n, WIDTH)


@torch.no_grad()
def test_work_is_linear_from_1k_to_16k_tokens():
    mixed = layer()
    assert_cost_exponent(lambda n: flops(mixed, tokens(n)), SIZES, 1.0, within=0.01)
    assert_cost_exponent(lambda n: largest(mixed, tokens(n)), SIZES, 0.0)  # parts of a fixed size


@torch.no_grad()
def test_work_is_the_products_of_the_equation():
    n, projections = 4 * CHUNK, WIDTH * (2 * EXPANDED + QUERY_WIDTH) + EXPANDED * WIDTH
    near, far = CHUNK * (QUERY_WIDTH + EXPANDED), 2 * QUERY_WIDTH * EXPANDED
    assert flops(layer(), tokens(n)) == 2 * n * (projections + near + far)


@torch.no_grad()
def test_work_that_is_not_linear_is_noticed():
    def check(function):
        assert_cost_exponent(lambda n: flops(function, tokens(n)), SMALL, 1.0, within=0.15)

    mixed = layer()
    check(mixed)
    assert_rejects(
        check,
        {
            "all pairs": lambda x: mixed(x, form="parallel"),
            "chunks that grow": lambda x: layer(x.shape[1] // 4)(x),
            "the unit": gau(),
        },
    )


@torch.no_grad()
def test_the_units_chunks_leave_out_what_a_query_cannot_see():
    n, unit = 8 * CHUNK, gau()
    pairs = CHUNK * CHUNK * 8 * 9 // 2
    work = flops(unit, tokens(n), form="chunked") - flops(unit, tokens(n), form="parallel")
    assert work == 2 * (pairs - n * n) * (QUERY_WIDTH + EXPANDED)
    assert largest(unit, tokens(n), form="chunked") == CHUNK * n
    assert largest(unit, tokens(n), form="parallel") == n * n


def check_step(mixed):
    """What a step computes, holds and carries on is the same after 1 and after 1,000 tokens."""
    found = set()
    for n in (1, CHUNK - 1, CHUNK, 1000):
        _, state = mixed(tokens(n))
        x = tokens(1)[:, 0]
        work, held = flops(mixed.step, x, state), largest(mixed.step, x, state)
        found.add((work, held, state.nbytes))
    assert len(found) == 1, found


@torch.no_grad()
def test_a_step_costs_the_same_after_any_number_of_tokens():
    check_step(layer())
    assert_rejects(check_step, {"the unit": gau()})
