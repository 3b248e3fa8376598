"""What a layout of positions keeps of Su's three wishes, and of the picture's geometry.

The report reads positions, not the name of a scheme, so that it holds for any layout, and can say no.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from lemmata.attention.positions import Image, Layout, Text, Video, sides
from lemmata.errors import ShapeError

ROUNDING = 1e-9  # positions of fractional steps are rounded


@dataclass(frozen=True, slots=True)
class PictureReport:
    """One image or video of a layout; gaps are on each axis."""

    part: Image | Video
    gap_before: tuple[float, ...]  # from the token before to the nearest patch
    gap_after: tuple[float, ...]  # from the farthest patch to the next token of text
    consumed: float  # by how much the picture moves the text after it on
    separable: bool  # a coordinate follows its own index only, in equal steps

    @property
    def symmetric(self) -> bool:
        """Whether the gaps before and after are the same on every axis."""
        return all(map(_same, self.gap_before, self.gap_after))

    @property
    def equivalent(self) -> bool:
        """Whether the picture takes as many positions as it has patches."""
        return _same(self.consumed, self.part.tokens)


@dataclass(frozen=True, slots=True)
class LayoutReport:
    """What `report` finds of a layout."""

    compatible: bool  # text is on the diagonal and moves by one: alone, it is one-dimensional
    integer: bool  # all positions are whole numbers
    distinct: bool  # no two tokens share a position
    pictures: tuple[PictureReport, ...]

    @property
    def symmetric(self) -> bool:
        """Whether all pictures have the same gaps before and after."""
        return all(picture.symmetric for picture in self.pictures)

    @property
    def equivalent(self) -> bool:
        """Whether all pictures take as many positions as they have patches."""
        return all(picture.equivalent for picture in self.pictures)

    @property
    def separable(self) -> bool:
        """Whether rows, columns and frames keep axes of their own."""
        return all(picture.separable for picture in self.pictures)


def report(given: Layout) -> LayoutReport:
    """Compatibility, equivalence and symmetry (Su, kexue.fm/archives/10040 and 10352), read off.

    ShapeError if there are not as many positions as the parts have tokens.
    """
    tokens = sum(part.tokens for part in given.parts)
    if given.positions.ndim != 2 or len(given.positions) != tokens:
        raise ShapeError(
            f"positions must have shape ({tokens}, axes) for these parts, "
            f"got {tuple(given.positions.shape)}"
        )
    pieces = torch.split_with_sizes(given.positions, [part.tokens for part in given.parts])
    compatible, pictures = True, []
    steps = zip(given.parts, pieces, given.starts[:-1], given.starts[1:], strict=True)
    for part, piece, start, after in steps:
        if isinstance(part, Text):
            along = start + torch.arange(part.tokens, dtype=torch.float64)
            compatible &= bool((piece == along[:, None]).all()) and after == start + part.tokens
        else:
            pictures.append(_picture(part, piece, start, after))
    whole = given.positions
    return LayoutReport(
        compatible,
        bool((whole == whole.round()).all()),
        len(torch.unique(whole, dim=0)) == tokens,
        tuple(pictures),
    )


def _picture(part: Image | Video, piece: Tensor, start: float, after: float) -> PictureReport:
    sizes = sides(part, piece.shape[1])
    before, behind = piece.amin(0) - (start - 1), after - piece.amax(0)
    return PictureReport(
        part,
        tuple(map(float, before)),
        tuple(map(float, behind)),
        after - start,
        _is_separable(piece.reshape(*sizes, -1)),
    )


def _is_separable(grid: Tensor) -> bool:
    """Whether coordinate a of `grid` (n_1, ..., n_k, k) is affine in index a and in no other."""
    for axis in range(grid.ndim - 1):
        along = grid[..., axis].movedim(axis, 0).reshape(grid.shape[axis], -1)
        if not bool((along == along[:, :1]).all()):
            return False
        steps = along[:, 0].diff()
        if len(steps) and not (bool((steps > 0).all()) and _same(steps.min(), steps.max())):
            return False
    return True


def _same(a: float | Tensor, b: float | Tensor) -> bool:
    return abs(float(a) - float(b)) <= ROUNDING * max(1.0, abs(float(a)))
