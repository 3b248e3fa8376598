"""Multi-head latent attention: its equations, its two paths, its cache, its products."""

import itertools

import plain_attention as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from counted_torch import flops  # noqa: E402 - it needs PyTorch

from lemmata.attention import Image, LatentAttention, Rotary, Text, layout  # noqa: E402
from lemmata.errors import ArgumentError, DtypeError, ShapeError  # noqa: E402
from lemmata.mixer import Mixer  # noqa: E402
from lemmata.testing import assert_forms_agree, assert_rejects  # noqa: E402

SHAPE = {"kv_rank": 6, "nope_width": 3, "value_width": 5, "rotary": Rotary(4, base=100.0)}
HEADS, WIDTH = 2, 8


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def layer(dtype=torch.float64, **more):
    made = LatentAttention(WIDTH, HEADS, **(SHAPE | more), dtype=dtype)
    for name, parameter in made.named_parameters():
        if "norm" in name:
            torch.nn.init.normal_(parameter, 1.0, 0.2)
    return made


def written_out(made, x):
    """The equations of the paper, with the layer's weights."""
    w = {name: p.detach().double().numpy() for name, p in made.named_parameters()}
    d_n, d_r, d_v = made.nope_width, made.rope_width, made.value_width
    q = w["q_up.weight"].reshape(HEADS, d_n + d_r, -1)
    up = w["kv_up.weight"].reshape(HEADS, d_n + d_v, -1)
    named = {
        "UQ": q[:, :d_n].reshape(HEADS * d_n, -1),
        "QR": q[:, d_n:].reshape(HEADS * d_r, -1),
        "DKV": w["kv_down.weight"][: made.kv_rank],
        "KR": w["kv_down.weight"][made.kv_rank :],
        "KVNorm": w["kv_norm.weight"],
        "UK": up[:, :d_n].reshape(HEADS * d_n, -1),
        "UV": up[:, d_n:].reshape(HEADS * d_v, -1),
        "O": w["out.weight"],
    }
    if made.q_rank:
        named |= {"DQ": w["q_down.weight"], "QNorm": w["q_norm.weight"]}
    rows = x.double().numpy()
    out = [plain.latent(row, named, (HEADS, d_n, d_r, d_v), 100.0, 1e-6) for row in rows]
    return torch.stack([torch.tensor(row) for row in out])


@pytest.mark.parametrize("path", ["materialised", "absorbed", "auto"])
@pytest.mark.parametrize("q_rank", [None, 5])
def test_the_layer_is_the_papers_equations(path, q_rank):
    made = layer(q_rank=q_rank)
    x = torch.randn(2, 6, WIDTH, dtype=torch.float64)
    y, state = made(x, path=path)
    torch.testing.assert_close(y.detach(), written_out(made, x), rtol=1e-12, atol=1e-13)
    assert state.position == state.next_position == 6


@settings(max_examples=40, deadline=None)
@given(
    cached=st.integers(0, 9),
    new=st.integers(1, 6),
    q_rank=st.sampled_from([None, 4]),
    rope=st.sampled_from([None, Rotary(2), Rotary(4)]),
    single=st.booleans(),
    seed=st.integers(0, 99),
)
def test_absorbed_is_materialised(cached, new, q_rank, rope, single, seed):
    torch.manual_seed(seed)
    dtype, within = (torch.float32, 1e-5) if single else (torch.float64, 1e-12)
    made = layer(dtype, q_rank=q_rank, rotary=rope)
    x = torch.randn(2, cached + new, WIDTH, dtype=dtype)
    with torch.no_grad():
        state = made(x[:, :cached])[1] if cached else None
        a, of_a = made(x[:, cached:], state, path="absorbed")
        m, of_m = made(x[:, cached:], state, path="materialised")
    assert float((a - m).abs().max()) <= within * float(m.abs().max())
    assert torch.equal(of_a.latents.tensor, of_m.latents.tensor)


@pytest.mark.parametrize("q_rank", [None, 5])
def test_all_forms_are_one_function(q_rank):
    made = layer(q_rank=q_rank, chunk=3)
    assert isinstance(made, Mixer)
    assert_forms_agree(made, dtypes=("float64", "float32", "bfloat16") if q_rank else ("float64",))


def test_gradients_are_right_by_both_paths():
    made = layer(q_rank=3)
    names = [name for name, _ in made.named_parameters()]
    x = torch.randn(1, 3, WIDTH, dtype=torch.float64, requires_grad=True)
    for path in ("materialised", "absorbed"):

        def run(x, *parameters, path=path):
            held = dict(zip(names, parameters, strict=True))
            return torch.func.functional_call(made, held, (x,), {"path": path})[0]

        assert torch.autograd.gradcheck(run, (x, *made.parameters()))


def check_equations(made):
    """`made` and the paper's equations with its weights agree."""
    x = torch.randn(1, 5, WIDTH, dtype=torch.float64)
    with torch.no_grad():
        torch.testing.assert_close(made(x)[0], written_out(made, x), rtol=1e-12, atol=1e-13)


