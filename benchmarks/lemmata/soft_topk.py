"""Smooth top-k beside its peers: 1,000 of 100,000 scores, time and error of the sum.

    OPENBLAS_NUM_THREADS=1 python benchmarks/lemmata/soft_topk.py [--json]

A peer is what one would write or install instead: 60 halvings in NumPy or PyTorch, the entmax
package (whose budget_bisect few know), the recursion that subtracts. All answer the same question
only within a kind; sparsemax and softmax choose one, and stand for what a simpler map costs.
"""

from collections.abc import Callable, Iterator

import numpy as np
from beside import report, take_turns

from lemmata.relax import soft_topk

N, K = 100_000, 1000
KINDS = ("sigmoid", "laplace", "euclidean", "subset")


def halved(x, k):
    """The sigmoid threshold by 60 halvings, as one would write it."""
    low, high = x.min() - np.log(len(x)), x.max() + np.log(len(x))
    for _ in range(60):
        middle = (low + high) / 2
        e = np.exp(-np.abs(x - middle))
        p = np.where(x >= middle, 1, e) / (1 + e)
        low, high = (middle, high) if p.sum() > k else (low, middle)
    return p


def halved_by_torch(x, k):
    """The same on a tensor."""
    import torch

    low, high = x.min() - np.log(len(x)), x.max() + np.log(len(x))
    for _ in range(60):
        middle = (low + high) / 2
        p = torch.sigmoid(x - middle)
        low, high = (middle, high) if p.sum() > k else (low, middle)
    return p


def subtracting(x, k):
    """Subset marginals by p_j = j softmax(x + log(1 - p_(j - 1)))."""
    p = np.zeros_like(x)
    for j in range(1, k + 1):
        with np.errstate(all="ignore"):
            z = x + np.log(1 - p)
            w = np.exp(z - z.max())
            p = j * w / w.sum()
    return p


def with_gradient(kind):
    import torch

    weights = torch.arange(N, dtype=torch.float64)

    def both(x):
        leaf = torch.asarray(x).requires_grad_()
        p = soft_topk(leaf, K, kind=kind)
        torch.autograd.grad((p * weights).sum(), leaf)
        return p.detach()

    return both


def functions() -> dict[str, Callable]:
    found: dict[str, Callable] = {
        f"lemmata {kind}": lambda x, kind=kind: soft_topk(x, K, kind=kind) for kind in KINDS
    }
    found["lemmata hard"] = lambda x: soft_topk(x, K, hard=True)
    found["60 halvings, NumPy (sigmoid)"] = lambda x: halved(x, K)
    try:
        import entmax
        import torch
    except ImportError:
        return found
    for kind in KINDS:
        found[f"lemmata {kind}, with gradient"] = with_gradient(kind)
    found["60 halvings, PyTorch (sigmoid)"] = lambda x: halved_by_torch(torch.asarray(x), K)
    found["entmax budget_bisect (euclidean)"] = lambda x: entmax.budget_bisect(torch.asarray(x), K)
    found["entmax sparsemax (k = 1)"] = lambda x: entmax.sparsemax(torch.asarray(x), dim=-1)
    found["entmax entmax_bisect (k = 1)"] = lambda x: entmax.entmax_bisect(torch.asarray(x))
    found["torch softmax (k = 1)"] = lambda x: torch.softmax(torch.asarray(x), -1)
    return found


def rows() -> Iterator[dict[str, object]]:
    draw = np.random.default_rng(0)
    scores = {size: size * draw.standard_normal(N) for size in (1.0, 1e3)}
    of = functions()
    times = {
        size: take_turns({name: lambda f=f, x=x: f(x) for name, f in of.items()}, 4)
        for size, x in scores.items()
    }
    for name, function in of.items():
        target = 1 if "k = 1" in name else K
        sums = {size: float(function(x).sum()) for size, x in scores.items()}
        yield {
            "of 100,000 scores": name,
            "ms, scores ~ 1": times[1.0][name],
            "ms, scores ~ 1,000": times[1e3][name],
            "sum / k - 1, ~ 1": f"{sums[1.0] / target - 1:.0e}",
            "sum / k - 1, ~ 1,000": f"{sums[1e3] / target - 1:.0e}",
        }
    x = 10 * np.random.default_rng(0).standard_normal(1000)
    small = {
        "n = 1,000, k = 10, scores ~ 10: lemmata subset": lambda: soft_topk(x, 10, kind="subset"),
        "n = 1,000, k = 10, scores ~ 10: subtracting": lambda: subtracting(x, 10),
    }
    for name, ms in take_turns(small, 5).items():
        yield {
            "of 100,000 scores": name,
            "ms, scores ~ 1": ms,
            "ms, scores ~ 1,000": None,
            "sum / k - 1, ~ 1": f"{float(small[name]().sum()) / 10 - 1:.0e}",
            "sum / k - 1, ~ 1,000": None,
        }


if __name__ == "__main__":
    report("soft_topk", rows(), ("numpy", "torch", "entmax"))
