"""One option for each of many layers, at the least total error within a budget.

The multiple-choice knapsack problem, by dynamic programming over the budget. Refused: a Lagrange
multiplier, which reaches only budgets on the convex hull of the options.
"""

from collections.abc import Sequence
from math import gcd

import numpy as np

from lemmata.errors import ArgumentError

STEPS = 20_000  # of the budget; costs are rounded up to a step where their gcd is finer


def choose(options: Sequence[Sequence[tuple[int, float]]], budget: int) -> list[int]:
    """The index of one (cost, error) for each item: least sum of errors, costs within `budget`.

    The optimum where the costs above each item's cheapest have a common divisor of at least
    budget / 20,000; otherwise they are rounded up to such steps, which never overspends.
    ArgumentError if even the cheapest options exceed the budget.
    """
    floors = [min(cost for cost, _ in item) for item in options]
    spare = budget - sum(floors)
    if spare < 0:
        raise ArgumentError(f"budget must be at least {sum(floors)}, got {budget}")
    extra = [
        [cost - floor for cost, _ in item] for item, floor in zip(options, floors, strict=True)
    ]
    step = max(gcd(*(cost for item in extra for cost in item), 0), -(-spare // STEPS), 1)
    size = spare // step + 1
    best = np.zeros(size)
    taken = np.zeros((len(options), size), np.int64)
    for number, item in enumerate(options):
        total = np.full(size, np.inf)
        for index in sorted(range(len(item)), key=extra[number].__getitem__):
            units = -(-extra[number][index] // step)
            if units < size:
                offered = best[: size - units] + item[index][1]
                better = offered < total[units:]
                total[units:][better] = offered[better]
                taken[number, units:][better] = index
        best = total
    return _traced_back(taken, extra, step)


def _traced_back(taken: "np.ndarray", extra: Sequence[Sequence[int]], step: int) -> list[int]:
    chosen, left = [], taken.shape[1] - 1
    for number in reversed(range(len(extra))):
        index = int(taken[number, left])
        chosen.append(index)
        left -= -(-extra[number][index] // step)
    return chosen[::-1]
