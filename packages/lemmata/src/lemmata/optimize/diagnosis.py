"""Does an adaptive optimiser's second moment know the curvature, and is its step near the edge?

The report puts numbers to J. Su's reading of Adam (Scientific Spaces 10588, as noted: it could not
be opened again): near a minimum g = H (theta - theta*), so that the
mean of g^2 is that of the square of H if theta wanders evenly. Whether that holds is a matter of
the noise, and the slope tells: 1 where sqrt(v) follows |H|, 1/2 where v does, 0 where neither.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from lemmata.errors import ArgumentError
from lemmata.optimize.comparison import Agreement, agreement
from lemmata.optimize.curvature import (
    Diagonal,
    Eigenvalue,
    Product,
    exact_diagonal,
    hutchinson_diagonal,
    largest_eigenvalue,
)
from lemmata.optimize.optimizer_state import Preconditioned, read

EXACT_UP_TO = 256  # parameters whose Hessian diagonal is computed without sampling


@dataclass(frozen=True, slots=True)
class StepReport:
    """What `diagnose` found; print it for a text. Eigenvalues carry their residual."""

    agreement: Agreement  # sqrt(v) against |diag H|
    diagonal: Diagonal
    negative: float  # share of the diagonal below 0
    effective_step: tuple[float, float, float]  # least, median, largest lr / preconditioner
    sharpness: Eigenvalue  # of H
    scaled_sharpness: Eigenvalue  # of lr P^-1/2 H P^-1/2
    limit: float  # the scaled sharpness at which the method turns unstable on a quadratic
    update_spread: float  # root mean square of (momentum / sqrt(v)); NaN where there is no momentum
    independent_spread: float  # what that is for independent gradients without a mean

    @property
    def edge(self) -> float:
        """Scaled sharpness over its limit: above 1, a quadratic of this curvature diverges."""
        return self.scaled_sharpness.value / self.limit

    def __str__(self) -> str:
        a, d, (least, median, largest) = self.agreement, self.diagonal, self.effective_step
        how = "exact" if not bool(torch.any(d.standard_error > 0)) else "Hutchinson"
        return "\n".join(
            (
                f"sqrt(v) against |diag H| ({how}, {d.products} products, {a.used} entries, "
                f"{a.left_out} left out, {self.negative:.0%} negative)",
                f"  correlation {a.correlation:.3f}  of ranks {a.rank_correlation:.3f}  "
                f"slope {a.slope:.3f}  median ratio {a.scale:.3g}",
                f"effective step  least {least:.3g}  median {median:.3g}  largest {largest:.3g}",
                f"sharpness  {_shown(self.sharpness)}",
                f"  times the step  {_shown(self.scaled_sharpness)}, limit {self.limit:.4g}: "
                f"{self.edge:.2f} of the edge of stability",
                f"update spread  {self.update_spread:.3f}, {self.independent_spread:.3f} for "
                "independent gradients, 1 for steady ones",
            )
        )


def diagnose(
    optimizer: torch.optim.Optimizer,
    loss: Callable[[], torch.Tensor],
    *,
    samples: int = 32,
    max_products: int = 100,
    rng: Any = None,
) -> StepReport:
    """Compare the state of `optimizer` with the curvature of `loss` at its parameters.

    `loss()` returns the scalar whose Hessian is meant, on a fixed batch, without dropout. Knows
    Adam, AdamW, AdaBelief, RMSprop and SGD of PyTorch. diag(H) is exact up to 256 parameters, else
    Hutchinson's estimate from `samples` products; eigenvalues by Lanczos with up to `max_products`
    products each. A product costs about two gradients. `rng`: a numpy.random.Generator or a seed.

    The scaled sharpness is lambda_max(lr P^-1 H), P what the momentum is divided by; its limit is
    (2 + 2 b1) / (1 - b1) for Adam, 38 at b1 = 0.9 (J. Cohen et al. 2022, arXiv:2207.14484), 2 for
    gradient descent. Weight decay and the first steps' bias correction of the momentum are left out.
    """
    from numpy.random import default_rng

    state = read(optimizer)
    generator = default_rng(rng)
    product = hessian_product(loss, state.parameters)
    like = state.root
    if like.shape[0] <= EXACT_UP_TO:
        diagonal = exact_diagonal(product, like)
    else:
        diagonal = hutchinson_diagonal(product, like, samples, generator)
    scale = (state.learning_rate / state.preconditioner).sqrt()

    def sharpest(matrix: Product) -> Eigenvalue:
        return largest_eigenvalue(matrix, like, max_products=max_products, rng=generator)

    step = state.learning_rate / state.preconditioner
    return StepReport(
        agreement=agreement(state.root, diagonal.values),
        diagonal=diagonal,
        negative=float((diagonal.values < 0).double().mean()),
        effective_step=(float(step.min()), float(step.median()), float(step.max())),
        sharpness=sharpest(product),
        scaled_sharpness=sharpest(lambda v: scale * product(scale * v)),
        limit=state.limit,
        update_spread=_spread(state),
        independent_spread=math.sqrt((1 - state.first_decay) / (1 + state.first_decay))
        if state.momentum.shape[0]
        else math.nan,
    )


def hessian_product(
    loss: Callable[[], torch.Tensor], parameters: tuple[torch.Tensor, ...]
) -> Product:
    """v -> H v of `loss` in all `parameters` as one vector, by differentiating twice."""
    with torch.enable_grad():
        value = loss()
        if value.ndim != 0 or not value.requires_grad:
            raise ArgumentError(
                "loss must return a scalar that depends on the parameters, "
                f"got shape {tuple(value.shape)}"
            )
        found = torch.autograd.grad(value, parameters, create_graph=True, materialize_grads=True)
        gradient = torch.cat([g.reshape(-1) for g in found])

    def product(v: torch.Tensor) -> torch.Tensor:
        if not gradient.requires_grad:  # a loss that is linear
            return torch.zeros_like(v)
        twice = torch.autograd.grad(
            gradient, parameters, v, retain_graph=True, materialize_grads=True
        )
        return torch.cat([h.reshape(-1) for h in twice])

    return product


def _spread(state: Preconditioned) -> float:
    moved = state.root > 0
    if state.momentum.shape[0] == 0 or not bool(moved.any()):
        return math.nan
    return float((state.momentum[moved] / state.root[moved]).square().mean().sqrt())


def _shown(found: Eigenvalue) -> str:
    return f"{found.value:.4g} (residual {found.residual:.1g})"
