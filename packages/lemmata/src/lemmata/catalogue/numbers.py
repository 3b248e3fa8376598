"""Exact algorithms on integers, and polygons."""

from lemmata.catalogue.record import Method

METHODS: tuple[Method, ...] = (
    Method(
        name="reciprocal_pairs",
        title="How many pairs of unit fractions add up to a unit fraction (Project Euler 454)",
        paper="Counting square-free numbers",
        authors=("Jakub Pawlewicz",),
        year=2011,
        arxiv="1107.4890",
        doi=None,
        section="Theorem 1, for the count of squarefree cofactors; the split is our own",
        equation=(
            r"f(L) = \sum_{m \le T} \mu(m)^2\, G(L/m)"
            r" + \sum_{n \le L/T} g(n)\,\bigl(Q(L/n) - Q(T)\bigr)"
        ),
        attribute="lemmata.numbers:count_reciprocal_pairs",
        reference="packages/lemmata/tests/numbers/plain_reciprocal_pairs.py:count",
        peers=("a loop of L^(2/3) steps in C or numba",),
        docs="docs/lemmata/reciprocal_pairs.md",
        see_also=("Project Euler, problem 454, Diophantine reciprocals III",),
    ),
    Method(
        name="min_sum_decomposition",
        title="N = a b + c with the least a + b + c",
        paper="Factoring large integers",
        authors=("R. Sherman Lehman",),
        year=1974,
        arxiv=None,
        doi="10.1090/S0025-5718-1974-0340163-2",
        section="for Fermat's difference of squares, which the search runs along",
        equation=r"4(N - c) = s^2 - d^2,\quad s = a + b,\ d = b - a,\quad S(N) = \min_s (s + c)",
        attribute="lemmata.numbers:min_sum_decomposition",
        reference="packages/lemmata/tests/numbers/plain_min_sums.py:decomposition",
        peers=("the same search in Python's integers, or in numba",),
        docs="docs/lemmata/min_sum_decomposition.md",
    ),
    Method(
        name="cosine_in_radicals",
        title="Constructible polygons: cos(2 pi / n) in nested square roots",
        paper="Carlyle circles and the Lemoine simplicity of polygon constructions",
        authors=("Duane W. DeTemple",),
        year=1991,
        arxiv=None,
        doi="10.2307/2323939",
        section="Carlyle circles for a tower of quadratics; the paper was not at hand, and the "
        "counts (1, 4, 24 for 5, 17, 257) are this library's",
        equation=(
            r"\eta_{2e,j} = \tfrac12\Bigl(\eta_{e,j}"
            r" \pm \sqrt{\eta_{e,j}^2 - 4\,\eta_{2e,j}\eta_{2e,j+e}}\Bigr)"
        ),
        attribute="lemmata.numbers:cosine_in_radicals",
        reference="packages/lemmata/tests/numbers/plain_polygons.py:cosine",
        peers=("sympy.cos(...).rewrite(sympy.sqrt)",),
        docs="docs/lemmata/constructible_polygons.md",
        see_also=(
            "Gauss 1801, Disquisitiones Arithmeticae, section 7 (periods)",
            "Richmond 1893, A construction for a regular polygon of seventeen sides (its steps after "
            "John Conway's wording, Math Forum 1999)",
        ),
    ),
)
