"""Where gradient methods lose their footing: the curvature beyond which a quadratic diverges.

Each threshold follows from the method's two-term recurrence on a quadratic of curvature h,
x[t+1] - x[t] = momentum (x[t] - x[t-1]) - lr * gain * h * x[t], which is stable for
lr * gain * h < 2 + 2 momentum.
"""

from lemmata.errors import ArgumentError


def stability_threshold(
    learning_rate: float, momentum: float = 0.0, *, averaged: bool = True, nesterov: bool = False
) -> float:
    """The largest (preconditioned) curvature at which the method is stable on a quadratic.

    2 / lr for gradient descent, the edge of stability of J. Cohen et al. (2021, arXiv:2103.00065).
    With momentum b: (2 + 2 b) / ((1 - b) lr) where the gradients are `averaged` with weights that
    add up to 1, as Adam's and AdaBelief's first moment (J. Cohen et al. 2022, arXiv:2207.14484:
    38 / lr for b = 0.9); (2 + 2 b) / lr where they are summed, as in torch.optim.SGD; and
    (2 + 2 b) / ((1 + 2 b) lr) with Nesterov's momentum there.

    ArgumentError if learning_rate <= 0, momentum is not in [0, 1), or both averaged and nesterov.
    """
    if not learning_rate > 0:
        raise ArgumentError(f"learning_rate must be positive, got {learning_rate}")
    if not 0 <= momentum < 1:
        raise ArgumentError(f"momentum must be in [0, 1), got {momentum}")
    if nesterov and averaged:
        raise ArgumentError("nesterov belongs to summed gradients: averaged=False")
    if nesterov:
        return (2 + 2 * momentum) / ((1 + 2 * momentum) * learning_rate)
    gain = 1 - momentum if averaged else 1.0
    return (2 + 2 * momentum) / (gain * learning_rate)
