"""Norms of a trained model exchanged for element-wise curves fitted to what passes through them.

Every norm is fitted to what it sees in the model as it was: one pass. Refused: fresh initial values
in a trained model (its output would be lost), and norms over other axes than the last.
"""

import copy
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from lemmata.arguments import check_choice
from lemmata.errors import ArgumentError, NonFiniteError
from lemmata.norm.curves import Curve, Derf, DyISRU, DyT, positive
from lemmata.norm.fitting import Fit, Kind, fit
from lemmata.norm.report import NormReport, ReplacementReport

Batch = Tensor | tuple[object, ...] | Mapping[str, object]
KINDS = ("dyt", "dyisru", "derf")
MOST_ROWS = 2048  # tokens a call that a fit looks at, evenly spaced
FEWEST_ROWS = 16  # two numbers a channel are fitted to them


@dataclass(slots=True)
class _Site:
    """A norm of the copy, where it hangs, what passed through it, and why it must stay, if so."""

    name: str
    norm: nn.Module
    pinned: str | None
    width: int = 0
    seen: list[tuple[Tensor, Tensor]] = field(default_factory=list)

    def rows(self) -> tuple[Tensor, Tensor]:
        """Inputs and outputs, (rows, width)."""
        return torch.cat([x for x, _ in self.seen]), torch.cat([y for _, y in self.seen])


def replace(
    model: nn.Module,
    kind: Kind,
    *,
    calibrate: Batch,
    norms: tuple[type[nn.Module], ...] = (nn.LayerNorm, nn.RMSNorm),
    max_error: float = 0.5,
) -> tuple[nn.Module, ReplacementReport]:
    """A copy of `model` whose norms are curves of `kind` ("dyt", "dyisru" or "derf"), and a report.

    `calibrate` is a tensor, or a tuple or mapping of arguments, on which the model is run twice in
    evaluation mode. Each norm's inputs and outputs (up to 2,048 tokens a call) are fitted in double
    precision: gain and bias of every channel in closed form, steepness (and shift) by Gauss-Newton
    steps from the best of 13 values. A bias is fitted where the norm had one; a norm without gain
    gets one. The new layer has the norm's dtype, device, mode and readiness for gradients.

    `norms` are the exact classes that are exchanged; they must act on the last axis. ArgumentError
    if there is none, if fewer than 16 tokens reach one, or if a curve misses a norm by more than
    `max_error` (relative, see `NormReport`); NonFiniteError for NaN or infinity on the way.
    """
    check_choice("kind", kind, KINDS)
    bound = positive("max_error", max_error)
    new = copy.deepcopy(model)
    sites = _sites(new, norms)
    if not sites:
        names = ", ".join(norm.__name__ for norm in norms)
        raise ArgumentError(f"model must hold a norm of class {names}, got {type(model).__name__}")
    before = _watched(new, sites, calibrate)
    layers = []
    for site in sites:
        curve, layer = _exchanged(kind, site)
        layers.append(layer)
        if curve is not None:
            new = _put(new, site.norm, curve)
    report = ReplacementReport(kind, tuple(layers), bound, None)
    _check_bound(report)
    output_error = _difference(before, _run(new, calibrate))
    return new, ReplacementReport(kind, tuple(layers), bound, output_error)


def _sites(model: nn.Module, norms: tuple[type[nn.Module], ...]) -> list[_Site]:
    uses = Counter(id(p) for module in model.modules() for p in module.parameters(recurse=False))
    found = []
    for name, module in model.named_modules():
        if not isinstance(module, norms):
            continue
        pinned = None
        shape = getattr(module, "normalized_shape", (0,))
        if type(module) not in norms:
            pinned = f"left alone: a {type(module).__name__}, not named in norms"
        elif len(shape) != 1:
            pinned = f"left alone: it acts on {len(shape)} axes"
        elif any(uses[id(p)] > 1 for p in module.parameters(recurse=False)):
            pinned = "left alone: its parameters are tied to another module's"
        elif module._forward_hooks or module._forward_pre_hooks:
            pinned = "left alone: it has hooks"
        found.append(_Site(name, module, pinned, int(shape[-1])))
    return found


