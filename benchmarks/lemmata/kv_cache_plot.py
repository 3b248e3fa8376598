"""Draws docs/lemmata/kv_cache.svg: memory against work of a decoder, by what it remembers.

    python benchmarks/lemmata/kv_cache_plot.py

The cost model for 256 tokens through 12 layers of width 768, 12 heads, vocabulary 32,000: each dot is a
policy, from the full cache over every k-th layer to nothing. Counted, not timed.
"""

from axis import Axis
from chart import Chart, Curve

from lemmata.attention import Shape, decoding_cost

SHAPE = Shape(32_000, 768, 12, 12, 12, 64)
TOKENS = 256


def main() -> None:
    points = {"full": decoding_cost(SHAPE, TOKENS)}
    for every in (1, 2, 3, 4, 6):
        points[f"every {every}"] = decoding_cost(SHAPE, TOKENS, "every_k", every=every)
    points["none"] = decoding_cost(SHAPE, TOKENS, "none")
    Chart(
        "What a decoder remembers, and what it computes for it",
        Axis("multiply-adds for 256 tokens", logarithmic=True),
        Axis("numbers kept and held", logarithmic=True, ends=(1e4, 2e7)),
        [
            Curve(name, [float(cost.multiply_adds)], [float(cost.stored + cost.held)], "dot")
            for name, cost in points.items()
        ],
        legend=True,
    ).save("kv_cache")


if __name__ == "__main__":
    main()
