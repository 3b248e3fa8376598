"""Every kind of effective rank straight from its equation, one matrix and one number at a time.

Slow on purpose and in double precision; nothing here is shared with the library. Beside them are
the mistakes that have been made with these equations, which every checker must reject.
"""

import math

import numpy as np

EPS = np.finfo(np.float64).eps


def each(function):
    """`function` of one matrix as a function of a stack (..., m, n)."""

    def over_stack(A):
        answers = [function(matrix) for matrix in A.reshape(-1, *A.shape[-2:])]
        return np.asarray(answers).reshape(A.shape[:-2])

    return over_stack


def singular_values(A):
    sigma = np.linalg.svd(A)[1]
    return [float(s) for s in sigma if s > max(A.shape) * EPS * sigma[0]]


def shares(A, power):
    weights = [s**power for s in singular_values(A)]
    return [w / math.fsum(weights) for w in weights]


@each
def entropy(A):
    p = shares(A, 1)
    return math.exp(-math.fsum(x * math.log(x) for x in p)) if p else 0.0


def hill(q, power):
    @each
    def number(A):
        p = shares(A, power)
        if not p:
            return 0.0
        if math.isinf(q):
            return 1 / max(p)
        if q == 1:
            return math.exp(-math.fsum(x * math.log(x) for x in p))
        return math.fsum(x**q for x in p) ** (1 / (1 - q))

    return number


@each
def participation(A):
    G = A.conj().T @ A
    return np.trace(G).real ** 2 / np.sum(np.abs(G) ** 2) if np.any(A) else 0.0


@each
def stable(A):
    return np.linalg.norm(A, "fro") ** 2 / np.linalg.norm(A, 2) ** 2 if np.any(A) else 0.0


@each
def nuclear(A):
    return np.linalg.norm(A, "nuc") / np.linalg.norm(A, 2) if np.any(A) else 0.0


@each
def numerical(A):
    return int(np.linalg.matrix_rank(A))


def energy(epsilon):
    @each
    def least(A):
        U, sigma, Vh = np.linalg.svd(A, full_matrices=False)
        for r in range(len(sigma)):
            best = (U[:, :r] * sigma[:r]) @ Vh[:r]
            if np.linalg.norm(best) >= (1 - epsilon) * np.linalg.norm(A):
                return r
        return len(sigma)

    return least


@each
def gavish_donoho(A):
    beta = min(A.shape) / max(A.shape)
    sigma = np.zeros(min(A.shape))
    kept = singular_values(A)
    sigma[: len(kept)] = kept
    root = math.sqrt(beta**2 + 14 * beta + 1)
    known = math.sqrt(2 * (beta + 1) + 8 * beta / (beta + 1 + root))
    return int(np.sum(sigma > known / math.sqrt(noise_median(beta)) * np.median(sigma)))


def noise_median(beta, points=200_001):
    """The Marchenko-Pastur median by the midpoint rule, the variable changed to tame the ends."""
    low, high = (1 - math.sqrt(beta)) ** 2, (1 + math.sqrt(beta)) ** 2
    angle = (np.arange(points) + 0.5) * np.pi / points
    x, ends = ((low + high) / 2 - (high - low) / 2 * np.cos(a) for a in (angle, angle + angle[0]))
    density = np.sqrt((high - x) * (x - low)) / (2 * np.pi * beta * x)
    mass = np.cumsum(density * np.sin(angle)) * (high - low) / 2 * np.pi / points
    return float(np.interp(0.5, mass, ends))


def hill_gradient(q, power):
    """dN_q/dA = U diag(dN_q/dsigma) V*, from d log N / d weight, for spectra without zeros."""

    def gradient(A):
        U, sigma, Vh = np.linalg.svd(A, full_matrices=False)
        p = sigma**power / np.sum(sigma**power)
        entropy_of_p = -np.sum(p * np.log(p))
        if q == 1:
            number, by_weight = np.exp(entropy_of_p), -np.log(p) - entropy_of_p
        else:
            total = np.sum(p**q)
            number, by_weight = total ** (1 / (1 - q)), q / (1 - q) * (p ** (q - 1) / total - 1)
        by_sigma = number * by_weight / np.sum(sigma**power) * power * sigma ** (power - 1)
        return (U * by_sigma) @ Vh

    return gradient


def _of_spectrum(formula):
    return each(lambda A: formula(np.linalg.svd(A, compute_uv=False)))


def _entropy_of(p):
    positive = p[p > 0]
    return -np.sum(positive * np.log(positive))


def _normed(s):
    return s / np.sum(s) if np.any(s) else s


def _nothing_at_zero(formula):
    return lambda s: formula(s) if np.any(s) else 0.0


