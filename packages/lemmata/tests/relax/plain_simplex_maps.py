"""Maps onto simplices from their definitions: optimality conditions tried one by one, or halving."""

import itertools
import math

import numpy as np
from plain_soft_topk import each


def softmax():
    @each
    def row_map(x):
        w = [math.exp(s - max(x)) for s in x]
        return [v / math.fsum(w) for v in w]

    return row_map


def entmax(alpha):
    """p_i = [(alpha - 1) x_i - t]_+ ^ (1 / (alpha - 1)), t by halving (Peters et al. 2019)."""

    def row_map(x):
        z = [(alpha - 1) * (s - max(x)) for s in x]
        low, high = -1.0, 0.0

        def at(t):
            return [max(s - t, 0.0) ** (1 / (alpha - 1)) if s > t else 0.0 for s in z]

        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if math.fsum(at(middle)) > 1 else (low, middle)
        return at((low + high) / 2)

    return each(row_map)


def project_simplex(total=1.0):
    """Sort, and take the longest support whose entries stay positive (Duchi et al. 2008, figure 1)."""

    def row_map(v):
        falling = sorted(v, reverse=True)
        threshold = max((math.fsum(falling[: j + 1]) - total) / (j + 1) for j in range(len(v)))
        return [max(s - threshold, 0.0) for s in v]

    return each(row_map)


def project_by_trial(k, upper):
    """The KKT conditions, for every choice of what is at 0, inside and at the cap."""

    def row_map(v):
        best, nearest = None, math.inf
        for state in itertools.product("0i1", repeat=len(v)):
            inside = [s for s, where in zip(v, state, strict=True) if where == "i"]
            left = k - upper * state.count("1")
            if not inside and abs(left) > 1e-12:
                continue
            threshold = (math.fsum(inside) - left) / len(inside) if inside else 0.0
            values = {"0": lambda s: 0.0, "1": lambda s: upper, "i": lambda s, t=threshold: s - t}
            p = [values[where](s) for s, where in zip(v, state, strict=True)]
            if min(p) < -1e-12 or max(p) > upper + 1e-12:
                continue
            distance = math.fsum((a - b) ** 2 for a, b in zip(p, v, strict=True))
            if distance < nearest:
                best, nearest = p, distance
        return best

    return each(row_map)


def project_capped_simplex(k, upper=1.0):
    """p = clip(v - lambda, 0, upper), lambda by halving."""

    def row_map(v):
        low, high = min(v) - upper, max(v)
        for _ in range(200):
            middle = (low + high) / 2
            total = math.fsum(min(max(s - middle, 0.0), upper) for s in v)
            low, high = (middle, high) if total > k else (low, middle)
        return [min(max(s - (low + high) / 2, 0.0), upper) for s in v]

    return each(row_map)


# -- known mistakes ---------------------------------------------------------------------------

WRONG_PROJECTIONS = {  # onto the simplex of total 1
    "normalised positive part": each(
        lambda v: [max(s, 0.0) / max(math.fsum(max(t, 0.0) for t in v), 1e-9) for s in v]
    ),
    "softmax": softmax(),
    "onto the plane only": each(lambda v: [s - (math.fsum(v) - 1) / len(v) for s in v]),
    "clipped after the plane": each(
        lambda v: [max(s - (math.fsum(v) - 1) / len(v), 0.0) for s in v]
    ),
    "the support one too short": each(
        lambda v: [
            max(s - (math.fsum(sorted(v)[-j:]) - 1) / j, 0.0)
            for s in v
            for j in [max(sum(p > 0 for p in project_simplex()(np.array([v]))[0]) - 1, 1)]
        ]
    ),
    "total 1 + 1e-6": project_simplex(1 + 1e-6),
    "rows of a stack together": lambda v: project_simplex()(v.reshape(1, -1)).reshape(v.shape),
}

WRONG_CAPPED = {  # k = 2, upper = 1
    "the cap applied last": lambda v: np.minimum(project_simplex(2.0)(v), 1.0),
    "the cap applied last, scaled": lambda v: np.minimum(2 * project_simplex(1.0)(v), 1.0),
    "no cap": project_simplex(2.0),
    "the sum one too many": project_capped_simplex(3),
    "the hard choice": each(
        lambda v: [float(i in sorted(range(len(v)), key=v.__getitem__)[-2:]) for i in range(len(v))]
    ),
}

WRONG_ENTMAX = {  # alpha = 1.5
    "alpha 1.6": entmax(1.6),
    "sparsemax": project_simplex(),
    "softmax": softmax(),
    "scores not scaled by alpha - 1": lambda x: entmax(1.5)(2 * x),
    "the power not inverted": each(
        lambda x: [v**0.25 for v in entmax(1.5)(np.array([x]))[0].tolist()]
    ),
}
