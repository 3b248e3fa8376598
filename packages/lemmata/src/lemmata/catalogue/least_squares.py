"""Pseudo-inverses, ridge regression and relevance feedback."""

from lemmata.catalogue.record import Method

METHODS: tuple[Method, ...] = (
    Method(
        name="pinv",
        title="The inverse that every matrix has",
        paper=(
            "The differentiation of pseudo-inverses and nonlinear least squares problems whose "
            "variables separate"
        ),
        authors=("Gene H. Golub", "Victor Pereyra"),
        year=1973,
        arxiv=None,
        doi="10.1137/0710036",
        section="the Fréchet derivative of the pseudo-inverse at constant rank",
        equation=(
            r"A^+ = V\Sigma^+U^*,\quad dA^+ = -A^+\,dA\,A^+ + A^+A^{+*}\,dA^*(I - AA^+)"
            r" + (I - A^+A)\,dA^*A^{+*}A^+"
        ),
        attribute="lemmata.linalg:pinv",
        reference="packages/lemmata/tests/linalg/plain_pseudo_inverse.py:pseudo_inverse",
        peers=("numpy.linalg.pinv", "scipy.linalg.pinv", "torch.linalg.pinv"),
        docs="docs/lemmata/pinv.md",
        see_also=(
            "Penrose 1955, A generalized inverse for matrices, doi:10.1017/S0305004100030401",
            "Scientific Spaces 10366",
        ),
    ),
    Method(
        name="ridge",
        title="Least squares with a penalty, leave-one-out and the share of every sample included",
        paper="Ridge regression: biased estimation for nonorthogonal problems",
        authors=("Arthur E. Hoerl", "Robert W. Kennard"),
        year=1970,
        arxiv=None,
        doi="10.1080/00401706.1970.10488634",
        section="the ridge estimator",
        equation=(
            r"w = (X^*SX + \lambda I)^{-1}X^*Sy = X^*(XX^* + \lambda S^{-1})^{-1}y,"
            r"\quad y_i - \hat y_i^{(-i)} = \frac{y_i - \hat y_i}{1 - h_{ii}}"
        ),
        attribute="lemmata.linalg:ridge",
        reference="packages/lemmata/tests/linalg/plain_pseudo_inverse.py:ridge",
        peers=("sklearn.linear_model.Ridge", "sklearn.linear_model.RidgeCV", "scipy.linalg.lstsq"),
        docs="docs/lemmata/ridge.md",
        see_also=(
            "Allen 1974, The relationship between variable selection and data augmentation and a "
            "method for prediction, doi:10.1080/00401706.1974.10489157 (leave-one-out)",
            "Golub, Heath & Wahba 1979, Generalized cross-validation as a method for choosing a "
            "good ridge parameter, doi:10.1080/00401706.1979.10489751 (ridge_path)",
        ),
    ),
    Method(
        name="feedback",
        title="Rank everything by likeness to what was liked",
        paper="Ridge regression: biased estimation for nonorthogonal problems",
        authors=("Arthur E. Hoerl", "Robert W. Kennard"),
        year=1970,
        arxiv=None,
        doi="10.1080/00401706.1970.10488634",
        section="the ridge estimator, in its dual form",
        equation=r"w = X^*(XX^* + \lambda I)^{-1}(y - \bar y)",
        attribute="lemmata.linalg:feedback",
        reference="packages/lemmata/tests/linalg/plain_pseudo_inverse.py:feedback",
        peers=("sklearn.linear_model.LogisticRegression", "sklearn.svm.LinearSVC"),
        docs="docs/lemmata/ridge.md",
    ),
)