def _dropped_batch(A):
    return entropy(A.reshape(-1, A.shape[-1])) if A.ndim > 2 else entropy(A)


WRONG_ENTROPY = {
    "no normalisation": _of_spectrum(_nothing_at_zero(lambda s: np.exp(_entropy_of(s)))),
    "two to the natural entropy": _of_spectrum(
        _nothing_at_zero(lambda s: 2 ** _entropy_of(_normed(s)))
    ),
    "e to the binary entropy": _of_spectrum(
        _nothing_at_zero(lambda s: np.exp(_entropy_of(_normed(s)) / np.log(2)))
    ),
    "the entropy itself": _of_spectrum(_nothing_at_zero(lambda s: _entropy_of(_normed(s)))),
    "the perplexity's inverse": _of_spectrum(
        _nothing_at_zero(lambda s: np.exp(-_entropy_of(_normed(s))))
    ),
    "squared singular values": _of_spectrum(
        _nothing_at_zero(lambda s: np.exp(_entropy_of(_normed(s**2))))
    ),
    "normalised by the Euclidean norm": _of_spectrum(
        _nothing_at_zero(lambda s: np.exp(_entropy_of(s / np.linalg.norm(s))))
    ),
    "a constant added to the shares": _of_spectrum(
        _nothing_at_zero(lambda s: np.exp(_entropy_of(_normed(s) + 1e-7)))
    ),
    "a constant added to the sum": _of_spectrum(
        lambda s: np.exp(_entropy_of(s / (np.sum(s) + 1e-9))) if np.any(s) else 0.0
    ),
    "NaN at zero": each(lambda A: float(entropy(A)) if np.any(A) else math.nan),
    "one at zero": each(lambda A: float(entropy(A)) if np.any(A) else 1.0),
    "the batch dropped": _dropped_batch,
    "the batch averaged": lambda A: np.full(A.shape[:-2], np.mean(entropy(A))),
    "singular values of the Gram matrix": each(
        lambda A: float(entropy(A.conj().T @ A)) if np.any(A) else 0.0
    ),
    "the last singular value forgotten": _of_spectrum(
        _nothing_at_zero(lambda s: np.exp(_entropy_of(_normed(s[:-1] if len(s) > 1 else s))))
    ),
}

WRONG_PARTICIPATION = {
    "singular values for energies": hill(2, 1),
    "the root of it": lambda A: np.sqrt(participation(A)),
    "the sum not squared": _of_spectrum(_nothing_at_zero(lambda s: np.sum(s**2) / np.sum(s**4))),
    "entries for the Gram matrix": each(
        lambda A: np.sum(np.abs(A)) ** 2 / np.sum(np.abs(A) ** 2) if np.any(A) else 0.0
    ),
    "NaN at zero": each(lambda A: float(participation(A)) if np.any(A) else math.nan),
}

WRONG_STABLE = {
    "norms not squared": lambda A: np.sqrt(stable(A)),
    "the nuclear norm": lambda A: nuclear(A),
    "the largest entry": each(
        lambda A: np.sum(np.abs(A) ** 2) / np.max(np.abs(A)) ** 2 if np.any(A) else 0.0
    ),
    "the second largest": _of_spectrum(
        _nothing_at_zero(lambda s: np.sum(s**2) / s[min(1, len(s) - 1)] ** 2 if s[-1] else 0.0)
    ),
}

WRONG_NUCLEAR = {
    "over the Frobenius norm": _of_spectrum(
        _nothing_at_zero(lambda s: np.sum(s) / np.linalg.norm(s))
    ),
    "squared over Frobenius squared": hill(2, 1),
    "Roy and Vetterli's": lambda A: entropy(A),
}

WRONG_ENERGY = {  # for epsilon = 0.1
    "energies for norms": energy(1 - math.sqrt(0.9)),
    "one too many": lambda A: energy(0.1)(A) + 1,
    "one too few": lambda A: np.maximum(energy(0.1)(A) - 1, 0),
    "the epsilon squared": energy(0.01),
}

WRONG_GAVISH_DONOHO = {
    "noise taken as known": each(
        lambda A: int(
            np.sum(np.linalg.svd(A)[1] > 4 / math.sqrt(3) * np.median(np.linalg.svd(A)[1]))
        )
    ),
    "the square's factor for every shape": each(
        lambda A: int(np.sum(np.linalg.svd(A)[1] > 2.858 * np.median(np.linalg.svd(A)[1])))
    ),
    "the mean for the median": each(
        lambda A: int(np.sum(np.linalg.svd(A)[1] > 2.858 * np.mean(np.linalg.svd(A)[1])))
    ),
    "the numerical rank": lambda A: numerical(A),
}
