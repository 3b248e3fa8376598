"""The arena: tasks for sequence models that need no download, and a fair way to compare on them. PyTorch.

Any mixer of the library enters. `compare` trains each from scratch and after self-pretraining, over
seeds, and says what the intervals allow to be said.
"""

from lemmata.arena.comparison import Comparison, Interval, compare
from lemmata.arena.digits import digits
from lemmata.arena.listops import listops, value_of
from lemmata.arena.model import SequenceModel
from lemmata.arena.pathfinder import pathfinder
from lemmata.arena.pretraining import selfpretrain
from lemmata.arena.synthetic import copying, delay, recall
from lemmata.arena.tasks import IGNORED, Examples, Task
from lemmata.arena.text import byte_text
from lemmata.arena.training import Objective, Plan, Progress, accuracy, train

__all__ = [
    "IGNORED",
    "Comparison",
    "Examples",
    "Interval",
    "Objective",
    "Plan",
    "Progress",
    "SequenceModel",
    "Task",
    "accuracy",
    "byte_text",
    "compare",
    "copying",
    "delay",
    "digits",
    "listops",
    "pathfinder",
    "recall",
    "selfpretrain",
    "train",
    "value_of",
]
