"""Noisy copies in one transformer: two streams beside the mask of all pairs.

    python benchmarks/lemmata/noisy_copies.py [--json]

Attention of `n` clean tokens and so many noisy copies of each, forward and backward, 4 heads of
width 32, batch 4, single precision, one thread; `mask` is PyTorch's attention under `copies_mask` over
all tokens at once. `scores` are the pairs that each computes, in thousands a head; `error` is the
largest difference of the two answers.
"""

import math
import os
from collections.abc import Callable, Iterator

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch
from beside import Row, report, take_turns
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from lemmata.heads import attend_copies, copies_mask

torch.set_num_threads(1)
BATCH, HEADS, WIDTH = 4, 4, 32
SCALE = 1 / math.sqrt(WIDTH)
SIZES = ((64, 1), (64, 4), (64, 8), (256, 1), (256, 4))


def streams(n: int, copies: int) -> tuple[list[Tensor], list[Tensor]]:
    generator = torch.Generator().manual_seed(0)

    def drawn(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator).requires_grad_()

    clean = [drawn(BATCH, HEADS, n, WIDTH) for _ in range(3)]
    return clean, [drawn(BATCH, HEADS, copies, n, WIDTH) for _ in range(3)]


def step(form: Callable[[], tuple[Tensor, Tensor]], leaves: list[Tensor]) -> Callable[[], object]:
    """Forward and backward."""
    return lambda: torch.autograd.grad(sum(part.sum() for part in form()), leaves)


def measured() -> Iterator[Row]:
    for n, copies in SIZES:
        clean, noisy = streams(n, copies)
        mask = copies_mask(n, copies)

        def two(clean: list[Tensor] = clean, noisy: list[Tensor] = noisy) -> tuple[Tensor, Tensor]:
            return attend_copies(tuple(clean), tuple(noisy), SCALE)  # type: ignore[arg-type]

        def masked(
            clean: list[Tensor] = clean, noisy: list[Tensor] = noisy, mask: Tensor = mask
        ) -> tuple[Tensor, Tensor]:
            q, k, v = (
                torch.cat((c, e.flatten(2, 3)), 2) for c, e in zip(clean, noisy, strict=True)
            )
            out = scaled_dot_product_attention(q, k, v, mask, scale=SCALE)
            m = clean[0].shape[2]
            return out[:, :, :m], torch.unflatten(out[:, :, m:], 2, noisy[0].shape[2:4])

        leaves = [*clean, *noisy]
        forms = {"two": step(two, leaves), "mask": step(masked, leaves)}
        taken = take_turns(forms, runs=7)
        with torch.no_grad():
            error = max(float((a - b).abs().max()) for a, b in zip(two(), masked(), strict=True))
        yield {
            "tokens": n,
            "copies": copies,
            "two streams, ms": taken["two"],
            "mask, ms": taken["mask"],
            "times faster": taken["mask"] / taken["two"],
            "scores, two streams": n * n * (1 + copies) / 1000,
            "scores, mask": (n * (1 + copies)) ** 2 / 1000,
            "error": error,
        }


if __name__ == "__main__":
    report("noisy_copies", measured(), ("torch",))
