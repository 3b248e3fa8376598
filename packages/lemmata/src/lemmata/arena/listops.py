"""ListOps: nested lists of operations on digits, drawn by the grammar of Long Range Arena.

A list is MIN, MAX, MED (rounded down) or SM (sum modulo 10) of 2 to `arguments` parts, each a digit
three times out of four, or a list. Brackets that only group, which the published files print and
loaders drop, are not written. Refused: files; a set is drawn in seconds to minutes.
"""

from random import Random
from statistics import median

import torch
from torch import Tensor

from lemmata.arena.tasks import Examples, Task, at_least, split
from lemmata.arguments import check_choice
from lemmata.errors import ArgumentError

WORDS = ("", *map(str, range(10)), "[MIN", "[MAX", "[MED", "[SM", "]")
OPEN, CLOSE = 11, 15
LIST = 0.25  # how often a part is a list
SIZES = {  # shorter than, longer than, depth, arguments, training, test
    "official": (500, 2000, 10, 10, 96_000, 2_000),
    "small": (15, 129, 5, 5, 20_000, 2_000),
    "tiny": (7, 33, 4, 4, 4_000, 1_000),
}


def listops(
    size: str = "small", *, train: int | None = None, test: int | None = None, seed: int = 0
) -> Task:
    """Lists of `size` "official" (501 to 1,999 tokens), "small" (16 to 128) or "tiny" (8 to 32).

    `train` and `test` examples, those of the size unless given: all different. The vocabulary is
    `WORDS`; the answer is the digit that a list comes to.
    """
    check_choice("size", size, tuple(SIZES))
    least, most, depth, arguments, some, few = SIZES[size]
    count, held = at_least(
        1, train=some if train is None else train, test=few if test is None else test
    )
    found = drawn_lists(count + held, least, most, depth, arguments, seed)
    return split(f"listops {size}", len(WORDS), 10, found, held)


def drawn_lists(
    count: int, shorter: int, longer: int, depth: int, arguments: int, seed: int
) -> Examples:
    """`count` different lists with more than `shorter` and fewer than `longer` tokens."""
    depth, arguments = at_least(2, depth=depth, arguments=arguments)
    draw = Random(seed)
    found: dict[tuple[int, ...], int] = {}
    tries = 0
    while len(found) < count:
        tokens: list[int] = []
        value = _part(draw, tokens, 1, depth, arguments, longer)
        if shorter < len(tokens) < longer:
            found[tuple(tokens)] = value
        tries += 1
        if tries > 1_000 * count + 100_000:
            raise ArgumentError(
                f"no {count} different lists of {shorter + 1} to {longer - 1} tokens were found"
            )
    return _examples(found)


def value_of(tokens: Tensor) -> int:
    """What a list comes to: (length,) of numbers of `WORDS`, padding aside."""
    stack: list[list[int]] = [[]]
    for token in tokens[tokens > 0].tolist():
        if token < OPEN:
            stack[-1].append(token - 1)
        elif token < CLOSE:
            stack.append([token])
        else:
            operation, *values = stack.pop()
            stack[-1].append(_value(operation, values))
    return stack[0][0]


def _part(
    draw: Random, tokens: list[int], depth: int, deepest: int, arguments: int, longer: int
) -> int:
    """Write a digit or a list behind `tokens`, which is given up once it is too long; its value."""
    if len(tokens) >= longer:
        return 0
    if depth >= deepest or draw.random() > LIST:
        value = draw.randrange(10)
        tokens.append(value + 1)
        return value
    number = draw.randint(2, arguments)
    operation = draw.randrange(OPEN, CLOSE)
    tokens.append(operation)
    values = [_part(draw, tokens, depth + 1, deepest, arguments, longer) for _ in range(number)]
    tokens.append(CLOSE)
    return _value(operation, values)


def _value(operation: int, values: list[int]) -> int:
    if operation == OPEN:
        return min(values)
    if operation == OPEN + 1:
        return max(values)
    return int(median(values)) if operation == OPEN + 2 else sum(values) % 10


def _examples(found: dict[tuple[int, ...], int]) -> Examples:
    lengths = torch.tensor([len(tokens) for tokens in found])
    whole = torch.zeros(len(found), int(lengths.max()), dtype=torch.int64)
    for row, tokens in enumerate(found):
        whole[row, : len(tokens)] = torch.tensor(tokens)
    return Examples(whole, lengths, torch.tensor(list(found.values())))
