"""Small tasks of memory: copying, delay, associative recall. Each answers at tokens.

Targets stand where the answer can first be given: a causal model is never asked about the future.
"""

import torch
from torch import Tensor

from lemmata.arena.tasks import IGNORED, Task, at_least, full, split
from lemmata.errors import ArgumentError


def copying(
    memory: int = 10,
    gap: int = 40,
    *,
    symbols: int = 8,
    train: int = 10_000,
    test: int = 1_000,
    seed: int = 0,
) -> Task:
    """`memory` symbols, `gap` blanks (0), then as many signs to go (1): say the symbols again."""
    memory, train, test = at_least(1, memory=memory, train=train, test=test)
    (gap,) = at_least(0, gap=gap)
    (symbols,) = at_least(2, symbols=symbols)
    n = train + test
    said = torch.randint(symbols, (n, memory), generator=_generator(seed))
    blank = torch.zeros(n, gap, dtype=torch.int64)
    tokens = torch.cat((said + 2, blank, torch.ones_like(said)), 1)
    targets = torch.full_like(tokens, IGNORED)
    targets[:, -memory:] = said
    return split("copying", symbols + 2, symbols, full(tokens, targets), test)


def delay(
    steps: int = 20,
    length: int = 64,
    *,
    symbols: int = 8,
    train: int = 10_000,
    test: int = 1_000,
    seed: int = 0,
) -> Task:
    """Random symbols: at each token say the one `steps` before."""
    steps, train, test = at_least(1, steps=steps, train=train, test=test)
    (symbols,) = at_least(2, symbols=symbols)
    if not at_least(2, length=length)[0] > steps:
        raise ArgumentError(f"length must exceed steps = {steps}, got {length}")
    tokens = torch.randint(symbols, (train + test, length), generator=_generator(seed))
    targets = torch.full_like(tokens, IGNORED)
    targets[:, steps:] = tokens[:, :-steps]
    return split("delay", symbols, symbols, full(tokens, targets), test)


def recall(
    pairs: int = 8,
    *,
    keys: int = 16,
    values: int = 16,
    train: int = 10_000,
    test: int = 1_000,
    seed: int = 0,
) -> Task:
    """`pairs` of a key and its value, then the keys in another order: say the value of each.

    Multi-query associative recall. Keys of one example differ; keys and values have numbers apart.
    """
    pairs, train, test = at_least(1, pairs=pairs, train=train, test=test)
    keys, values = at_least(2, keys=keys, values=values)
    if pairs > keys:
        raise ArgumentError(f"pairs must be at most keys = {keys}, got {pairs}")
    generator, n = _generator(seed), train + test
    known = _different(n, keys, generator)[:, :pairs]
    value = torch.randint(values, (n, pairs), generator=generator)
    order = _different(n, pairs, generator)
    asked = known.gather(1, order)
    shown = torch.stack((known, value + keys), -1).flatten(1)
    tokens = torch.cat((shown, asked), 1)
    targets = torch.full_like(tokens, IGNORED)
    targets[:, 2 * pairs :] = value.gather(1, order)
    return split("recall", keys + values, values, full(tokens, targets), test)


def _different(rows: int, count: int, generator: torch.Generator) -> Tensor:
    """A permutation of `count` in each row."""
    return torch.rand(rows, count, generator=generator, dtype=torch.float64).argsort(1)


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
