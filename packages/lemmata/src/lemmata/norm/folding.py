"""Gain and bias of a curve moved into the linear layers that read it.

W (g * f + b) + c = (W diag(g)) f + (W b + c). The products are taken in double precision and rounded
once. Refused: folding in place, as the caller's layers may be read elsewhere.
"""

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lemmata.errors import ArgumentError, DtypeError, ShapeError
from lemmata.norm.curves import Curve

PROBES = 64  # rows on which old and new are compared


@dataclass(frozen=True, slots=True)
class FoldingCertificate:
    """How far apart the layers are before and after.

    `error` is the largest |new - old| in an output, over sum_j |W_ij g_j f_j| + |W_ij b_j| + |c_i|,
    on 64 rows of normal numbers at the scale where the curve bends; `bound` is what rounding can
    make of it, 2 (width + 4) units in the last place. `rounding` is the largest relative change of a
    weight by its rounding to the dtype, half a unit at most.
    """

    dtype: torch.dtype
    rounding: float
    error: float
    bound: float

    @property
    def holds(self) -> bool:
        """Whether what was measured is rounding alone."""
        return self.error <= self.bound


@dataclass(frozen=True, slots=True)
class Folded:
    """The curve without gain, bias and scale; the layers that took them; the certificate."""

    norm: Curve
    linears: tuple[nn.Linear, ...]
    certificate: FoldingCertificate


def fold(norm: Curve, *linears: nn.Linear) -> Folded:
    """`norm` and all the `linears` that read it, as new layers with gain and bias in the latter.

    Nothing else may read the output of `norm`, as it changes. ArgumentError without a linear layer;
    DtypeError for another module or dtype, ShapeError for another width.
    """
    _check(norm, linears)
    bare = _bare(norm)
    folded = tuple(_folded(norm, linear) for linear in linears)
    reports = [_measured(norm, bare, old, new) for old, new in zip(linears, folded, strict=True)]
    worst = max(reports, key=lambda report: report.error / report.bound)
    rounding = max(report.rounding for report in reports)
    return Folded(bare, folded, FoldingCertificate(worst.dtype, rounding, worst.error, worst.bound))


def _check(norm: Curve, linears: tuple[nn.Linear, ...]) -> None:
    if not isinstance(norm, Curve):
        raise DtypeError(f"norm must be a DyT, DyISRU or Derf, got {type(norm).__name__}")
    if not linears:
        raise ArgumentError("linears must hold at least one nn.Linear, got none")
    dtype = next(norm.parameters()).dtype
    for number, linear in enumerate(linears):
        if type(linear) is not nn.Linear:
            raise DtypeError(f"linears[{number}] must be an nn.Linear, got {type(linear).__name__}")
        if linear.in_features != norm.width:
            raise ShapeError(
                f"linears[{number}] must take {norm.width} numbers, the width of norm, got a weight "
                f"of shape {tuple(linear.weight.shape)}"
            )
        if linear.weight.dtype != dtype:
            raise DtypeError(
                f"linears[{number}] must have the dtype of norm, {dtype}, got {linear.weight.dtype}"
            )


def _bare(norm: Curve) -> Curve:
    bare = copy.deepcopy(norm)
    bare.weight = bare.bias = None
    bare.scale = 1.0
    return bare


def _folded(norm: Curve, linear: nn.Linear) -> nn.Linear:
    new = copy.deepcopy(linear)
    weight, bias = _exact(norm, linear)
    with torch.no_grad():
        new.weight.copy_(weight)
        if bias is not None:
            new.bias = nn.Parameter(bias.to(linear.weight.dtype), linear.weight.requires_grad)
    return new


def _exact(norm: Curve, linear: nn.Linear) -> tuple[Tensor, Tensor | None]:
    """W diag(scale g) and W b + c in double precision."""
    weight = linear.weight.detach().double()
    gain = norm.scale if norm.weight is None else norm.scale * norm.weight.detach().double()
    old = None if linear.bias is None else linear.bias.detach().double()
    if norm.bias is None:
        return weight * gain, old
    moved = weight @ norm.bias.detach().double()
    return weight * gain, moved if old is None else moved + old


@torch.no_grad()
def _measured(norm: Curve, bare: Curve, old: nn.Linear, new: nn.Linear) -> FoldingCertificate:
    dtype = old.weight.dtype
    values = norm.values()
    bend = values["C"] ** 0.5 if "C" in values else 1 / abs(values["alpha"])
    generator = torch.Generator().manual_seed(0)
    x = bend * torch.randn(PROBES, norm.width, generator=generator, dtype=torch.float64)
    x = x.to(old.weight.device, dtype)
    before, after = old(norm(x)).double(), new(bare(x)).double()
    weight, _ = _exact(norm, old)
    size = bare(x).double().abs() @ weight.abs().mT
    if norm.bias is not None:
        size = size + old.weight.double().abs() @ norm.bias.double().abs()
    if old.bias is not None:
        size = size + old.bias.double().abs()
    error = float(((after - before).abs() / size.clamp_min(torch.finfo(dtype).tiny)).amax())
    changed = (new.weight.double() - weight).abs() / weight.abs().clamp_min(1e-300)
    unit = torch.finfo(dtype).eps
    return FoldingCertificate(dtype, float(changed.amax()), error, 2 * (norm.width + 4) * unit)
