import numpy as np
from lemmata.linalg import pinv, pinv_with_rank

A = np.array([[1.0, 2.0], [2.0, 4.0], [0.0, 0.0]])
pinv(A)  # 2 x 3
found = pinv_with_rank(A)
found.rank, found.cutoff, found.condition()  # 1: what was decided, and how well it went
