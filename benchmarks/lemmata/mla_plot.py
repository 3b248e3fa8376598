"""Draws docs/lemmata/mla.svg: the time to decode one token, by the number of cached tokens.

    OMP_NUM_THREADS=1 python benchmarks/lemmata/mla_plot.py

The measurements of mla.py, at DeepSeek-V2-Lite's shapes.
"""

from axis import Axis
from chart import Chart, Curve
from mla import SIZES, measured

import torch  # isort: skip - after mla, which chooses the threads


def main() -> None:
    lines: dict[str, list[float]] = {}
    with torch.no_grad():
        for tokens in SIZES:
            for row in measured(tokens):
                taken = row["ms"]
                assert isinstance(taken, float)
                lines.setdefault(str(row["a step"]).replace("keys and values ", ""), []).append(
                    taken
                )
    Chart(
        "Decoding one token with latent attention, at the shapes of DeepSeek-V2-Lite",
        Axis("cached tokens", logarithmic=True),
        Axis("milliseconds", logarithmic=True),
        [Curve(name, SIZES, times) for name, times in lines.items()],
    ).save("mla")


if __name__ == "__main__":
    main()
