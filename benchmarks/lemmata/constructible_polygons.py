"""cos(2 pi / n) in radicals, beside SymPy; its digits, beside mpmath's cosine.

    python benchmarks/lemmata/constructible_polygons.py [--json]

Milliseconds, each measured once and from a cold start, as both libraries remember what they found:
for lemmata the tower of periods is built anew. Digits are those after the point, of the formula.
"""

import time
from collections.abc import Callable, Iterator

from beside import Row, report

from lemmata.numbers import cosine_in_radicals, polygons

DIGITS = 1000
SYMPY = 85  # its 257-gon is not done in a minute


def timed(function: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    answer = function()
    return 1e3 * (time.perf_counter() - start), answer


def of_sympy(n: int) -> object:
    import sympy

    return sympy.cos(2 * sympy.pi / n).rewrite(sympy.sqrt)


def rows() -> Iterator[Row]:
    import mpmath
    import sympy

    for n in (5, 15, 17, 51, 85, 257, 65535):
        polygons._tower.cache_clear()
        ours, cosine = timed(lambda n=n: cosine_in_radicals(n))
        digits, value = timed(lambda cosine=cosine: cosine.decimal(DIGITS))
        theirs, formula = timed(lambda n=n: of_sympy(n)) if n <= SYMPY else (None, None)
        mpmath.mp.dps = DIGITS + 10
        exact = mpmath.cospi(mpmath.mpf(2) / n)
        agrees = abs(mpmath.mpf(str(value)) - exact) < mpmath.mpf(10) ** -DIGITS
        nested = formula is not None and not formula.has(sympy.cos)
        yield {
            "n": n,
            "square roots": len(cosine.all_roots()),
            "lemmata ms": ours,
            "sympy ms": theirs,
            "sympy has radicals": nested if theirs is not None else None,
            "sympy / lemmata": theirs / ours if theirs else None,
            f"{DIGITS} digits ms": digits,
            "mpmath agrees": bool(agrees),
        }


if __name__ == "__main__":
    report("constructible_polygons", rows(), ("sympy", "mpmath"))
