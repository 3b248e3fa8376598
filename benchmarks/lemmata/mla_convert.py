"""Converting heads of keys to fewer, and to latents: what is kept, what is lost, and how it is known.

    OMP_NUM_THREADS=1 python benchmarks/lemmata/mla_convert.py [--json]

A layer of width 512, 8 heads of 64, rotary, whose heads are mixtures of one in each group plus noise of
the size given; errors are relative, of outputs, on standard normal inputs. `discarded` is known before
anything is run. The peer of grouping is the mean of heads; none of the peers' packages converts.
"""

import os
from collections.abc import Iterator

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
from beside import report

from lemmata.attention import Attention, Certificate, Rotary, to_grouped, to_latent

torch.set_num_threads(1)
WIDTH, HEADS, D, GROUPS = 512, 8, 64, 2


def layer(noise: float) -> Attention:
    """Heads of two groups, each a mixture of the group's one key and value, and noise."""
    torch.manual_seed(0)
    made = Attention(WIDTH, HEADS, rotary=Rotary(D))
    shares = HEADS // GROUPS
    key = torch.complex(*torch.randn(2, GROUPS, 1, D // 2, WIDTH)) / WIDTH**0.5
    mixed = torch.complex(*torch.randn(2, GROUPS, shares, D // 2, 1)) * key
    keys = torch.view_as_real(mixed).movedim(-1, -2).reshape(HEADS * D, WIDTH)
    value = torch.randn(GROUPS, 1, D, WIDTH) / WIDTH**0.5
    values = (torch.randn(GROUPS, shares, D, D) / D**0.5 @ value).reshape(HEADS * D, WIDTH)
    with torch.no_grad():
        for linear, rows in ((made.key, keys), (made.value, values)):
            linear.weight.copy_(rows + noise * rows.std() * torch.randn_like(rows))
    return made


def rows() -> Iterator[dict[str, object]]:
    for noise in (0.0, 0.01, 0.1, 1.0):
        old = layer(noise)
        done: dict[str, Certificate] = {
            "to 2 groups, directions": to_grouped(old, GROUPS)[1],
            "to 2 groups, mean": to_grouped(old, GROUPS, method="mean")[1],
            "to latents, full rank": to_latent(old)[1],
            "to latents, rank 128, 2 turned": to_latent(old, 128, turned_heads=2)[1],
            "to latents, rank 128, 8 turned": to_latent(old, 128)[1],
        }
        for name, found in done.items():
            yield {
                "noise": noise,
                "conversion": name,
                "cache": found.cache_ratio,
                "discarded": found.discarded,
                "error": found.error,
                "condition": found.condition,
            }


if __name__ == "__main__":
    report("mla_convert", rows(), ("torch",))
