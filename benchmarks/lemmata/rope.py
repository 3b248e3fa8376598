"""Turning queries and keys beside transformers' ways: time and error.

    OMP_NUM_THREADS=1 python benchmarks/lemmata/rope.py [--json]

32 heads of width 128, 2,048 tokens, single precision, one thread; angles are computed in every call.
`error` is the largest deviation from the same in double precision, at positions from 0 and from a
million on; inputs are standard normal. YaRN: 16 times 4,096 tokens, the frequencies alone.
"""

import os
from collections.abc import Callable, Iterator
from functools import partial

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from beside import report, take_turns
from torch import Tensor
from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.deepseek_v2.modeling_deepseek_v2 import apply_rotary_emb
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

from lemmata.attention import Rotary, Yarn

torch.set_num_threads(1)
HEADS, TOKENS, WIDTH, FAR = 32, 2048, 128, 1_000_000
FREQUENCIES = 1 / 10_000 ** (torch.arange(0, WIDTH, 2).float() / WIDTH)
YARN = Yarn(16.0, 4096)


def ours(pairing: str, yarn: Yarn | None, x: Tensor, where: Tensor) -> Tensor:
    return Rotary(WIDTH, pairing=pairing, yarn=yarn).rotate(x, where)  # type: ignore[arg-type]


def stretched() -> Tensor:
    """The frequencies that transformers has for the same."""
    config = LlamaConfig(
        hidden_size=WIDTH,
        num_attention_heads=1,
        max_position_embeddings=int(YARN.factor * YARN.trained),
        rope_parameters={
            "rope_type": "yarn",
            "rope_theta": 10_000.0,
            "factor": YARN.factor,
            "original_max_position_embeddings": YARN.trained,
        },
    )
    frequencies: Tensor = ROPE_INIT_FUNCTIONS["yarn"](config)[0]
    return frequencies


def llama(frequencies: Tensor, x: Tensor, where: Tensor) -> Tensor:
    angles = where.float()[:, None] * frequencies
    cos, sin = (torch.cat((part, part), -1)[None] for part in (angles.cos(), angles.sin()))
    done: Tensor = apply_rotary_pos_emb(x, x[:, :1], cos, sin)[0]
    return done


def deepseek(x: Tensor, where: Tensor) -> Tensor:
    angles = where.float()[:, None] * FREQUENCIES
    done: Tensor = apply_rotary_emb(
        x, x[:, :1], torch.polar(torch.ones_like(angles), angles)[None]
    )[0]
    return done


Way = Callable[[Tensor, Tensor], Tensor]
WAYS: dict[str, tuple[Way, Way]] = {
    "Rotary, adjacent": (partial(ours, "adjacent", None),) * 2,
    "transformers, DeepSeek": (deepseek, partial(ours, "adjacent", None)),
    "Rotary, halves": (partial(ours, "halves", None),) * 2,
    "transformers, Llama": (partial(llama, FREQUENCIES), partial(ours, "halves", None)),
    "Rotary, halves, YaRN": (partial(ours, "halves", YARN),) * 2,
    "transformers, Llama, YaRN": (partial(llama, stretched()), partial(ours, "halves", YARN)),
}


def rows() -> Iterator[dict[str, object]]:
    torch.manual_seed(0)
    x = torch.randn(1, HEADS, TOKENS, WIDTH)
    near = torch.arange(TOKENS)
    times = take_turns({name: partial(way, x, near) for name, (way, _) in WAYS.items()}, 5)
    for name, (way, exact) in WAYS.items():
        errors = [
            float((way(x, where).double() - exact(x.double(), where)).abs().max())
            for where in (near, near + FAR)
        ]
        yield {"way": name, "ms": times[name], "error": errors[0], "error, far": errors[1]}


if __name__ == "__main__":
    report("rope", rows(), ("torch", "transformers"))
