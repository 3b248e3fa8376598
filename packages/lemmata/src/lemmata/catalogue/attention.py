"""Softmax attention: its state, its heads, its caches."""

from lemmata.catalogue.record import Method

DEEPSEEK = "DeepSeek-V2: A Strong, Economical, and Efficient Mixture-of-Experts Language Model"
RNN = "Feng et al. 2024, Attention as an RNN, arXiv:2405.13956"
BLOG_STATE = "Su 2024, attention as a recurrent network, Scientific Spaces, kexue.fm/archives/10017"
BLOG_MLA = (
    "Su 2024, from multi-head to latent attention, Scientific Spaces, kexue.fm/archives/10091"
)
GROUPED = "GQA: Training Generalized Multi-Query Transformer Models from Multi-Head Checkpoints"
AINSLIE = (
    "Joshua Ainslie",
    "James Lee-Thorp",
    "Michiel de Jong",
    "Yury Zemlyanskiy",
    "Federico Lebrón",
    "Sumit Sanghai",
)
GQA = f"Ainslie et al. 2023, {GROUPED}, arXiv:2305.13245"
TRANSMLA = (
    "Meng et al. 2025, TransMLA: Multi-Head Latent Attention Is All You Need, arXiv:2502.07864"
)

METHODS: tuple[Method, ...] = (
    Method(
        name="online_softmax",
        title="Attention as a state that can be updated, cut and merged",
        paper="Online normalizer calculation for softmax",
        authors=("Maxim Milakov", "Natalia Gimelshein"),
        year=2018,
        arxiv="1805.02867",
        doi=None,
        section="the online normaliser, with values beside it",
        equation=(
            r"m = \max(m_a, m_b),\quad z = z_a e^{m_a - m} + z_b e^{m_b - m},"
            r"\quad y = y_a e^{m_a - m} + y_b e^{m_b - m},\quad o = y / z"
        ),
        attribute="lemmata.attention:SoftmaxState",
        reference="packages/lemmata/tests/attention/plain_attention.py:attention",
        peers=("torch.nn.functional.scaled_dot_product_attention", "flash-attn"),
        docs="docs/lemmata/online_softmax.md",
        see_also=(
            "Rabe & Staats 2021, Self-attention Does Not Need O(n^2) Memory, arXiv:2112.05682",
            RNN,
            BLOG_STATE,
        ),
    ),
    Method(
        name="attend",
        title="Softmax attention, dense, recurrent, by blocks or as a tree",
        paper="Online normalizer calculation for softmax",
        authors=("Maxim Milakov", "Natalia Gimelshein"),
        year=2018,
        arxiv="1805.02867",
        doi=None,
        section="the online normaliser, with values beside it",
        equation=r"o_i = \sum_j e^{s_{ij}} v_j \Big/ \sum_j e^{s_{ij}}",
        attribute="lemmata.attention:attend",
        reference="packages/lemmata/tests/attention/plain_attention.py:attention",
        peers=("torch.nn.functional.scaled_dot_product_attention",),
        docs="docs/lemmata/online_softmax.md",
        see_also=(RNN, BLOG_STATE),
    ),
    Method(
        name="latent_attention",
        title="Multi-head latent attention, materialised or absorbed",
        paper=DEEPSEEK,
        authors=("DeepSeek-AI",),
        year=2024,
        arxiv="2405.04434",
        doi=None,
        section="2.1, equations (9) to (19)",
        equation=(
            r"\tilde q_i = [W^{UK\top}_i q^C_i;\ q^R_i],\quad "
            r"o_i = W^{UV}_i \sum_j \operatorname{softmax}_j"
            r"\Bigl(\tfrac{\tilde q_i \cdot [c_j;\ k^R_j]}{\sqrt{d_h + d^R_h}}\Bigr)\, c_j"
        ),
        attribute="lemmata.attention:LatentAttention",
        reference="packages/lemmata/tests/attention/plain_attention.py:latent",
        peers=("transformers", "x-transformers", "flash-linear-attention"),
        docs="docs/lemmata/mla.md",
        see_also=(BLOG_MLA, GQA),
    ),
    Method(
        name="grouped_attention",
        title="Multi-head, grouped-query and multi-query attention with caches that know their bytes",
        paper=GROUPED,
        authors=AINSLIE,
        year=2023,
        arxiv="2305.13245",
        doi=None,
        section="grouped-query attention",
        equation=r"o_i = \operatorname{attention}(q_i, k_{\lfloor ig/h \rfloor}, v_{\lfloor ig/h \rfloor})",
        attribute="lemmata.attention:Attention",
        reference="packages/lemmata/tests/attention/plain_attention.py:grouped",
        peers=("transformers", "x-transformers"),
        docs="docs/lemmata/mla.md",
        see_also=(
            "Shazeer 2019, Fast Transformer Decoding: One Write-Head is All You Need, arXiv:1911.02150",
        ),
    ),
    Method(
        name="to_grouped",
        title="Fewer heads of keys and values, with a certificate",
        paper=GROUPED,
        authors=AINSLIE,
        year=2023,
        arxiv="2305.13245",
        doi=None,
        section="uptraining (the mean of heads); the directions are the page's",
        equation=r"k' = u^*[k_1; \ldots; k_g],\quad q_i' = \bar u_i q_i \quad (\text{a frequency})",
        attribute="lemmata.attention:to_grouped",
        reference="packages/lemmata/tests/attention/plain_attention.py:grouped",
        peers=("grouped-query-attention-pytorch",),
        docs="docs/lemmata/mla.md",
        see_also=(TRANSMLA,),
    ),
    Method(
        name="to_latent",
        title="Heads to latents, with a certificate; exact at full rank, rotation included",
        paper="TransMLA: Multi-Head Latent Attention Is All You Need",
        authors=("Fanxu Meng", "Zengwei Yao", "Muhan Zhang", "Pingzhi Tang", "Xiaojuan Tang"),
        year=2025,
        arxiv="2502.07864",
        doi=None,
        section="keys concentrated by mixing heads a frequency; without the folding of frequencies",
        equation=(
            r"\Bigl[\begin{smallmatrix}K/\lVert K\rVert\\V/\lVert V\rVert\end{smallmatrix}\Bigr]"
            r"\approx U_r U_r^\top [\cdot],\quad "
            r"\text{lost} = \sqrt{\textstyle\sum_{j>r}\sigma_j^2 / \sum_j\sigma_j^2}"
        ),
        attribute="lemmata.attention:to_latent",
        reference="packages/lemmata/tests/attention/plain_attention.py:grouped",
        peers=("TransMLA", "cacheshrink"),
        docs="docs/lemmata/mla.md",
        see_also=(GQA, BLOG_MLA),
    ),
    Method(
        name="kv_cache_report",
        title="What a model caches for each token",
        paper=DEEPSEEK,
        authors=("DeepSeek-AI",),
        year=2024,
        arxiv="2405.04434",
        doi=None,
        section="2.1.4, table 1",
        equation=r"2\,n_{kv}\,d_h\,l \quad\text{or}\quad (d_c + d_h^R)\,l",
        attribute="lemmata.attention:kv_cache_report",
        reference="packages/lemmata/tests/attention/test_kv_cache_report.py:check_published",
        peers=("vLLM's and transformers' own accounts",),
        docs="docs/lemmata/kv_cache.md",
        see_also=(BLOG_MLA,),
    ),
    Method(
        name="decoding",
        title="Decoding with a full cache, every k-th layer or constant memory, at a predicted cost",
        paper="Attention as an RNN",
        authors=(
            "Leo Feng",
            "Frederick Tung",
            "Hossein Hajimirsadeghi",
            "Mohamed Osama Ahmed",
            "Yoshua Bengio",
            "Greg Mori",
        ),
        year=2024,
        arxiv="2405.13956",
        doi=None,
        section="attention as a recurrence; its nesting and its cost are the page's",
        equation=r"\sum_{i \le n} \binom{i + l - 1}{l} = \binom{n + l}{l + 1}",
        attribute="lemmata.attention:Decoding",
        reference="packages/lemmata/tests/attention/plain_decoding.py:counted",
        peers=("none decodes several layers without a cache",),
        docs="docs/lemmata/kv_cache.md",
        see_also=(BLOG_STATE,),
    ),
)
