"""DyT, DyISRU and Derf beside PyTorch's norms: time, and what `replace` does to a trained model.

    python benchmarks/lemmata/norms.py [--json]

`forward` is without gradients, `step` is forward and backward, both in single precision and one thread,
on tokens x width. The model is a causal transformer on bytes (two layers, width 64, context 64)
trained here on the texts of Python's own help, with LayerNorm before each part; the loss is in nats a
byte, on text that neither training nor calibration saw. `swapped` is after `replace`, calibrated on
8,192 tokens; `unfitted` with the papers' initial values and the old gains; `tuned` after 60 more steps
from `swapped`, which LayerNorm is given too. Needs PyTorch; x-transformers is a peer.
"""

import copy
import os
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pydoc_data.topics import topics

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch
from beside import Row, report, take_turns
from torch import Tensor, nn

from lemmata.norm import Derf, DyISRU, DyT, replace

torch.set_num_threads(1)
SIZES = ((256, 128), (1024, 512), (1024, 2048))
WIDTH, CONTEXT, BATCH, STEPS, MORE = 64, 64, 32, 500, 60
KINDS = {"dyt": DyT, "dyisru": DyISRU, "derf": Derf}


class Block(nn.Module):
    """Attention and a layer of ReLU units, each behind a norm."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.mix, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.mix(self.norm1(x)).unflatten(-1, (3, 4, -1)).permute(2, 0, 3, 1, 4)
        seen = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(seen.transpose(1, 2).flatten(2))
        return x + self.down(self.up(self.norm2(x)).relu())


class Model(nn.Module):
    """Bytes to logits of the next."""

    def __init__(self) -> None:
        super().__init__()
        self.byte, self.place = nn.Embedding(256, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.Sequential(Block(), Block())
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 256)

    def forward(self, tokens: Tensor) -> Tensor:
        where = torch.arange(tokens.shape[1])
        return self.head(self.norm(self.blocks(self.byte(tokens) + self.place(where))))


def text() -> tuple[Tensor, Tensor]:
    """For training, and for measuring."""
    told = "\n".join(topics[name] for name in sorted(topics)).encode()
    whole = torch.frombuffer(bytearray(told), dtype=torch.uint8).long()
    cut = int(0.9 * len(whole))
    return whole[:cut], whole[cut:]


def windows(part: Tensor, count: int, seed: int) -> Tensor:
    starts = torch.randint(
        len(part) - CONTEXT - 1, (count,), generator=torch.Generator().manual_seed(seed)
    )
    return part[starts[:, None] + torch.arange(CONTEXT + 1)]


def loss_of(model: nn.Module, drawn: Tensor) -> Tensor:
    logits = model(drawn[:, :-1])
    return nn.functional.cross_entropy(logits.flatten(0, 1), drawn[:, 1:].flatten())


def trained(model: nn.Module, part: Tensor, steps: int, rate: float, seed: int) -> nn.Module:
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
    for step in range(steps):
        optimizer.zero_grad()
        loss_of(model, windows(part, BATCH, seed + step)).backward()
        optimizer.step()
    return model


def measured_loss(model: nn.Module, part: Tensor) -> float:
    with torch.no_grad():
        return float(loss_of(model, windows(part, 256, 10**6)))


def unfitted(model: nn.Module, make: Callable[[int], nn.Module]) -> nn.Module:
    """The model with new curves that have the old gains and biases."""
    new = copy.deepcopy(model)
    for module in list(new.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.LayerNorm):
                curve = make(WIDTH)
                curve.load_state_dict(child.state_dict(), strict=False)
                setattr(module, name, curve)
    return new


def quality() -> dict[str, Row]:
    """The losses, by the name of the row."""
    torch.manual_seed(0)
    train, held = text()
    model = trained(Model(), train, STEPS, 3e-3, 0)
    batch = windows(train, 128, 10**7)[:, :-1]
    before = measured_loss(model, held)
    tuned = measured_loss(trained(copy.deepcopy(model), train, MORE, 1e-3, 10**5), held)
    losses: dict[str, Row] = {
        "torch LayerNorm": {
            "loss, swapped": before,
            "unfitted": None,
            "tuned": tuned,
            "worst": None,
        }
    }
    for kind, make in KINDS.items():
        new, found = replace(model, kind, calibrate=batch, max_error=1.0)  # type: ignore[arg-type]
        swapped = measured_loss(new, held)
        losses[f"lemmata {make.__name__}"] = {
            "loss, swapped": swapped,
            "unfitted": measured_loss(unfitted(model, make), held),
            "tuned": measured_loss(trained(new, train, MORE, 1e-3, 10**5), held),
            "worst": found.worst.error,
        }
    return losses


def layers(width: int) -> dict[str, nn.Module]:
    """What is timed."""
    made: dict[str, nn.Module] = {
        "torch LayerNorm": nn.LayerNorm(width),
        "torch RMSNorm": nn.RMSNorm(width),
        **{f"lemmata {make.__name__}": make(width) for make in KINDS.values()},
    }
    if find_spec("x_transformers"):
        from x_transformers.x_transformers import Derf as TheirDerf
        from x_transformers.x_transformers import DynamicTanh

        made["x-transformers DynamicTanh"] = DynamicTanh(width)
        made["x-transformers Derf"] = TheirDerf(width)
    return made


def times(rows: int, width: int) -> tuple[dict[str, float], dict[str, float]]:
    x = torch.randn(rows, width, generator=torch.Generator().manual_seed(0))
    upstream = torch.randn_like(x)

    def forward(layer: nn.Module) -> Callable[[], object]:
        def run() -> None:
            with torch.no_grad():
                layer(x)

        return run

    def step(layer: nn.Module) -> Callable[[], object]:
        leaf = x.clone().requires_grad_()
        wanted = [leaf, *layer.parameters()]
        return lambda: torch.autograd.grad(layer(leaf), wanted, upstream)

    made = layers(width)
    return (
        take_turns({name: forward(layer) for name, layer in made.items()}, runs=25),
        take_turns({name: step(layer) for name, layer in made.items()}, runs=15),
    )


def measured() -> Iterator[Row]:
    losses = quality()
    taken = {size: times(*size) for size in SIZES}
    nothing = dict.fromkeys(("loss, swapped", "unfitted", "tuned", "worst"))
    for name in layers(8):
        row: dict[str, object] = {"layer": name}
        for (rows, width), (forward, step) in taken.items():
            row[f"forward {rows}×{width}, ms"] = forward[name]
            row[f"step {rows}×{width}, ms"] = step[name]
        yield {**row, **losses.get(name, nothing)}


if __name__ == "__main__":
    report("norms", measured(), ("torch", "x-transformers"))
