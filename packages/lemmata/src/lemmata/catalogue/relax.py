"""Smooth top-k, maps onto simplices, and projections."""

from lemmata.catalogue.record import Method

METHODS: tuple[Method, ...] = (
    Method(
        name="soft_topk",
        title="The k largest of many scores, smoothly, with gradients",
        paper="The Limited Multi-Label Projection Layer",
        authors=("Brandon Amos", "Vladlen Koltun", "J. Zico Kolter"),
        year=2019,
        arxiv="1906.08707",
        doi=None,
        section="kind='sigmoid'; the other kinds under see also",
        equation=r"p_i = f\bigl((x_i - \lambda)/\tau\bigr), \quad \sum_i p_i = k",
        attribute="lemmata.relax:soft_topk",
        reference="packages/lemmata/tests/relax/plain_soft_topk.py:by_threshold",
        peers=("entmax.budget_bisect", "LapSum", "lml"),
        docs="docs/lemmata/soft_topk.md",
        see_also=(
            "Struski et al. 2025, LapSum - One Method to Differentiate Them All: Ranking, Sorting "
            "and Top-k Selection, arXiv:2503.06242 (laplace)",
            "Wang & Lu 2015, Projection onto the Capped Simplex, arXiv:1503.01002 (euclidean)",
            "Ahmed et al. 2022, SIMPLE: A Gradient Estimator for k-Subset Sampling, "
            "arXiv:2210.01941 (subset)",
            "Su 2024, kexue.fm/archives/10373 (a tour of constructions)",
        ),
    ),
    Method(
        name="simplex_maps",
        title="Scores to probabilities: softmax, sparsemax, entmax",
        paper="Sparse Sequence-to-Sequence Models",
        authors=("Ben Peters", "Vlad Niculae", "André F. T. Martins"),
        year=2019,
        arxiv="1905.05702",
        doi=None,
        section="the entmax transformations",
        equation=(
            r"p_i = \bigl[1 + (\alpha-1)(x_i - c)\bigr]_+^{1/(\alpha-1)}, \quad \sum_i p_i = 1"
        ),
        attribute="lemmata.relax:entmax",
        reference="packages/lemmata/tests/relax/plain_simplex_maps.py:entmax",
        peers=("entmax", "scipy.special.softmax", "torch.softmax"),
        docs="docs/lemmata/simplex_maps.md",
        see_also=(
            "Martins & Astudillo 2016, From Softmax to Sparsemax: A Sparse Model of Attention and "
            "Multi-Label Classification, arXiv:1602.02068 (alpha = 2)",
        ),
    ),
    Method(
        name="project_simplex",
        title="The nearest point of the simplex, and of the capped simplex",
        paper="Efficient Projections onto the l1-Ball for Learning in High Dimensions",
        authors=("John Duchi", "Shai Shalev-Shwartz", "Yoram Singer", "Tushar Chandra"),
        year=2008,
        arxiv=None,
        doi="10.1145/1390156.1390191",
        section="projection onto the simplex",
        equation=r"p = \max(v - \lambda, 0), \quad \sum_i p_i = z",
        attribute="lemmata.relax:project_simplex",
        reference="packages/lemmata/tests/relax/plain_simplex_maps.py:project_simplex",
        peers=("entmax.sparsemax", "optax.projections", "cvxpy"),
        docs="docs/lemmata/project_simplex.md",
        see_also=(
            "Condat 2016, Fast projection onto the simplex and the l1 ball, "
            "doi:10.1007/s10107-015-0946-6",
            "Wang & Lu 2015, Projection onto the Capped Simplex, arXiv:1503.01002",
            "Ang et al. 2021, Fast Projection onto the Capped Simplex with Applications to Sparse "
            "Regression in Bioinformatics, arXiv:2110.08471",
        ),
    ),
)
