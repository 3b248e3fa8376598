"""The online-softmax state: equal to softmax written out, a monoid, stable, defined for no keys."""

import math

import numpy as np
import plain_attention as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.attention import (  # noqa: E402 - it needs PyTorch
    SoftmaxState,
    attend,
    attention_state,
    merge,
    merge_all,
)
from lemmata.attention.forms import FORMS  # noqa: E402
from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError  # noqa: E402
from lemmata.testing import assert_rejects, tolerance  # noqa: E402


def drawn(*shape, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


def expected(q, k, v, allowed, scale=None):
    """The plain attention of each head; `allowed` (n, m)."""
    heads = (given.reshape(-1, *given.shape[-2:]).double().numpy() for given in (q, k, v))
    out = [plain.attention(*head, allowed, scale) for head in zip(*heads, strict=True)]
    return torch.tensor(np.stack(out)).reshape(*q.shape[:-1], v.shape[-1])


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25, deadline=None)
@given(
    sizes=st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 4)),
    block=st.integers(1, 5),
    causal=st.booleans(),
    size=st.sampled_from([1.0, 30.0, 1e3]),
    single=st.booleans(),
    seed=st.integers(0, 99),
)
def test_every_form_is_softmax_attention(form, sizes, block, causal, size, single, seed):
    n, m, width = sizes
    dtype = torch.float32 if single else torch.float64
    q, k, v = (drawn(2, *s, seed=seed + i) for i, s in enumerate([(n, width), (m, width), (m, 3)]))
    q, k, v = (size * q).to(dtype), k.to(dtype), v.to(dtype)
    mask = drawn(n, m, seed=seed + 7) > -1
    allowed = mask.numpy() & (plain.causal(n, m) if causal else True)
    found = attend(q, k, v, form=form, causal=causal, mask=mask, block=block)
    reference = expected(q, k, v, allowed)
    largest = float((q.double() @ k.double().mT).abs().max())
    limit = tolerance(str(dtype)[6:], max(1, largest), 1) if largest < 1e4 else 0.05
    assert float((found - reference).abs().max()) <= limit * float(v.abs().max())
    assert found.dtype == dtype


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_scores_of_a_thousand_neither_overflow_nor_lose_digits(form, dtype):
    scores = torch.tensor([[1000.0, 999.0, -1000.0, 500.0]], dtype=dtype)
    k, v = torch.eye(4, dtype=dtype), drawn(4, 3, dtype=dtype)
    found = attend(scores, k, v, form=form, scale=1.0, block=3)
    exact = expected(scores, k, v, np.ones((1, 4), bool), 1.0)
    torch.testing.assert_close(found.double(), exact, atol=0, rtol=4 * torch.finfo(dtype).eps)


@pytest.mark.parametrize("form", FORMS)
def test_a_row_that_may_see_nothing_answers_zero_with_zero_gradient(form):
    q, k, v = (drawn(3, 2, seed=i).requires_grad_() for i in range(3))
    mask = torch.tensor([[True, False, True], [False] * 3, [True] * 3])
    out = attend(q, k, v, form=form, mask=mask, block=2)
    assert torch.equal(out[1], torch.zeros(2, dtype=torch.float64))
    for gradient in torch.autograd.grad(out.sum(), (q, k, v)):
        assert bool(gradient.isfinite().all())
    state = attention_state(q, k, v, form=form, mask=mask)
    assert state.log_weight()[1] == -math.inf


@pytest.mark.parametrize("form", FORMS)
def test_more_queries_than_keys_leave_the_first_rows_empty(form):
    q, k, v = drawn(5, 2), drawn(2, 2, seed=1), drawn(2, 2, seed=2)
    out = attend(q, k, v, form=form, causal=True, block=2)
    assert torch.equal(out[:3], torch.zeros(3, 2, dtype=torch.float64))
    torch.testing.assert_close(out, expected(q, k, v, plain.causal(5, 2)))


def states(number, rows=4, keys=5, seed=0):
    return [
        SoftmaxState.of(
            50 * drawn(rows, keys, seed=seed + 2 * i), drawn(keys, 3, seed=seed + 2 * i + 1)
        )
        for i in range(number)
    ]


def assert_same(a, b):
    for name in ("peak", "weight", "total"):
        torch.testing.assert_close(getattr(a, name), getattr(b, name), rtol=1e-13, atol=1e-13)


def test_states_form_a_commutative_monoid():
    a, b, c = states(3)
    nothing = SoftmaxState.empty((4,), 3, dtype=torch.float64)
    assert_same(merge(merge(a, b), c), merge(a, merge(b, c)))
    for name in ("peak", "weight", "total"):
        assert torch.equal(getattr(merge(a, b), name), getattr(merge(b, a), name))
        assert torch.equal(getattr(merge(a, nothing), name), getattr(a, name))
        assert torch.equal(getattr(merge(nothing, nothing), name), getattr(nothing, name))
    assert torch.equal(nothing.output(), torch.zeros(4, 3, dtype=torch.float64))


@pytest.mark.parametrize("number", [1, 2, 3, 7, 8])
def test_a_tree_of_merges_is_a_chain_of_them(number):
    several = states(number)
    chain = several[0]
    for state in several[1:]:
        chain = chain.merge(state)
    assert_same(merge_all(several), chain)


def test_shares_of_a_sequence_computed_apart_merge_to_the_whole():
    q, k, v = drawn(2, 6, 4), drawn(2, 9, 4, seed=1), drawn(2, 9, 5, seed=2)
    whole = attend(q, k, v)
    shares = [attention_state(q, k[:, part], v[:, part]) for part in (slice(4), slice(4, 9))]
    torch.testing.assert_close(merge(*shares).output(), whole, rtol=1e-14, atol=1e-14)
    exact = torch.logsumexp(q @ k.mT / 2, -1)
    torch.testing.assert_close(merge(*shares).log_weight(), exact, rtol=1e-14, atol=1e-14)


