import numpy as np
from lemmata.linalg import cr_matmul

draw = np.random.default_rng(0)
X, Y = draw.exponential(size=(200, 5000)), draw.exponential(size=(5000, 100))
found = cr_matmul(X, Y, 500, rng=0)  # drawn by size: unbiased
found.product, found.indices, found.weights, found.error_bound
cr_matmul(X, Y, 500, "topk")  # the largest terms, as they are
cr_matmul(X, Y, 20, "omp", certify=True).relative_error  # chosen greedily, weighed optimally
