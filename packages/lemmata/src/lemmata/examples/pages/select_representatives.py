import numpy as np
from lemmata.linalg import select_representatives

X = np.random.default_rng(0).standard_normal((2000, 384))  # one vector a row
found = select_representatives(X, 30)
found.indices  # which rows, the one that adds most first
found.assignment  # for each row, the place in `indices` of its representative
found.coverage  # the mean cosine of a row to its representative
found.certificate  # a proved share of the best coverage that any 30 rows can have