def _watched(model: nn.Module, sites: Sequence[_Site], batch: Batch) -> object:
    """The output of the model, while every site keeps what passes through it."""

    def watch(site: _Site) -> "torch.utils.hooks.RemovableHandle":
        def after(
            _: nn.Module, given: tuple[Tensor, ...], named: Mapping[str, Tensor], y: Tensor
        ) -> None:
            x = given[0] if given else next(iter(named.values()))
            site.width = x.shape[-1]
            if x.shape != y.shape:
                site.pinned = f"left alone: it makes {tuple(y.shape)} of {tuple(x.shape)}"
            elif x.numel():
                stride = -(-(x.numel() // site.width) // MOST_ROWS)
                kept = [part.detach().reshape(-1, site.width)[::stride].clone() for part in (x, y)]
                site.seen.append((kept[0], kept[1]))

        return site.norm.register_forward_hook(after, with_kwargs=True)

    handles = [watch(site) for site in sites if site.pinned is None]
    try:
        return _run(model, batch)
    finally:
        for handle in handles:
            handle.remove()


def _run(model: nn.Module, batch: Batch) -> object:
    """The output in evaluation mode and without gradients; modes are put back."""
    modes = {module: module.training for module in model.modules()}
    try:
        model.eval()
        with torch.no_grad():
            if isinstance(batch, Mapping):
                return model(**batch)
            return model(*batch) if isinstance(batch, tuple) else model(batch)
    finally:
        for module, training in modes.items():
            module.training = training


def _exchanged(kind: Kind, site: _Site) -> tuple[Curve | None, NormReport]:
    pinned = site.pinned
    if pinned is None and not site.seen:
        pinned = "left alone: the calibration batch does not reach it"
    if pinned is None and not any(bool(x.any()) for x, _ in site.seen):
        pinned = "left alone: only zeros reach it"
    was = type(site.norm).__name__
    if pinned is not None:
        return None, NormReport(site.name, was, site.width, 0, {}, None, 0, pinned)
    x, y = site.rows()
    wide_x, wide_y = x.double(), y.double()
    _check_rows(site, wide_x, wide_y)
    old_bias = _parameter(site.norm, "bias", 0.0, wide_x)
    has_bias = getattr(site.norm, "bias", None) is not None
    found = fit(kind, wide_x, wide_y, _parameter(site.norm, "weight", 1.0, wide_x), has_bias)
    curve = _made(kind, found, site, x)
    with torch.no_grad():
        missed = (curve(x).double() - wide_y).square().sum()
    scale = (wide_y - old_bias).square().sum().clamp_min(torch.finfo(torch.float64).tiny)
    error = float((missed / scale).sqrt())
    report = NormReport(
        site.name, was, site.width, len(x), curve.values(), error, found.steps, None
    )
    return curve, report


def _check_rows(site: _Site, x: Tensor, y: Tensor) -> None:
    name = site.name or "the model"
    if not (bool(x.isfinite().all()) and bool(y.isfinite().all())):
        raise NonFiniteError(f"calibrate must reach {name} with finite numbers")
    if len(x) < FEWEST_ROWS:
        raise ArgumentError(
            f"calibrate must bring at least {FEWEST_ROWS} tokens to {name}, got {len(x)}"
        )


def _parameter(norm: nn.Module, name: str, absent: float, like: Tensor) -> Tensor:
    """A parameter of the norm in double precision, or `absent` in every channel."""
    found = getattr(norm, name, None)
    if not isinstance(found, Tensor) or found.shape != like.shape[-1:]:
        return like.new_full(like.shape[-1:], absent)
    return found.detach().to(like)


def _made(kind: Kind, found: Fit, site: _Site, x: Tensor) -> Curve:
    """The layer with the values found, in the dtype of the norm."""
    old = next(site.norm.parameters(), None)
    factory: dict[str, Any] = {"device": x.device, "dtype": x.dtype if old is None else old.dtype}
    has_bias = found.bias is not None
    curve: Curve
    if kind == "dyt":
        curve = DyT(site.width, alpha=found.steepness, bias=has_bias, **factory)
    elif kind == "dyisru":
        curve = DyISRU(site.width, C=found.steepness**-2, bias=has_bias, **factory)
    else:
        curve = Derf(site.width, alpha=found.steepness, shift=found.shift, bias=has_bias, **factory)
    with torch.no_grad():
        assert curve.weight is not None
        curve.weight.copy_(found.weight / curve.scale)
        if curve.bias is not None and found.bias is not None:
            curve.bias.copy_(found.bias)
    return curve.requires_grad_(old is None or old.requires_grad).train(site.norm.training)


def _put(model: nn.Module, old: nn.Module, new: nn.Module) -> nn.Module:
    """The model with `new` wherever `old` hangs: under several parents, or twice under one."""
    if model is old:
        return new
    for module in model.modules():
        for name, child in list(module._modules.items()):  # named_children says each once
            if child is old:
                setattr(module, name, new)
    return model


def _check_bound(report: ReplacementReport) -> None:
    missed = [layer for layer in report.replaced if not (layer.error or 0.0) <= report.max_error]
    if missed:
        worst = report.worst
        raise ArgumentError(
            f"{report.kind} cannot stand in for {len(missed)} of {len(report.layers)} norms within "
            f"max_error = {report.max_error:g}: it misses {worst.name or 'the model'} by "
            f"{worst.error:.3g} (relative); another kind may do, or a larger max_error and training"
        )


def _difference(before: object, after: object) -> float | None:
    old, new = _first_tensor(before), _first_tensor(after)
    if old is None or new is None or not old.is_floating_point():
        return None
    scale = old.double().square().sum().clamp_min(torch.finfo(torch.float64).tiny)
    return float(((new.double() - old.double()).square().sum() / scale).sqrt())


def _first_tensor(output: object) -> Tensor | None:
    if isinstance(output, Tensor):
        return output
    parts = output.values() if isinstance(output, Mapping) else output
    if isinstance(output, Mapping | tuple | list):
        return next((part for part in parts if isinstance(part, Tensor)), None)  # type: ignore[attr-defined]
    return None
