"""Where Adam's second moment is the curvature, and where it is not: the experiments, in one table.

    OMP_NUM_THREADS=1 python benchmarks/lemmata/diagnose.py [--json]

The slope is that of log sqrt(v) on log |diag H|: 1 where sqrt(v) follows the curvature, 1/2 where v
does, 0 where neither. `edge` is the preconditioned sharpness over its limit. "Watched" is an Adam
that does not move but sees the gradients of what does. Needs PyTorch; loads no data.
"""

# ruff: noqa: N803, N806 - matrices are capitals, as in the papers

from collections.abc import Callable, Iterator
from typing import Any

import torch
from beside import Row, report

from lemmata.optimize import AdaBelief, diagnose

Loss = Callable[[], torch.Tensor]
WIDE = torch.float64
CURVATURES = torch.logspace(-2, 2, 25, dtype=WIDE)


def row(problem: str, gradients: str, optimizer: Any, loss: Loss) -> Row:
    found = diagnose(optimizer, loss, rng=0)
    return {
        "problem": problem,
        "gradients": gradients,
        "optimiser": type(optimizer).__name__,
        "correlation": found.agreement.correlation,
        "of ranks": found.agreement.rank_correlation,
        "slope": found.agreement.slope,
        "edge": None if "watched" in gradients else found.edge,
        "update spread": found.update_spread,
    }


def watched(matrix: torch.Tensor, draw: Callable[[], torch.Tensor], steps: int) -> tuple[Any, Loss]:
    """An Adam that stands still (lr near 0) and sees the gradients that `draw` gives."""
    x = torch.nn.Parameter(torch.zeros(matrix.shape[0], dtype=WIDE))
    optimizer = torch.optim.Adam([x], lr=1e-12)
    for _ in range(steps):
        x.grad = draw()
        optimizer.step()
    return optimizer, lambda: x @ matrix @ x / 2


def displaced(matrix: torch.Tensor, correlation: float) -> Callable[[], torch.Tensor]:
    """H d with d of covariance I: independent, or a random walk that is held to that size."""
    d = torch.randn(matrix.shape[0], dtype=WIDE)

    def draw() -> torch.Tensor:
        nonlocal d
        fresh = torch.randn_like(d)
        d = correlation * d + (1 - correlation**2) ** 0.5 * fresh
        return matrix @ d

    return draw


def descending(power: float, lr: float = 1e-3) -> Callable[[], torch.Tensor]:
    """Gradients along SGD on the quadratic, with noise of covariance h^power."""
    x = torch.zeros(25, dtype=WIDE)

    def draw() -> torch.Tensor:
        nonlocal x
        g = CURVATURES * x + CURVATURES ** (power / 2) * torch.randn(25, dtype=WIDE)
        x = x - lr * g
        return g

    return draw


def run(make: Any, power: float | None, steps: int = 4000) -> tuple[Any, Loss]:
    """An optimiser of its own on the quadratic; no noise where power is None."""
    x = torch.nn.Parameter(torch.ones(25, dtype=WIDE))
    optimizer = make([x])
    for _ in range(steps):
        x.grad = CURVATURES * x.detach()
        if power is not None:
            x.grad += CURVATURES ** (power / 2) * torch.randn(25, dtype=WIDE)
        optimizer.step()
    return optimizer, lambda: (CURVATURES * x**2).sum() / 2


def quadratics() -> Iterator[Row]:
    D = torch.diag(CURVATURES)
    Q = torch.linalg.qr(torch.randn(25, 25, dtype=WIDE)).Q
    name = "quadratic"
    yield row(name, "displaced evenly, watched", *watched(D, displaced(D, 0.0), 4000))
    yield row(name, "even random walk, watched", *watched(D, displaced(D, 0.99), 4000))
    turned = Q @ D @ Q.T
    yield row(
        "quadratic, turned",
        "displaced evenly, watched",
        *watched(turned, displaced(turned, 0.0), 4000),
    )
    for power in (0, 1, 2):
        yield row(name, f"SGD, noise cov. h^{power}, watched", *watched(D, descending(power), 4000))
    for make in (torch.optim.Adam, AdaBelief):

        def made(p: Any, make: Any = make) -> Any:
            return make(p, lr=1e-3)

        for power in (0, 1, 2):
            yield row(name, f"noise cov. h^{power}", *run(made, power))
        yield row(name, "no noise", *run(made, None, 1500))


def data() -> tuple[torch.Tensor, torch.Tensor]:
    """600 points in 20 features of scales over two decades, and noisy labels."""
    X = torch.randn(600, 20, dtype=WIDE) * torch.logspace(-1, 1, 20, dtype=WIDE)
    y = (X @ torch.randn(20, dtype=WIDE) / 5 + torch.randn(600, dtype=WIDE) > 0).to(WIDE)
    return X, y


def trained(name: str, net: Any, X: Any, y: Any, make: Any, batch: int | None) -> Row:
    """Train, then diagnose on all of the data."""

    def loss(rows: Any = slice(None)) -> torch.Tensor:
        scores = net(X[rows])[:, 0]
        return torch.nn.functional.binary_cross_entropy_with_logits(scores, y[rows])

    optimizer = make(net.parameters())
    for _ in range(1500):
        optimizer.zero_grad()
        rows = slice(None) if batch is None else torch.randint(0, len(y), (batch,))
        loss(rows).backward()
        optimizer.step()
    return row(name, "all data" if batch is None else f"batches of {batch}", optimizer, loss)


def networks() -> Iterator[Row]:
    X, y = data()
    for name in ("logistic regression", "network 20-16-1"):
        for make in (torch.optim.Adam, AdaBelief):
            for batch in (8, 64, None):
                torch.manual_seed(1)
                last = torch.nn.Linear(20 if name.startswith("log") else 16, 1)
                first = () if last.in_features == 20 else (torch.nn.Linear(20, 16), torch.nn.Tanh())
                net = torch.nn.Sequential(*first, last).double()
                yield trained(name, net, X, y, lambda p, make=make: make(p, lr=3e-3), batch)


def measured() -> Iterator[Row]:
    torch.manual_seed(0)
    yield from quadratics()
    yield from networks()


if __name__ == "__main__":
    report("diagnose", measured(), ("numpy", "torch"))
