"""Optimisers and their limits straight from the equations, one number at a time, in double precision.

Beside them are the mistakes that have been made with AdaBelief, which the checker must reject.
"""

import math

import numpy as np


def adabelief(gradients, start, lr=1e-3, betas=(0.9, 0.999), eps=1e-16, weight_decay=0.0):
    """Algorithm 2 of the paper on a given sequence of gradients; the last parameters."""
    return [
        _adabelief_of_one([g[i] for g in gradients], start[i], lr, betas, eps, weight_decay)
        for i in range(len(start))
    ]


def _adabelief_of_one(gradients, p, lr, betas, eps, weight_decay):
    m = s = 0.0
    for t, g in enumerate(gradients, 1):
        p = p - lr * weight_decay * p
        m = betas[0] * m + (1 - betas[0]) * g
        s = betas[1] * s + (1 - betas[1]) * (g - m) ** 2 + eps
        m_hat = m / (1 - betas[0] ** t)
        s_hat = s / (1 - betas[1] ** t)
        p = p - lr * m_hat / (math.sqrt(s_hat) + eps)
    return p


def wrong_adabelief(change):
    """The same with one mistake, named by `change`."""

    def run(gradients, start, lr=1e-3, betas=(0.9, 0.999), eps=1e-16, weight_decay=0.0):
        p = np.array(start, dtype=float)
        m, s = np.zeros_like(p), np.zeros_like(p)
        for t, g in enumerate(np.asarray(gradients), 1):
            before = m
            decay = weight_decay if change == "decay without lr" else lr * weight_decay
            if change == "coupled weight decay":
                g = g + weight_decay * p  # noqa: PLW2901
            else:
                p = p - decay * p
            m = betas[0] * m + (1 - betas[0]) * g
            error = {"the old mean": g - before, "adam": g, "the mean": m}.get(change, g - m)
            inside = 0.0 if change == "eps outside only" else eps
            kept = 0.0 if change == "eps not kept" else inside
            s = betas[1] * s + (1 - betas[1]) * error**2 + kept
            seen = s + inside if change == "eps not kept" else s
            c1 = 1.0 if change == "no correction of m" else 1 - betas[0] ** t
            c2 = 1.0 if change == "no correction of s" else 1 - betas[1] ** t
            if change == "correction after the root":
                root = np.sqrt(seen) / c2 + eps
            else:
                root = np.sqrt(seen / c2) + (0.0 if change == "eps inside only" else eps)
            p = p - lr * (m / c1) / root
        return p

    return run


MISTAKES = (
    "adam",
    "the old mean",
    "the mean",
    "eps outside only",
    "eps inside only",
    "eps not kept",
    "no correction of m",
    "no correction of s",
    "correction after the root",
    "coupled weight decay",
    "decay without lr",
)


def growth(lr, momentum, curvature, averaged=True, nesterov=False):
    """Spectral radius of a method with momentum on curvature x^2 / 2: below 1 it converges."""
    gain = (1 - momentum) if averaged else 1.0
    # state (x, m):  m <- momentum m + gain h x,  x <- x - lr (m, or gain h x + momentum m)
    to_m = np.array([gain * curvature, momentum])
    update = np.array([gain * curvature, 0.0]) + momentum * to_m if nesterov else to_m
    matrix = np.array([[1.0, 0.0] - lr * update, to_m])
    return max(abs(np.linalg.eigvals(matrix)))


def ranks(values):
    """Mean ranks, by comparing everything with everything."""
    return [
        1 + sum(other < v for other in values) + (sum(other == v for other in values) - 1) / 2
        for v in values
    ]


def agreement(root, curvature):
    """(correlation, rank correlation, slope) of log root on log |curvature|, where both exist."""
    pairs = [
        (math.log(abs(h)), math.log(r)) for r, h in zip(root, curvature, strict=True) if r > 0 != h
    ]
    x, y = np.array(pairs).T
    slope = np.polyfit(x, y, 1)[0]
    by_rank = np.corrcoef(ranks(list(x)), ranks(list(y)))[0, 1]
    return np.corrcoef(x, y)[0, 1], by_rank, slope
