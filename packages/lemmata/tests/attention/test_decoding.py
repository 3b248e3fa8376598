"""Decoding with every policy: the same function, at the predicted cost."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_decoding import counted

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from counted_torch import flops  # noqa: E402 - it needs PyTorch

from lemmata.attention import (  # noqa: E402
    CausalDecoder,
    Decoding,
    Work,
    decoding_cost,
    shape_of,
)
from lemmata.errors import ArgumentError, DtypeError, IntegerError, ShapeError  # noqa: E402
from lemmata.testing import assert_cost_exponent, assert_rejects  # noqa: E402

POLICIES = [("full", None), ("none", None), ("every_k", 1), ("every_k", 2), ("every_k", 5)]


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def decoder(layers=3, kv_heads=1, dtype=torch.float64):
    return CausalDecoder(11, 8, layers, 2, kv_heads, expansion=2, dtype=dtype).eval()


def decoded(model, tokens, policy, every):
    run = Decoding(model, policy, every=every)
    return torch.stack([run.step(token) for token in tokens.T], 1), run


@pytest.mark.parametrize("policy, every", POLICIES)
@pytest.mark.parametrize("layers, kv_heads, n", [(1, 2, 9), (2, 1, 8), (3, 2, 6), (4, 1, 4)])
def test_every_policy_decodes_what_the_decoder_says(policy, every, layers, kv_heads, n):
    model = decoder(layers, kv_heads)
    tokens = torch.randint(0, 11, (2, n))
    found, _ = decoded(model, tokens, policy, every)
    with torch.no_grad():
        torch.testing.assert_close(found, model(tokens), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("policy, every", POLICIES)
@pytest.mark.parametrize("layers, n", [(1, 7), (2, 6), (3, 5), (4, 4)])
def test_the_cost_model_predicts_the_counted_work_exactly(policy, every, layers, n):
    model = decoder(layers)
    tokens = torch.randint(0, 11, (1, n))
    done = {}

    def run():
        done["it"] = decoded(model, tokens, policy, every)[1]

    counted_flops = flops(run)
    expected = decoding_cost(shape_of(model), n, policy, every=every)
    assert done["it"].work == expected.work
    assert counted_flops == 2 * expected.multiply_adds
    assert done["it"].stored == expected.stored
    assert done["it"].most_held == expected.held


def kept_by(policy, every, layers):
    return set(range(every, layers, every)) if policy == "every_k" else set()


def check_predictions(cost):
    """`cost(shape, n, policy, every)` is the work that plain nested loops count."""
    for layers in (1, 2, 3):
        shape = replace(shape_of(decoder()), layers=layers)
        for policy, every in POLICIES[1:]:
            for n in (1, 2, 5):
                embeddings, pairs, bodies = counted(n, layers, kept_by(policy, every, layers))
                assert cost(shape, n, policy, every) == Work(embeddings, pairs, pairs, bodies, n)


def right(shape, n, policy, every):
    return decoding_cost(shape, n, policy, every=every).work


def test_wrong_cost_models_are_rejected():
    def quadratic(shape, n, policy, every):
        pairs = shape.layers * n * (n + 1) // 2
        return replace(right(shape, n, policy, every), pairs=pairs, keys=pairs)

    def as_if_nothing_were_kept(shape, n, policy, every):
        return right(shape, n, "none", None)

    def one_layer_less(shape, n, policy, every):
        return right(replace(shape, layers=max(1, shape.layers - 1)), n, policy, every)

    check_predictions(right)
    assert_rejects(
        check_predictions,
        {
            "quadratic": quadratic,
            "policy ignored": as_if_nothing_were_kept,
            "a layer less": one_layer_less,
            "a token less": lambda s, n, p, e: right(s, max(1, n - 1), p, e),
        },
    )


@settings(max_examples=30, deadline=None)
@given(layers=st.integers(1, 4), n=st.integers(1, 7), every=st.integers(1, 5))
def test_predictions_are_what_nested_loops_count(layers, n, every):
    shape = replace(shape_of(decoder()), layers=layers)
    embeddings, pairs, bodies = counted(n, layers, kept_by("every_k", every, layers))
    found = right(shape, n, "every_k", every)
    assert (found.embeddings, found.pairs, found.bodies) == (embeddings, pairs, bodies)


def test_the_exponents_of_decoding_without_a_cache():
    sizes = (4096, 8192, 16384)
    for layers in (1, 2, 3):
        shape = replace(shape_of(decoder()), layers=layers)
        counts = lambda n, s=shape: right(s, n, "none", None).embeddings  # noqa: E731
        assert_cost_exponent(counts, sizes, layers + 1, within=0.01)
        assert counts(64) == {1: 2080, 2: 45_760, 3: 766_480}[layers]
        assert_cost_exponent(
            lambda n, s=shape: decoding_cost(s, n, "full").work.pairs, sizes, 2, within=0.01
        )


def test_memory_is_constant_without_a_cache_and_linear_with_one():
    shape = shape_of(decoder())
    none = [decoding_cost(shape, n, "none") for n in (10, 1000)]
    assert [cost.stored for cost in none] == [0, 0]
    assert none[0].held == none[1].held
    for policy, every in (("full", None), ("every_k", 2)):
        assert_cost_exponent(
            lambda n, p=policy, e=every: decoding_cost(shape, n, p, every=e).stored,
            (100, 200, 400),
            1.0,
        )


def test_a_decoder_trains():
    model = decoder(2)
    tokens = torch.randint(0, 11, (4, 6))
    optimiser = torch.optim.Adam(model.parameters(), 1e-2)
    losses = []
    for _ in range(30):
        logits = model(tokens[:, :-1])
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.5 * losses[0]


def test_bad_input_is_named():
    model = decoder()
    shape = shape_of(model)
    run = Decoding(model)
    run.step(torch.tensor([1, 2]))
    for call, error, match in (
        (lambda: Decoding(model, "some"), ArgumentError, "policy must be one of full"),
        (lambda: Decoding(model, "every_k"), ArgumentError, "every must be given"),
        (lambda: Decoding(model, "none", every=2), ArgumentError, "every must be given"),
        (lambda: Decoding(model, "every_k", every=0), ArgumentError, "at least 1"),
        (lambda: Decoding(model, "every_k", every=1.0), IntegerError, "every"),
        (lambda: run.step(torch.tensor([1])), ShapeError, r"shape \(2,\) like those before"),
        (lambda: run.step(torch.tensor([[1, 2]])), ShapeError, r"tokens must have shape \(batch\)"),
        (lambda: model(torch.zeros(1, 0, dtype=torch.long)), ShapeError, "no empty axis"),
        (lambda: model(torch.zeros(1, 3)), DtypeError, "int64"),
        (lambda: model([[1]]), DtypeError, "tokens must be a torch.Tensor"),
        (lambda: model(torch.tensor([[11]])), ArgumentError, r"tokens must be in \[0, 11\)"),
        (lambda: CausalDecoder(11, 8, 1, 3), ArgumentError, "heads must cut width"),
        (lambda: CausalDecoder(11, 8, 0, 2), ArgumentError, "layers"),
        (lambda: decoding_cost(shape, 0), ArgumentError, "tokens must be at least 1"),
        (lambda: decoding_cost(shape, 3, "every_k"), ArgumentError, "every must be given"),
        (lambda: decoding_cost(shape, 3, "some"), ArgumentError, "policy"),
    ):
        with pytest.raises(error, match=match):
            call()
