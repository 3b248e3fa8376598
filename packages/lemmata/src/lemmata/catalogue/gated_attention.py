"""Gated attention units, and their mixed chunks that are linear in the tokens."""

from lemmata.catalogue.record import Method

_PAPER = "Transformer quality in linear time"
_AUTHORS = ("Weizhe Hua", "Zihang Dai", "Hanxiao Liu", "Quoc V. Le")

METHODS: tuple[Method, ...] = (
    Method(
        name="gated_attention_unit",
        title="One head of attention with gates in the place of the others",
        paper=_PAPER,
        authors=_AUTHORS,
        year=2022,
        arxiv="2202.10447",
        doi=None,
        section="the gated attention unit",
        equation=(
            r"O = (U \odot A V) W_o, \quad U, V = \mathrm{silu}(X W_{u,v}), \quad"
            r" A_{tj} = \frac{\mathrm{relu}(q_t^\top k_j)^2}{n s}"
        ),
        attribute="lemmata.attention:GatedAttentionUnit",
        reference="packages/lemmata/tests/attention/plain_gated.py:gated_attention_unit",
        peers=("FLASH-pytorch GAU", "gau-alpha"),
        docs="docs/lemmata/flash.md",
        see_also=(
            "So et al. 2021, Primer: searching for efficient transformers for language modeling, "
            "arXiv:2109.08668 (the squared relu)",
            "kexue.fm/archives/9019 (normalisations and the length they are trained at)",
        ),
    ),
    Method(
        name="mixed_chunk_attention",
        title="Gated attention that is quadratic in a chunk and linear across chunks",
        paper=_PAPER,
        authors=_AUTHORS,
        year=2022,
        arxiv="2202.10447",
        doi=None,
        section="mixed chunk attention",
        equation=(
            r"\hat V_g = \frac{1}{cs}\mathrm{relu}(Q_g K_g^\top)^2 V_g"
            r" + \frac{1}{(g - 1)c} Q'_g \sum_{h < g} K_h'^\top V_h"
        ),
        attribute="lemmata.attention:MixedChunkAttention",
        reference="packages/lemmata/tests/attention/plain_gated.py:mixed_chunk_attention",
        peers=("FLASH-pytorch FLASH",),
        docs="docs/lemmata/flash.md",
        see_also=("kexue.fm/archives/8934 (the divisor of the sums)",),
    ),
)
