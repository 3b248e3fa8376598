"""The layers trace as one graph for `torch.compile`; what Inductor makes of it is not run here."""

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.attention import Attention, LatentAttention, Rotary  # noqa: E402 - it needs PyTorch


@pytest.mark.parametrize("kind", ["grouped", "latent"])
def test_a_layer_compiles_to_one_graph_with_gradients(kind):
    torch.manual_seed(0)
    if kind == "grouped":
        made = Attention(16, 4, 2, rotary=Rotary(4), dtype=torch.float64)
    else:
        made = LatentAttention(
            16, 2, kv_rank=6, nope_width=4, value_width=4, rotary=Rotary(4), dtype=torch.float64
        )
    x = torch.randn(2, 5, 16, dtype=torch.float64)
    compiled = torch.compile(made, fullgraph=True, backend="aot_eager")
    y, state = compiled(x)
    torch.testing.assert_close(y, made(x)[0], rtol=1e-12, atol=1e-13)
    assert state.position == 5
    y.sum().backward()
    assert all(parameter.grad is not None for parameter in made.parameters())
