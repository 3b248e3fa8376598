"""AdaBelief beside PyTorch's Adam: what a step costs, and where they get on three functions.

    OMP_NUM_THREADS=1 python benchmarks/lemmata/adabelief.py [--json]

A step is timed on one tensor of a million entries and on 200 tensors of 500. The loss is that after
a fixed number of steps, at the best of five learning rates for each optimiser. Needs PyTorch.
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from beside import Row, report, take_turns

from lemmata.optimize import AdaBelief

WIDE = torch.float64
RATES = (3e-3, 1e-2, 3e-2, 0.1, 0.3)
WEIGHTS = torch.logspace(-1, 1, 10, dtype=WIDE)
TURN = torch.linalg.qr(
    torch.randn(10, 10, dtype=WIDE, generator=torch.Generator().manual_seed(0))
).Q
OPTIMISERS: dict[str, Callable[..., Any]] = {
    "lemmata AdaBelief": AdaBelief,
    "torch Adam, a tensor at a time": lambda p, **c: torch.optim.Adam(p, foreach=False, **c),
    "torch Adam, all at once": lambda p, **c: torch.optim.Adam(p, foreach=True, **c),
}


def steps(count: int, size: int) -> dict[str, float]:
    functions = {}
    for name, make in OPTIMISERS.items():
        tensors = [torch.nn.Parameter(torch.ones(size)) for _ in range(count)]
        for p in tensors:
            p.grad = torch.randn(size)
        functions[name] = make(tensors, lr=1e-3).step
    return take_turns(functions, runs=15)


def valley(x: torch.Tensor) -> torch.Tensor:
    """Rosenbrock's function."""
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def bowl(x: torch.Tensor) -> torch.Tensor:
    """A quadratic of curvatures over four decades, turned."""
    return (WEIGHTS**2 * (TURN @ x) ** 2).sum() / 2


def kink(x: torch.Tensor) -> torch.Tensor:
    """The sum of |x|, weighted over two decades."""
    return (WEIGHTS * x.abs()).sum()


def reached(make: Callable[..., Any], function: Any, lr: float, length: int = 1000) -> float:
    x = torch.nn.Parameter(torch.linspace(-1, 2, 10, dtype=WIDE))
    optimizer = make([x], lr=lr)
    for _ in range(length):
        optimizer.zero_grad()
        function(x).backward()
        optimizer.step()
    return float(function(x.detach()))


def measured() -> Iterator[Row]:
    large, small, best = steps(1, 1_000_000), steps(200, 500), {}
    for name, make in OPTIMISERS.items():
        if name != list(OPTIMISERS)[-1]:  # the last takes the same steps as the one before
            best = {
                f.__name__: min(reached(make, f, lr) for lr in RATES) for f in (valley, bowl, kink)
            }
        yield {
            "optimiser": name,
            "ms, one of 1e6": large[name],
            "ms, 200 of 500": small[name],
            **{f"{function} after 1000": f"{value:.1e}" for function, value in best.items()},
        }


if __name__ == "__main__":
    report("adabelief", measured(), ("torch",))
