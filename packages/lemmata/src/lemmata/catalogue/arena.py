"""The arena: comparisons of sequence models."""

from lemmata.catalogue.record import Method

METHODS: tuple[Method, ...] = (
    Method(
        name="self_pretraining",
        title="A model learns its task's inputs first, then its answers",
        paper=(
            "Never Train from Scratch: Fair Comparison of Long-Sequence Models Requires "
            "Data-Driven Priors"
        ),
        authors=("Ido Amos", "Jonathan Berant", "Ankit Gupta"),
        year=2023,
        arxiv="2310.02980",
        doi=None,
        section="self-pretraining (SPT) with causal and masked objectives",
        equation=(
            r"\min_\theta \sum_{t \in M} -\log p_\theta(x_t \mid x_{\setminus M})"
            r"\ \text{ or }\ \sum_t -\log p_\theta(x_{t+1} \mid x_{\le t}),"
            r"\ \text{ then }\ -\log p_\theta(y \mid x)"
        ),
        attribute="lemmata.arena:selfpretrain",
        reference="packages/lemmata/tests/arena/plain_arena.py:masked",
        peers=("IdoAmos/not-from-scratch", "google-research/long-range-arena"),
        docs="docs/lemmata/selfpretraining.md",
        see_also=(
            "Long Range Arena: A Benchmark for Efficient Transformers, arXiv:2011.04006",
            "Scientific Spaces, kexue.fm/archives/9787",
        ),
    ),
)
