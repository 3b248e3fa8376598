"""Monarch matrices and what is done with them."""

from lemmata.catalogue.record import Method

PAPER = "Monarch: Expressive Structured Matrices for Efficient and Accurate Training"
AUTHORS = (
    "Tri Dao",
    "Beidi Chen",
    "Nimit Sohoni",
    "Arjun Desai",
    "Michael Poli",
    "Jessica Grogan",
    "Alexander Liu",
    "Aniruddh Rao",
    "Atri Rudra",
    "Christopher Ré",
)
BLOG = "Su 2024, Monarch matrices, Scientific Spaces, kexue.fm/archives/10249"
BTT = (
    "Qiu et al. 2024, Compute Better Spent: Replacing Dense Layers with Structured Matrices, "
    "arXiv:2406.06248 (ranks, initial scale, learning rates)"
)

METHODS: tuple[Method, ...] = (
    Method(
        name="monarch_matmul",
        title="The product with a Monarch matrix, in O(n^1.5)",
        paper=PAPER,
        authors=AUTHORS,
        year=2022,
        arxiv="2204.00595",
        doi=None,
        section="the Monarch parametrisation",
        equation=(
            r"M = P L P^\top R,\quad M_{(\sigma,j),(i,\pi)} = \sum_{\beta<b}"
            r" B^{(2)}_{j,\,ib+\beta,\,\sigma}\; B^{(1)}_{i,\,\pi,\,\beta l+j}"
        ),
        attribute="lemmata.structured:monarch_matmul",
        reference="packages/lemmata/tests/structured/plain_monarch.py:monarch",
        peers=("torch.nn.Linear", "torch.einsum"),
        docs="docs/lemmata/monarch.md",
        see_also=(BLOG, BTT),
    ),
    Method(
        name="monarch_project",
        title="The nearest Monarch matrix, exactly",
        paper=PAPER,
        authors=AUTHORS,
        year=2022,
        arxiv="2204.00595",
        doi=None,
        section="the projection on Monarch matrices",
        equation=(
            r"\min_M \lVert A - M\rVert_F^2 = \sum_{i<k}\sum_{j<l}\sum_{t>b}"
            r"\sigma_t\bigl(A_{(\cdot,j),(i,\cdot)}\bigr)^2"
        ),
        attribute="lemmata.structured:monarch_project",
        reference="packages/lemmata/tests/structured/plain_monarch.py:project",
        peers=("truncated singular value decomposition",),
        docs="docs/lemmata/monarch.md",
        see_also=(BLOG, BTT),
    ),
    Method(
        name="project_higher_order",
        title="A Monarch matrix of any order near a matrix",
        paper="Monarch Mixer: A Simple Sub-Quadratic GEMM-Based Architecture",
        authors=(
            "Daniel Y. Fu",
            "Simran Arora",
            "Jessica Grogan",
            "Isys Johnson",
            "Sabri Eyuboglu",
            "Armin W. Thomas",
            "Benjamin Spector",
            "Michael Poli",
            "Atri Rudra",
            "Christopher Ré",
        ),
        year=2023,
        arxiv="2310.12109",
        doi=None,
        section="the class of order p; the recursion and its bound are the page's",
        equation=(
            r"\lVert A - M\rVert_F \le \sqrt{p-1}\,\min_{M'}\lVert A - M'\rVert_F,"
            r"\quad p\,n^{1+1/p}\ \text{numbers}"
        ),
        attribute="lemmata.structured:project_higher_order",
        reference="packages/lemmata/tests/structured/plain_monarch.py:chain",
        peers=("tensor-train decomposition",),
        docs="docs/lemmata/monarch.md",
        see_also=(BTT,),
    ),
    Method(
        name="compress",
        title="A model within a budget of weights, layer by layer low rank, Monarch or left alone",
        paper=PAPER,
        authors=AUTHORS,
        year=2022,
        arxiv="2204.00595",
        doi=None,
        section="dense-to-sparse: projecting pretrained weights (without the fine-tuning)",
        equation=(
            r"\min \sum_w e_w^4,\quad e_w = \lVert (W - M_w) X\rVert / \lVert W X\rVert,"
            r"\quad \sum_w |M_w| \le B"
        ),
        attribute="lemmata.structured:compress",
        reference="packages/lemmata/tests/structured/test_compress_choice.py:by_trying_all",
        peers=("int8 weights", "low rank on every layer"),
        docs="docs/lemmata/compress.md",
        see_also=(BLOG,),
    ),
)
