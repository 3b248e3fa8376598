"""What gated attention units share: projections, one small shared head turned, masks of padding.

A token that the mask leaves out takes no position, is no key, counts for nothing and answers 0, so
that a row with padding, wherever it stands, is the row without it.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import silu

from lemmata.attention.rope import Rotary, turned
from lemmata.errors import ArgumentError, DtypeError, ShapeError


class Gates(nn.Module):
    """u, v = silu(x W) of width `expanded`; queries and keys gamma * silu(x W_z) + beta, turned.

    `heads` rows of gamma and beta begin at 1 and 0. What the weights are made of is in single
    precision at least (`wide`).
    """

    def __init__(
        self,
        width: int,
        expanded: int,
        query_width: int,
        heads: int,
        rotary: Rotary | None,
        **factory: Any,
    ) -> None:
        super().__init__()
        if rotary is not None and (rotary.width > query_width or rotary.axes != 1):
            raise ArgumentError(
                f"rotary must have one axis and be at most query_width = {query_width} wide, "
                f"got {rotary}"
            )
        self.rotary = rotary
        self.sizes = [expanded, expanded, query_width]
        self.project = nn.Linear(width, sum(self.sizes), bias=False, **factory)
        self.gamma = nn.Parameter(torch.ones(heads, query_width, **factory))
        self.beta = nn.Parameter(torch.zeros(heads, query_width, **factory))
        self.out = nn.Linear(expanded, width, bias=False, **factory)

    def forward(self, x: Tensor, where: Tensor) -> tuple[Tensor, Tensor, tuple[Tensor, ...]]:
        """u, v (batch, n, expanded) and the heads (batch, n, query_width) at positions `where`."""
        u, v, z = torch.split(silu(self.project(x)), self.sizes, -1)
        dtype = wide(x.dtype)
        gamma, beta = self.gamma.to(dtype)[:, None], self.beta.to(dtype)[:, None]
        heads = gamma * z.to(dtype)[:, None] + beta
        if self.rotary is not None:
            tables = self.rotary.tables(where.flatten(), dtype, x.device)
            cos, sin = (torch.unflatten(table, 0, where.shape)[:, None] for table in tables)
            heads = turned(heads, (cos, sin), self.rotary.pairing)
        return u, v.to(dtype), heads.unbind(1)

    def joined(self, u: Tensor, mixed: Tensor, mask: Tensor | None) -> Tensor:
        """(u * mixed) W_o, and 0 where `mask` leaves out."""
        y: Tensor = self.out(u * mixed.to(u.dtype))
        return y if mask is None else y.masked_fill(~mask[..., None], 0)


def wide(dtype: torch.dtype) -> torch.dtype:
    """The dtype that weights and sums are held in."""
    return torch.float32 if dtype in (torch.float16, torch.bfloat16) else dtype


def places(begin: Tensor | None, mask: Tensor | None, like: Tensor) -> Tensor:
    """Positions (1 or batch, length) of tokens that go on from `begin` (batch,), None for 0.

    A token that is left out has the position of the one before it, or 0.
    """
    if mask is None:
        step = torch.arange(like.shape[1], device=like.device)[None]
    else:
        step = (mask.cumsum(1) - 1).clamp(min=0)
    return step if begin is None else begin[:, None] + step


def check_mask(mask: Any, x: Tensor) -> Tensor | None:
    """`mask` (batch, length) of truth values on the device of `x`, or None; an error with its name."""
    if mask is None:
        return None
    if not isinstance(mask, Tensor) or mask.dtype != torch.bool:
        kind = mask.dtype if isinstance(mask, Tensor) else type(mask).__name__
        raise DtypeError(f"mask must be a torch.Tensor of bool, got {kind}")
    if mask.shape != x.shape[:2]:
        raise ShapeError(
            f"mask must have shape (batch, length) = {tuple(x.shape[:2])}, got {tuple(mask.shape)}"
        )
    return mask.to(x.device)


def check_held(name: str, held: Tensor, shape: tuple[int, ...], like: Tensor) -> None:
    """ShapeError or DtypeError unless the part `name` of a state is for tokens such as `like`."""
    if held.shape != shape:
        raise ShapeError(
            f"{name} of state must have shape {shape}, got {tuple(held.shape)}; "
            "is it the state of another layer or batch?"
        )
    if held.dtype != wide(like.dtype) or held.device != like.device:
        raise DtypeError(
            f"{name} of state is {held.dtype} on {held.device}; tokens of {like.dtype} on "
            f"{like.device} go on from {wide(like.dtype)}"
        )
