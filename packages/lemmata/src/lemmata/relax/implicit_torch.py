"""A threshold as a function that PyTorch can differentiate, as often as need be.

Loaded only where a tensor asks for a gradient, so that PyTorch stays optional. The iterations that
found the threshold are not differentiated: the implicit function theorem gives the derivative from
the answer alone, in one pass over the scores.
"""

from typing import Any

import torch
from array_api_compat import torch as xp

from lemmata.relax.conditional import conditional_mean, covariance_product


class ImplicitThreshold(torch.autograd.Function):
    """z (..., n) and the root lambda (..., 1) of sum f(z - lambda) = k to lambda itself."""

    @staticmethod
    def forward(ctx: Any, z: Any, root: Any, slope: Any) -> Any:
        kept = root.clone()
        ctx.slope = slope
        ctx.save_for_backward(z, kept)
        return kept

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        z, root = ctx.saved_tensors
        w = ctx.slope(xp, z - root)
        total = w.sum(-1, keepdim=True)
        some = total > 0  # nothing moves where every score is saturated
        share = torch.where(some, w / torch.where(some, total, 1), 0)
        return gradient * share, None, None


class ConditionalMean(torch.autograd.Function):
    """Log-odds (..., n) to the marginals of a k-subset; the Jacobian is their covariance."""

    @staticmethod
    def forward(ctx: Any, log_odds: Any) -> Any:
        ctx.save_for_backward(log_odds)
        return conditional_mean(xp, log_odds)

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        (log_odds,) = ctx.saved_tensors
        return covariance_product(xp, log_odds, gradient)


class StraightThrough(torch.autograd.Function):
    """The first argument forward; the gradient goes to the second as if it had been that one."""

    @staticmethod
    def forward(ctx: Any, hard: Any, soft: Any) -> Any:
        return hard.clone()

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        return None, gradient
