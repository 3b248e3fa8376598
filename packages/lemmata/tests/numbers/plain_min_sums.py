"""N = a b + c with the least sum, by trying everything, and the mistakes that are made with it."""

import math


def decomposition(N):
    """(a, b, c), a <= b, with the least a + b + c; of several the least c. All are tried."""
    found = [(a, b, N - a * b) for a in range(1, math.isqrt(N) + 1) for b in range(a, N // a + 1)]
    return min([(0, 0, N), *found], key=lambda abc: (sum(abc), abc[2]))


def by_sums(N, *, root=math.isqrt, parity=True, stop=lambda s, best: s > best, strict=False):
    """The published algorithm, one s = a + b after the other."""
    best = (0, 0, N)
    start = s = int(root(4 * N))
    while not stop(s, sum(best)) and s < start + 20_000:  # a mistake might never stop
        excess = s * s - 4 * N
        d = root(excess - 1) + 1 if excess > 0 else 0
        d = int(d)
        if parity:
            d += (s - d) % 2
        a, b = (s - d) // 2, (s + d) // 2
        c = N - a * b
        if c >= 0 and (sum((a, b, c)) < sum(best) or (not strict and a + b + c == sum(best))):
            best = (a, b, c)
        s += 1
    return best


def _first(N):
    a = math.isqrt(N)
    return (a, a, N - a * a) if N >= 4 else (0, 0, N)


def _one_of_two(N):
    """a = isqrt(N) and b the best for it."""
    a = math.isqrt(N)
    return (a, N // a, N - a * (N // a)) if N >= 4 else (0, 0, N)


def _divisors(N):
    a = next((a for a in range(math.isqrt(N), 0, -1) if N % a == 0), 0)
    return (a, N // a, 0) if N >= 4 else (0, 0, N)


WRONG = {
    "a floating root": lambda N: by_sums(N, root=lambda n: int(n**0.5)),
    "no correction of parity": lambda N: by_sums(N, parity=False),
    "the first decomposition": _first,
    "a = isqrt(N)": _one_of_two,
    "nothing left over": _divisors,
    "stopped at the first that is no better": lambda N: by_sums(
        N, stop=lambda s, best: s > math.isqrt(4 * N) + 1
    ),
    "stopped one too early": lambda N: by_sums(N, stop=lambda s, best: s >= best - 1),
    "the most left over of equal sums": lambda N: by_sums(N, strict=True),
    "b before a": lambda N: tuple(by_sums(N)[i] for i in (1, 0, 2)),
    "no small numbers": lambda N: by_sums(N) if N > 3 else (N > 0, N, 0),
}
