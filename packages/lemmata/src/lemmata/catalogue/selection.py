"""Columns, rows and representatives chosen from what is there."""

from lemmata.catalogue.record import Method

REFERENCE = "packages/lemmata/tests/linalg/plain_selection.py"

METHODS: tuple[Method, ...] = (
    Method(
        name="interpolative",
        title="A matrix from a few of its own columns or rows",
        paper=("Efficient algorithms for computing a strong rank-revealing QR factorization"),
        authors=("Ming Gu", "Stanley C. Eisenstat"),
        year=1996,
        arxiv=None,
        doi="10.1137/0917055",
        section="Algorithm 4, and the bounds that it certifies",
        equation=(
            r"A \approx A_{:,S} Z,\quad Z_{:,S} = I,\quad Z = A_{:,S}^\dagger A,"
            r"\quad |Z_{ij}| \le f"
        ),
        attribute="lemmata.linalg:interpolative",
        reference=f"{REFERENCE}:coefficients",
        peers=("scipy.linalg.interpolative", "scipy.linalg.qr(pivoting=True)"),
        docs="docs/lemmata/interpolative.md",
        see_also=(
            "Farahat, Elgohary, Ghodsi & Kamel 2013, Greedy column subset selection for "
            "large-scale data sets, arXiv:1312.6838 (css)",
            "Chen, Epperly, Tropp & Webber 2022, Randomly pivoted Cholesky, arXiv:2207.06503 "
            "(rpchol)",
            "Voronin & Martinsson 2014, Efficient algorithms for CUR and interpolative matrix "
            "decompositions, arXiv:1412.8447 (sketch)",
        ),
    ),
    Method(
        name="cur",
        title="A matrix from a few of its own columns and rows",
        paper="Accuracy and stability of CUR decompositions with oversampling",
        authors=("Taejun Park", "Yuji Nakatsukasa"),
        year=2024,
        arxiv="2405.06375",
        doi=None,
        section="the stable evaluation of the core, and oversampling",
        equation=(
            r"A \approx Q_C (Q_C^* A Q_R) Q_R^*,\qquad"
            r" A \approx Q_C\,(Q_C)_{I,:}^\dagger\,A_{I,:}"
        ),
        attribute="lemmata.linalg:cur",
        reference=f"{REFERENCE}:best_middle",
        peers=("an explicit pinv(C) A pinv(R)", "numpy.linalg.svd"),
        docs="docs/lemmata/cur.md",
        see_also=(
            "Voronin & Martinsson 2014, Efficient algorithms for CUR and interpolative matrix "
            "decompositions, arXiv:1412.8447",
        ),
    ),
    Method(
        name="select_representatives",
        title="A few of many vectors that stand for all of them",
        paper="An analysis of approximations for maximizing submodular set functions",
        authors=("George L. Nemhauser", "Laurence A. Wolsey", "Marshall L. Fisher"),
        year=1978,
        arxiv=None,
        doi="10.1007/BF01588971",
        section="the greedy heuristic for the location problem",
        equation=r"\max_{|S| = k}\ \frac1n \sum_i \max_{j \in S} \max(s_{ij}, 0)",
        attribute="lemmata.linalg:select_representatives",
        reference=f"{REFERENCE}:greedy_location",
        peers=("apricot-select", "sklearn.cluster.KMeans (medoids)"),
        docs="docs/lemmata/select_representatives.md",
        see_also=(
            "Leskovec et al. 2007, Cost-effective outbreak detection in networks, "
            "doi:10.1145/1281192.1281239 (the bound from the gains)",
            "Farahat, Elgohary, Ghodsi & Kamel 2013, Greedy column subset selection for "
            "large-scale data sets, arXiv:1312.6838 (css)",
        ),
    ),
)
