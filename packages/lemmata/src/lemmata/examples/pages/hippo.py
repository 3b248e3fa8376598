import numpy as np
from lemmata.ssm import LegSMemory

memory = LegSMemory(32)  # or LegSMemory(32, "exact")
x = memory.project(np.sin(np.linspace(0, 9, 1000)))  # 32 numbers for 1,000 samples
x = memory.update(x, 0.4, 1000)  # one more sample, the one with number 1000
memory.reconstruct(x, np.linspace(0, 1, 50))  # 0 is the beginning, 1 is now
