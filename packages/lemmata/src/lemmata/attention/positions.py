"""Where text, images and videos stand on the axes of a rotary embedding, in five schemes.

Text moves along the diagonal, (n, n, n), so that text alone is the one-dimensional embedding. The
schemes differ in where a picture's patches go and how far the text after it is moved on.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import torch
from torch import Tensor

from lemmata.arguments import check_choice, integer
from lemmata.errors import ArgumentError

Scheme: TypeAlias = Literal["flat", "tie", "tie_fractional", "tv", "mrope"]


@dataclass(frozen=True, slots=True)
class Text:
    """So many tokens of text."""

    tokens: int

    def __post_init__(self) -> None:
        _check_sides(self, tokens=self.tokens)


@dataclass(frozen=True, slots=True)
class Image:
    """A grid of patches, row by row."""

    rows: int
    columns: int

    def __post_init__(self) -> None:
        _check_sides(self, rows=self.rows, columns=self.columns)

    @property
    def tokens(self) -> int:
        """How many patches."""
        return self.rows * self.columns


@dataclass(frozen=True, slots=True)
class Video:
    """Frames of patches, frame by frame, each row by row."""

    frames: int
    rows: int
    columns: int

    def __post_init__(self) -> None:
        _check_sides(self, frames=self.frames, rows=self.rows, columns=self.columns)

    @property
    def tokens(self) -> int:
        """How many patches."""
        return self.frames * self.rows * self.columns


Part: TypeAlias = Text | Image | Video


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Positions of every token of a sequence, and where text after it would go on."""

    scheme: str
    parts: tuple[Part, ...]
    positions: Tensor  # (tokens, axes), double precision
    starts: tuple[float, ...]  # where text in the place of each part begins; the last is after all

    @property
    def tokens(self) -> int:
        """How many tokens are laid out."""
        return len(self.positions)

    @property
    def next(self) -> float:
        """The position of a token of text after all of this."""
        return self.starts[-1]


def layout(
    parts: Sequence[Part],
    scheme: Scheme,
    *,
    axes: int | None = None,
    start: float = 0.0,
) -> Layout:
    """Positions of `parts`, one after the other, in a scheme of one of these names.

    L is the position of the last token before the picture, n_a its size on axis a (rows, columns;
    of a video frames first), N its patches, i_a = 1 .. n_a an index. With the next text at L':

    * "flat": patches in their order, L + 1 .. L + N on every axis; L' = L + N + 1.
    * "tie": L + i_a s_a with s_a the product of (n_b + 1) over b != a; L' = L + product of (n_b + 1).
    * "tie_fractional": the same with s_a = (N + 1) / (n_a + 1); L' = L + N + 1.
    * "tv": L + (N - n_a) / 2 + i_a, half-integers where N - n_a is odd; L' = L + N + 1.
    * "mrope": L + i_a; L' = L + max n_a + 1.

    `axes` is 2, or 3 if there is a video; where it is 3 an image is a video of one frame. Su's
    articles define tie for images; its form for videos is the same condition on three axes.
    Continue a layout by giving its `next` as `start`. Raises ArgumentError.
    """
    check_choice("scheme", scheme, tuple(_PLACED))
    parts = tuple(parts)
    if not parts or not all(isinstance(part, Text | Image | Video) for part in parts):
        raise ArgumentError(f"parts must be Text, Image or Video, at least one, got {parts!r}")
    least = 3 if any(isinstance(part, Video) for part in parts) else 2
    number = least if axes is None else integer("axes", axes)
    if not least <= number <= 3:
        raise ArgumentError(f"axes must be {' or '.join('23'[least - 2 :])} here, got {axes}")
    if not math.isfinite(start):
        raise ArgumentError(f"start must be finite, got {start}")
    starts, placed = [float(start)], []
    for part in parts:
        where, after = _place(part, scheme, number, starts[-1])
        placed.append(where)
        starts.append(after)
    return Layout(scheme, parts, torch.cat(placed), tuple(starts))


def sides(part: Image | Video, axes: int) -> tuple[int, ...]:
    """The size of a picture on each axis."""
    frames = part.frames if isinstance(part, Video) else 1
    return (frames, part.rows, part.columns)[3 - axes :]


def _place(part: Part, scheme: Scheme, axes: int, start: float) -> tuple[Tensor, float]:
    """Positions (tokens, axes) of a part that begins at `start`, and of the next text."""
    if isinstance(part, Text):
        along = start + torch.arange(part.tokens, dtype=torch.float64)
        return along[:, None].expand(-1, axes), start + part.tokens
    sizes = sides(part, axes)
    ranges = [torch.arange(1, size + 1, dtype=torch.float64) for size in sizes]
    index = torch.stack(torch.meshgrid(*ranges, indexing="ij"), -1).reshape(-1, axes)
    offset, length = _PLACED[scheme](index, torch.tensor(sizes, dtype=torch.float64))
    return start - 1 + offset, start - 1 + length


def _flat(index: Tensor, sizes: Tensor) -> tuple[Tensor, float]:
    order = torch.arange(1, len(index) + 1, dtype=index.dtype)
    return order[:, None].expand(-1, len(sizes)), len(index) + 1


def _tie(index: Tensor, sizes: Tensor) -> tuple[Tensor, float]:
    whole = float((sizes + 1).prod())
    return index * (whole / (sizes + 1)), whole


def _tie_fractional(index: Tensor, sizes: Tensor) -> tuple[Tensor, float]:
    whole = len(index) + 1
    return index * whole / (sizes + 1), whole


def _tv(index: Tensor, sizes: Tensor) -> tuple[Tensor, float]:
    return (len(index) - sizes) / 2 + index, len(index) + 1


def _mrope(index: Tensor, sizes: Tensor) -> tuple[Tensor, float]:
    return index, float(sizes.max()) + 1


_PLACED: dict[str, Callable[[Tensor, Tensor], tuple[Tensor, float]]] = {
    "flat": _flat,
    "tie": _tie,
    "tie_fractional": _tie_fractional,
    "tv": _tv,
    "mrope": _mrope,
}


def _check_sides(part: Any, **given: Any) -> None:
    for name, value in given.items():
        if integer(name, value) < 1:
            raise ArgumentError(f"{name} of {type(part).__name__} must be at least 1, got {value}")
