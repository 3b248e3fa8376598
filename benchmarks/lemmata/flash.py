"""Gated attention units and mixed chunks beside those of FLASH-pytorch: time, memory, prefixes.

    OMP_NUM_THREADS=1 python benchmarks/lemmata/flash.py [--json]

Width 128, u and v 256 wide, queries and keys 128, chunks of 256, single precision, one thread.
`grows as` is the exponent of the forward time since the first size of the layer. `step` is one more
token after so many (the peers have none: they begin again). `prefix` is how much outputs for the
first half differ when the second half follows, relative to the largest. `forms` is the same for the
recurrent form against the layer's default, in double precision. The peers' layers also normalise,
add a bias by relative position and a residual.
"""

import copy
import math
import os
import warnings
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
from beside import report, take_turns
from torch import Tensor, nn

from lemmata.attention import GatedAttentionUnit, MixedChunkAttention, Rotary

torch.set_num_threads(1)
WIDTH, TURNS, RUNS = 128, 32, 3
LINEAR, QUADRATIC = (1024, 4096, 16_384), (512, 1024, 2048)


def peers() -> dict[str, tuple[nn.Module, tuple[int, ...]]]:
    """The layers of FLASH-pytorch where it is installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from flash_pytorch import FLASH, GAU
            from rotary_embedding_torch import RotaryEmbedding
    except ModuleNotFoundError:
        return {}
    rotary = RotaryEmbedding(dim=TURNS)
    return {
        "FLASH-pytorch FLASH": (FLASH(dim=WIDTH, causal=True, rotary_pos_emb=rotary), LINEAR),
        "FLASH-pytorch GAU": (GAU(dim=WIDTH, causal=True), QUADRATIC),
    }


def layers() -> dict[str, tuple[nn.Module, tuple[int, ...]]]:
    """Each layer and the numbers of tokens it is measured at."""
    torch.manual_seed(0)
    rotary = Rotary(TURNS)
    own: dict[str, tuple[nn.Module, tuple[int, ...]]] = {
        "MixedChunkAttention": (MixedChunkAttention(WIDTH, rotary=rotary), LINEAR)
    }
    for normalisation in ("relu2_fixed", "entropy_invariant"):
        unit = GatedAttentionUnit(WIDTH, rotary=rotary, normalisation=normalisation)
        own[f"GatedAttentionUnit, {normalisation}"] = (unit, QUADRATIC)
    return own | peers()


def output(layer: nn.Module, x: Tensor, **form: str) -> Tensor:
    """The output alone."""
    y: Any = layer(x, **form)
    first: Tensor = y[0] if isinstance(y, tuple) else y
    return first


def forward(layer: nn.Module, x: Tensor) -> None:
    with torch.no_grad():
        output(layer, x)


def training(layer: nn.Module, x: Tensor) -> None:
    layer.zero_grad()
    output(layer, x).sum().backward()


@torch.no_grad()
def prefix(layer: nn.Module, x: Tensor) -> float:
    """How outputs for the first half differ when the second half follows."""
    half = x.shape[1] // 2
    return difference(output(layer, x)[:, :half], output(layer, x[:, :half]))


@torch.no_grad()
def forms(layer: nn.Module, n: int) -> float:
    """How far the recurrent form is from the default, in double precision."""
    double, x = copy.deepcopy(layer).double(), torch.randn(1, n, WIDTH, dtype=torch.float64)
    return difference(output(double, x, form="recurrent"), output(double, x))


def difference(a: Tensor, b: Tensor) -> float:
    return float((a - b).abs().max() / b.abs().max())


@torch.no_grad()
def steps(
    every: Mapping[str, tuple[Any, tuple[int, ...]]],
) -> dict[tuple[str, int], tuple[float, int]]:
    """The time of one more token after so many, in turns, and the bytes of the state before it."""
    states = {
        (name, n): layer(torch.randn(1, n, WIDTH))[1]
        for name, (layer, sizes) in every.items()
        if hasattr(layer, "step")
        for n in sizes
    }
    token = torch.randn(1, WIDTH)
    times = take_turns(
        {
            f"{name} {n}": partial(every[name][0].step, token, at)
            for (name, n), at in states.items()
        },
        100,
    )
    return {(name, n): (times[f"{name} {n}"], at.nbytes) for (name, n), at in states.items()}


def rows() -> Iterator[dict[str, object]]:
    every = layers()
    stepped = steps(every)
    first: dict[str, tuple[int, float]] = {}
    for n in sorted({*LINEAR, *QUADRATIC}):
        x = torch.randn(1, n, WIDTH, generator=torch.Generator().manual_seed(n))
        now = {name: layer for name, (layer, sizes) in every.items() if n in sizes}
        times = take_turns({name: partial(forward, layer, x) for name, layer in now.items()}, RUNS)
        trained = take_turns(
            {name: partial(training, layer, x) for name, layer in now.items()}, RUNS
        )
        for name, layer in now.items():
            step, held = stepped.get((name, n), (None, None))
            start, began = first.setdefault(name, (n, times[name]))
            yield {
                "tokens": n,
                "layer": name,
                "forward ms": times[name],
                "grows as": math.log(times[name] / began) / math.log(n / start)
                if n > start
                else None,
                "training ms": trained[name],
                "step ms": step,
                "state bytes": held,
                "prefix": prefix(layer, x),
                "forms": forms(layer, n) if step and n == 1024 else None,
            }


if __name__ == "__main__":
    report("flash", rows(), ("torch", "FLASH-pytorch"))
