"""The S4 kernel beside the recurrence and beside state-spaces/s4: error, time and memory.

    LEMMATA_S4=… OMP_NUM_THREADS=1 python benchmarks/lemmata/s4.py [--json]

LEMMATA_S4 names a checkout of state-spaces/s4, whose CPU fallback is run; without it those columns
are empty. N = 64, steps from 1e-3 to 1e-1, 8 channels. Errors are the worst of all channels,
relative to the channel's largest term; the recurrence is run in float64 as x + (Abar - I) x, from
the parameters as rounded to the precision of the kernel. Memory is by how much one kernel raises
the peak of a fresh process (Linux; empty elsewhere).
"""

# ruff: noqa: N806 - matrices are capitals, as in the papers

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import ssm_peers
import torch
from beside import report, take_turns

from lemmata.ssm import S4

WIDTH, STATE = 8, 64
LENGTHS = (256, 1024, 4095, 4096, 16384)
MEMORY = """
import sys
sys.path[:0] = {path!r}
import ssm_peers, torch
from lemmata.ssm import S4
torch.set_num_threads(1)
def most():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
with torch.no_grad():
    if {peer}:
        made = ssm_peers.s4().SSMKernelDPLR(
            d_model={width}, d_state={state}, l_max={length}, verbose=False
        )
        kernel = lambda length: made(L=length)
        kernel(64)  # it folds its readout in the first call
    else:
        kernel = S4({width}, {state}, {length}).kernel
        torch.fft.irfft(torch.ones(64, dtype=torch.complex64))
    with open("/proc/self/clear_refs", "w") as peak:
        peak.write("5")
    before = most()
    kernel({length})
    print(most() - before)
"""


def recurrence(layer: S4, length: int) -> torch.Tensor:
    excess, x, C = layer.recurrence()
    terms = []
    for _ in range(length):
        terms.append((C * x).sum(-1))
        x = x + (excess @ x[..., None])[..., 0]
    return torch.stack(terms, -1)


def error(found: torch.Tensor, expected: torch.Tensor) -> float:
    worst = (found.double() - expected).abs().amax(-1) / expected.abs().amax(-1)
    return float(worst.max())


def memory(length: int, peer: bool) -> float | None:
    """MiB by which the peak of a fresh process grows."""
    if not Path("/proc/self/clear_refs").exists() or (peer and not os.environ.get("LEMMATA_S4")):
        return None
    sizes = {"width": WIDTH, "state": STATE, "length": length, "peer": peer, "path": sys.path[:1]}
    command = [sys.executable, "-c", MEMORY.format(**sizes)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def rows() -> Iterator[dict[str, object]]:
    torch.set_num_threads(1)
    peers = ssm_peers.s4()
    for length in LENGTHS:
        generator = torch.Generator().manual_seed(0)
        double = S4(WIDTH, STATE, length, generator=generator, dtype=torch.float64)
        single = S4(WIDTH, STATE, length, generator=generator)
        rounded = S4(WIDTH, STATE, length, dtype=torch.float64)
        rounded.load_state_dict(single.state_dict())
        runs = {"ours": lambda single=single, length=length: single.kernel(length)}
        if peers:
            other = peers.SSMKernelDPLR(d_model=WIDTH, d_state=STATE, l_max=length, verbose=False)
            runs["theirs"] = lambda other=other, length=length: other(L=length)
        with torch.no_grad():
            wide = error(double.kernel(length), recurrence(double, length))
            narrow = error(single.kernel(length), recurrence(rounded, length))
            times = take_turns(runs, 5)
        ours, theirs = memory(length, peer=False), memory(length, peer=True)
        yield {
            "length": length,
            "complex128 error": wide,
            "complex64 error": narrow,
            "ms": times["ours"],
            "state-spaces/s4 ms": times.get("theirs"),
            "times faster": times["theirs"] / times["ours"] if peers else None,
            "MiB": ours,
            "state-spaces/s4 MiB": theirs,
        }


if __name__ == "__main__":
    report("s4", rows(), ("torch",))
