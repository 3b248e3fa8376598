"""Rotary position embedding on one axis or several: which pair turns by which coordinate, how fast.

Angles are computed in double precision and rounded once, so that long positions keep their digits;
half-precision vectors are turned in single precision. Refused: tables of integer positions, which
the half-integers of image layouts would miss.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeAlias

import torch
from torch import Tensor

from lemmata.arguments import check_choice, integer
from lemmata.attention.yarn import Yarn
from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError

Pairing: TypeAlias = Literal["adjacent", "halves"]


@dataclass(frozen=True, slots=True)
class Rotary:
    """R_n of RoFormer for vectors whose first `width` numbers turn; those after it stay.

    Pair i turns by base^(-2i / width) times a coordinate of the token. With several `axes` the
    pairs take the coordinates in turn (0, 1, 2, 0, 1, ...), or in the `sections` given, one number
    of pairs for each axis. All coordinates equal is the embedding on one axis, bit for bit.

    `copies` divides the width into as many blocks that turn alike, each as if it were alone.
    `pairing` is "adjacent" (2i, 2i + 1), as in the papers and in DeepSeek's weights, or "halves"
    (i, i + width / 2), as in Llama's and Qwen's: the same embedding with coordinates permuted.
    `yarn` stretches the frequencies for texts longer than those trained on, alike on every axis.
    """

    width: int
    base: float = 10_000.0
    axes: int = 1
    sections: tuple[int, ...] | None = None
    pairing: Pairing = "adjacent"
    copies: int = 1
    yarn: Yarn | None = None

    def __post_init__(self) -> None:
        if integer("width", self.width) < 2 or self.width % 2:
            raise ArgumentError(f"width must be even and at least 2, got {self.width}")
        if not (math.isfinite(self.base) and self.base > 0):
            raise ArgumentError(f"base must be a positive number, got {self.base}")
        if integer("axes", self.axes) < 1:
            raise ArgumentError(f"axes must be at least 1, got {self.axes}")
        check_choice("pairing", self.pairing, ("adjacent", "halves"))
        if integer("copies", self.copies) < 1 or self.width % (2 * self.copies):
            raise ArgumentError(
                f"copies must divide the width {self.width} into even parts, got {self.copies}"
            )
        if not isinstance(self.yarn, Yarn | None):
            raise DtypeError(f"yarn must be a Yarn or None, got {type(self.yarn).__name__}")
        if self.yarn is not None and self.base <= 1:
            raise ArgumentError(f"base must be above 1 where yarn is given, got {self.base}")
        if self.sections is not None:
            object.__setattr__(self, "sections", tuple(self.sections))
            pairs = [integer("sections", number) for number in self.sections]
            if len(pairs) != self.axes or min(pairs) < 0 or sum(pairs) != self.pairs:
                raise ArgumentError(
                    f"sections must be {self.axes} numbers of pairs, one an axis, that add up to "
                    f"{self.pairs}, got {self.sections}"
                )

    @property
    def pairs(self) -> int:
        """How many pairs turn, each at its own rate (those of further copies aside)."""
        return self.width // self.copies // 2

    def frequencies(self) -> Tensor:
        """base^(-2i / width) for each pair i, stretched by `yarn`, in double precision."""
        one = self.base ** (-torch.arange(self.pairs, dtype=torch.float64) / self.pairs)
        if self.yarn is not None:
            one = self.yarn.stretched(one, self.base)
        return one.repeat(self.copies)

    @property
    def softmax_scale(self) -> float:
        """What the scores of a softmax are multiplied by: 1 without `yarn`."""
        return 1.0 if self.yarn is None else self.yarn.softmax_scale

    def axis_of_pairs(self) -> Tensor:
        """The number of the axis whose coordinate each pair turns by."""
        axes = torch.arange(self.axes)
        if self.sections is None:
            return (torch.arange(self.pairs) % self.axes).repeat(self.copies)
        return torch.repeat_interleave(axes, torch.tensor(self.sections)).repeat(self.copies)

    def angles(self, positions: Tensor) -> Tensor:
        """Angles (n, width / 2) for `positions` (n,) of text, or (n, axes), in double precision."""
        _check_positions(positions, self.axes)
        where = positions.to("cpu", torch.float64)
        if where.ndim == 1:
            return where[:, None] * self.frequencies()
        return where[:, self.axis_of_pairs()] * self.frequencies()

    def rotate(self, x: Tensor, positions: Tensor) -> Tensor:
        """`x` (..., n, d >= width) with each row turned as its position says.

        Raises ShapeError, DtypeError or NonFiniteError for positions or vectors that do not fit.
        """
        if not isinstance(x, Tensor) or not x.is_floating_point():
            kind = x.dtype if isinstance(x, Tensor) else type(x).__name__
            raise DtypeError(f"x must be a floating torch.Tensor, got {kind}")
        if x.ndim < 2 or x.shape[-1] < self.width or x.shape[-2] != len(positions):
            raise ShapeError(
                f"x must have shape (..., {len(positions)}, at least {self.width}), "
                f"got {tuple(x.shape)}"
            )
        return turned(x, self.tables(positions, x.dtype, x.device), self.pairing)

    def tables(
        self, positions: Tensor, dtype: torch.dtype, device: torch.device
    ) -> tuple[Tensor, Tensor]:
        """cos and sin (n, width / 2) of the angles, to turn queries and keys by."""
        angles = self.angles(positions)
        wide = dtype if dtype in (torch.float32, torch.float64) else torch.float32
        return angles.cos().to(device, wide), angles.sin().to(device, wide)


def turned(x: Tensor, tables: tuple[Tensor, Tensor], pairing: Pairing) -> Tensor:
    """`x` (..., n, d) with its pairs turned by angles whose cosines and sines are `tables`."""
    cos, sin = tables
    width = 2 * cos.shape[-1]
    moving = x[..., :width].to(cos.dtype)
    if pairing == "halves":
        first, second = moving.chunk(2, -1)
        done = torch.cat((first * cos - second * sin, second * cos + first * sin), -1)
    elif torch.compiler.is_compiling():  # which fuses real numbers, and complex ones it does not
        first, second = moving[..., 0::2], moving[..., 1::2]
        pair = (first * cos - second * sin, second * cos + first * sin)
        done = torch.stack(pair, -1).flatten(-2)
    else:
        numbers = torch.view_as_complex(_aligned(torch.unflatten(moving, -1, (-1, 2))))
        done = torch.view_as_real(numbers * torch.complex(cos, sin)).flatten(-2)
    done = done.to(x.dtype)
    return done if width == x.shape[-1] else torch.cat((done, x[..., width:]), -1)


def _aligned(pairs: Tensor) -> Tensor:
    """`pairs` (..., 2) in memory that can be seen as complex numbers: a copy if it is not yet."""
    *strides, last = pairs.stride()
    if last == 1 and not any(each % 2 for each in (*strides, pairs.storage_offset())):
        return pairs
    return pairs.clone(memory_format=torch.contiguous_format)


def text_tables(
    rotary: Rotary, start: float, tokens: int, dtype: torch.dtype, device: torch.device
) -> tuple[Tensor, Tensor]:
    """`rotary.tables` of so many tokens of text from `start` on.

    The last few are kept, as all layers of a model ask for the same.
    """
    if torch.compiler.is_compiling():
        return _text_tables.__wrapped__(rotary, start, tokens, dtype, device)
    return _text_tables(rotary, start, tokens, dtype, device)


@lru_cache(maxsize=8)
def _text_tables(
    rotary: Rotary, start: float, tokens: int, dtype: torch.dtype, device: torch.device
) -> tuple[Tensor, Tensor]:
    with torch.inference_mode(False):  # what is kept must serve training too
        along = start + torch.arange(tokens, dtype=torch.float64)
        return rotary.tables(along, dtype, device)


def _check_positions(positions: Any, axes: int) -> None:
    if not isinstance(positions, Tensor) or positions.is_complex() or positions.dtype == torch.bool:
        kind = positions.dtype if isinstance(positions, Tensor) else type(positions).__name__
        raise DtypeError(f"positions must be a torch.Tensor of real numbers, got {kind}")
    if positions.dtype in (torch.float16, torch.bfloat16):
        raise DtypeError(
            f"positions must not be {positions.dtype}, which loses whole numbers past "
            f"{round(2 / torch.finfo(positions.dtype).eps)}"
        )
    if not (positions.ndim == 1 or tuple(positions.shape[1:]) == (axes,)):
        raise ShapeError(
            f"positions must have shape (n,) or (n, {axes}), got {tuple(positions.shape)}"
        )
    if not torch.compiler.is_compiling() and not bool(positions.isfinite().all()):
        raise NonFiniteError("positions must be finite, got NaN or infinity")
