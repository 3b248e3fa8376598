"""Truncated singular value decomposition, and its growth by rows."""

from lemmata.catalogue.record import Method

METHODS: tuple[Method, ...] = (
    Method(
        name="truncated_svd",
        title="The best approximation of rank k, certified",
        paper="Randomized Block Krylov Methods for Stronger and Faster Approximate Singular Value "
        "Decomposition",
        authors=("Cameron Musco", "Christopher Musco"),
        year=2015,
        arxiv="1504.05477",
        doi=None,
        section="block Krylov iteration; the certificate is this library's",
        equation=(
            r"\|A - U\Sigma V^*\|_F \le (1+\varepsilon)\min_{\operatorname{rank} B \le k}\|A - B\|_F"
        ),
        attribute="lemmata.linalg:truncated_svd",
        reference="packages/lemmata/tests/linalg/plain_truncated_svd.py:truncated",
        peers=(
            "sklearn.utils.extmath.randomized_svd",
            "scipy.sparse.linalg.svds",
            "torch.svd_lowrank",
            "fbpca.pca",
        ),
        docs="docs/lemmata/truncated_svd.md",
        see_also=(
            "Halko, Martinsson & Tropp 2011, Finding structure with randomness, arXiv:0909.4061 "
            "(randomized)",
            "Kuczynski & Wozniakowski 1992, Estimating the largest eigenvalue by the power and "
            "Lanczos algorithms with a random start, doi:10.1137/0613066 (the certificate)",
        ),
    ),
    Method(
        name="append_rows",
        title="New rows taken into a truncated SVD, or seen in its directions",
        paper="Fast low-rank modifications of the thin singular value decomposition",
        authors=("Matthew Brand",),
        year=2006,
        arxiv=None,
        doi="10.1016/j.laa.2005.07.021",
        section="the update by appended rows",
        equation=(
            r"\begin{pmatrix} U\Sigma V^* \\ B \end{pmatrix} = "
            r"\begin{pmatrix} U & 0 \\ 0 & I \end{pmatrix}"
            r"\begin{pmatrix} \Sigma & 0 \\ BV & L^* \end{pmatrix}"
            r"\begin{pmatrix} V & Q \end{pmatrix}^*"
        ),
        attribute="lemmata.linalg:append_rows",
        reference="packages/lemmata/tests/linalg/plain_truncated_svd.py:truncated",
        peers=("sklearn.decomposition.IncrementalPCA",),
        docs="docs/lemmata/truncated_svd.md",
        see_also=(
            "Zha & Simon 1999, On updating problems in latent semantic indexing, "
            "SIAM Journal on Scientific Computing 21(2)",
        ),
    ),
)
