"""Positions of text, images and videos."""

from lemmata.catalogue.record import Method

PAPER = "RoFormer: Enhanced Transformer with Rotary Position Embedding"
AUTHORS = (
    "Jianlin Su",
    "Yu Lu",
    "Shengfeng Pan",
    "Ahmed Murtadha",
    "Bo Wen",
    "Yunfeng Liu",
)
LAYOUTS = (
    "Su 2024, positions for text and images, Scientific Spaces, kexue.fm/archives/10040 (Tie)",
    "Su 2024, positions for text, images and videos, Scientific Spaces, kexue.fm/archives/10352 (TV)",
    "Wang et al. 2024, Qwen2-VL, arXiv:2409.12191 (M-RoPE)",
)

METHODS: tuple[Method, ...] = (
    Method(
        name="rope",
        title="Rotary positions on one axis or several, text bit-identical to one",
        paper=PAPER,
        authors=AUTHORS,
        year=2021,
        arxiv="2104.09864",
        doi=None,
        section="3.2; on several axes Su's articles",
        equation=r"(x_{2i} + \mathrm{i}\,x_{2i+1})\,e^{\mathrm{i} n b^{-2i/d}}",
        attribute="lemmata.attention:Rotary",
        reference="packages/lemmata/tests/attention/plain_attention.py:rotation",
        peers=("transformers", "rotary-embedding-torch"),
        docs="docs/lemmata/rope.md",
        see_also=LAYOUTS,
    ),
    Method(
        name="yarn",
        title="Rotary frequencies and softmax scale for texts longer than those trained on",
        paper="YaRN: Efficient Context Window Extension of Large Language Models",
        authors=("Bowen Peng", "Jeffrey Quesnelle", "Honglu Fan", "Enrico Shippole"),
        year=2023,
        arxiv="2309.00071",
        doi=None,
        section="3.2 and 3.3: interpolation by parts, and the temperature of the softmax",
        equation=(
            r"\theta_i' = (1 - \gamma_i)\,\theta_i / s + \gamma_i\,\theta_i, \quad"
            r" 1/\sqrt t = 0.1 \ln s + 1"
        ),
        attribute="lemmata.attention:Yarn",
        reference="packages/lemmata/tests/attention/plain_attention.py:yarn",
        peers=("transformers",),
        docs="docs/lemmata/rope.md",
        see_also=(PAPER + ", arXiv:2104.09864",),
    ),
    Method(
        name="position_layout",
        title="Where text, images and videos stand: flat, Tie, fractional Tie, TV, M-RoPE",
        paper=PAPER,
        authors=AUTHORS,
        year=2021,
        arxiv="2104.09864",
        doi=None,
        section="the embedding; the layouts are those of Su's articles and of Qwen2-VL",
        equation=r"L + \tfrac{N - n_a}{2} + i_a,\quad L' = L + N + 1 \quad (\text{TV})",
        attribute="lemmata.attention:layout",
        reference="packages/lemmata/tests/attention/plain_positions.py:laid_out",
        peers=("transformers (M-RoPE)",),
        docs="docs/lemmata/rope.md",
        see_also=LAYOUTS,
    ),
)