class _KeyFromLatent(LatentAttention):
    def _latents(self, x, tables):
        latent, key = self._parted(self.kv_down(x))
        latent = self.kv_norm(latent)
        return torch.cat((latent, self._turned(latent[..., : key.shape[-1]], tables)), -1)


class _NotNormalised(LatentAttention):
    def _latents(self, x, tables):
        latent, key = self._parted(self.kv_down(x))
        return torch.cat((latent, self._turned(key, tables)), -1)


class _KeyNotTurned(LatentAttention):
    def _latents(self, x, tables):
        return super()._latents(x, None)


class _QueriesNotTurned(LatentAttention):
    def _queries(self, x, tables):
        return super()._queries(x, None)


class _FutureSeen(LatentAttention):
    def _absorbed(self, nope, rope, cached, real):
        rows = [
            super(_FutureSeen, self)._absorbed(
                nope[:, :, i : i + 1], rope[:, :, i : i + 1], cached, real
            )
            for i in range(nope.shape[2])
        ]
        return torch.cat(rows, 2)

    _materialised = _absorbed


def test_wrong_layers_are_rejected():
    kinds = (_KeyFromLatent, _NotNormalised, _KeyNotTurned, _QueriesNotTurned, _FutureSeen)
    right = layer()
    check_equations(right)
    wrong = {}
    for kind in kinds:
        wrong[kind.__name__] = kind(WIDTH, HEADS, **SHAPE, dtype=torch.float64)
        wrong[kind.__name__].load_state_dict(right.state_dict())
    wrong["scaled by the width without turned keys"] = layer(scale=3**-0.5)
    assert_rejects(check_equations, wrong)


def test_a_cache_holds_the_latent_and_one_turned_key():
    made = layer(torch.float32)
    _, state = made(torch.randn(3, 7, WIDTH))
    assert state.bytes_per_token == (6 + 4) * 4
    assert state.nbytes == 3 * 7 * 40 == state.latents.tensor.nbytes


def test_products_are_counted_and_the_cheaper_path_is_taken():
    made = layer(q_rank=5)
    outside = WIDTH * 5 + 5 * HEADS * 7 + WIDTH * 10 + HEADS * 5 * WIDTH
    with torch.no_grad():
        for cached, new in itertools.product((0, 20, 200), (1, 2, 9)):
            x = torch.randn(1, cached + new, WIDTH, dtype=torch.float64)
            state = made(x[:, :cached])[1] if cached else None
            run = {
                path: flops(made, x[:, cached:], state, path=path)
                for path in ("auto", "absorbed", "materialised")
            }
            absorbed = made.products("absorbed", new, cached + new)
            assert run["absorbed"] == 2 * (new * outside + absorbed)
            if new == 1:
                materialised = made.products("materialised", new, cached + new)
                assert run["materialised"] == 2 * (new * outside + materialised)
            better = "absorbed" if made.absorbs(new, cached + new) else "materialised"
            assert run["auto"] == run[better]
    assert made.absorbs(1, 200)
    assert not made.absorbs(200, 200)


def test_the_crossover_at_the_shapes_of_v2_lite():
    with torch.device("meta"):
        lite = LatentAttention(2048, 16)
    assert lite.products("absorbed", 1, 1) - 16 * 512 * 256 == 16 * 1088
    assert lite.products("materialised", 0, 1) == 16 * 512 * 256
    few = max(n for n in range(1, 400) if lite.absorbs(n, 1_000_000))
    assert few == 170  # d_c (d_n + d_v) / (2 d_c - d_n - d_v)


def test_layouts_move_latent_attention_too():
    made = layer(rotary=Rotary(4, axes=2))
    x = torch.randn(1, 8, WIDTH, dtype=torch.float64)
    parts = [Text(1), Image(2, 3), Text(1)]
    whole, state = made(x, positions=layout(parts, "tv"))
    first, cut = made(x[:, :7], positions=layout(parts[:2], "tv"))
    second, _ = made.step(x[:, 7], cut)
    torch.testing.assert_close(torch.cat((first, second[:, None]), 1), whole)
    assert state.next_position == 8


def test_bad_input_is_named():
    made = layer()
    x = torch.randn(2, 3, WIDTH, dtype=torch.float64)
    other = layer(kv_rank=5)(x)[1]
    for call, error, match in (
        (lambda: made(x, path="folded"), ArgumentError, "path must be one of auto"),
        (lambda: made(x, other), ShapeError, r"latents of state must have shape \(2, tokens, 10\)"),
        (lambda: made(x, (1, 2)), DtypeError, "state must be a LatentCache"),
        (lambda: made.step(x, None), ShapeError, "x must have shape"),
        (lambda: layer(kv_rank=0), ArgumentError, "kv_rank"),
        (lambda: layer(q_rank=0), ArgumentError, "q_rank"),
        (lambda: layer(nope_width=0, rotary=None), ArgumentError, "nope_width must be at least 1"),
        (lambda: layer(nope_width=-1), ArgumentError, "nope_width must be at least 0"),
    ):
        with pytest.raises(error, match=match):
            call()
