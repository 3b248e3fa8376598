"""Draws docs/lemmata/rope_yarn.svg: what YaRN leaves of each frequency, against how often it turns.

python benchmarks/lemmata/rope_yarn_plot.py
"""

import math

from axis import Axis
from chart import Chart, Curve

from lemmata.attention import Rotary, Yarn

WIDTH, TRAINED = 128, 4096


def main() -> None:
    bare = Rotary(WIDTH).frequencies()
    turns = (bare * TRAINED / (2 * math.pi)).tolist()
    drawn = []
    for colour, factor in enumerate((2.0, 4.0, 16.0)):
        left = (Rotary(WIDTH, yarn=Yarn(factor, TRAINED)).frequencies() / bare).tolist()
        drawn.append(Curve(f"{factor:g} times as long", turns, left, colour=colour))
    by_turns = [((turn - 1) / 31) for turn in turns]
    kept = [min(max(share, 0.0), 1.0) for share in by_turns]
    linear = [share + (1 - share) / 16 for share in kept]
    drawn.append(Curve("16 times, blended linearly in turns", turns, linear, "dashed", 2))
    Chart(
        "What YaRN leaves of the frequencies of a head of 128 trained on 4,096 tokens",
        Axis("turns over 4,096 tokens", logarithmic=True),
        Axis("frequency, as a share of the old one"),
        drawn,
        legend=True,
        described="Pairs that turn more than 32 times keep their frequency; those that turn less than "
        "once have it divided; between them it is blended. Linear in turns the blend keeps less.",
    ).save("rope_yarn")


if __name__ == "__main__":
    main()
