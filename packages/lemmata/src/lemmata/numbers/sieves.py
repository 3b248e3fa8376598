"""Sieves in segments: the Moebius function with its sums, and the squarefree numbers."""

import math

import numpy as np
from numpy.typing import NDArray

SEGMENT = 1 << 20  # numbers sieved at once: they stay in the cache
SMALL_SQUARES = (4, 9, 25, 49)
WHEEL = 44100  # their product


def primes_up_to(limit: int) -> list[int]:
    """The primes p <= limit."""
    flags = np.ones(max(limit, 1) + 1, dtype=bool)
    flags[:2] = False
    for p in range(2, math.isqrt(max(limit, 1)) + 1):
        if flags[p]:
            flags[p * p :: p] = False
    primes: list[int] = np.flatnonzero(flags).tolist()
    return primes


def moebius(limit: int) -> NDArray[np.int8]:
    """mu(0..limit), with mu(0) = 0."""
    values = np.zeros(limit + 1, dtype=np.int8)
    primes = primes_up_to(math.isqrt(limit))
    for start in range(1, limit + 1, SEGMENT):
        stop = min(start + SEGMENT, limit + 1)
        values[start:stop] = _moebius_segment(start, stop, primes)
    return values


def _moebius_segment(start: int, stop: int, primes: list[int]) -> NDArray[np.int8]:
    signed = np.ones(stop - start, dtype=np.int64)  # the product of -p over the p found so far
    for p in primes:
        if p * p >= stop:
            break
        signed[-start % p :: p] *= -p
        signed[-start % (p * p) :: p * p] = 0
    signs = np.sign(signed).astype(np.int8)
    # at most one prime above the root of stop is left in a number
    signs[np.abs(signed) < np.arange(start, stop)] *= -1
    return signs


class SquarefreeSieve:
    """The squarefree numbers below `limit`, a segment at a time."""

    def __init__(self, limit: int) -> None:
        self._squares = [p * p for p in primes_up_to(math.isqrt(limit)) if p > 7]
        wheel = np.ones(WHEEL, dtype=np.int8)
        for square in SMALL_SQUARES:
            wheel[::square] = 0
        self._wheel = wheel

    def flags(self, start: int, stop: int) -> NDArray[np.int8]:
        """1 where start, start + 1, ..., stop - 1 is squarefree, else 0 (0 is not)."""
        phase = start % WHEEL
        turns = -(-(phase + stop - start) // WHEEL)
        flags = np.tile(self._wheel, turns)[phase : phase + stop - start]
        for square in self._squares:
            if square >= stop:
                break
            flags[-start % square :: square] = 0
        return flags
