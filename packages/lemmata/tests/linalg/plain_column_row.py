"""Column-row products straight from their equations, with every term x_i y_i written out in m n.

Slow on purpose and in double precision. Beside them are the mistakes that have been made with
these equations, which every checker must reject.
"""

import itertools

import numpy as np


def terms(X, Y):
    return [np.outer(X[:, i], Y[i]) for i in range(X.shape[1])]


def odds(X, Y, method):
    """The probability of each term: Drineas, Kannan and Mahoney's, or all the same."""
    sizes = [np.linalg.norm(X[:, i]) * np.linalg.norm(Y[i]) for i in range(X.shape[1])]
    if method == "uniform":
        return [1 / len(sizes)] * len(sizes)
    return [size / sum(sizes) for size in sizes]


def estimate(X, Y, p, draws):
    """sum over the draws of x_i y_i / (c p_i)."""
    total = np.zeros((X.shape[0], Y.shape[1]), np.result_type(X, Y))
    for i in draws:
        total = total + np.outer(X[:, i], Y[i]) / (len(draws) * p[i])
    return total


def mean_and_mean_square_error(X, Y, p, c):
    """E product and E||product - XY||_F^2, over every possible sequence of c draws."""
    mean, error = 0 * (X @ Y), 0.0
    for draws in itertools.product([i for i, q in enumerate(p) if q > 0], repeat=c):
        chance = np.prod([p[i] for i in draws])
        product = estimate(X, Y, p, draws)
        mean = mean + chance * product
        error += chance * np.linalg.norm(product - X @ Y) ** 2
    return mean, error


def best_weights(X, Y, chosen):
    """Least squares over the chosen terms as vectors of m n."""
    every = terms(X, Y)
    A = np.stack([every[i].ravel() for i in chosen], axis=1)
    return np.linalg.lstsq(A, (X @ Y).ravel(), rcond=1e-10)[0]


def pursuit(X, Y, c):
    """Orthogonal matching pursuit over the terms as vectors of m n."""
    every, left, chosen = terms(X, Y), X @ Y, []
    for _ in range(c):
        scores = [
            abs(np.vdot(term, left)) / np.linalg.norm(term) if np.any(term) else 0.0
            for term in every
        ]
        for i in chosen:
            scores[i] = 0.0
        chosen.append(int(np.argmax(scores)))
        weights = best_weights(X, Y, chosen)
        left = X @ Y - sum(w * every[i] for w, i in zip(weights, chosen, strict=True))
    return chosen


def relative_error(X, Y, chosen, weights):
    every = terms(X, Y)
    product = sum((w * every[i] for w, i in zip(weights, chosen, strict=True)), 0 * (X @ Y))
    return np.linalg.norm(X @ Y - product) / np.linalg.norm(X @ Y)


WRONG_ESTIMATES = {  # of XY, from the odds and the draws
    "no scaling": lambda X, Y, p, draws: estimate(X, Y, [1 / len(draws)] * len(p), draws),
    "the root of it, once": lambda X, Y, p, draws: estimate(X, Y, np.sqrt(p), draws),
    "the count forgotten": lambda X, Y, p, draws: estimate(X, Y, p, sorted(set(draws))),
    "uniform scaling": lambda X, Y, p, draws: estimate(X, Y, [1 / len(p)] * len(p), draws),
    "repeats merged and lost": lambda X, Y, p, draws: (
        estimate(X, Y, p, sorted(set(draws))) * len(set(draws)) / len(draws)
    ),
}

WRONG_WEIGHTS = {
    "all one": lambda X, Y, chosen: np.ones(len(chosen)),
    "each on its own": lambda X, Y, chosen: np.array(
        [
            np.vdot(np.outer(X[:, i], Y[i]), X @ Y)
            / np.vdot(X[:, i], X[:, i])
            / (Y[i] @ Y[i].conj())
            for i in chosen
        ]
    ),
    "of the sum of the chosen": lambda X, Y, chosen: best_weights(
        X[:, chosen], Y[chosen], range(len(chosen))
    ),
    "the Gram of X alone": lambda X, Y, chosen: np.linalg.solve(
        X[:, chosen].conj().T @ X[:, chosen], (X[:, chosen].conj().T @ X).sum(1)
    ),
}
