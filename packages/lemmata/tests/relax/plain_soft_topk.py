"""Smooth top-k written straight from the definitions: one row, one number at a time, no cleverness.

A threshold kind halves an interval 200 times; the k-subset law is summed over all subsets, or, for
longer rows, by the forward and backward recursion over (how many so far) in logarithms.
"""

import itertools
import math

import numpy as np


def each(row_map):
    """`row_map`, of a list of numbers, along the last axis of an array."""

    def mapped(x):
        flat = np.asarray(x, float).reshape(-1, x.shape[-1])
        return np.array([row_map([float(s) for s in row]) for row in flat]).reshape(x.shape)

    return mapped


def logistic(d):
    return 1 / (1 + math.exp(-d)) if d > 0 else math.exp(d) / (1 + math.exp(d))


def laplace(d):
    return 1 - math.exp(-d) / 2 if d > 0 else math.exp(d) / 2


def ramp(d):
    return min(max(d, 0.0), 1.0)


LAWS = {"sigmoid": logistic, "laplace": laplace, "euclidean": ramp}


def by_threshold(f, k, tau=1.0):
    """p_i = f((x_i - lambda) / tau), lambda by halving: sum p falls as lambda grows."""

    def row_map(x):
        z = [(s - max(x)) / tau for s in x]  # only differences count
        finite = [s for s in z if s > -math.inf]
        low, high = min(finite) - 800, 800.0
        for _ in range(200):
            middle = (low + high) / 2
            if math.fsum(f(s - middle) for s in z) > k:
                low = middle
            else:
                high = middle
        return [f(s - (low + high) / 2) for s in z]

    return each(row_map)


def by_subsets(k, tau=1.0):
    """P(i in S) for P(S) ~ exp(sum over S of x / tau), over every S of size k."""

    def row_map(x):
        best = math.fsum(sorted(x)[len(x) - k :])
        mass, total = [0.0] * len(x), 0.0
        for S in itertools.combinations(range(len(x)), k):
            weight = math.exp((math.fsum(x[i] for i in S) - best) / tau)
            total += weight
            for i in S:
                mass[i] += weight
        return [m / total for m in mass]

    return each(row_map)


def by_recursion(k, tau=1.0):
    """The same in O(nk): log e_j of the scores before and after each, additions only."""

    def row_map(x):
        z = [(s - max(x)) / tau for s in x]
        before = [_extended(None, 0.0, k)]
        for s in z:
            before.append(_extended(before[-1], s, k))
        after = [_extended(None, 0.0, k)]
        for s in reversed(z):
            after.append(_extended(after[-1], s, k))
        whole = before[-1][k]
        p = []
        for i, s in enumerate(z):
            left, right = before[i], after[len(z) - 1 - i]
            terms = left[:k] + right[:k][::-1]
            p.append(math.exp(s + np.logaddexp.reduce(terms) - whole))
        return p

    return each(row_map)


def _extended(log_e, s, k):
    """log e_0..e_k with one more score; of no scores at all if there is nothing to extend."""
    if log_e is None:
        return np.array([0.0] + [-math.inf] * k)
    return np.logaddexp(log_e, np.concatenate([[-math.inf], log_e[:-1] + s]))


def reference(kind, k, tau=1.0):
    return by_recursion(k, tau) if kind == "subset" else by_threshold(LAWS[kind], k, tau)


def threshold_jacobian(slope, p, d):
    """diag(w) - w w^T / <w, 1>, w = f'(x - lambda)."""
    w = np.array([slope(offset) for offset in d])
    return np.diag(w) - np.outer(w, w) / w.sum()


# -- known mistakes ---------------------------------------------------------------------------


def laplace_closed_form(k, inside_only=False, conjugate=True):
    """The closed form on sorted scores, with m = number above lambda; all of m = 0..n by default."""

    def row_map(x):
        z = np.sort(x)[::-1]
        n = len(z)
        count = [math.fsum(laplace(s - t) for s in z) for t in z]  # F at each score, rising
        m = sum(c < k for c in count)
        m = min(max(m, 1), n - 1) if inside_only and n > 1 else m
        with np.errstate(all="ignore"):
            A, B = np.sum(np.exp(-z[:m])), np.sum(np.exp(z[m:]))
            root = np.sqrt((k - m) ** 2 + A * B)
            if conjugate and k < m:
                value = np.log(root + m - k) - np.log(A)
            else:
                value = np.log(B) - np.log(root + k - m)
        return [laplace(s - value) if math.isfinite(value) else math.nan for s in x]

    return each(row_map)


def subtractive_recursion(k):
    """p for k from p for k - 1, as e_j without x_i is e_j (1 - p_i): 1 - p turns 0 or negative."""

    def row_map(x):
        p = np.zeros(len(x))
        for j in range(1, k + 1):
            with np.errstate(all="ignore"):
                z = np.array(x) + np.log(1 - p)
                w = np.exp(z - z.max())
                p = j * w / w.sum()
        return p

    return each(row_map)


def weighted_iterated_softmax(k):
    """k softmaxes, each of e^x (1 - p): a choice that is made already is made again."""

    def row_map(x):
        w = np.exp(np.array(x) - max(x))
        p = np.zeros(len(x))
        for _ in range(k):
            left = w * (1 - p)
            p = p + left / left.sum()
        return p

    return each(row_map)


def scaled_softmax(k):
    return each(lambda x: k * np.exp(np.array(x) - max(x)) / np.sum(np.exp(np.array(x) - max(x))))


def temperature_too_late(f, k, tau):
    """lambda is found at temperature 1, and only then is the temperature applied."""

    def row_map(x):
        p = by_threshold(f, k)(np.array([x]))[0]
        inverse = math.log(p[0]) - math.log1p(-p[0])  # x_0 - lambda, where f is logistic
        return [f((s - x[0] + inverse) / tau) for s in x]

    return each(row_map)


def first_of_equals(k):
    def row_map(x):
        chosen = sorted(range(len(x)), key=lambda i: (-x[i], i))[:k]
        return [float(i in chosen) for i in range(len(x))]

    return each(row_map)
