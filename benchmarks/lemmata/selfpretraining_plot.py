"""Draws docs/lemmata/selfpretraining.svg: accuracy on handwritten digits against the steps of training.

    python benchmarks/lemmata/selfpretraining_plot.py

One seed, small models: lines from scratch, dashed with half of the steps on the inputs alone. The digits
are those of scikit-learn.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
from axis import Axis
from chart import Chart, Curve

from lemmata.arena import Plan, compare, digits
from lemmata.attention import Attention, Rotary
from lemmata.ssm import S4D

torch.set_num_threads(1)
STEPS = (60, 180, 360)
MAKERS = {"attention": lambda: Attention(24, 2, rotary=Rotary(12)), "S4D": lambda: S4D(24, 32)}


def main() -> None:
    task = digits()
    found = [
        compare(
            MAKERS,
            task,
            Plan(steps=steps, rate=6e-3, warmup=steps // 8),
            seeds=(0,),
            objective="masked",
            ratio=0.5,
        )
        for steps in STEPS
    ]
    drawn = []
    for colour, name in enumerate(MAKERS):
        scratch = [each.scratch[name][0] for each in found]
        after = [each.pretrained[name][0] for each in found]
        drawn.append(Curve(f"{name}, from scratch", STEPS, scratch, colour=colour))
        drawn.append(Curve(f"{name}, self-pretrained", STEPS, after, "dashed", colour=colour))
    Chart(
        "Handwritten digits: from scratch and after self-pretraining, at equal steps",
        Axis("steps of training, of both kinds together", logarithmic=True),
        Axis("accuracy"),
        drawn,
        levels={"chance": found[0].chance},
    ).save("selfpretraining")


if __name__ == "__main__":
    main()
