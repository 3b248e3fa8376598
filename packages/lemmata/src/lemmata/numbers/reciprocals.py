"""How many pairs x < y <= L have 1/x + 1/y = 1/n for an integer n: Project Euler's problem 454.

Each pair is x = k a c, y = k b c with c = a + b, a < b coprime, so that f(L) is the number of
(b, c, k) with b < c < 2b, gcd(b, c) = 1 and b c k <= L. Refused: the double loop with a gcd, which
takes L steps, and the sum of mu(d) over separate problems of size L / d^2.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lemmata.arguments import natural
from lemmata.numbers.exact_quotients import integers_over
from lemmata.numbers.hyperbola import Hyperbola
from lemmata.numbers.sieves import SquarefreeSieve
from lemmata.numbers.squarefree import SquarefreeCounts

TABLE = 1 << 20  # numbers of one table of squarefree counts


def count_reciprocal_pairs(L: int) -> int:
    """The number of solutions of 1/x + 1/y = 1/n in positive integers x < y <= L.

    Project Euler, problem 454; f(15) = 4. Exact for every integer, about L^(2/3) steps of NumPy and
    O(L^(1/2)) memory. With g(n) the number of ways n = b c, b < c < 2b, G its sums and Q(x) the
    number of squarefree numbers up to x, gcd(b, c) = 1 becomes a squarefree cofactor:

        f(L) = sum_{m <= T} mu(m)^2 G(L / m) + sum_{n <= L / T} g(n) (Q(L / n) - Q(T)).

    ArgumentError if L is negative, TypeError if it is not an integer.
    """
    L = natural("L", L)
    if L < 6:
        return 0
    split = _Split.of(L)
    sieve = SquarefreeSieve(max(split.table, split.cofactors + 1))
    hyperbola = Hyperbola()
    small = sieve.flags(0, split.cofactors + 1)
    by_cofactor = sum(hyperbola.count(L // m) for m in np.flatnonzero(small).tolist())
    products = L // (split.cofactors + 1)
    by_product = _by_table(L, split, sieve, hyperbola) + _by_formula(L, split)
    return by_cofactor + by_product - int(np.count_nonzero(small)) * hyperbola.count(products)


def reciprocal_pairs(L: int) -> Iterator[tuple[int, int, int]]:
    """The solutions (x, y, n) of 1/x + 1/y = 1/n, x < y <= L, one after the other.

    In order of (b, c), then of k, where x = k (c - b) c, y = k b c, n = k (c - b) b.
    """
    L = natural("L", L)
    for b in range(2, math.isqrt(L) + 1):
        for c in range(b + 1, min(2 * b - 1, L // b) + 1):
            if math.gcd(b, c) == 1:
                for k in range(1, L // (b * c) + 1):
                    yield k * (c - b) * c, k * b * c, k * (c - b) * b


@dataclass(frozen=True, slots=True)
class _Split:
    """Where the sum over (b c, m), b c m <= L, is cut."""

    cofactors: int  # T: up to here each m is counted by itself
    table: int  # X: below it Q is looked up, from it on computed

    @classmethod
    def of(cls, L: int) -> "_Split":
        cofactors = min(int(2 * L ** (1 / 3)), L // 6)
        return cls(cofactors, max(cofactors + 1, int(0.8 * L**0.6)))


def _by_table(L: int, split: _Split, sieve: SquarefreeSieve, hyperbola: Hyperbola) -> int:
    """The sum of Q(L / bc) over the pairs with T < L / bc < X."""
    found = below = 0
    room = np.empty(min(TABLE, split.table), dtype=np.int64)
    for start in range(0, split.table, TABLE):
        stop = min(start + TABLE, split.table)
        counts = np.cumsum(sieve.flags(start, stop).astype(np.int64), out=room[: stop - start])
        first, last = L // stop + 1, L // max(start, split.cofactors + 1)
        pairs = 0
        for quotients in hyperbola.quotients(L, first, last):
            places = quotients - start if start else quotients
            found += int(np.add.reduce(counts[places.astype(np.intp)]))
            pairs += quotients.size
        found += below * pairs
        below += int(counts[-1])
    return found


def _by_formula(L: int, split: _Split) -> int:
    """The sum of Q(L / bc) over the pairs with L / bc >= X."""
    ways = _ways(L // split.table)
    products = np.flatnonzero(ways)
    if not products.size:
        return 0
    numbers = integers_over(L, products)
    return SquarefreeCounts(math.isqrt(int(numbers[0]))).weighted(numbers, ways[products])


def _ways(limit: int) -> NDArray[np.int64]:
    """g(0..limit): in how many ways n = b c with b < c < 2b."""
    ways = np.zeros(limit + 1, dtype=np.int64)
    for b in range(2, math.isqrt(limit) + 1):
        ways[b * (b + 1) : b * (2 * b - 1) + 1 : b] += 1
    return ways
