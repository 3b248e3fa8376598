"""Multi-head, grouped-query and multi-query attention: one function in all its forms, caches included."""

import math

import plain_attention as plain
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from counted_torch import flops  # noqa: E402 - it needs PyTorch

from lemmata.attention import (  # noqa: E402
    Attention,
    Image,
    LatentAttention,
    Rotary,
    Text,
    layout,
)
from lemmata.attention.rows import Rows  # noqa: E402
from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError  # noqa: E402
from lemmata.mixer import Mixer  # noqa: E402
from lemmata.testing import (  # noqa: E402
    assert_cost_exponent,
    assert_forms_agree,
    assert_rejects,
    wrong_forms,
)

KINDS = [(4, 4), (4, 2), (4, 1)]  # heads, kv_heads: multi-head, grouped, multi-query


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def layer(heads=4, kv_heads=2, rotary=Rotary(2), dtype=torch.float64, **more):  # noqa: B008
    return Attention(8, heads, kv_heads, rotary=rotary, dtype=dtype, **more)


@pytest.mark.parametrize("heads, kv_heads", KINDS)
@pytest.mark.parametrize("base", [None, 100.0])
def test_the_layer_is_attention_written_out(heads, kv_heads, base):
    made = layer(heads, kv_heads, None if base is None else Rotary(2, base=base))
    weights = {name[0]: p.detach().numpy() for name, p in made.named_parameters()}
    x = torch.randn(2, 7, 8, dtype=torch.float64)
    y, state = made(x)
    expected = [plain.grouped(row, weights, heads, kv_heads, base) for row in x.numpy()]
    torch.testing.assert_close(
        y.detach(), torch.stack([torch.tensor(e) for e in expected]), rtol=1e-12, atol=1e-13
    )
    assert state.position == state.next_position == 7


@pytest.mark.parametrize("heads, kv_heads", KINDS)
def test_all_forms_are_one_function(heads, kv_heads):
    made = layer(heads, kv_heads, chunk=3)
    assert isinstance(made, Mixer)
    dtypes = ("float64", "float32", "bfloat16") if kv_heads == 2 else ("float64",)
    assert_forms_agree(made, dtypes=dtypes)


def test_a_layer_without_positions_and_with_wide_heads_has_its_forms_too():
    assert_forms_agree(layer(2, 1, None, head_width=6, bias=True, chunk=4), gradients=False)


def test_the_checker_rejects_what_is_broken():
    made = layer(chunk=3)
    assert_rejects(lambda wrong: assert_forms_agree(wrong, dtypes=("float64",)), wrong_forms(made))


def test_gradients_are_right():
    made = layer()
    names = [name for name, _ in made.named_parameters()]
    x = torch.randn(1, 3, 8, dtype=torch.float64, requires_grad=True)

    def run(x, *parameters):
        return torch.func.functional_call(made, dict(zip(names, parameters, strict=True)), (x,))[0]

    assert torch.autograd.gradcheck(run, (x, *made.parameters()))


def test_a_layout_moves_the_text_after_it_and_the_cache_remembers():
    made = layer(rotary=Rotary(2, axes=2))
    x = torch.randn(1, 10, 8, dtype=torch.float64)
    parts = [Text(2), Image(2, 3), Text(2)]
    whole, state = made(x, positions=layout(parts, "tie"))
    first, cut = made(x[:, :8], positions=layout(parts[:2], "tie"))
    second, after = made(x[:, 8:], cut)
    torch.testing.assert_close(torch.cat((first, second), 1), whole, rtol=1e-12, atol=1e-13)
    assert state.next_position == after.next_position == 1 + 12 + 2
    assert state.position == 10


def test_caches_know_their_bytes():
    for heads, kv_heads in KINDS:
        made = layer(heads, kv_heads, dtype=torch.float32)
        _, state = made(torch.randn(3, 5, 8))
        assert state.bytes_per_token == 2 * kv_heads * 2 * 4
        assert state.nbytes == 3 * 5 * state.bytes_per_token
        assert state.nbytes == state.keys.tensor.nbytes + state.values.tensor.nbytes
        roomy = made.initial_state(3, capacity=9)
        assert (roomy.nbytes, roomy.allocated) == (0, 3 * 9 * state.bytes_per_token)


