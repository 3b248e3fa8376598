"""A step of training of S4 and S4D beside the layers of state-spaces/s4, forward and backward.

    LEMMATA_S4=… OMP_NUM_THREADS=1 python benchmarks/lemmata/s4_train.py [--json]

Single precision, one thread, N = 64; the loss is the mean square of the outputs. Ours return the
state after the sequence as well, theirs are convolutions with a skip alone (`FFTConv`).
"""

import os
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import ssm_peers
import torch
from beside import report, take_turns

from lemmata.ssm import S4, S4D

SIZES = ((8, 256, 32), (4, 1024, 64), (2, 2048, 128))  # batch, length, width
STATE = 64


def training(layer: Any, x: torch.Tensor) -> Callable[[], None]:
    def step() -> None:
        layer.zero_grad()
        layer(x)[0].square().mean().backward()

    return step


def rows() -> Iterator[dict[str, object]]:
    torch.set_num_threads(1)
    peers = ssm_peers.s4()
    for batch, length, width in SIZES:
        x = torch.randn(batch, length, width, generator=torch.Generator().manual_seed(0))
        for name, mode, ours in (
            ("S4", "dplr", S4(width, STATE, length)),
            ("S4D", "diag", S4D(width, STATE)),
        ):
            runs = {"ours": training(ours, x)}
            if peers:
                other = peers.FFTConv(
                    width, length, activation=None, transposed=False, mode=mode, d_state=STATE,
                    verbose=False,
                )  # fmt: skip
                runs["theirs"] = training(other, x)
            times = take_turns(runs, 5)
            yield {
                "layer": name,
                "batch": batch,
                "length": length,
                "width": width,
                "ms": times["ours"],
                "state-spaces/s4 ms": times.get("theirs"),
                "times faster": times["theirs"] / times["ours"] if peers else None,
            }


if __name__ == "__main__":
    report("s4_train", rows(), ("torch",))
