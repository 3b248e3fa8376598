"""Projections onto the simplex and the capped simplex beside a sort, at a million entries.

    OPENBLAS_NUM_THREADS=1 python benchmarks/lemmata/project_simplex.py [--json]

NumPy's sort is vectorised, and hard to beat by a little; the peers are what one would write on it,
the entmax package on tensors (its default, and told to look at the 128 largest first), and 60
halvings. `off` is the largest difference from the first function of its group.
"""

from collections.abc import Callable, Iterator

import numpy as np
from beside import report, take_turns

from lemmata.relax import project_capped_simplex, project_simplex

N = 1_000_000


def by_sorting(v, total=1.0):
    falling = np.sort(v)[::-1]
    excess = np.cumsum(falling) - total
    count = np.arange(1, len(v) + 1)
    support = np.count_nonzero(falling * count > excess)
    return np.maximum(v - excess[support - 1] / support, 0)


def capped_by_halving(v, k):
    low, high = v.min() - 1, v.max()
    for _ in range(60):
        middle = (low + high) / 2
        p = np.clip(v - middle, 0, 1)
        low, high = (middle, high) if p.sum() > k else (low, middle)
    return p


def capped_by_sorting(v, k):
    """Sort the 2n breakpoints and interpolate the piecewise linear sum."""
    order = np.sort(v)
    sums = np.concatenate([[0.0], np.cumsum(order)])
    points = np.sort(np.concatenate([order - 1, order]))

    def total(at):
        low, high = np.searchsorted(order, at), np.searchsorted(order, at + 1)
        return (len(v) - high) + (sums[high] - sums[low]) - at * (high - low)

    left, right = 0, len(points) - 1
    while right - left > 1:
        middle = (left + right) // 2
        left, right = (middle, right) if total(points[middle]) > k else (left, middle)
    a, b = points[left], points[right]
    share = (total(a) - k) / (total(a) - total(b))
    return np.clip(v - (a + share * (b - a)), 0, 1)


def groups() -> dict[str, dict[str, Callable]]:
    simplex: dict[str, Callable] = {"lemmata": project_simplex, "sort, NumPy": by_sorting}
    wide: dict[str, Callable] = {
        "lemmata": lambda v: project_simplex(v, 1e5),
        "sort, NumPy": lambda v: by_sorting(v, 1e5),
    }
    capped: dict[str, Callable] = {
        "lemmata": lambda v: project_capped_simplex(v, 10_000),
        "sort of breakpoints, NumPy": lambda v: capped_by_sorting(v, 10_000),
        "60 halvings, NumPy": lambda v: capped_by_halving(v, 10_000),
    }
    try:
        import entmax
        import torch
    except ImportError:
        pass
    else:
        simplex["lemmata, a tensor"] = lambda v: project_simplex(torch.asarray(v)).numpy()
        simplex["entmax.sparsemax"] = lambda v: entmax.sparsemax(torch.asarray(v)).numpy()
        simplex["entmax.sparsemax, k=128"] = lambda v: entmax.sparsemax(
            torch.asarray(v), k=128
        ).numpy()
        capped["entmax.budget_bisect"] = lambda v: entmax.budget_bisect(
            torch.asarray(v), 10_000
        ).numpy()
    return {"simplex, total 1": simplex, "simplex, total 100,000": wide, "capped, k 10,000": capped}


def rows() -> Iterator[dict[str, object]]:
    v = np.random.default_rng(0).standard_normal(N)
    for problem, functions in groups().items():
        times = take_turns({name: lambda f=f: f(v) for name, f in functions.items()}, 5)
        first = next(iter(functions.values()))(v)
        for name, function in functions.items():
            answer = function(v)
            yield {
                "of 1,000,000 entries": problem,
                "by": name,
                "ms": times[name],
                "over lemmata": times[name] / times["lemmata"],
                "support": int(np.count_nonzero(answer)),
                "off": f"{np.max(np.abs(answer - first)):.0e}",
            }


if __name__ == "__main__":
    report("project_simplex", rows(), ("numpy", "torch", "entmax"))
