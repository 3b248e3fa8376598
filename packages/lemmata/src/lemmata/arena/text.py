"""Bytes of the help that Python ships: what is the next one? Half a million bytes of English and code."""

from importlib import import_module

import torch

from lemmata.arena.tasks import Task, at_least, full, split
from lemmata.errors import ArgumentError

HELD = 0.1  # the last tenth is only for the test


def byte_text(length: int = 128, *, train: int = 8_000, test: int = 500, seed: int = 0) -> Task:
    """Windows of `length` bytes: at each say the next. Training and test share no byte of text."""
    (length,) = at_least(2, length=length)
    train, test = at_least(1, train=train, test=test)
    whole = told()
    cut = int((1 - HELD) * len(whole))
    if length + 1 > len(whole) - cut:
        raise ArgumentError(f"length must be below {len(whole) - cut}, got {length}")
    generator = torch.Generator().manual_seed(seed)
    parts = ((whole[:cut], train), (whole[cut:], test))
    windows = torch.cat([_windows(part, n, length, generator) for part, n in parts])
    return split("byte text", 256, 256, full(windows[:, :-1], windows[:, 1:]), test)


def told() -> torch.Tensor:
    """All bytes, in the order of the topics' names."""
    topics: dict[str, str] = import_module("pydoc_data.topics").topics
    text = "\n".join(topics[name] for name in sorted(topics)).encode()
    return torch.frombuffer(bytearray(text), dtype=torch.uint8).long()


def _windows(
    part: torch.Tensor, count: int, length: int, generator: torch.Generator
) -> torch.Tensor:
    starts = torch.randint(len(part) - length, (count, 1), generator=generator)
    return part[starts + torch.arange(length + 1)]
