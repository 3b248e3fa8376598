"""Project Euler 454 straight from its equation, and the mistakes that are made with it."""

import math


def solutions(L):
    """Every (x, y, n) with 1/x + 1/y = 1/n, x < y <= L, by trying all x and y."""
    return [
        (x, y, x * y // (x + y))
        for y in range(1, L + 1)
        for x in range(1, y)
        if x * y % (x + y) == 0
    ]


def count(L):
    return len(solutions(L))


def mu(n):
    """The Moebius function from the definition."""
    sign, p = 1, 2
    while n > 1:
        if n % (p * p) == 0:
            return 0
        if n % p == 0:
            sign, n = -sign, n // p
        p += 1
    return sign


def triples(L, *, low=lambda b: b + 1, high=lambda b: 2 * b - 1, counted=lambda b, c: True):
    """The number of (b, c, k) with b c k <= L, c from low(b) to high(b)."""
    return sum(
        L // (b * c)
        for b in range(1, math.isqrt(L) + 1)
        for c in range(low(b), min(high(b), L // b) + 1)
        if counted(b, c)
    )


def coprime(b, c):
    return math.gcd(b, c) == 1


def by_moebius(L, weight=mu):
    """sum_d weight(d) F(L / d^2), F without the condition of the gcd."""
    return sum(weight(d) * triples(L // (d * d)) for d in range(1, math.isqrt(L) + 1))


WRONG = {
    "the gcd dropped": triples,
    "x = y let in": lambda L: triples(L, high=lambda b: 2 * b, counted=coprime),
    "y < L": lambda L: triples(L - 1, counted=coprime) if L else 0,
    "y + 1 let in": lambda L: triples(L + 1, counted=coprime),
    "x and y in both orders": lambda L: 2 * count(L),
    "coprime solutions only": lambda L: sum(
        b * c <= L and coprime(b, c) for b in range(L) for c in range(b + 1, 2 * b)
    ),
    "the sign of mu dropped": lambda L: by_moebius(L, lambda d: abs(mu(d))),
    "the sign of mu turned": lambda L: by_moebius(L, lambda d: -mu(d)),
    "d for d^2": lambda L: sum(mu(d) * triples(L // d) for d in range(1, L + 1)),
    "x <= L only": lambda L: sum(
        x * y % (x + y) == 0 for x in range(1, L + 1) for y in range(x + 1, 2 * L + 1)
    ),
    "n = 2 forgotten": lambda L: sum(n > 2 for _, _, n in solutions(L)),
    "c from b": lambda L: triples(L, low=lambda b: b, counted=coprime),
}
