"""The Monarch product beside the dense one and low rank: where it is faster, and where it is not.

    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python benchmarks/lemmata/monarch.py [--json]

Single precision, one thread. `times` is dense over Monarch (above 1 Monarch is faster), in NumPy and
in PyTorch (whose dense peer is nn.Linear); `einsum` is PyTorch's product of the same factors as it
is usually written, `low rank` a low-rank product of as many numbers, both as dense over theirs.
"""

# ruff: noqa: N806 - matrices are capitals, as in the papers

import os
from collections.abc import Iterator

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from beside import report, take_turns

from lemmata.structured import monarch_matmul

torch.set_num_threads(1)
SIZES = (  # inputs, outputs, batch
    (384, 384, 1),
    (384, 384, 16),
    (384, 384, 1024),
    (384, 1536, 1),
    (384, 1536, 128),
    (768, 3072, 128),
    (4096, 4096, 1),
    (4096, 4096, 16),
)
RUNS = {1: 61, 16: 21, 128: 9, 1024: 5}


def shapes(n_in: int, n_out: int) -> Iterator[tuple[int, int]]:
    """(blocks, rank) at a quarter of the numbers, and the square root form where there is one."""
    for blocks in (4, 8, 16):
        yield blocks, max(1, n_in * n_out // (4 * blocks * (n_in + n_out)))
    if n_in == n_out == 4096:
        yield 64, 1


def measured(n_in: int, n_out: int, batch: int, blocks: int, rank: int) -> dict[str, object]:
    draw = np.random.default_rng(0)

    def single(*shape: int) -> np.ndarray:
        return draw.standard_normal(shape).astype(np.float32)

    W, x = single(n_out, n_in), single(batch, n_in)
    B1 = single(blocks, n_in // blocks, blocks * rank)
    B2 = single(blocks, blocks * rank, n_out // blocks)
    width = blocks * rank  # of a low-rank product of as many numbers
    low = torch.from_numpy(single(n_in, width)), torch.from_numpy(single(width, n_out))
    tx, t1, t2 = map(torch.from_numpy, (x, B1, B2))
    linear = torch.nn.Linear(n_in, n_out, bias=False)

    def einsum() -> torch.Tensor:
        h = torch.einsum("nkp,kpq->nkq", tx.view(batch, blocks, -1), t1)
        g = h.reshape(batch, -1, blocks)
        return torch.einsum("nrl,lrs->nsl", g, t2).reshape(batch, -1)

    with torch.no_grad():
        times = take_turns(
            {
                "numpy dense": lambda: x @ W.T,
                "numpy": lambda: monarch_matmul(x, B1, B2),
                "dense": lambda: linear(tx),
                "torch": lambda: monarch_matmul(tx, t1, t2),
                "einsum": einsum,
                "low rank": lambda: (tx @ low[0]) @ low[1],
            },
            RUNS[batch],
        )
    return {
        "in→out": f"{n_in}→{n_out}",
        "batch": batch,
        "blocks": blocks,
        "rank": rank,
        "numbers / dense": (B1.size + B2.size) / W.size,
        "NumPy ms": times["numpy"],
        "NumPy times": times["numpy dense"] / times["numpy"],
        "torch ms": times["torch"],
        "torch times": times["dense"] / times["torch"],
        "einsum times": times["dense"] / times["einsum"],
        "low rank times": times["dense"] / times["low rank"],
    }


def rows() -> Iterator[dict[str, object]]:
    for n_in, n_out, batch in SIZES:
        for blocks, rank in shapes(n_in, n_out):
            yield measured(n_in, n_out, batch, blocks, rank)


if __name__ == "__main__":
    report("monarch", rows(), ("numpy", "torch"))
