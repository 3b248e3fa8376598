from lemmata.arena import Plan, compare, digits
from lemmata.attention import Attention, Rotary
from lemmata.ssm import S4D

task = digits(
    "drawn", train=200, test=50
)  # or listops, pathfinder, copying, delay, recall, byte_text
makers = {"attention": lambda: Attention(16, 2, rotary=Rotary(8)), "S4D": lambda: S4D(16, 16)}
plan = Plan(steps=10, batch=16, warmup=2)  # far too few: see the table for what it takes
found = compare(makers, task, plan, seeds=(0, 1), objective="masked", ratio=0.5)
found.scratch, found.pretrained  # accuracies, one a seed
found.verdict  # gaps, gain, and what the intervals allow to be said
