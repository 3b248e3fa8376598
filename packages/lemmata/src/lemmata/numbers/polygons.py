"""Which regular polygons can be constructed, and their cosines in nested square roots.

Gauss (1801) and Wantzel (1837): a regular n-gon can be constructed with straightedge and compass if
and only if n is a power of 2 times distinct Fermat primes. Of n = 51 or 85 too: "n prime" is only
half of the theorem.
"""

import math
from functools import lru_cache

from lemmata.arguments import integer
from lemmata.errors import ArgumentError
from lemmata.numbers.periods import PeriodTower
from lemmata.numbers.surds import Surd

FERMAT_PRIMES = (3, 5, 17, 257, 65537)


def constructible(n: int) -> bool:
    """Whether the regular n-gon can be constructed (n = 1 and 2: the angle 2 pi / n can).

    n = 2^k times distinct Fermat primes, which is that the odd part divides 2^32 - 1, the product
    of the five known ones: 2^(2^m) + 1 is composite for 5 <= m <= 32, and a further prime would have
    2^33 bits. ArgumentError if n < 1, or has as many bits as that.
    """
    n = _sides(n)
    return (2**32 - 1) % (n >> _twos(n)) == 0


def cosine_in_radicals(n: int, k: int = 1) -> Surd:
    """cos(2 pi k / n) in nested square roots, exact, for a constructible n.

    The answer prints as text (`str`), in TeX (`surd_text.to_tex`), step by step (`in_steps`), to
    any number of digits (`.decimal(digits)`), and compares exactly. n = 65537 takes half a minute.

    ArgumentError if the n-gon cannot be constructed.
    """
    return _part_of_circle(n, k)[0]


def sine_in_radicals(n: int, k: int = 1) -> Surd:
    """sin(2 pi k / n), as `cosine_in_radicals`."""
    return _part_of_circle(n, k)[1]


def _part_of_circle(n: int, k: int) -> tuple[Surd, Surd]:
    """Cosine and sine of 2 pi k / n, by the addition theorem over the prime powers of n."""
    n, k = _sides(n), integer("k", k)
    if not constructible(n):
        raise ArgumentError(
            f"the regular {n}-gon cannot be constructed: {n} is not a power of 2 times distinct "
            "Fermat primes"
        )
    n, k = n // math.gcd(n, k), k // math.gcd(n, k)
    power = 1 << _twos(n)
    primes = [p for p in FERMAT_PRIMES if n % p == 0]
    # k / n is, but for whole turns, the sum of k (n / q)^-1 / q over the prime powers q
    cosine, sine = _dyadic(k * pow(n // power, -1, power), power)
    for p in primes:
        more, cross = _of_prime(p, k * pow(n // p, -1, p) % p)
        cosine, sine = cosine * more - sine * cross, sine * more + cosine * cross
    return cosine, sine


def _of_prime(p: int, k: int) -> tuple[Surd, Surd]:
    cosine = _tower(p).cosine(k)
    sine = ((1 - _tower(p).cosine(2 * k)) / 2).sqrt()
    return cosine, sine if 2 * k < p else -sine


def _dyadic(k: int, power: int) -> tuple[Surd, Surd]:
    """Cosine and sine of 2 pi k / power by halving; the quadrant tells the signs."""
    k %= power
    if power <= 2:
        return Surd(1 - 2 * k), Surd(0)
    double = _dyadic(k, power // 2)[0]
    cosine, sine = ((1 + double) / 2).sqrt(), ((1 - double) / 2).sqrt()
    left = power < 4 * k < 3 * power
    return -cosine if left else cosine, -sine if 2 * k > power else sine


@lru_cache(maxsize=8)
def _tower(p: int) -> PeriodTower:
    return PeriodTower(p)


def _twos(n: int) -> int:
    """The exponent of 2 in n."""
    return (n & -n).bit_length() - 1


def _sides(n: int) -> int:
    n = integer("n", n)
    if n < 1 or n.bit_length() > 2**33:
        raise ArgumentError(f"n must be a positive integer of less than 2^33 bits, got {n}")
    return n
