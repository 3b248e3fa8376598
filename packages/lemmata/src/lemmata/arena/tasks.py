"""What a task of the arena is: token numbers, how many are real, and what is to be said of them.

Every task is of token numbers, pictures too (grey levels), so that each can be learned from itself
first. Refused: downloads; every task is generated, or comes with a package.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lemmata.arguments import integer
from lemmata.errors import ArgumentError, DtypeError, ShapeError

IGNORED = -100  # a target that is not asked for, as in torch's cross entropy


@dataclass(frozen=True, slots=True)
class Examples:
    """`tokens` (n, length) of int64, the first `lengths` (n,) of each row real, the rest 0.

    `targets` are (n,), a class a sequence, or (n, length), a class a token, IGNORED where none is.
    """

    tokens: Tensor
    lengths: Tensor
    targets: Tensor

    def __post_init__(self) -> None:
        for name in ("tokens", "lengths", "targets"):
            value: Any = getattr(self, name)
            if not isinstance(value, Tensor) or value.dtype != torch.int64:
                raise DtypeError(f"{name} must be an int64 torch.Tensor")
        if self.tokens.ndim != 2 or 0 in self.tokens.shape:
            raise ShapeError(f"tokens must have shape (n, length), got {tuple(self.tokens.shape)}")
        n, length = self.tokens.shape
        if self.lengths.shape != (n,) or self.targets.shape not in ((n,), (n, length)):
            raise ShapeError(
                f"lengths and targets must have a row for each of {n}, got "
                f"{tuple(self.lengths.shape)} and {tuple(self.targets.shape)}"
            )
        if int(self.lengths.min()) < 1 or int(self.lengths.max()) > length:
            raise ArgumentError(f"lengths must be in [1, {length}], got others")

    def __len__(self) -> int:
        return len(self.tokens)

    def rows(self, which: Tensor) -> "Examples":
        """Some of them, cut to the longest."""
        lengths = self.lengths[which]
        most = int(lengths.max())
        targets = self.targets[which]
        return Examples(
            self.tokens[which, :most], lengths, targets[:, :most] if targets.ndim == 2 else targets
        )


@dataclass(frozen=True, slots=True)
class Task:
    """Examples to learn from and examples to be judged on; `classes` possible answers."""

    name: str
    vocabulary: int
    classes: int
    train: Examples
    test: Examples

    def __post_init__(self) -> None:
        for examples in (self.train, self.test):
            if int(examples.tokens.min()) < 0 or int(examples.tokens.max()) >= self.vocabulary:
                raise ArgumentError(f"tokens must be in [0, {self.vocabulary}), got others")
            asked = examples.targets[examples.targets != IGNORED]
            if int(asked.min()) < 0 or int(asked.max()) >= self.classes:
                raise ArgumentError(f"targets must be in [0, {self.classes}), got others")

    @property
    def per_token(self) -> bool:
        """Whether an answer is asked at tokens rather than once a sequence."""
        return self.train.targets.ndim == 2

    def chance(self) -> float:
        """The share of the test's answers that the most frequent answer of training gets right."""
        known = self.train.targets[self.train.targets != IGNORED]
        asked = self.test.targets[self.test.targets != IGNORED]
        return float((asked == known.bincount().argmax()).double().mean())


def split(name: str, vocabulary: int, classes: int, found: Examples, test: int) -> Task:
    """The last `test` examples to be judged on, the others to learn from."""
    cut = len(found) - test
    parts = (slice(0, cut), slice(cut, None))
    train, held = (Examples(found.tokens[p], found.lengths[p], found.targets[p]) for p in parts)
    return Task(name, vocabulary, classes, train, held)


def at_least(least: int, **given: Any) -> list[int]:
    """The whole numbers given; ArgumentError with its name for one below `least`."""
    for name, value in given.items():
        if integer(name, value) < least:
            raise ArgumentError(f"{name} must be at least {least}, got {value}")
    return [integer(name, value) for name, value in given.items()]


def full(tokens: Tensor, targets: Tensor) -> Examples:
    """Examples without padding."""
    return Examples(tokens, torch.full((len(tokens),), tokens.shape[1]), targets)
