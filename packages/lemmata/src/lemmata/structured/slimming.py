"""Compression at work: the layers of a model, what reaches them, the choice, and the exchange. PyTorch.

Loaded by `compress` when it is called, so that naming it costs nothing.
"""

import copy
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lemmata.errors import ArgumentError, NonFiniteError
from lemmata.structured.candidates import LOW_RANK, Candidate, candidates, project
from lemmata.structured.choice import choose
from lemmata.structured.layer import MonarchLinear
from lemmata.structured.report import CompressionReport, LayerReport

Batch = Tensor | tuple[object, ...] | Mapping[str, object]
NOISE = 0.01  # white noise added to calibration inputs, as a share of their mean energy
SWEEPS = 8  # of alternating least squares for the option that was chosen


@dataclass(frozen=True, slots=True)
class _Site:
    """A linear layer of the copy, where it hangs, and why it is left alone, if it is."""

    name: str
    linear: nn.Linear
    pinned: str | None


def slimmed(
    model: nn.Module, budget: float | int, batch: Batch | None, grids: Sequence[tuple[int, int]]
) -> tuple[nn.Module, CompressionReport]:
    """The copy of `model` and the report that `compress` promises."""
    slim = copy.deepcopy(model)
    sites = _sites(slim)
    if not sites:
        raise ArgumentError(f"model must hold an nn.Linear, got {type(model).__name__}")
    total = sum(site.linear.weight.numel() for site in sites)
    allowed = _allowed(budget, total)
    grams = {} if batch is None else _grams(slim, sites, batch)
    options = [_options(site, grams, batch is not None, grids) for site in sites]
    _check_possible(options, allowed, total)
    sizes = [[(c.n_params, _cost(c)) for c in found] for found, _ in options]
    chosen = choose(sizes, allowed)
    layers = []
    for site, (found, pinned), index in zip(sites, options, chosen, strict=True):
        picked, error = found[index], 0.0
        if picked.nblocks is not None:
            new, error = _made(site.linear, grams.get(site.name), picked)
            _replace(slim, site.linear, new)
        layers.append(_reported(site, picked, error, pinned or _reason(picked, found)))
    measured_on = "the weights" if batch is None else "the calibration batch"
    before, after = _n_params(model), _n_params(slim)
    return slim, CompressionReport(tuple(layers), allowed, measured_on, before, after)


def _cost(candidate: Candidate) -> float:
    """The squared share of energy lost: convex, so that no layer is given up to spare the others."""
    return candidate.lost**2


def _sites(model: nn.Module) -> list[_Site]:
    uses = Counter(id(p) for module in model.modules() for p in module.parameters(recurse=False))
    found = []
    for name, module in model.named_modules():
        if not isinstance(module, nn.Linear):
            continue
        pinned = None
        if type(module) is not nn.Linear:
            pinned = f"left alone: a {type(module).__name__}"
        elif uses[id(module.weight)] > 1:
            pinned = "left alone: its weight is tied to another module's"
        elif module.weight.is_complex():
            pinned = "left alone: its weight is complex"
        elif module._forward_hooks or module._forward_pre_hooks:
            pinned = "left alone: it has hooks"
        elif name == "":
            pinned = "left alone: it is the model itself"
        found.append(_Site(name, module, pinned))
    return found


def _allowed(budget: object, total: int) -> int:
    if isinstance(budget, bool) or not isinstance(budget, int | float):
        raise ArgumentError(f"budget must be a share or a number of weights, got {budget!r}")
    if isinstance(budget, float):
        if not 0 < budget <= 1:
            raise ArgumentError(
                f"budget must be a share in (0, 1] of the {total:,} weights of linear layers, or "
                f"their number as an int, got {budget}"
            )
        return int(budget * total)
    if budget < 1:
        raise ArgumentError(f"budget must be at least 1, got {budget}")
    return min(budget, total)


def _options(
    site: _Site, grams: Mapping[str, Tensor], calibrated: bool, grids: Sequence[tuple[int, int]]
) -> tuple[list[Candidate], str | None]:
    """What the layer could be, and why it must stay, if it must."""
    weight = site.linear.weight.detach()
    if not bool(torch.isfinite(weight).all()):
        raise NonFiniteError(f"the weight of {site.name} must be finite")
    pinned = site.pinned
    if calibrated and site.name not in grams and pinned is None:
        pinned = "left alone: the calibration batch does not reach it"
    if pinned is not None or weight.numel() == 0:
        return [Candidate(None, 0, weight.numel(), 0.0)], pinned
    return candidates(weight.double(), grams.get(site.name), tuple(grids)), None


