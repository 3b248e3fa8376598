"""What is in the library: one frozen record a method, from paper and equation to code and proof.

It is data and imports none of the methods, so that a program (a web page, a command) can list them
at no cost. Tests hold each record to its word: the attribute imports, the files exist.
"""

from difflib import get_close_matches

from lemmata.catalogue import (
    arena,
    attention,
    curvature,
    gated_attention,
    heads,
    least_squares,
    monarch,
    norms,
    numbers,
    positions,
    products,
    ranks,
    relax,
    selection,
    simplex,
    state_space,
    svd,
)
from lemmata.catalogue.record import Method
from lemmata.errors import UnknownMethod

__all__ = ["METHODS", "Method", "find"]

METHODS: tuple[Method, ...] = (
    *ranks.METHODS,
    *selection.METHODS,
    *least_squares.METHODS,
    *products.METHODS,
    *monarch.METHODS,
    *svd.METHODS,
    *relax.METHODS,
    *simplex.METHODS,
    *curvature.METHODS,
    *attention.METHODS,
    *positions.METHODS,
    *gated_attention.METHODS,
    *norms.METHODS,
    *heads.METHODS,
    *state_space.METHODS,
    *arena.METHODS,
    *numbers.METHODS,
)


def find(name: str) -> Method:
    """The record of `name`; UnknownMethod, with the nearest names, if there is none."""
    for method in METHODS:
        if method.name == name:
            return method
    names = [method.name for method in METHODS]
    near = get_close_matches(name.lower().replace("-", "_"), names, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "`lemmata list` shows them all"
    raise UnknownMethod(f"no method is called {name!r}; {hint}")
