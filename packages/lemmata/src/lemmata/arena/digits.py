"""Digits read pixel by pixel: scikit-learn's 1,797 handwritten ones, or drawn ones without end."""

from random import Random

import torch

from lemmata.arena.tasks import Task, at_least, full, split
from lemmata.arguments import check_choice
from lemmata.errors import ArgumentError

LEVELS = 17  # 0 is paper, 16 is ink
SIDE = 8
FONT = {  # rows of each digit, from the top; three bits each
    0: (7, 5, 5, 5, 7),
    1: (2, 6, 2, 2, 7),
    2: (7, 1, 7, 4, 7),
    3: (7, 1, 7, 1, 7),
    4: (5, 5, 7, 1, 1),
    5: (7, 4, 7, 1, 7),
    6: (7, 4, 7, 5, 7),
    7: (7, 1, 2, 2, 2),
    8: (7, 5, 7, 5, 7),
    9: (7, 5, 7, 1, 7),
}


def digits(
    source: str = "handwritten", *, train: int | None = None, test: int = 297, seed: int = 0
) -> Task:
    """Pictures of 8 by 8 as rows of 64 tokens, grey levels 0 to 16; the answer is the digit.

    "handwritten" needs scikit-learn (1,797 pictures, shuffled by `seed`); "drawn" puts a font of
    three by five anywhere, at any ink, with noise. `train` examples, all that are left unless
    given ("drawn": 5,000).
    """
    check_choice("source", source, ("handwritten", "drawn"))
    (test,) = at_least(1, test=test)
    if source == "drawn":
        (count,) = at_least(1, train=5_000 if train is None else train)
        draw = Random(seed)
        targets = [draw.randrange(10) for _ in range(count + test)]
        pictures = torch.tensor([drawn_digit(digit, draw) for digit in targets])
        return split("digits drawn", LEVELS, 10, full(pictures, torch.tensor(targets)), test)
    pictures, answers = _handwritten()
    order = torch.randperm(len(pictures), generator=torch.Generator().manual_seed(seed))
    (count,) = at_least(1, train=len(order) - test if train is None else train)
    if count + test > len(order):
        raise ArgumentError(f"train and test must be {len(order)} at most, got {count + test}")
    order = order[: count + test]
    return split("digits handwritten", LEVELS, 10, full(pictures[order], answers[order]), test)


def drawn_digit(digit: int, draw: Random) -> list[int]:
    """64 grey levels: the digit at a random place and ink, and a little noise."""
    top, left, ink = draw.randrange(4), draw.randrange(6), draw.randint(8, 16)
    levels = [draw.choice((0, 0, 0, 1, 2)) for _ in range(SIDE**2)]
    for row, bits in enumerate(FONT[digit]):
        for column in range(3):
            if bits >> (2 - column) & 1:
                levels[(top + row) * SIDE + left + column] = ink - draw.randrange(3)
    return levels


def _handwritten() -> tuple[torch.Tensor, torch.Tensor]:
    try:
        from sklearn.datasets import load_digits
    except ModuleNotFoundError as missing:
        raise ArgumentError(
            'source "handwritten" needs scikit-learn: install it, or take "drawn"'
        ) from missing
    found = load_digits()
    return torch.tensor(found.data).long(), torch.tensor(found.target).long()