def _check_possible(
    options: Sequence[tuple[list[Candidate], str | None]], allowed: int, total: int
) -> None:
    least = sum(min(c.n_params for c in found) for found, _ in options)
    if least > allowed:
        raise ArgumentError(
            f"budget must allow at least {least:,} weights ({least / total:.1%} of {total:,}), the "
            f"sum of the smallest options of all layers, got {allowed:,}"
        )


def _grams(model: nn.Module, sites: Sequence[_Site], batch: Batch) -> dict[str, Tensor]:
    """E[x x*] of the inputs of every layer that the batch reaches, in double, with a little noise."""
    sums: dict[str, Tensor] = {}
    rows: Counter[str] = Counter()

    def watch(name: str) -> "torch.utils.hooks.RemovableHandle":
        def before(_: nn.Module, given: tuple[Tensor, ...], named: Mapping[str, Tensor]) -> None:
            x = given[0] if given else named["input"]
            x = x.detach().reshape(-1, x.shape[-1]).double()
            sums[name] = sums.get(name, 0) + x.mT @ x
            rows[name] += len(x)

        return linears[name].register_forward_pre_hook(before, with_kwargs=True)

    linears = {site.name: site.linear for site in sites if site.pinned is None}
    modes = {module: module.training for module in model.modules()}
    handles = [watch(name) for name in linears]
    try:
        model.eval()
        with torch.no_grad():
            _run(model, batch)
    finally:
        for handle in handles:
            handle.remove()
        for module, training in modes.items():
            module.training = training
    return {name: _noisy(name, total / rows[name]) for name, total in sums.items() if rows[name]}


def _noisy(name: str, gram: Tensor) -> Tensor:
    if not bool(torch.isfinite(gram).all()):
        raise NonFiniteError(f"the calibration batch must reach {name} with finite inputs")
    identity = torch.eye(len(gram), dtype=gram.dtype, device=gram.device)
    return gram + NOISE * gram.diagonal().mean() * identity


def _run(model: nn.Module, batch: Batch) -> None:
    if isinstance(batch, Mapping):
        model(**batch)
    elif isinstance(batch, tuple):
        model(*batch)
    else:
        model(batch)


def _made(linear: nn.Linear, gram: Tensor | None, picked: Candidate) -> tuple[MonarchLinear, float]:
    """The new layer, and the error of its factors once they are rounded to the layer's dtype."""
    assert picked.nblocks is not None
    weight = linear.weight.detach().double()
    found = project(weight, gram, picked.nblocks, picked.rank, SWEEPS)
    new = MonarchLinear.from_projection(
        found, picked.nblocks, picked.rank, linear.bias, linear.weight.dtype
    )
    new.requires_grad_(linear.weight.requires_grad).train(linear.training)
    return new, float(found.rel_error)


def _replace(model: nn.Module, old: nn.Module, new: nn.Module) -> None:
    """Put `new` wherever `old` hangs: a module may have several parents, and one parent it twice."""
    for module in model.modules():
        # `named_children` would name a child once a parent.
        for name, child in list(module._modules.items()):
            if child is old:
                setattr(module, name, new)


def _reason(picked: Candidate, found: Sequence[Candidate]) -> str:
    if picked.nblocks is None:
        return "the budget reaches; another layer gains less from its numbers"
    low = picked.nblocks == LOW_RANK
    rivals = [
        c
        for c in found
        if c.nblocks is not None
        and (c.nblocks == LOW_RANK) != low
        and c.n_params <= picked.n_params
    ]
    if not rivals:
        return "no other form was tried at this size"
    nearest = min(rivals, key=lambda c: c.lost)
    return f"{nearest.form} in as many or fewer numbers has error {nearest.lost**0.5:.3f}"


def _reported(site: _Site, picked: Candidate, error: float, reason: str) -> LayerReport:
    rows, columns = site.linear.weight.shape
    return LayerReport(
        name=site.name,
        shape=(rows, columns),
        form=picked.form,
        nblocks=picked.nblocks,
        rank=picked.rank,
        params_before=site.linear.weight.numel(),
        params_after=picked.n_params,
        rel_error=error,
        reason=reason,
    )


def _n_params(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())
