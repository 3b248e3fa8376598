"""State-space models."""

from lemmata.catalogue.record import Method

METHODS: tuple[Method, ...] = (
    Method(
        name="hippo",
        title="A signal's past in N numbers, kept up to date",
        paper="HiPPO: Recurrent Memory with Optimal Polynomial Projections",
        authors=("Albert Gu", "Tri Dao", "Stefano Ermon", "Atri Rudra", "Christopher Ré"),
        year=2020,
        arxiv="2008.07669",
        doi=None,
        section="Theorems 1 and 2",
        equation=(
            r"\dot x = \tfrac1t (A x + B u), \quad A_{nk} = -\sqrt{(2n+1)(2k+1)}\ (k < n),"
            r"\ -(n+1)\ (k = n), \quad B_n = \sqrt{2n+1}"
        ),
        attribute="lemmata.ssm:LegSMemory",
        reference="packages/lemmata/tests/ssm/plain_ssm.py:projection",
        peers=("state-spaces/s4", "keras-lmu", "scipy.signal.cont2discrete"),
        docs="docs/lemmata/hippo.md",
        see_also=("Scientific Spaces, kexue.fm/archives/10114 and 10137 (derivation)",),
    ),
    Method(
        name="s4",
        title="A HiPPO system a channel: kernel by Cauchy sums, steps in linear time",
        paper="Efficiently Modeling Long Sequences with Structured State Spaces",
        authors=("Albert Gu", "Karan Goel", "Christopher Ré"),
        year=2022,
        arxiv="2111.00396",
        doi=None,
        section="Section 3, Algorithm 1",
        equation=(
            r"\hat K(z) = \tfrac{2}{1+z}\bigl[\tilde C^* R^{-1} B - \tilde C^* R^{-1} P"
            r" (1 + P^* R^{-1} P)^{-1} P^* R^{-1} B\bigr],"
            r"\quad \tilde C^* = C^* (I - \bar A^L)"
        ),
        attribute="lemmata.ssm:S4",
        reference="packages/lemmata/tests/ssm/plain_ssm.py:s4_kernel",
        peers=("state-spaces/s4",),
        docs="docs/lemmata/s4.md",
        see_also=("Scientific Spaces, kexue.fm/archives/10162 (derivation)",),
    ),
    Method(
        name="s4d",
        title="A diagonal system a channel: a sum of damped oscillations",
        paper="On the Parameterization and Initialization of Diagonal State Space Models",
        authors=("Albert Gu", "Ankit Gupta", "Karan Goel", "Christopher Ré"),
        year=2022,
        arxiv="2206.11893",
        doi=None,
        section="S4D, S4D-Lin and S4D-Inv",
        equation=r"K_k = 2 \operatorname{Re} \sum_n C_n \bar B_n \bar\lambda_n^k",
        attribute="lemmata.ssm:S4D",
        reference="packages/lemmata/tests/ssm/plain_ssm.py:s4d_kernel",
        peers=("state-spaces/s4",),
        docs="docs/lemmata/s4.md",
    ),
    Method(
        name="rtf",
        title="A rational transfer function a channel, its kernel free of its order",
        paper="State-Free Inference of State-Space Models: The Transfer Function Approach",
        authors=(
            "Rom N. Parnichkun",
            "Stefano Massaroli",
            "Alessandro Moro",
            "Jimmy T. H. Smith",
            "Ramin Hasani",
            "Mathias Lechner",
            "Qi An",
            "Christopher Ré",
            "Hajime Asama",
            "Stefano Ermon",
            "Taiji Suzuki",
            "Atsushi Yamashita",
            "Michael Poli",
        ),
        year=2024,
        arxiv="2405.06147",
        doi=None,
        section="the transfer function and its state-free inference",
        equation=r"H(z) = h_0 + \frac{\sum_i b_i z^{-i}}{1 + \sum_i a_i z^{-i}}",
        attribute="lemmata.ssm:RTF",
        reference="packages/lemmata/tests/ssm/plain_ssm.py:rational",
        peers=("ruke1ire/RTF", "scipy.signal.lfilter"),
        docs="docs/lemmata/rtf.md",
        see_also=("Scientific Spaces, kexue.fm/archives/10180 (derivation)",),
    ),
)
