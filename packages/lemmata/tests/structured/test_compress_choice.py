"""The knapsack: the optimum by trying everything, within the budget, whatever the sizes."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.errors import ArgumentError
from lemmata.structured.choice import STEPS, choose
from lemmata.testing import assert_rejects

items = st.lists(
    st.lists(st.tuples(st.integers(0, 40), st.floats(0, 1)), min_size=1, max_size=4),
    min_size=1,
    max_size=5,
)


def spent(options, picked):
    return sum(item[index][0] for item, index in zip(options, picked, strict=True))


def lost(options, picked):
    return sum(item[index][1] for item, index in zip(options, picked, strict=True))


def by_trying_all(options, budget):
    every = product(*(range(len(item)) for item in options))
    return min(lost(options, picked) for picked in every if spent(options, picked) <= budget)


def is_optimal(implementation, options, budget):
    picked = implementation(options, budget)
    assert spent(options, picked) <= budget
    assert lost(options, picked) == pytest.approx(by_trying_all(options, budget), abs=1e-12)


@settings(deadline=None, max_examples=150, derandomize=True)
@given(items, st.integers(0, 150))
def test_no_choice_within_the_budget_is_better(options, extra):
    floor = sum(min(cost for cost, _ in item) for item in options)
    is_optimal(choose, options, floor + extra)


def test_the_proof_rejects_known_mistakes():
    options = [
        [(0, 1.0), (5, 0.6), (6, 0.0)],
        [(0, 1.0), (5, 0.45)],
        [(0, 0.9), (1, 0.8), (9, 0.0)],
    ]

    def by_slope(options, budget):
        picked = [0] * len(options)
        while True:
            moves = [
                ((item[p][1] - error) / (cost - item[p][0]), i, index)
                for i, (item, p) in enumerate(zip(options, picked, strict=True))
                for index, (cost, error) in enumerate(item)
                if cost > item[p][0] and spent(options, picked) - item[p][0] + cost <= budget
            ]
            if not moves:
                return picked
            _, i, index = max(moves)
            picked[i] = index

    mistakes = {
        "greedy by slope": by_slope,
        "the smallest of each": lambda options, budget: [0] * len(options),
        "the best of each": lambda options, budget: [len(item) - 1 for item in options],
    }

    def checker(implementation):
        for budget in range(20):
            is_optimal(implementation, options, budget)

    checker(choose)
    assert_rejects(checker, mistakes)


def test_large_sizes_without_a_common_divisor_never_overspend():
    options = [[(1_000_003 * n + 7, 1 / (n + 1)) for n in range(8)] for _ in range(9)]
    for budget in (70, 20_000_001, 45_123_456):
        picked = choose(options, budget)
        assert spent(options, picked) <= budget
    best = choose(options, 45_123_456)
    # at most one step an item is wasted on rounding
    assert spent(options, best) >= 45_123_456 - 1_000_003 - len(options) * 45_123_456 / STEPS


def test_a_budget_below_the_smallest_sizes_is_refused():
    with pytest.raises(ArgumentError, match="at least 7, got 6"):
        choose([[(3, 0.0)], [(4, 1.0), (9, 0.0)]], 6)
    assert choose([[(3, 0.0)], [(4, 1.0), (9, 0.0)]], 7) == [0, 0]
