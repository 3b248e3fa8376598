"""Pathfinder: are the two marked ends those of one dashed curve? Drawn on a grid, read as pixels.

Curves keep away from each other by more than the gaps within them, so that the answer can be seen.
Refused: anti-aliasing and contrast, which the published pictures have, and files of gigabytes.
"""

import math
from dataclasses import dataclass
from random import Random

import torch

from lemmata.arena.tasks import Task, at_least, full, split
from lemmata.errors import ArgumentError

EMPTY, DASH, MARK = 0, 1, 2
NEAR = 2  # cells of one curve are at most so far apart, those of two curves are further
PERIOD = 4  # of every four cells of a curve the last is a gap
TURN = 0.35  # radians, the deviation of a turn at every step
TRIES = 100

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Picture:
    """The cells of each curve in their order, the two marked ones, and whether they are joined."""

    curves: tuple[tuple[Cell, ...], ...]
    marked: tuple[Cell, Cell]
    joined: bool


def pathfinder(
    size: int = 16,
    *,
    distractors: int = 2,
    train: int = 8_000,
    test: int = 1_000,
    seed: int = 0,
) -> Task:
    """Pictures of `size` by `size` as rows of size^2 tokens: 0 empty, 1 curve, 2 marked end.

    Two long curves and `distractors` short ones; the answer is 1 where both marks are on one curve,
    for half of the pictures. ArgumentError where so much does not fit.
    """
    size, train, test = at_least(1, size=size, train=train, test=test)
    (distractors,) = at_least(0, distractors=distractors)
    if size < 12:
        raise ArgumentError(f"size must be at least 12, got {size}")
    draw = Random(seed)
    pictures = [drawn_picture(size, distractors, bool(n % 2), draw) for n in range(train + test)]
    tokens = torch.tensor([pixels(picture, size) for picture in pictures])
    targets = torch.tensor([int(picture.joined) for picture in pictures])
    return split(f"pathfinder {size}", 3, 2, full(tokens, targets), test)


def drawn_picture(size: int, distractors: int, joined: bool, draw: Random) -> Picture:
    """One picture; `joined` says whether its marks are on one curve."""
    long, short = size - size // 8, max(4, size // 4)
    for _ in range(TRIES):
        curves: list[tuple[Cell, ...]] = []
        for length in (long, long, *(short,) * distractors):
            found = _curve(size, length, curves, draw)
            if found is None:
                break
            curves.append(found)
        else:
            first, second = curves[0], curves[1]
            ends = (first[0], first[-1]) if joined else (first[0], second[-1])
            return Picture(tuple(curves), ends, joined)
    raise ArgumentError(f"{distractors} distractors do not fit into {size} by {size}")


def pixels(picture: Picture, size: int) -> list[int]:
    """The picture row by row."""
    found = [EMPTY] * size**2
    for curve in picture.curves:
        for i, j in visible(curve):
            found[i * size + j] = DASH
    for i, j in picture.marked:
        found[i * size + j] = MARK
    return found


def visible(curve: tuple[Cell, ...]) -> list[Cell]:
    """The cells of a curve that are drawn: without gaps, but with both ends."""
    last = len(curve) - 1
    return [cell for n, cell in enumerate(curve) if n % PERIOD != PERIOD - 1 or n == last]


def _curve(
    size: int, length: int, others: list[tuple[Cell, ...]], draw: Random
) -> tuple[Cell, ...] | None:
    """A smooth walk of `length` cells that comes near to no other and not back to itself."""
    taken = {cell for curve in others for one in curve for cell in _around(one)}
    for _ in range(TRIES):
        y, x = draw.uniform(0, size - 1), draw.uniform(0, size - 1)
        heading = draw.uniform(0, 2 * math.pi)
        found: list[Cell] = []
        passed: set[Cell] = set()  # near to what lies more than a period back
        while len(found) < length:
            cell = (round(y), round(x))
            if not all(0 <= part < size for part in cell) or cell in taken or cell in passed:
                break
            if cell not in found[-1:]:
                if cell in found:
                    break
                found.append(cell)
                if len(found) > PERIOD:
                    passed |= _around(found[-1 - PERIOD])
            heading += draw.gauss(0, TURN)
            y, x = y + math.sin(heading), x + math.cos(heading)
        if len(found) == length:
            return tuple(found)
    return None


def _around(cell: Cell) -> set[Cell]:
    i, j = cell
    reach = range(-NEAR, NEAR + 1)
    return {(i + a, j + b) for a in reach for b in reach}
