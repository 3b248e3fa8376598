"""Heads for continuous tokens."""

from lemmata.catalogue.record import Method

_PLAIN = "packages/lemmata/tests/heads/plain_heads.py"
_ARTICLE = "Scientific Spaces, kexue.fm/archives/10197 (autoregression over continuous patches)"

METHODS: tuple[Method, ...] = (
    Method(
        name="gaussian_head",
        title="A Gaussian for the next continuous token; with unit covariance it is squared error",
        paper="Using Neural Networks to Model Conditional Multivariate Densities",
        authors=("Peter M. Williams",),
        year=1996,
        arxiv=None,
        doi="10.1162/neco.1996.8.4.843",
        section="the negative log-likelihood, with a Cholesky factor for the covariance",
        equation=(
            r"-\log p(x \mid z) = \tfrac12 \lVert L(z)^{-1}(x - m(z)) \rVert^2"
            r" + \log\det L(z) + \tfrac d2 \log 2\pi"
        ),
        attribute="lemmata.heads:GaussianHead",
        reference=f"{_PLAIN}:gaussian_loss",
        peers=(
            "torch.distributions.MultivariateNormal",
            "torch.nn.GaussianNLLLoss",
            "x-transformers (ContinuousAutoregressiveWrapper)",
        ),
        docs="docs/lemmata/heads.md",
        see_also=(_ARTICLE,),
    ),
    Method(
        name="mixture_head",
        title="A mixture of Gaussians for the next continuous token",
        paper="GIVT: Generative Infinite-Vocabulary Transformers",
        authors=("Michael Tschannen", "Cian Eastwood", "Fabian Mentzer"),
        year=2023,
        arxiv="2312.02116",
        doi=None,
        section="the output: parameters of a Gaussian mixture in place of logits",
        equation=r"p(x \mid z) = \sum_k w_k(z)\, \mathcal N(x;\, m_k(z), \operatorname{diag} s_k(z)^2)",
        attribute="lemmata.heads:MixtureHead",
        reference=f"{_PLAIN}:mixture_loss",
        peers=("torch.distributions.MixtureSameFamily",),
        docs="docs/lemmata/heads.md",
    ),
    Method(
        name="diffusion_head",
        title="Any distribution of the next continuous token, by taking noise off",
        paper="Autoregressive Image Generation without Vector Quantization",
        authors=("Tianhong Li", "Yonglong Tian", "He Li", "Mingyang Deng", "Kaiming He"),
        year=2024,
        arxiv="2406.11838",
        doi=None,
        section="Section 3.2, Diffusion Loss",
        equation=(
            r"\mathcal L = \mathbb E_{\epsilon, \tau} \lVert \epsilon - \epsilon_\theta("
            r"\sqrt{\bar\alpha_\tau}\, x + \sqrt{1 - \bar\alpha_\tau}\, \epsilon \mid \tau, z)\rVert^2"
        ),
        attribute="lemmata.heads:DiffusionHead",
        reference=f"{_PLAIN}:diffusion_loss",
        peers=("LTH14/mar", "autoregressive-diffusion-pytorch"),
        docs="docs/lemmata/heads.md",
        see_also=(_ARTICLE,),
    ),
    Method(
        name="flow_head",
        title="Any distribution of the next continuous token, by following a flow",
        paper="Flow Matching for Generative Modeling",
        authors=(
            "Yaron Lipman",
            "Ricky T. Q. Chen",
            "Heli Ben-Hamu",
            "Maximilian Nickel",
            "Matt Le",
        ),
        year=2023,
        arxiv="2210.02747",
        doi=None,
        section="the conditional path of optimal transport, sigma_min = 0",
        equation=(
            r"\mathcal L = \mathbb E_{\epsilon, t} \lVert u_\theta((1 - t)\epsilon + t x, t, z)"
            r" - (x - \epsilon) \rVert^2"
        ),
        attribute="lemmata.heads:FlowHead",
        reference=f"{_PLAIN}:flow_loss",
        peers=("autoregressive-diffusion-pytorch",),
        docs="docs/lemmata/heads.md",
    ),
    Method(
        name="noisy_copies",
        title="One transformer for clean tokens and for noisy copies of them",
        paper="ACDiT: Interpolating Autoregressive Conditional Modeling and Diffusion Transformer",
        authors=(
            "Jinyi Hu",
            "Shengding Hu",
            "Yuxuan Song",
            "Yufei Huang",
            "Mingxuan Wang",
            "Hao Zhou",
            "Zhiyuan Liu",
            "Wei-Ying Ma",
            "Maosong Sun",
        ),
        year=2024,
        arxiv="2412.07720",
        doi=None,
        section="the skip-causal attention mask, with blocks of one token and several copies",
        equation=(
            r"\text{copy } (t, \tau) \text{ sees } \{x_s : s < t\} \cup \{(t, \tau)\}, \quad"
            r" x_t \text{ sees } \{x_s : s \le t\}"
        ),
        attribute="lemmata.heads:SingleTransformer",
        reference=f"{_PLAIN}:copies_mask",
        peers=("torch.nn.functional.scaled_dot_product_attention",),
        docs="docs/lemmata/noisy_copies.md",
        see_also=(_ARTICLE,),
    ),
)
