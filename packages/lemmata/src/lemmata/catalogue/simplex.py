"""Minimisation on the simplex."""

from lemmata.catalogue.record import Method

METHODS: tuple[Method, ...] = (
    Method(
        name="minimize_simplex",
        title="Minimise over the probability simplex, with a bound of the error",
        paper="A fast iterative shrinkage-thresholding algorithm for linear inverse problems",
        authors=("Amir Beck", "Marc Teboulle"),
        year=2009,
        arxiv=None,
        doi="10.1137/080716542",
        section="section 4, FISTA; the certificate is Jaggi's",
        equation=(
            r"\min_{x \ge 0,\ \sum_i x_i = s} F(x), \quad"
            r" F(x) - \min F \le x \cdot \nabla F(x) - s \min_i \nabla_i F(x)"
        ),
        attribute="lemmata.optimize:minimize_simplex",
        reference="packages/lemmata/tests/optimize/plain_simplex.py:minimise_quadratic",
        peers=("scipy.optimize.minimize", "cvxpy", "jaxopt", "copt"),
        docs="docs/lemmata/minimize_simplex.md",
        see_also=(
            "O'Donoghue & Candès 2012, Adaptive restart for accelerated gradient schemes, "
            "arXiv:1204.3982 (restarts)",
            "Lacoste-Julien & Jaggi 2015, On the global linear convergence of Frank-Wolfe "
            "optimization variants, arXiv:1511.05932 (pairwise-fw)",
            "Pedregosa et al. 2018, Linearly convergent Frank-Wolfe with backtracking line-search, "
            "arXiv:1806.05123 (its step)",
            "Beck & Teboulle 2003, Mirror descent and nonlinear projected subgradient methods for "
            "convex optimization, doi:10.1016/S0167-6377(02)00231-6 (mirror)",
            "Jaggi 2013, Revisiting Frank-Wolfe: projection-free sparse convex optimization "
            "(the gap)",
        ),
    ),
)
