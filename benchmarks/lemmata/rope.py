"""Turning queries and keys beside transformers' ways: time and error.

    OMP_NUM_THREADS=1 python benchmarks/lemmata/rope.py [--json]

32 heads of width 128, 2,048 tokens, single precision, one thread; angles are computed in every call.
`error` is the largest deviation from the same in double precision, at positions from 0 and from a
million on; inputs are standard normal.
"""

import os
from collections.abc import Callable, Iterator
from functools import partial

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from beside import report, take_turns
from torch import Tensor
from transformers.models.deepseek_v2.modeling_deepseek_v2 import apply_rotary_emb
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

from lemmata.attention import Rotary

torch.set_num_threads(1)
HEADS, TOKENS, WIDTH, FAR = 32, 2048, 128, 1_000_000
FREQUENCIES = 1 / 10_000 ** (torch.arange(0, WIDTH, 2).float() / WIDTH)


def ours(pairing: str, x: Tensor, where: Tensor) -> Tensor:
    return Rotary(WIDTH, pairing=pairing).rotate(x, where)  # type: ignore[arg-type]


def llama(x: Tensor, where: Tensor) -> Tensor:
    angles = where.float()[:, None] * FREQUENCIES
    cos, sin = (torch.cat((part, part), -1)[None] for part in (angles.cos(), angles.sin()))
    done: Tensor = apply_rotary_pos_emb(x, x[:, :1], cos, sin)[0]
    return done


def deepseek(x: Tensor, where: Tensor) -> Tensor:
    angles = where.float()[:, None] * FREQUENCIES
    done: Tensor = apply_rotary_emb(
        x, x[:, :1], torch.polar(torch.ones_like(angles), angles)[None]
    )[0]
    return done


WAYS: dict[str, tuple[str, Callable[[Tensor, Tensor], Tensor]]] = {
    "Rotary, adjacent": ("adjacent", partial(ours, "adjacent")),
    "transformers, DeepSeek": ("adjacent", deepseek),
    "Rotary, halves": ("halves", partial(ours, "halves")),
    "transformers, Llama": ("halves", llama),
}


def rows() -> Iterator[dict[str, object]]:
    torch.manual_seed(0)
    x = torch.randn(1, HEADS, TOKENS, WIDTH)
    near = torch.arange(TOKENS)
    times = take_turns({name: partial(way, x, near) for name, (_, way) in WAYS.items()}, 5)
    for name, (pairing, way) in WAYS.items():
        errors = [
            float((way(x, where).double() - ours(pairing, x.double(), where)).abs().max())
            for where in (near, near + FAR)
        ]
        yield {"way": name, "ms": times[name], "error": errors[0], "error, far": errors[1]}


if __name__ == "__main__":
    report("rope", rows(), ("torch", "transformers"))
