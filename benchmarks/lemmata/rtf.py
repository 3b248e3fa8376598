"""The RTF kernel at growing orders, and what the published code answers at odd lengths.

    LEMMATA_RTF=… OMP_NUM_THREADS=1 python benchmarks/lemmata/rtf.py [--json]

LEMMATA_RTF names a checkout of ruke1ire/RTF; without it those columns are empty. 16,384 terms, 8
channels, single precision, one thread. `of n = 4` is the time over that of order 4 in the same
turns; `step` is one token without gradients, whose time is to grow with n.
"""

import os
from collections.abc import Iterator

os.environ.setdefault("OMP_NUM_THREADS", "1")

import ssm_peers
import torch
from beside import report, take_turns

from lemmata.ssm import RTF

WIDTH, LENGTH = 8, 16384
ORDERS = (4, 64, 1024, 8192)


def rows() -> Iterator[dict[str, object]]:
    torch.set_num_threads(1)
    peers = ssm_peers.rtf()
    ours = {n: RTF(WIDTH, n, LENGTH) for n in ORDERS}
    with torch.no_grad():
        for layer in ours.values():
            layer.a.normal_(std=0.1 / layer.state)
            layer.b.normal_()
        kernels = {n: (lambda layer=layer: layer.kernel(LENGTH)) for n, layer in ours.items()}
        steps = {}
        for n, layer in ours.items():
            start, x = layer.initial_state(1), torch.ones(1, WIDTH)
            steps[n] = lambda layer=layer, start=start, x=x: layer.step(x, start)
        runs = {f"kernel {n}": run for n, run in kernels.items()}
        runs |= {f"step {n}": run for n, run in steps.items()}
        if peers:
            others = {n: peers.RTF(WIDTH, n, LENGTH) for n in ORDERS}
            runs |= {
                f"theirs {n}": (lambda other=other: other.get_k()) for n, other in others.items()
            }
        times = take_turns(runs, 41)
    for n in ORDERS:
        yield {
            "n": n,
            "kernel ms": times[f"kernel {n}"],
            "of n = 4": times[f"kernel {n}"] / times["kernel 4"],
            "ruke1ire/RTF ms": times.get(f"theirs {n}"),
            "step ms": times[f"step {n}"],
        }


if __name__ == "__main__":
    report("rtf", rows(), ("torch",))