def test_a_state_knows_its_bytes():
    assert states(1)[0].nbytes == 8 * 4 * (3 + 2)


@pytest.mark.parametrize("form", FORMS)
def test_gradients_are_right_where_keys_are_masked_too(form):
    q, k, v = (drawn(3, 2, seed=i).requires_grad_() for i in range(3))
    mask = torch.tensor([[True, True, True], [False] * 3, [False, True, True]])

    def run(q, k, v):
        state = attention_state(q, k, v, form=form, mask=mask, block=2)
        return state.output(), state.log_weight()[[0, 2]]

    assert torch.autograd.gradcheck(run, (q, k, v))


def _plain_sums(a, b):
    return SoftmaxState(torch.maximum(a.peak, b.peak), a.weight + b.weight, a.total + b.total)


def _mean_of_outputs(a, b):
    right = merge(a, b)
    return SoftmaxState(right.peak, right.weight * 0 + 2, a.output() + b.output())


def _keeps_the_first_peak(a, b):
    right = merge(a, b)
    return SoftmaxState(a.peak, right.weight, right.total)


def _one_side_rescaled(a, b):
    peak = torch.maximum(a.peak, b.peak)
    r = (a.peak - peak).exp()
    return SoftmaxState(peak, a.weight * r + b.weight, a.total * r[..., None] + b.total)


def _weights_not_rescaled(a, b):
    right = merge(a, b)
    return SoftmaxState(right.peak, a.weight + b.weight, right.total)


def _infinite_differences(a, b):
    peak = torch.maximum(a.peak, b.peak)
    r, s = (a.peak - peak).exp(), (b.peak - peak).exp()
    total = a.total * r[..., None] + b.total * s[..., None]
    return SoftmaxState(peak, a.weight * r + b.weight * s, total)


def _smaller_peak(a, b):
    peak = torch.minimum(a.peak, b.peak)
    return _infinite_differences(
        SoftmaxState(a.peak, a.weight, a.total), SoftmaxState(peak, b.weight, b.total)
    )


WRONG = {
    "sums without rescaling": _plain_sums,
    "mean of outputs": _mean_of_outputs,
    "peak of the first": _keeps_the_first_peak,
    "one side rescaled": _one_side_rescaled,
    "weights not rescaled": _weights_not_rescaled,
    "infinity less infinity": _infinite_differences,
    "the smaller peak": _smaller_peak,
}


def check_merge(merging):
    """`merging` is right for two halves of a sequence, in two rows, and for a row without keys."""
    scores, values = 300 * drawn(2, 6), drawn(6, 3, seed=1)
    scores = torch.cat((scores, torch.full((1, 6), -math.inf)))
    halves = [SoftmaxState.of(scores[:, p], values[p]) for p in (slice(3), slice(3, 6))]
    for a, b in (halves, halves[::-1]):
        found, right = merging(a, b), SoftmaxState.of(scores, values)
        for part, whole in zip(
            (found.output(), found.peak), (right.output(), right.peak), strict=True
        ):
            assert bool((part == whole).logical_or((part - whole).abs() < 1e-12).all())


def test_wrong_merges_are_rejected():
    check_merge(merge)
    assert_rejects(check_merge, WRONG)


def test_bad_input_is_named():
    q, k, v = drawn(2, 3, 4), drawn(2, 5, 4), drawn(2, 5, 6)
    for bad, error, match in (
        ((q[..., :3], k, v), ShapeError, r"share their width.*\(2, 3, 3\)"),
        ((q, k, v[:, :4]), ShapeError, "their length"),
        ((q[:1], k, v), ShapeError, "leading axes"),
        ((q[:, :0], k, v), ShapeError, "q must have .* no empty axis"),
        ((q, k[:, :0], v), ShapeError, "k must have"),
        ((q.long(), k, v), DtypeError, "q must be a floating"),
        ((q, k.float(), v), DtypeError, "one dtype"),
        ((q, k, v.numpy()), DtypeError, "v must be .* ndarray"),
        ((q, k, v * math.nan), NonFiniteError, "v of shape"),
    ):
        with pytest.raises(error, match=match):
            attend(*bad)
    for more, error, match in (
        ({"form": "sparse"}, ArgumentError, "form must be one of"),
        ({"block": 0}, ArgumentError, "block"),
        ({"block": 2.0}, TypeError, "block"),
        ({"scale": math.inf}, ArgumentError, "scale"),
        ({"mask": torch.ones(3, 5)}, DtypeError, "bool"),
        (
            {"mask": torch.ones(3, 4, dtype=torch.bool)},
            ShapeError,
            r"mask must broadcast.*\(3, 4\)",
        ),
    ):
        with pytest.raises(error, match=match):
            attend(q, k, v, **more)


def test_bad_scores_and_states_are_named():
    scores, values = drawn(2, 3), drawn(3, 4)
    for bad, error, match in (
        ((scores[:, :2], values), ShapeError, r"scores must have shape .*\(2, 3\)"),
        ((scores[0], values), ShapeError, "two axes"),
        ((scores.float(), values), DtypeError, "one dtype"),
        ((scores.long(), values), DtypeError, "scores must be"),
        ((scores / 0, values), NonFiniteError, "NaN or"),
        ((scores * math.nan, values), NonFiniteError, "NaN or"),
    ):
        with pytest.raises(error, match=match):
            SoftmaxState.of(*bad)
    with pytest.raises(ShapeError, match="one shape and dtype"):
        merge(SoftmaxState.of(scores, values), SoftmaxState.empty((2,), 4))
    with pytest.raises(ArgumentError, match="at least one state"):
        merge_all([])
