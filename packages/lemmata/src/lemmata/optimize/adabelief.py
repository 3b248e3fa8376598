"""AdaBelief for PyTorch, as the paper's algorithm has it: Adam with the variance for the square.

Refused: AMSGrad, the rectification of RAdam and coupled weight decay, which the authors' package
has beside (the second by default) and the algorithm has not.
"""

import math
from collections.abc import Callable
from typing import Any

import torch

from lemmata.errors import ArgumentError, DtypeError


class AdaBelief(torch.optim.Optimizer):
    """J. Zhuang et al., "AdaBelief optimizer: adapting stepsizes by the belief in observed
    gradients" (2020, arXiv:2010.07468), Algorithm 2, with decoupled weight decay.

    m = b1 m + (1 - b1) g;  s = b2 s + (1 - b2) (g - m)^2 + eps;
    p = (1 - lr * weight_decay) p - lr * m_hat / (sqrt(s_hat) + eps),

    m_hat = m / (1 - b1^t), s_hat = s / (1 - b2^t). m is the new one in s, and eps stays in s: with
    no variance at all s_hat is eps / (1 - b2) at every step, so that eps=1e-16 caps the step at
    3.2e6 lr m_hat. The state has the keys of the authors' package. Parameters in float16 are
    refused, as eps is 0 there.
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-16,
        weight_decay: float = 0.0,
    ) -> None:
        if not (lr >= 0 and eps >= 0 and weight_decay >= 0):
            raise ArgumentError(
                f"lr, eps and weight_decay must be non-negative, got {lr}, {eps}, {weight_decay}"
            )
        if not (0 <= betas[0] < 1 and 0 <= betas[1] < 1):
            raise ArgumentError(f"betas must be in [0, 1), got {betas}")
        super().__init__(
            params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        )

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step from the gradients at hand; `closure` computes them (and the loss) anew."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self._move(p, group)
        return loss

    def _move(self, p: torch.Tensor, group: dict[str, Any]) -> None:
        g = p.grad
        if g is None or g.is_sparse or g.is_complex() or p.dtype == torch.float16:
            raise DtypeError(f"AdaBelief needs dense real gradients, not of float16, got {p.dtype}")
        state = self.state[p]
        if not state:
            state["step"] = 0
            state["exp_avg"] = torch.zeros_like(p, memory_format=torch.preserve_format)
            state["exp_avg_var"] = torch.zeros_like(p, memory_format=torch.preserve_format)
        state["step"] += 1
        m, s, t = state["exp_avg"], state["exp_avg_var"], int(state["step"])
        (b1, b2), lr, eps = group["betas"], group["lr"], group["eps"]
        p.mul_(1 - lr * group["weight_decay"])
        m.lerp_(g, 1 - b1)
        surprise = g - m
        s.mul_(b2).addcmul_(surprise, surprise, value=1 - b2).add_(eps)
        root = (s.sqrt() / math.sqrt(1 - b2**t)).add_(eps)
        p.addcdiv_(m, root, value=-lr / (1 - b1**t))