def test_a_step_writes_one_row_where_there_is_room():
    made = layer()
    with torch.no_grad():
        state = made.initial_state(1, capacity=3)
        places = []
        for _ in range(4):
            _, state = made.step(torch.randn(1, 8, dtype=torch.float64), state)
            places.append(state.keys.tensor.data_ptr())
    assert len(set(places[:3])) == 1
    assert places[3] != places[2]


def test_rows_are_values_and_grow_by_a_half():
    rows = Rows.empty((2,), 3)
    lengths, copied = [], 0
    for n in range(200):
        before = rows
        rows = rows.append(torch.full((2, 1, 3), float(n)))
        copied += before.allocated != rows.allocated
        lengths.append(rows.length)
    assert lengths == list(range(1, 201))
    assert copied < 16
    assert rows.allocated <= 1.5 * rows.nbytes + 24
    left, right = (before.append(torch.full((2, 1, 3), value)) for value in (-1.0, -2.0))
    assert torch.equal(rows.tensor[:, -1], torch.full((2, 3), 199.0))
    assert (left.tensor[0, -1, 0], right.tensor[0, -1, 0]) == (-1, -2)
    assert torch.equal(left.tensor[:, :-1], rows.tensor[:, :-1])
    with pytest.raises(ShapeError, match="do not follow"):
        rows.append(torch.zeros(2, 1, 4))


def test_rows_of_inference_mode_can_be_carried_on_from_outside_of_it():
    with torch.inference_mode():
        rows = Rows.empty((1,), 2, 4).append(torch.ones(1, 1, 2))
    grown = rows.append(torch.zeros(1, 1, 2))
    assert grown.tensor.tolist() == [[[1, 1], [0, 0]]]


def test_a_step_costs_what_it_must_and_is_linear_in_the_cache():
    def step(cached, kv_heads=2):
        made = layer(4, kv_heads)
        with torch.no_grad():
            _, state = made(torch.randn(1, cached, 8, dtype=torch.float64))
            x = torch.randn(1, 8, dtype=torch.float64)
            return flops(made.step, x, state)

    projections = 2 * 8 * (8 + 4 + 4 + 8)
    assert step(31) == projections + 2 * 4 * 32 * (2 + 2)
    assert step(31, 1) < step(31, 2) < step(31, 4)
    assert_cost_exponent(step, (1024, 2048, 4096), 1.0)


def test_bad_input_is_named():
    made = layer()
    x = torch.randn(2, 5, 8, dtype=torch.float64)
    _, state = made(x)
    other = layer(4, 4)(x)[1]
    latent = LatentAttention(8, 2, kv_rank=4, nope_width=2, value_width=2, rotary=None).double()
    for call, error, match in (
        (lambda: made(x[..., :7]), ShapeError, r"x must have shape .*\(2, 5, 7\)"),
        (lambda: made(x[:, :0]), ShapeError, "no empty axis"),
        (lambda: made(x.float()), DtypeError, "x must have dtype torch.float64"),
        (lambda: made(x * math.nan), NonFiniteError, "x of shape"),
        (lambda: made(x, form="fft"), ArgumentError, "form must be one of parallel"),
        (lambda: made(x, other), ShapeError, "another layer or batch"),
        (lambda: made(x[:1], state), ShapeError, "keys of state must have shape"),
        (lambda: made(x, latent(x)[1]), DtypeError, "state must be a KVCache or None"),
        (lambda: made.float()(x.float(), state), DtypeError, "keys of state is torch.float64"),
        (
            lambda: made(x.float(), positions=torch.arange(5)),
            DtypeError,
            "positions must be a Layout",
        ),
        (
            lambda: made(x.float(), positions=layout([Text(5)], "tv")),
            ShapeError,
            "5 tokens on 1 axes",
        ),
        (lambda: made.step(x[0].float()[:, :3], None), ShapeError, "x must have shape"),
        (lambda: made.initial_state(0), ArgumentError, "batch"),
        (lambda: Attention(8, 3), ArgumentError, "heads must divide width"),
        (lambda: Attention(8, 4, 3), ArgumentError, "kv_heads must divide heads"),
        (lambda: Attention(8, 4, 0), ArgumentError, "kv_heads must be at least 1"),
        (lambda: Attention(8, 4, rotary=Rotary(4)), ArgumentError, "rotary must be at most 2"),
        (lambda: Attention(8.0, 4), TypeError, "width"),
    ):
        with pytest.raises(error, match=match):
            call()
