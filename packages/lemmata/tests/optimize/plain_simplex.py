"""Minimisation on the simplex from its optimality conditions, by trying every face.

Slow on purpose and in double precision; nothing here is shared with the library. Beside it are the
mistakes that have been made with these methods, which the checker must reject.
"""

import itertools
from dataclasses import replace

import numpy as np


def minimise_quadratic(Q, c, total=1.0, upper=np.inf):
    """The minimiser of x.Qx/2 + c.x over {0 <= x <= upper, sum x = total}, Q positive definite.

    Every entry is at 0, at the cap or free; on each such face the minimiser of the equality
    constrained problem solves a linear system. The best of those in the set is the answer.
    """
    n = len(c)
    best, least = None, np.inf
    states = (0, 1, 2) if np.isfinite(upper) else (0, 2)
    for face in itertools.product(states, repeat=n):
        free = [i for i in range(n) if face[i] == 2]
        x = np.array([upper if state == 1 else 0.0 for state in face])
        if free:
            k = len(free)
            K = np.zeros((k + 1, k + 1))
            K[:k, :k] = Q[np.ix_(free, free)]
            K[:k, k] = K[k, :k] = 1
            right = np.append(-c[free] - Q[free] @ x, total - x.sum())
            x[free] = np.linalg.solve(K, right)[:k]
        inside = np.all(x >= -1e-12) and np.all(x <= upper + 1e-12)
        if inside and abs(x.sum() - total) < 1e-9:
            value = quadratic(Q, c)(x)[0]
            if value < least:
                best, least = x, value
    return best


def quadratic(Q, c):
    return lambda x: (float(x @ Q @ x) / 2 + float(c @ x), Q @ x + c)


def least_squares(A, b):
    return lambda x: (float(np.sum((A @ x - b) ** 2)) / 2, A.T @ (A @ x - b))


def vertices(n, total=1.0, upper=np.inf):
    """Fill the entries to the cap in every order until the total is used up."""
    for order in itertools.permutations(range(n)):
        s, left = np.zeros(n), total
        for i in order:
            s[i] = min(upper, left)
            left -= s[i]
        yield s


def frank_wolfe_gap(x, gradient, total=1.0, upper=np.inf):
    """max of gradient.(x - s) over the vertices s of the set, one after the other."""
    return max(float(gradient @ (x - s)) for s in vertices(len(x), total, upper))


def assert_pairwise_steps(A, b, points):
    """Each point follows from the one before by Algorithm 2 of Lacoste-Julien and Jaggi, on least squares.

    An exact step leaves the two entries equally dear, so that rounding decides which gives next: any of the
    dearest may, up to rounding.
    """
    for x, y in itertools.pairwise(points):
        gradient = A.T @ (A @ x - b)
        noise = 1e-12 * np.abs(gradient).max()
        toward, away = int(np.argmax(y - x)), int(np.argmin(y - x))
        assert gradient[toward] <= gradient.min() + noise
        assert gradient[away] >= gradient[x > 0].max() - noise
        d = np.zeros(len(x))
        d[toward], d[away] = 1, -1
        step = min(-(gradient @ d) / np.sum((A @ d) ** 2), x[away])
        np.testing.assert_allclose(y, x + step * d, atol=1e-12)


def wrong_exchanges(A, b, x):
    """Second points that no step of pairwise Frank-Wolfe from x leads to, each by its mistake."""
    gradient = A.T @ (A @ x - b)
    order = np.argsort(gradient)
    least, second, dearest = np.eye(len(x))[
        [order[0], order[1], np.argmax(np.where(x > 0, gradient, -np.inf))]
    ]

    def exact(d):
        return x + min(-(gradient @ d) / np.sum((A @ d) ** 2), 1.0) * d

    yield "half of the step", x + (exact(least - dearest) - x) / 2
    yield "to the second cheapest", exact(second - dearest)
    yield "from everything, as the plain method", exact(least - x)
    yield "no step", x.copy()


def entropic_descent(fun, x, step, steps):
    """p <- p exp(-step * gradient) / Z, one step after the other."""
    p = np.array(x, dtype=float)
    for _ in range(steps):
        weights = p * np.exp(-step * fun(p)[1])
        p = weights / weights.sum()
    return p


def wrong_minimisers(right):
    """Mistakes, as minimisers (fun, x0, **choice) -> result made from the right one."""

    def changed(change):
        return lambda fun, x0, **choice: change(right(fun, x0, **choice), fun, x0, **choice)

    def moved(x, fun, result):
        value, gradient = fun(x)
        return replace(result, x=x, fun=value, jac=gradient)

    return {
        "the gap's sign": changed(lambda r, *_, **__: replace(r, gap=-r.gap)),
        "half the gap": changed(lambda r, *_, **__: replace(r, gap=r.gap / 2)),
        "no gap at all": changed(lambda r, *_, **__: replace(r, gap=0.0)),
        "the gap of the simplex of total 1": changed(
            lambda r, *_, **__: replace(r, gap=float(r.jac @ r.x - r.jac.min()))
        ),
        "the total forgotten": changed(lambda r, fun, *_, **__: moved(r.x / r.x.sum(), fun, r)),
        "a step out of the set": changed(
            lambda r, fun, *_, **__: moved(r.x - r.jac * 1e-3, fun, r)
        ),
        "stopped at the start": changed(lambda r, fun, x0, **_: moved(x0, fun, r)),
        "the value of another point": changed(lambda r, *_, **__: replace(r, fun=r.fun * 1.001)),
        "the cap forgotten": lambda fun, x0, upper=None, **choice: right(fun, x0, **choice),
        "support by exact zero": changed(
            lambda r, *_, **__: replace(r, support=np.nonzero(r.x > 0)[0])
        ),
        "support is everything": changed(
            lambda r, *_, **__: replace(r, support=np.arange(len(r.x)))
        ),
    }
