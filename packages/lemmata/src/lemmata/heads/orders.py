"""Patches of a picture, and the order in which they become tokens.

An order is a permutation: entry i is the raster number of the patch that comes i-th. Refused: a
learned order, which needs a tokenizer of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, TypeAlias

import torch
from torch import Tensor

from lemmata.arguments import check_choice
from lemmata.errors import ArgumentError, DtypeError, ShapeError
from lemmata.heads.tokens import at_least

Order: TypeAlias = Literal["raster", "snake", "spiral", "zigzag", "z-order", "random"]
Cell: TypeAlias = tuple[int, int]


def patch_order(
    kind: Order, rows: int, columns: int, *, generator: torch.Generator | None = None
) -> Tensor:
    """The order (rows * columns,) of int64: entry i is the raster number of the i-th patch.

    "raster" reads lines; "snake" every second one backwards; "spiral" runs clockwise from the outer
    corner to the middle; "zigzag" along diagonals, as JPEG does; "z-order" by the interleaved bits
    of row and column; "random" is drawn with `generator`. Raises ArgumentError or IntegerError.
    """
    rows, columns = at_least(1, rows=rows, columns=columns)
    check_choice("kind", kind, (*KEYS, "spiral", "random"))
    if kind == "random":
        return torch.randperm(rows * columns, generator=generator)
    if kind == "spiral":
        cells = _spiral(rows, columns)
    else:
        cells = sorted(((i, j) for i in range(rows) for j in range(columns)), key=KEYS[kind])
    return torch.tensor([i * columns + j for i, j in cells])


def inverse_order(order: Tensor) -> Tensor:
    """The place of each patch in the order: `order[inverse] == arange`. ArgumentError if it is none."""
    if not isinstance(order, Tensor) or order.dtype != torch.int64 or order.ndim != 1:
        raise DtypeError(f"order must be an int64 torch.Tensor (patches,), got {order!r}")
    places = torch.arange(len(order), device=order.device)
    if not torch.equal(order.sort().values, places):
        raise ArgumentError(f"order must hold each of 0 ... {len(order) - 1} once")
    return torch.empty_like(order).index_put_((order,), places)


def patchify(pictures: Tensor, patch: int) -> Tensor:
    """(..., channels, height, width) to raster tokens (..., patches, channels * patch^2)."""
    (patch,) = at_least(1, patch=patch)
    if not isinstance(pictures, Tensor):
        raise DtypeError(f"pictures must be a torch.Tensor, got {type(pictures).__name__}")
    if pictures.ndim < 3 or pictures.shape[-1] % patch or pictures.shape[-2] % patch:
        raise ShapeError(
            f"pictures must have shape (..., channels, height, width), both sides multiples of "
            f"{patch}, got {tuple(pictures.shape)}"
        )
    cut = torch.unflatten(torch.unflatten(pictures, -1, (-1, patch)), -3, (-1, patch))
    *lead, channels, rows, _, columns, _ = range(cut.ndim)
    axes = (*lead, rows, columns, channels, rows + 1, columns + 1)
    found: Tensor = cut.permute(axes).flatten(-3).flatten(-3, -2)
    return found


def unpatchify(tokens: Tensor, rows: int, columns: int, patch: int) -> Tensor:
    """Raster tokens (..., rows * columns, channels * patch^2) to pictures."""
    rows, columns, patch = at_least(1, rows=rows, columns=columns, patch=patch)
    shape = tuple(tokens.shape)
    if len(shape) < 2 or shape[-2] != rows * columns or shape[-1] % patch**2:
        raise ShapeError(
            f"tokens must have shape (..., {rows * columns}, a multiple of {patch**2}), got {shape}"
        )
    cut = torch.unflatten(torch.unflatten(tokens, -1, (-1, patch, patch)), -4, (rows, columns))
    *lead, row, column, channels, up, across = range(cut.ndim)
    pictures: Tensor = (
        cut.permute(*lead, channels, row, up, column, across).flatten(-2).flatten(-3, -2)
    )
    return pictures


@dataclass(frozen=True, slots=True)
class OrderReport:
    """What an order asks of a model: `mean_jump` and `longest_jump` from a patch to the next, in

    patches (Euclidean); `unseen`, how many patches have no neighbour before them, the first aside;
    `reach`, the mean number of tokens back to the nearest neighbour (of four) that is before.
    """

    mean_jump: float
    longest_jump: float
    unseen: int
    reach: float


def order_report(order: Tensor, rows: int, columns: int) -> OrderReport:
    """Measured on the grid. ArgumentError unless `order` is one of rows * columns patches."""
    places = inverse_order(order).tolist()
    if len(places) != rows * columns:
        raise ArgumentError(f"order must be of {rows * columns} patches, got {len(places)}")
    cells = [divmod(number, columns) for number in order.tolist()]
    jumps = [((i - k) ** 2 + (j - m) ** 2) ** 0.5 for (i, j), (k, m) in pairwise(cells)] or [0.0]
    back = [_back(cell, places, rows, columns) for cell in cells[1:]]
    seen = [distance for distance in back if distance]
    return OrderReport(
        sum(jumps) / len(jumps),
        max(jumps),
        len(back) - len(seen),
        sum(seen) / max(1, len(seen)),
    )


def _back(cell: Cell, places: list[int], rows: int, columns: int) -> int:
    """Tokens back to the nearest neighbour that came before; 0 where none did."""
    i, j = cell
    here = places[i * columns + j]
    around = ((i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1))
    inside = (places[a * columns + b] for a, b in around if 0 <= a < rows and 0 <= b < columns)
    return min((here - there for there in inside if there < here), default=0)


def _snake(cell: Cell) -> tuple[int, ...]:
    i, j = cell
    return i, -j if i % 2 else j


def _diagonal(cell: Cell) -> tuple[int, ...]:
    i, j = cell
    return i + j, i if (i + j) % 2 else j


def _interleaved(cell: Cell) -> tuple[int, ...]:
    i, j = cell
    bits = max(i, j).bit_length()
    return (sum((i >> b & 1) << 2 * b + 1 | (j >> b & 1) << 2 * b for b in range(bits)),)


KEYS: dict[str, Callable[[Any], tuple[int, ...]]] = {
    "raster": lambda cell: cell,
    "snake": _snake,
    "zigzag": _diagonal,
    "z-order": _interleaved,
}


def _spiral(rows: int, columns: int) -> list[Cell]:
    left = [[(i, j) for j in range(columns)] for i in range(rows)]
    found: list[Cell] = []
    while left and left[0]:
        found += left.pop(0)
        left = [list(column) for column in zip(*left, strict=True)][::-1]  # a quarter turn
    return found
