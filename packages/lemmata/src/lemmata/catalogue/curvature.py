"""Adaptive steps as estimates of curvature."""

from lemmata.catalogue.record import Method

METHODS: tuple[Method, ...] = (
    Method(
        name="diagnose",
        title="Whether an optimiser's second moment is the curvature, and how near the edge it is",
        paper="Adaptive gradient methods at the edge of stability",
        authors=(
            "Jeremy M. Cohen",
            "Behrooz Ghorbani",
            "Shankar Krishnan",
            "Naman Agarwal",
            "Sourabh Medapati",
            "Michal Badura",
            "Daniel Suo",
            "David Cardoze",
            "Zachary Nado",
            "George E. Dahl",
            "Justin Gilmer",
        ),
        year=2022,
        arxiv="2207.14484",
        doi=None,
        section="the threshold 38 / lr of its abstract, for any momentum",
        equation=(
            r"\lambda_{\max}(P^{-1} H) < \frac{2 + 2 \beta_1}{(1 - \beta_1)\,\eta},"
            r" \quad \sqrt{v} \propto \lvert\operatorname{diag} H\rvert^{\,slope}"
        ),
        attribute="lemmata.optimize:diagnose",
        reference="packages/lemmata/tests/optimize/plain_curvature.py:growth",
        peers=("pyhessian", "curvlinops", "backpack"),
        docs="docs/lemmata/diagnose.md",
        see_also=(
            "Cohen et al. 2021, Gradient descent on neural networks typically occurs at the edge "
            "of stability, arXiv:2103.00065 (2 / lr)",
            "Bekas, Kokiopoulou & Saad 2007, An estimator for the diagonal of a matrix, "
            "doi:10.1016/j.apnum.2007.01.003 (hutchinson_diagonal)",
            "Molybog et al. 2023, A theory on Adam instability in large-scale machine learning, "
            "arXiv:2304.09871 (the spread of updates)",
        ),
    ),
    Method(
        name="adabelief",
        title="Adam with the variance of the gradients for their square",
        paper="AdaBelief optimizer: adapting stepsizes by the belief in observed gradients",
        authors=(
            "Juntang Zhuang",
            "Tommy Tang",
            "Yifan Ding",
            "Sekhar Tatikonda",
            "Nicha Dvornek",
            "Xenophon Papademetris",
            "James S. Duncan",
        ),
        year=2020,
        arxiv="2010.07468",
        doi=None,
        section="Algorithm 2",
        equation=(
            r"s_t = \beta_2 s_{t-1} + (1 - \beta_2)(g_t - m_t)^2 + \varepsilon, \quad"
            r" \theta_t = \theta_{t-1} - \eta\,\hat m_t / (\sqrt{\hat s_t} + \varepsilon)"
        ),
        attribute="lemmata.optimize:AdaBelief",
        reference="packages/lemmata/tests/optimize/plain_curvature.py:adabelief",
        peers=("adabelief-pytorch", "pytorch-optimizer", "optax.adabelief"),
        docs="docs/lemmata/adabelief.md",
    ),
)
