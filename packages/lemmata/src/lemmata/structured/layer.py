"""A linear layer whose weight is a Monarch matrix. PyTorch; loaded only when it is named.

Refused: one learning rate for all factors. Each block is a small dense layer with its own fan-in,
and both the initial scale and the rate must follow that (Qiu et al. 2024); see `rate_multipliers`.
"""

import math
from typing import Any, Self

import array_api_compat.torch as xp
import torch
from torch import Tensor, nn

from lemmata.arguments import is_integer
from lemmata.errors import ArgumentError, DtypeError, ShapeError
from lemmata.structured.grid import Grid, Rank
from lemmata.structured.inverse import monarch_inverse, monarch_solve
from lemmata.structured.monarch import product, swap_digits
from lemmata.structured.projection import MonarchProjection, monarch_project
from lemmata.structured.weighted import monarch_project_weighted


class MonarchLinear(nn.Module):
    """y = M x + bias with M a Monarch matrix: what `nn.Linear` does with fewer numbers.

    `nblocks` = (k, l) input and output blocks and `rank` numbers for each pair of them, as in
    `monarch_project`; (1, 1) is a low-rank layer. With `pad` sides that the blocks do not divide
    are filled up inside. Parameters `B1` (k, p, q), `B2` (l, r, s) and `bias`; `factory` takes the
    device and dtype, as elsewhere in PyTorch.

    `swapped` reads the input as digits (p, k) and writes the output as (l, s): the kind that the
    inverse of a Monarch matrix is. Raises as `monarch_project` does for sizes that do not fit.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        nblocks: tuple[int, int],
        rank: Rank = 1,
        *,
        bias: bool = True,
        pad: bool = False,
        swapped: bool = False,
        **factory: Any,
    ) -> None:
        super().__init__()
        self.grid = Grid.fit((out_features, in_features), nblocks, rank, pad)
        self.in_features, self.out_features = in_features, out_features
        self.swapped = swapped
        first, second = self.grid.factor_shapes
        self.B1 = nn.Parameter(torch.empty(first, **factory))
        self.B2 = nn.Parameter(torch.empty(second, **factory))
        if bias:
            self.bias: nn.Parameter | None = nn.Parameter(torch.empty(out_features, **factory))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Normal entries of deviation sqrt(min(in, out)) / in of a block; bias 0.

        The scale of Qiu et al. 2024 (arXiv:2406.06248), section 3: maximal-update
        parametrisation with the fan-in and fan-out of each block in place of the layer's.
        """
        for factor in (self.B1, self.B2):
            _, fan_in, fan_out = factor.shape
            nn.init.normal_(factor, std=math.sqrt(min(fan_in, fan_out)) / fan_in)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def rate_multipliers(self) -> dict[str, float]:
        """By how much Adam's rate of a dense layer of these sizes is to be multiplied, by factor.

        The rate of maximal-update parametrisation goes like 1 / fan-in, and a block's is smaller.
        """
        return {
            "B1": self.in_features / self.B1.shape[1],
            "B2": self.in_features / self.B2.shape[1],
        }

    @classmethod
    def from_linear(
        cls,
        linear: nn.Linear,
        nblocks: tuple[int, int],
        rank: Rank = 1,
        *,
        gram: Tensor | None = None,
        pad: bool = False,
    ) -> Self:
        """The layer nearest to `linear`: in weights, or on inputs of Gram matrix `gram` = E[x x*].

        Projected in double precision (`monarch_project`, `monarch_project_weighted`) and rounded to
        the dtype of `linear`, on its device; the bias is copied.
        """
        weight = linear.weight.detach()
        wide = torch.complex128 if weight.is_complex() else torch.float64
        if gram is None:
            found = monarch_project(weight.to(wide), nblocks, rank, pad=pad)
        else:
            if not is_integer(rank):
                raise ArgumentError(f"rank must be a whole number where gram is given, got {rank}")
            metric = gram.detach().to(weight.device, wide)
            found = monarch_project_weighted(weight.to(wide), metric, nblocks, rank, pad=pad)
        layer = cls.from_projection(found, nblocks, rank, linear.bias, weight.dtype)
        layer.requires_grad_(linear.weight.requires_grad)
        return layer.train(linear.training)

    @classmethod
    def from_projection(
        cls,
        found: MonarchProjection,
        nblocks: tuple[int, int],
        rank: Rank,
        bias: Tensor | None,
        dtype: torch.dtype,
    ) -> Self:
        """The layer with the factors of `found`, in `dtype`, and a copy of `bias`."""
        rows, columns = found.shape
        device = found.B1.device
        with torch.device("meta"):
            layer = cls(columns, rows, nblocks, rank, bias=bias is not None, pad=True, dtype=dtype)
        layer = layer.to_empty(device=device)
        with torch.no_grad():
            layer.B1.copy_(found.B1)
            layer.B2.copy_(found.B2)
            if layer.bias is not None and bias is not None:
                layer.bias.copy_(bias)
        return layer

    def forward(self, x: Tensor) -> Tensor:
        """(..., in_features) to (..., out_features)."""
        if x.ndim < 1 or x.shape[-1] != self.in_features:
            raise ShapeError(
                f"x must have a last axis of {self.in_features}, got shape {tuple(x.shape)}"
            )
        y = self._linear(x)
        return y if self.bias is None else y + self.bias

    def to_dense(self) -> Tensor:
        """The weight M itself, (out_features, in_features)."""
        identity = torch.eye(self.in_features, dtype=self.B1.dtype, device=self.B1.device)
        return self._linear(identity).mT

    @property
    def weight(self) -> Tensor:
        """`to_dense()`, for code that asks a linear layer for its weight; made anew each time."""
        return self.to_dense()

    def solve(self, y: Tensor) -> Tensor:
        """x with `layer(x)` = y. Square layers with square blocks, p = q and r = s."""
        self._must_be_square()
        right = y if self.bias is None else y - self.bias
        if self.swapped:
            right = swap_digits(right, self.grid.l)
        x: Tensor = monarch_solve(right, self.B1, self.B2)
        return swap_digits(x, self.grid.k) if self.swapped else x

    def inverse(self) -> "MonarchLinear":
        """The layer that undoes this one, of the same size; ArgumentError where there is none."""
        self._must_be_square()
        with torch.no_grad():
            C1, C2 = monarch_inverse(self.B1, self.B2)
            undone = MonarchLinear(
                self.in_features,
                self.out_features,
                (self.grid.l, self.grid.k),
                self.grid.rank,
                bias=self.bias is not None,
                swapped=not self.swapped,
                device=self.B1.device,
                dtype=self.B1.dtype,
            )
            undone.B1.copy_(C1)
            undone.B2.copy_(C2)
            if self.bias is not None and undone.bias is not None:
                undone.bias.copy_(self.solve(torch.zeros_like(self.bias)))
        return undone

    @property
    def n_params(self) -> int:
        """How many numbers the layer holds, the bias included."""
        return sum(parameter.numel() for parameter in self.parameters())

    def extra_repr(self) -> str:
        """What stands between the brackets of the printed layer."""
        grid = self.grid
        dense = self.in_features * self.out_features
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"nblocks={(grid.k, grid.l)}, rank={grid.rank}, bias={self.bias is not None}, "
            f"weights={grid.n_params} of {dense}{', swapped' if self.swapped else ''}"
        )

    def _linear(self, x: Tensor) -> Tensor:
        """M x, without the bias."""
        if not (x.dtype.is_floating_point or x.dtype.is_complex):
            raise DtypeError(f"x must be of a floating dtype, got {x.dtype}")
        grid = self.grid
        rows = x.reshape(-1, self.in_features)
        if grid.padded[1] > self.in_features:
            rows = nn.functional.pad(rows, (0, grid.padded[1] - self.in_features))
        if self.swapped:
            rows = swap_digits(rows, grid.p)
        y: Tensor = product(xp, rows, self.B1, self.B2)
        if self.swapped:
            y = swap_digits(y, grid.s)
        return y[:, : self.out_features].reshape(*x.shape[:-1], self.out_features)

    def _must_be_square(self) -> None:
        if self.grid.padded != self.grid.shape or self.in_features != self.out_features:
            raise ShapeError(
                f"only a square layer without padding has an inverse of its kind, got {self}"
            )
