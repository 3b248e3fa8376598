"""Normalisation without statistics."""

from lemmata.catalogue.record import Method

_PLAIN = "packages/lemmata/tests/norm/plain_norms.py"
_PAGE = "docs/lemmata/norms.md"
_ARTICLE = "Su 2025, kexue.fm/archives/10831 (both curves from the gradient of RMSNorm)"

METHODS: tuple[Method, ...] = (
    Method(
        name="dyt",
        title="Dynamic tanh in place of a norm",
        paper="Transformers without Normalization",
        authors=("Jiachen Zhu", "Xinlei Chen", "Kaiming He", "Yann LeCun", "Zhuang Liu"),
        year=2025,
        arxiv="2503.10622",
        doi=None,
        section="Dynamic Tanh (DyT)",
        equation=r"\operatorname{DyT}(x) = \gamma \odot \tanh(\alpha x) + \beta",
        attribute="lemmata.norm:DyT",
        reference=f"{_PLAIN}:dyt",
        peers=("x_transformers.x_transformers.DynamicTanh", "jiachenzhu/DyT"),
        docs=_PAGE,
        see_also=(_ARTICLE,),
    ),
    Method(
        name="dyisru",
        title="Dynamic inverse square root unit in place of a norm",
        paper=(
            "On the Mathematical Relationship Between Layer Normalization and Dynamic Activation "
            "Functions"
        ),
        authors=("Felix Stollenwerk",),
        year=2025,
        arxiv="2503.21708",
        doi=None,
        section="the derivation of DyISRU from RMSNorm",
        equation=r"y_i = \sqrt d \, \frac{x_i}{\sqrt{x_i^2 + C}}",
        attribute="lemmata.norm:DyISRU",
        reference=f"{_PLAIN}:dyisru",
        peers=("torch.nn.RMSNorm",),
        docs=_PAGE,
        see_also=(_ARTICLE,),
    ),
    Method(
        name="derf",
        title="Dynamic error function in place of a norm",
        paper="Stronger Normalization-Free Transformers",
        authors=("Mingzhi Chen", "Taiming Lu", "Jiachen Zhu", "Mingjie Sun", "Zhuang Liu"),
        year=2025,
        arxiv="2512.10938",
        doi=None,
        section="Dynamic erf (Derf)",
        equation=r"\operatorname{Derf}(x) = \gamma \odot \operatorname{erf}(\alpha x + s) + \beta",
        attribute="lemmata.norm:Derf",
        reference=f"{_PLAIN}:derf",
        peers=("x_transformers.x_transformers.Derf",),
        docs=_PAGE,
    ),
)
