"""Decoding with a full cache, every k-th layer or nothing: work, memory and time, predicted and counted.

    OMP_NUM_THREADS=1 python benchmarks/lemmata/kv_cache_policies.py [--json]

A decoder of 3 layers, width 64, 4 heads, 10 tokens, one thread. `predicted` are multiply-adds of the cost
model, `counted` those that PyTorch's counter saw; `stored` and `held` are numbers between and within steps.
"""

import os
from collections.abc import Iterator

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
from beside import report, take_turns
from torch.utils.flop_counter import FlopCounterMode

from lemmata.attention import CausalDecoder, Decoding, decoding_cost, shape_of
from lemmata.attention.decoding import Policy

torch.set_num_threads(1)
TOKENS, LAYERS = 10, 3
POLICIES: tuple[tuple[Policy, int | None], ...] = (
    ("full", None),
    ("every_k", 1),
    ("every_k", 2),
    ("none", None),
)


def rows() -> Iterator[dict[str, object]]:
    torch.manual_seed(0)
    model = CausalDecoder(100, 64, LAYERS, 4).eval()
    tokens = torch.randint(0, 100, (1, TOKENS))
    with torch.no_grad():
        exact = model(tokens)

    def decode(policy: Policy, every: int | None) -> tuple[torch.Tensor, Decoding]:
        run = Decoding(model, policy, every=every)
        return torch.stack([run.step(token) for token in tokens.T], 1), run

    for policy, every in POLICIES:
        with FlopCounterMode(display=False) as counter:
            logits, run = decode(policy, every)
        times = take_turns({"it": lambda p=policy, e=every: decode(p, e)}, 1)  # type: ignore[misc]
        cost = decoding_cost(shape_of(model), TOKENS, policy, every=every)
        yield {
            "policy": policy if every is None else f"every {every}",
            "predicted": cost.multiply_adds,
            "counted": counter.get_total_flops() // 2,
            "stored": run.stored,
            "held": run.most_held,
            "ms": times["it"],
            "error": float((logits - exact).abs().max() / exact.abs().max()),
        }


if __name__ == "__main__":
    report("kv_cache_policies", rows(), ("torch",))
