"""Effective ranks."""

from lemmata.catalogue.record import Method

METHODS: tuple[Method, ...] = (
    Method(
        name="effective_rank",
        title="How many directions a matrix really uses",
        paper="The effective rank: a measure of effective dimensionality",
        authors=("Olivier Roy", "Martin Vetterli"),
        year=2007,
        arxiv=None,
        doi="10.5281/zenodo.40328",
        section="Definition 1",
        equation=(
            r"\operatorname{erank}(A) = \exp\Bigl(-\sum_i p_i \log p_i\Bigr),"
            r"\quad p_i = \sigma_i / \sum_j \sigma_j"
        ),
        attribute="lemmata.linalg:effective_rank",
        reference="packages/lemmata/tests/linalg/plain_effective_rank.py:entropy",
        peers=("numpy.linalg.matrix_rank", "torch.linalg.matrix_rank", "optht"),
        docs="docs/lemmata/effective_rank.md",
        see_also=(
            "Hill 1973, Diversity and evenness, doi:10.2307/1934352 (q and power)",
            "Gao et al. 2017, A theory of multineuronal dimensionality, dynamics and measurement, "
            "doi:10.1101/214262 (participation)",
            "Rudelson & Vershynin 2007, Sampling from large matrices, arXiv:math/0503442 (stable)",
            "Ipsen & Saibaba 2024, Stable rank and intrinsic dimension of real and complex "
            "matrices, arXiv:2407.21594 (nuclear)",
            "Gavish & Donoho 2014, The optimal hard threshold for singular values is 4/sqrt(3), "
            "arXiv:1305.5870 (gavish_donoho)",
        ),
    ),
)
