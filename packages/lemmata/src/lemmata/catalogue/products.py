"""Matrix products."""

from lemmata.catalogue.record import Method

METHODS: tuple[Method, ...] = (
    Method(
        name="cr_matmul",
        title="A matrix product from a few columns and rows, with its expected error",
        paper=("Fast Monte Carlo algorithms for matrices I: approximating matrix multiplication"),
        authors=("Petros Drineas", "Ravi Kannan", "Michael W. Mahoney"),
        year=2006,
        arxiv=None,
        doi="10.1137/S0097539704442684",
        section="Section 4.1, Lemmas 3 and 4",
        equation=(
            r"XY \approx \sum_{t=1}^{c}\frac{x_{i_t}y_{i_t}}{c\,p_{i_t}},\quad "
            r"E\lVert\cdot\rVert_F^2 = \frac1c\Bigl(\sum_i\frac{\lVert x_i\rVert^2"
            r"\lVert y_i\rVert^2}{p_i} - \lVert XY\rVert_F^2\Bigr)"
        ),
        attribute="lemmata.linalg:cr_matmul",
        reference="packages/lemmata/tests/linalg/plain_column_row.py:estimate",
        peers=("numpy.matmul", "sklearn.decomposition.TruncatedSVD"),
        docs="docs/lemmata/cr_matmul.md",
        see_also=("Scientific Spaces 10427 (weights of chosen columns; not at hand when checked)",),
    ),
)
