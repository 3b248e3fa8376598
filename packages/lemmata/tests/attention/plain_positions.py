"""The five layouts as their articles write them, patch by patch, in exact fractions."""

from fractions import Fraction
from math import prod


def text(L, tokens, axes):
    return [(Fraction(L + n),) * axes for n in range(1, tokens + 1)], L + tokens + 1


def flat(L, sizes):
    N = prod(sizes)
    return [(Fraction(L + n),) * len(sizes) for n in range(1, N + 1)], L + N + 1


def tie(L, sizes):
    """(L + i (w + 1), L + j (h + 1)), next L + (w + 1) (h + 1); on three axes the like."""
    steps = [prod(n + 1 for b, n in enumerate(sizes) if b != a) for a in range(len(sizes))]
    return stepped(L, sizes, steps), L + prod(n + 1 for n in sizes)


def tie_fractional(L, sizes):
    """(L + i s, L + j t) with s = (wh + 1) / (h + 1), t = (wh + 1) / (w + 1), next L + wh + 1."""
    N = prod(sizes)
    return stepped(L, sizes, [Fraction(N + 1, n + 1) for n in sizes]), L + N + 1


def tv(L, sizes):
    """(L + (wh - h) / 2 + i, L + (wh - w) / 2 + j), next L + wh + 1."""
    N = prod(sizes)
    origins = [L + Fraction(N - n, 2) for n in sizes]
    return [
        tuple(o + i for o, i in zip(origins, index, strict=True)) for index in indices(sizes)
    ], L + N + 1


def mrope(L, sizes):
    return stepped(L, sizes, [1] * len(sizes)), L + max(sizes) + 1


def stepped(L, sizes, steps):
    return [
        tuple(Fraction(L + i * s) for i, s in zip(index, steps, strict=True))
        for index in indices(sizes)
    ]


def indices(sizes):
    """All indices from 1, the last axis fastest."""
    if not sizes:
        return [()]
    return [(i, *rest) for i in range(1, sizes[0] + 1) for rest in indices(sizes[1:])]


SCHEMES = {"flat": flat, "tie": tie, "tie_fractional": tie_fractional, "tv": tv, "mrope": mrope}


def laid_out(parts, scheme, axes, start=0):
    """Positions of ("text", n) and ("picture", sizes) parts, and the next text's."""
    placed, after = [], start
    for kind, what in parts:
        L = after - 1
        where, after = text(L, what, axes) if kind == "text" else SCHEMES[scheme](L, what)
        placed += where
    return placed, after
